/* SPDX-License-Identifier: MIT */
/* The kernel's counts of what it has in use (/proc/tenon): read before and
 * after, they must be the same.  A kernel without them has nothing to say. */
#ifndef COUNTS_H
#define COUNTS_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { COUNTS_MAX = 64, COUNTS_TRIES = 200, COUNTS_NAP_US = 50000 };

struct count {
    char name[48];
    long long value;
};
struct counts {
    struct count rows[COUNTS_MAX];
    int many;
};

static inline void counts_read(struct counts *counts)
{
    counts->many = 0;
    FILE *file = fopen("/proc/tenon", "r");
    if (!file)
        return;
    while (counts->many < COUNTS_MAX) {
        struct count *row = &counts->rows[counts->many];
        if (fscanf(file, "%47s %lld", row->name, &row->value) != 2)
            break;
        counts->many++;
    }
    fclose(file);
}

static inline bool counts_are_same(
    const struct counts *a, const struct counts *b)
{
    if (a->many != b->many)
        return false;
    for (int i = 0; i < a->many; i++)
        if (a->rows[i].value != b->rows[i].value)
            return false;
    return true;
}

/* What a test can make the kernel keep for a process that goes on: for ioprio_set
 * reaches all of a user's. */
static inline void counts_spend(void)
{
    syscall(SYS_ioprio_set, 1 /* IOPRIO_WHO_PROCESS */, 0, 0);
}

/* The end of what ran last may still be under way: until two readings agree. */
static inline void counts_settle(struct counts *counts)
{
    static struct counts again;
    counts_read(counts);
    for (int try = 0; try < 20; try++) {
        usleep(5000);
        counts_read(&again);
        if (counts_are_same(counts, &again))
            return;
        *counts = again;
    }
}

/* With some patience, for deferred work may be under way. */
static inline bool counts_wait(
    const struct counts *before, struct counts *after)
{
    for (int try = 0; try < COUNTS_TRIES; try++) {
        counts_read(after);
        if (counts_are_same(before, after))
            return true;
        usleep(COUNTS_NAP_US);
    }
    return false;
}

static inline void counts_print(
    const struct counts *before, const struct counts *after, const char *mark)
{
    for (int i = 0; i < before->many && i < after->many; i++)
        if (before->rows[i].value != after->rows[i].value)
            printf("%s%s %lld %lld\n", mark, before->rows[i].name,
                before->rows[i].value, after->rows[i].value);
}

#endif
