/* SPDX-License-Identifier: MIT */
/* The ring of a pipe against a plain model of it: what goes in, what shares a
 * buffer, what a read takes, which pages are given back. */
#include "unit.h"
#include "vfs/pipe_ring.c"
#include "vfs/transfer.c"

enum { RAM_PAGES = 64, SLOTS = 8, BYTES_MOST = 3 * 4096 };

/* What lies below: a few pages, and memory of a user that ends somewhere. */

char *hosted_ram, *hosted_page_array;
static unsigned pages_in_use;
static bool has_no_pages;
static const char *user_end;

struct page *pages_alloc(unsigned order, enum page_use use, unsigned wish)
{
    for (unsigned i = 0; !has_no_pages && i < RAM_PAGES; i++) {
        struct page *page = page_at((uint64_t)i << PAGE_SHIFT);
        if (page->counts)
            continue;
        page->counts = PAGE_ONE_PIN;
        pages_in_use++;
        return page;
    }
    return NULL;
}

void pages_free(struct page *page)
{
    pages_in_use--;
}

static size_t there_is(const void *at, size_t bytes)
{
    return min(bytes, (size_t)(user_end - (const char *)at));
}

size_t user_read_some(void *to, const void __user *from, size_t bytes)
{
    bytes = there_is(from, bytes);
    memcpy(to, from, bytes);
    return bytes;
}

size_t user_write_some(void __user *to, const void *from, size_t bytes)
{
    bytes = there_is(to, bytes);
    memcpy(to, from, bytes);
    return bytes;
}

bool user_range_is_ok(const void __user *at, size_t bytes)
{
    return true;
}

size_t arch_clear_user(void __user *at, size_t bytes)
{
    return bytes;
}

void wait_queue_wake_one(struct wait_queue *queue, unsigned events) { }
void wait_queue_wake_all(struct wait_queue *queue, unsigned events) { }
bool wait_queue_is_empty(const struct wait_queue *queue) { return true; }

/* The model: each buffer has so many bytes of one sequence, and so much of its
 * page behind them. */
static struct model_buffer {
    unsigned bytes, free;
    unsigned char first;
    bool is_packet;
} model[SLOTS];
static unsigned model_used;
static unsigned char next_in;

static struct pipe pipe_, other;
static unsigned char memory[BYTES_MOST + 1];

static void model_push(unsigned bytes, bool is_packet)
{
    model[model_used++] = (struct model_buffer){
        bytes, is_packet ? 0 : 4096 - bytes, next_in, is_packet
    };
    next_in += bytes;
}

static unsigned model_write(unsigned bytes, bool is_packet)
{
    unsigned odd = bytes % 4096, done = 0;
    struct model_buffer *last = &model[model_used ? model_used - 1 : 0];
    if (odd && model_used && odd <= last->free) {
        last->bytes += odd;
        last->free -= odd;
        next_in += odd;
        done = odd;
    }
    while (done < bytes && model_used < SLOTS) {
        unsigned chunk = bytes - done < 4096 ? bytes - done : 4096;
        model_push(chunk, is_packet);
        done += chunk;
    }
    return done;
}

static void model_drop(unsigned bytes)
{
    model[0].bytes -= bytes;
    model[0].first += bytes;
    if (model[0].bytes)
        return;
    model_used--;
    for (unsigned i = 0; i < model_used; i++)
        model[i] = model[i + 1];
}

static unsigned model_read(unsigned bytes, enum pipe_drain how)
{
    unsigned done = 0;
    while (done < bytes && model_used) {
        unsigned chunk = min(bytes - done, model[0].bytes);
        bool ends = model[0].is_packet && how == PIPE_BY_PACKETS;
        for (unsigned i = 0; i < chunk; i++)
            ok_always(memory[done + i] == (unsigned char)(model[0].first + i));
        done += chunk;
        model_drop(ends ? model[0].bytes : chunk);
        if (ends)
            break;
    }
    return done;
}

static void write_round(unsigned bytes, bool is_packet)
{
    struct transfer t;
    for (unsigned i = 0; i < bytes; i++)
        memory[i] = next_in + i;
    user_end = (char *)memory + bytes;
    transfer_user(&t, (uintptr_t)memory, bytes);
    int error = pipe_share(&pipe_, &t);
    while (!error && t.left && !pipe_is_full(&pipe_))
        error = pipe_fill(&pipe_, &t, is_packet ? PIPE_PACKET : PIPE_SHARED);
    ok_always(!error);
    ok_always(t.moved == model_write(bytes, is_packet));
}

