/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_FULL NO_ACQUIRE */
/* While a mount is read-only nobody writes below it, and what was written is
 * there to see. */
#include "races.h"
#include "vfs/mount_writers.c"

enum { ROUNDS = 4000, WRITERS = CPUS - 1 };

static struct filesystem filesystem;
static struct mount mounts[WRITERS];
static unsigned written[WRITERS]; /* below each */
static unsigned at_work = WRITERS; /* [atomic] */

static void write_below(unsigned i)
{
    if (mount_begin_write(&mounts[i]))
        return;
    written[i]++;
    sched_yield();
    written[i]++;
    mount_end_write(&mounts[i]);
}

/* One of them, or all by their file system. */
static void forbid(unsigned round)
{
    struct mount *mount = &mounts[round % WRITERS];
    bool is_all = round & 4;
    unsigned *flags = is_all ? &filesystem.flags : &mount->flags;
    int *writers = is_all ? &filesystem.writers : &mount->writers;
    if (mount_forbid_writers(flags, writers))
        return;
    for (unsigned i = 0; i < WRITERS; i++)
        if (is_all || mount == &mounts[i])
            must(written[i] % 2 == 0);
    atomic_and(flags, ~MOUNT_READ_ONLY);
}

static void work(unsigned cpu)
{
    if (cpu == WRITERS) {
        for (unsigned i = 0; __atomic_load_n(&at_work, __ATOMIC_RELAXED); i++)
            forbid(i);
        return;
    }
    for (unsigned i = 0; i < ROUNDS; i++)
        write_below(cpu);
    __atomic_fetch_sub(&at_work, 1, __ATOMIC_RELAXED);
}

int main(void)
{
    for (unsigned i = 0; i < WRITERS; i++)
        mounts[i].filesystem = &filesystem;
    races_run(CPUS, work);
}
