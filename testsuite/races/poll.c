/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_BARRIER NO_LOCK_BARRIER */
/* poll(2): what becomes ready is not lost, though a look at the next file makes
 * the thread forget that it was woken. */
#define LATE_STORES
#include "called.h"
#include "vfs/poll.c"

enum { ROUNDS = 4000 };

struct file *files_find(struct files *files, int fd)
{
    return fd < CPUS ? &called[fd].file : &silent.file;
}

void file_put(struct file *file)
{
}

/* It may sleep, for the lock of a pipe perhaps. */
unsigned file_poll(struct file *file, struct waiter *waiter)
{
    unsigned ready = called_poll(file, waiter);
    if (races_random(2))
        thread_prepare(SLEEP_BOUNDED);
    return ready;
}

static void work(unsigned cpu)
{
    struct poll_item items[] = {
        { cpu, READY_READ, 0 }, { CPUS, READY_READ, 0 } };
    for (unsigned round = 1; round <= ROUNDS; round++) {
        called[cpu].wanted = round;
        if (cpu % 2)
            call_the_other(cpu, round);
        must(poll_files(NULL, items, 2, FOREVER) == 1);
        if (!(cpu % 2))
            call_the_other(cpu, round);
    }
}

int main(void)
{
    called_init();
    races_run(CPUS, work);
}
