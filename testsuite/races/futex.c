/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_ACQUIRE NO_LOCK_BARRIER */
/* Futexes: waiters lie on the stacks of those who wait, and are woken and moved
 * from queue to queue by others; nobody touches one that was told its end, and
 * nobody sleeps for ever on a word that has changed. */
#define LATE_STORES
#include "sleep.h"
#include "kernel/futex.c"
#include "kernel/futex_many.c"
#include "kernel/futex_two.c"
#include "lib/hash.c"
#include "lib/tree.c"

enum { ROUNDS = 3000 };

/* The program's. */
static uint32_t words[CPUS];  /* [atomic] how often each was called */
static uint32_t spares[CPUS]; /* where its waiter is moved to */

bool user_range_is_ok(const void __user *at, size_t bytes)
{
    return true;
}

int user_peek(uint32_t *word, const uint32_t __user *from)
{
    *word = atomic_load(from);
    return 0;
}

int user_read(void *to, const void __user *from, size_t bytes)
{
    return user_peek(to, from);
}

int arch_user_operate(uint32_t __user *at, enum user_operation operation,
    uint32_t operand, uint32_t *old)
{
    *old = atomic_exchange(at, operand);
    return 0;
}

/* All are private here, and their pages are there. */
int space_key(struct space *space, uintptr_t address, bool for_write,
    struct space_key *key)
{
    abort();
}

int space_fault(struct space *space, uintptr_t address, unsigned access)
{
    abort();
}

void thread_breathe(void)
{
}

struct thread *thread_get(struct thread *thread)
{
    return thread;
}

void thread_put(struct thread *thread)
{
}

void *heap_alloc_zeroed(size_t bytes)
{
    return calloc(1, bytes);
}

void heap_free(void *block)
{
    free(block);
}

static uintptr_t at(const uint32_t *word)
{
    return (uintptr_t)word;
}

static void call(unsigned other, uint32_t round)
{
    uintptr_t word = at(&words[other]), spare = at(&spares[other]);
    static const struct futex_operation set = {
        .operation = USER_SET, .compare = COMPARE_EQ, .against = -1 };
    struct futex_operation how = set;
    switch (races_random(3)) {
    case 0:
        atomic_store(&words[other], round);
        futex_wake(word, FUTEX_PRIVATE_KEY, 1, FUTEX_ANY);
        return;
    case 1: /* moved, and woken there */
        atomic_store(&words[other], round);
        futex_requeue(word, spare, FUTEX_PRIVATE_KEY, 0, 1, NULL);
        futex_wake(spare, FUTEX_PRIVATE_KEY, 1, FUTEX_ANY);
        return;
    case 2:
        how.operand = round;
        futex_wake_operation(word, word, FUTEX_PRIVATE_KEY, 1, 1, &how);
    }
}

static void await(unsigned cpu, uint32_t round)
{
    uint32_t seen;
    while ((seen = atomic_load(&words[cpu])) < round) {
        struct futex_wish wishes[2] = {
            { at(&words[cpu]), FUTEX_PRIVATE_KEY, seen },
            { at(&spares[cpu]), FUTEX_PRIVATE_KEY, 0 },
        };
        if (races_random(2))
            futex_wait_many(wishes, 2, FOREVER);
        else
            futex_wait(at(&words[cpu]), FUTEX_PRIVATE_KEY, seen, FUTEX_ANY,
                FOREVER);
    }
}

/* Two pairs that call each other in turns. */
static void work(unsigned cpu)
{
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        if (cpu % 2)
            call(cpu ^ 1, round);
        await(cpu, round);
        if (!(cpu % 2))
            call(cpu ^ 1, round);
    }
}

int main(void)
{
    struct futex_key key = { 0 };
    (void)futex_bucket_of(&key); /* once.c has how they are made */
    races_run(CPUS, work);
}