static void read_round(unsigned bytes, enum pipe_drain how)
{
    struct transfer t;
    bool is_there = model_used;
    user_end = (char *)memory + bytes;
    transfer_user(&t, (uintptr_t)memory, bytes);
    ok_always(pipe_drain(&pipe_, &t, how) == (bytes && is_there));
    ok_always(t.moved == model_read(bytes, how));
}

static void skip_round(unsigned bytes)
{
    pipe_skip(&pipe_, bytes);
    while (bytes && model_used) {
        unsigned chunk = min(bytes, model[0].bytes);
        model_drop(chunk);
        bytes -= chunk;
    }
}

static void check(void)
{
    unsigned bytes = 0;
    for (unsigned i = 0; i < model_used; i++)
        bytes += model[i].bytes;
    ok_always(pipe_used(&pipe_) == model_used);
    ok_always(pipe_bytes_there(&pipe_) == bytes);
    ok_always(pages_in_use == model_used + !!pipe_.spare);
}

static void at_random(void)
{
    pipe_.first = pipe_.end = -20u; /* over the end of the numbers */
    for (unsigned round = 0; round < 20000; round++) {
        unsigned most = unit_random() % 3 ? 600 : BYTES_MOST;
        unsigned bytes = unit_random() % most, what = unit_random() % 16;
        if (what < 8)
            write_round(bytes, what == 7);
        else if (what < 12)
            read_round(bytes, PIPE_BY_PACKETS);
        else if (what < 15)
            read_round(bytes, PIPE_BY_BYTES);
        else
            skip_round(bytes);
        check();
    }
    skip_round(SLOTS * 4096);
    check();
    ok(pipe_is_empty(&pipe_) && pages_in_use == 1);
}

/* A fault: nothing of that page goes in, but its slot is taken. */
static void faults(void)
{
    struct transfer t;
    user_end = (char *)memory + 5000;
    transfer_user(&t, (uintptr_t)memory, 9000);
    ok(pipe_fill(&pipe_, &t, PIPE_SHARED) == 0 && t.moved == 4096);
    ok(pipe_fill(&pipe_, &t, PIPE_SHARED) == -EFAULT && t.moved == 4096);
    ok(pipe_used(&pipe_) == 2 && pipe_bytes_there(&pipe_) == 4096);
    user_end = (char *)memory + 100;
    transfer_user(&t, (uintptr_t)memory, 200);
    ok(pipe_drain(&pipe_, &t, PIPE_BY_BYTES) == -EFAULT);
    ok(pipe_share(&pipe_, &t) == -EFAULT && !t.moved);
    ok(pipe_bytes_there(&pipe_) == 4096);
    user_end = (char *)memory + 4096;
    transfer_user(&t, (uintptr_t)memory, 8000);
    ok(pipe_drain(&pipe_, &t, PIPE_BY_BYTES) == 1 && t.moved == 4096);
    ok(pipe_is_empty(&pipe_) && pages_in_use == 1);
}

/* A page that is in two pipes is given back by the last. */
static void twice(void)
{
    struct transfer t;
    transfer_kernel(&t, memory, 100);
    ok(pipe_fill(&pipe_, &t, PIPE_SHARED) == 0);
    struct pipe_buffer copy = *pipe_buffer(&pipe_, 0);
    page_pin(copy.page);
    pipe_push(&other, copy);
    pipe_skip(&pipe_, 100);
    ok(!pipe_.spare && pages_in_use == 1);
    pipe_skip(&other, 100);
    ok(other.spare == copy.page && pages_in_use == 1);
    has_no_pages = true;
    transfer_kernel(&t, memory, 100);
    ok(pipe_fill(&pipe_, &t, 0) == -ENOMEM && pipe_is_empty(&pipe_));
    ok(pipe_fill(&other, &t, 0) == 0 && !other.spare);
    pipe_page_free(&pipe_, page_pin(copy.page));
    ok(!pipe_.spare);
    has_no_pages = false;
}

static void run(void)
{
    static char ram[RAM_PAGES * 4096] __attribute__((aligned(4096)));
    static struct page array[RAM_PAGES];
    hosted_ram = ram;
    hosted_page_array = (char *)array;
    pipe_.buffers = pipe_.own, pipe_.slots = SLOTS;
    other.buffers = other.own, other.slots = SLOTS;
    at_random();
    faults();
    twice();
}

UNIT_MAIN
