/* SPDX-License-Identifier: MIT */
/* /proc/PID/coredump_filter: kept for those who ask; no dumps are made. */
#include "kernel/procfs_tree.h"
#include "lib/errno.h"
#include "mm/space.h"

/* Of who has no memory any more: nothing. */
int show_dump_filter(struct text *text, const struct proc_subject *subject)
{
    struct thread *thread = subject_thread(subject);
    if (!thread)
        return -ESRCH;
    struct space *space = thread_space(thread);
    thread_put(thread);
    if (space)
        text_print(text, "%08x\n", atomic_load(&space->dump_filter));
    space_put(space);
    return 0;
}

static unsigned value_of(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    char small = digit | 32;
    return small >= 'a' && small <= 'f' ? small - 'a' + 10u : UINT32_MAX;
}

/* 0x and 0 before it mean what they do in C. */
static unsigned base_of(const char **text)
{
    const char *at = *text;
    if (at[0] != '0')
        return 10;
    if ((at[1] | 32) != 'x' || value_of(at[2]) >= 16)
        return 8;
    *text += 2;
    return 16;
}

/* A word of 32 bits and nothing else. -EINVAL; -ERANGE: it is larger. */
static int parse_word(const char *text, uint32_t *word)
{
    uint64_t sum = 0;
    bool overflows = false;
    text += *text == '+';
    unsigned base = base_of(&text);
    const char *first = text;
    for (; value_of(*text) < base; text++) {
        overflows |= __builtin_mul_overflow(sum, (uint64_t)base, &sum);
        overflows |= __builtin_add_overflow(sum, value_of(*text), &sum);
    }
    if (overflows)
        return -ERANGE;
    if (text == first || *text)
        return -EINVAL;
    *word = sum;
    return sum > UINT32_MAX ? -ERANGE : 0;
}

int store_dump_filter(const char *value, const struct proc_subject *subject)
{
    uint32_t filter;
    int error = parse_word(value, &filter);
    if (error)
        return error;
    struct thread *thread = subject_thread(subject);
    struct space *space = thread ? thread_space(thread) : NULL;
    if (thread)
        thread_put(thread);
    if (!space)
        return -ESRCH;
    atomic_store(&space->dump_filter, filter & DUMP_FILTER_ALL);
    space_put(space);
    return 0;
}
