/* SPDX-License-Identifier: MIT */
/* Argument and environment strings on their way from the old program to the
 * stack of the new.  They are copied once, into blocks, before the old program
 * goes, so that a bad pointer or too long a list is still an error of the call;
 * what another thread writes meanwhile changes nothing after that. */
#include "arch/atomic.h"
#include "arch/boot.h"
#include "kernel/exec.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/space.h"
#include "mm/user.h"
#include "sched/thread.h"

enum {
    LEAST_BYTES = 128 << 10,
    MOST_BYTES = 6 << 20, /* whatever the stack's limit is */
    POINTERS_AT_ONCE = 32,
};

struct chunk {
    struct list link;
    unsigned used;
    char bytes[];
};
enum { ROOM = STRINGS_CHUNK_BYTES - sizeof(struct chunk) };

void strings_init(
    struct strings *strings, uint64_t stack_limit, const char *name)
{
    *strings = (struct strings){ 0 };
    list_init(&strings->chunks);
    uint64_t most = min(stack_limit / 4, (uint64_t)MOST_BYTES);
    strings->most = max(most, (uint64_t)LEAST_BYTES);
    strings->most -= strlen(name) + 1;
}

void strings_free(struct strings *strings)
{
    struct chunk *chunk, *after;
    list_for_each_safe(chunk, after, &strings->chunks, link)
        heap_free(chunk);
    list_init(&strings->chunks);
}

/* A chunk with at least one byte free; NULL for want of memory. */
static struct chunk *chunk_with_room(struct strings *strings)
{
    struct chunk *chunk = list_last(&strings->chunks, struct chunk, link);
    if (chunk && chunk->used < ROOM)
        return chunk;
    chunk = heap_alloc(STRINGS_CHUNK_BYTES);
    if (!chunk)
        return NULL;
    chunk->used = 0;
    list_add(&strings->chunks, &chunk->link);
    return chunk;
}

/* Pointers count as well: 8 bytes for each string. */
int strings_check(const struct strings *strings, size_t extra)
{
    size_t pointers = sizeof(uintptr_t) *
        (strings->argument_count + strings->environment_count);
    return strings->bytes + pointers + extra > strings->most ? -E2BIG : 0;
}

static int add_count(struct strings *strings, size_t bytes)
{
    strings->bytes += bytes;
    return strings_check(strings, 0);
}

static int add_bytes(struct strings *strings, const char *from, size_t bytes)
{
    while (bytes) {
        struct chunk *chunk = chunk_with_room(strings);
        if (!chunk)
            return -ENOMEM;
        size_t step = min(bytes, (size_t)(ROOM - chunk->used));
        memcpy(chunk->bytes + chunk->used, from, step);
        chunk->used += step;
        from += step;
        bytes -= step;
    }
    return 0;
}

int strings_add_text(struct strings *strings, const char *text)
{
    size_t bytes = strlen(text) + 1;
    if (bytes > EXEC_STRING_MAX)
        return -E2BIG;
    int error = add_count(strings, bytes);
    return error ? error : add_bytes(strings, text, bytes);
}

/* One string of user memory, straight into the chunks. */
static int add_user(struct strings *strings, uintptr_t from)
{
    size_t length = 0;
    for (;;) {
        struct chunk *chunk = chunk_with_room(strings);
        if (!chunk)
            return -ENOMEM;
        size_t room = ROOM - chunk->used;
        ssize_t got = user_string(chunk->bytes + chunk->used,
            (const char __user *)from + length, room);
        bool is_whole = got >= 0;
        if (got == -ENAMETOOLONG)
            got = room;
        if (got < 0)
            return got;
        length += got;
        if (length >= EXEC_STRING_MAX)
            return -E2BIG;
        size_t kept = is_whole ? (size_t)got + 1 : room;
        chunk->used += kept;
        int error = add_count(strings, kept);
        if (error || is_whole)
            return error;
    }
}

static int add_one(struct strings *strings, uintptr_t from, unsigned *count)
{
    size_t before = strings->bytes;
    if (atomic_load(&current->work) & WORK_KILL)
        return -ERESTART;
    bool is_first = !*count && count == &strings->argument_count;
    ++*count;
    int error = add_user(strings, from);
    if (is_first)
        strings->first_bytes = strings->bytes - before;
    return error;
}

static int add_user_list(
    struct strings *strings, uintptr_t pointers, unsigned *count)
{
    uintptr_t some[POINTERS_AT_ONCE];
    if (!pointers)
        return 0;
    for (;;) {
        /* Not beyond the page, which may be the last. */
        size_t left = PAGE_BYTES - (pointers & (PAGE_BYTES - 1));
        size_t bytes = min(sizeof some, left);
        if (bytes < sizeof *some || pointers % sizeof *some)
            bytes = sizeof *some;
        bytes = align_down(bytes, sizeof *some);
        if (user_read(some, (void __user *)pointers, bytes))
            return -EFAULT;
        for (size_t i = 0; i < bytes / sizeof *some; i++) {
            if (!some[i])
                return 0;
            int error = add_one(strings, some[i], count);
            if (error)
                return error;
        }
        pointers += bytes;
        thread_breathe();
    }
}

static int add_kernel_list(
    struct strings *strings, const char *const *texts, unsigned *count)
{
    int error = 0;
    for (; *texts && !error; texts++) {
        ++*count;
        error = strings_add_text(strings, *texts);
        if (*count == 1 && count == &strings->argument_count)
            strings->first_bytes = strings->bytes;
    }
    return error;
}

static int add_list(struct strings *strings, const struct string_list *list,
    unsigned *count)
{
    return list->texts ? add_kernel_list(strings, list->texts, count)
                       : add_user_list(strings, list->pointers, count);
}

int strings_gather(struct strings *strings, const struct string_list *arguments,
    const struct string_list *environment)
{
    int error = add_list(strings, arguments, &strings->argument_count);
    /* A program may count on its name being there. */
    if (!error && !strings->argument_count) {
        strings->argument_count = 1;
        strings->first_bytes = 1;
        error = strings_add_text(strings, "");
    }
    if (!error)
        error = add_list(strings, environment, &strings->environment_count);
    return error;
}

int strings_write(const struct strings *strings, size_t skip,
    struct space *space, uintptr_t at)
{
    struct chunk *chunk;
    list_for_each(chunk, &strings->chunks, link) {
        if (skip >= chunk->used) {
            skip -= chunk->used;
            continue;
        }
        size_t bytes = chunk->used - skip;
        if (space_write(space, at, chunk->bytes + skip, bytes) != bytes)
            return -EFAULT;
        at += bytes;
        skip = 0;
        thread_breathe();
    }
    return 0;
}
