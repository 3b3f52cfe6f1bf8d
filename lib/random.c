/* SPDX-License-Identifier: MIT */
/* Random numbers: ChaCha20 with fast key erasure.
 *
 * Each batch of output begins with the key of the next one, and what was given
 * out is wiped from the batch, so that who reads our memory learns nothing of
 * the past.  A big request gets a key of its own from the batch and makes its
 * stream without the lock. */
#include "lib/random.h"

#include "arch/atomic.h"
#include "arch/cpu.h"
#include "lib/chacha.h"
#include "lib/spinlock.h"
#include "lib/string.h"

enum {
    KEY_BYTES = CHACHA_KEY_WORDS * sizeof(uint32_t),
    BATCH_BYTES = 8 * CHACHA_BLOCK_BYTES,
    SEEDED_BITS = 256,
    ADD_AT_ONCE = 256, /* bytes mixed in under one hold of the lock */
};

static const uint32_t no_nonce[3];
static struct spinlock lock = SPINLOCK_INIT(RANK_RANDOM);

/* Under lock: */
static uint32_t key[CHACHA_KEY_WORDS];
static unsigned char batch[BATCH_BYTES];
static size_t batch_left; /* unused bytes, at its end */

static unsigned entropy_bits; /* [atomic] grows up to SEEDED_BITS */

/* Keeps the compiler from dropping a wipe of what is dead afterwards. */
static void wipe(void *at, size_t bytes)
{
    memset(at, 0, bytes);
    __asm__ volatile("" : : "r"(at) : "memory");
}

static void refill(void)
{
    for (unsigned i = 0; i < BATCH_BYTES / CHACHA_BLOCK_BYTES; i++)
        chacha_block(key, i, no_nonce, batch + i * CHACHA_BLOCK_BYTES);
    memcpy(key, batch, KEY_BYTES);
    wipe(batch, KEY_BYTES);
    batch_left = BATCH_BYTES - KEY_BYTES;
}

static void take(unsigned char *to, size_t bytes)
{
    while (bytes) {
        if (!batch_left)
            refill();
        size_t chunk = min(bytes, batch_left);
        unsigned char *from = batch + BATCH_BYTES - batch_left;
        memcpy(to, from, chunk);
        wipe(from, chunk);
        batch_left -= chunk;
        to += chunk;
        bytes -= chunk;
    }
}

/* The new key depends on all of the old one and of the bytes. */
static void mix(const unsigned char *bytes, size_t count)
{
    unsigned char *mixed = (unsigned char *)key, block[CHACHA_BLOCK_BYTES];
    while (count) {
        size_t chunk = min(count, (size_t)KEY_BYTES);
        for (size_t i = 0; i < chunk; i++)
            mixed[i] ^= bytes[i];
        chacha_block(key, chunk, no_nonce, block);
        memcpy(key, block, KEY_BYTES);
        bytes += chunk;
        count -= chunk;
    }
    wipe(block, sizeof block);
    wipe(batch, sizeof batch);
    batch_left = 0;
}

void random_add(const void *bytes, size_t count, unsigned bits)
{
    const unsigned char *at = bytes;
    while (count) {
        size_t chunk = min(count, (size_t)ADD_AT_ONCE);
        unsigned long irq_state = spin_lock_irq(&lock);
        mix(at, chunk);
        spin_unlock_irq(&lock, irq_state);
        at += chunk;
        count -= chunk;
    }
    unsigned before = atomic_load(&entropy_bits);
    if (before < SEEDED_BITS)
        atomic_add(&entropy_bits, min(bits, (unsigned)SEEDED_BITS));
}

bool random_is_seeded(void)
{
    return atomic_load(&entropy_bits) >= SEEDED_BITS;
}

static void fill_apart(unsigned char *to, size_t bytes)
{
    uint32_t own_key[CHACHA_KEY_WORDS], nonce[3] = { 0 };
    unsigned char block[CHACHA_BLOCK_BYTES];
    unsigned long irq_state = spin_lock_irq(&lock);
    take((unsigned char *)own_key, sizeof own_key);
    spin_unlock_irq(&lock, irq_state);

    for (uint32_t i = 0; bytes; i++) {
        if (!i)
            nonce[0]++;
        size_t chunk = min(bytes, sizeof block);
        chacha_block(own_key, i, nonce, block);
        memcpy(to, block, chunk);
        to += chunk;
        bytes -= chunk;
    }
    wipe(own_key, sizeof own_key);
    wipe(block, sizeof block);
}

void random_fill(void *buffer, size_t bytes)
{
    if (bytes > CHACHA_BLOCK_BYTES) {
        fill_apart(buffer, bytes);
        return;
    }
    unsigned long irq_state = spin_lock_irq(&lock);
    take(buffer, bytes);
    spin_unlock_irq(&lock, irq_state);
}

uint64_t random_number(void)
{
    uint64_t number;
    random_fill(&number, sizeof number);
    return number;
}

/* The times that loads of scattered words took: their low bits are hard to
 * foretell, above all under an emulator. */
static void add_jitter(void)
{
    static volatile unsigned char scattered[4096];
    uint64_t times[KEY_BYTES / sizeof(uint64_t)];
    for (unsigned round = 0; round < 64; round++) {
        for (unsigned i = 0; i < array_size(times); i++) {
            uint64_t start = cpu_cycles();
            for (unsigned j = 0; j < 8; j++)
                scattered[(start * 2654435761u + j * 509) % 4096]++;
            times[i] = cpu_cycles() - start + (start << 16);
        }
        random_add(times, sizeof times, 2);
    }
}

void random_start(const void *seed, size_t bytes)
{
    random_add(seed, bytes, min(bytes * 8, (size_t)SEEDED_BITS));
    for (unsigned i = 0; i < KEY_BYTES / sizeof(uint64_t); i++) {
        uint64_t number;
        if (cpu_random(&number))
            random_add(&number, sizeof number, 64);
    }
    add_jitter();
}
