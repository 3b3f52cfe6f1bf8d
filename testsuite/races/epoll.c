/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_BARRIER */
/* epoll: the list of what is ready is looked at without its lock; its entries
 * come and go between those who wake, wait and harvest. */
#define LATE_STORES
#include "called.h"
#include "lib/refcount.c"
#include "lib/tree.c"
#include "sched/mutex.c"
#include "vfs/epoll.c"
#include "vfs/epoll_nesting.c"
#define wake wake_epoll
#include "vfs/epoll_wait.c"
#undef wake

enum { ROUNDS = 3000 };

static struct file epolls[CPUS];

unsigned file_poll(struct file *file, struct waiter *waiter)
{
    return file->ops->poll(file, waiter);
}

int file_open_unnamed(const char *name, struct inode *inode,
    const struct file_ops *ops, void *private, unsigned flags,
    const struct credentials *who, struct file **opened)
{
    (*opened)->ops = ops;
    (*opened)->private = private;
    list_init(&(*opened)->watchers);
    return 0;
}

int user_count(uint32_t uid, enum user_count what, uint64_t limit)
{
    return 0;
}

void user_uncount(uint32_t uid, enum user_count what)
{
}

void page_totals(struct page_totals *totals)
{
    totals->total = 1 << 20;
}

/* Of fdinfo and of release, which are not tried. */
void inode_attributes(struct inode *inode, struct attributes *attributes) { }
int64_t file_seek_nowhere(struct file *file, int64_t offset,
    enum seek_from from) { return 0; }
int format(char *buffer, size_t bytes, const char *how, ...) { return 0; }
void thread_breathe(void) { }

static int give(void *data, unsigned index, const struct epoll_interest *event)
{
    must(index == 0 && event->data == (uintptr_t)data);
    return 0;
}

static void await(unsigned cpu, unsigned round)
{
    struct called *self = &called[cpu];
    static const unsigned how[] = { 0, EPOLL_EDGE, EPOLL_ONCE };
    struct epoll_interest wanted = {
        READY_READ | how[races_random(3)], (uintptr_t)self };
    self->wanted = round;
    /* From not at all to this: it must look whether it is ready. */
    if (round % 2 == 0)
        must(!epoll_modify(&epolls[cpu], &self->file, 0, &wanted));
    else
        must(!epoll_add(&epolls[cpu], &self->file, 0, &wanted));
    must(epoll_wait(&epolls[cpu], 2, FOREVER, give, self) == 1);
    wanted.events = 0;
    if (round % 2 == 0)
        must(!epoll_remove(&epolls[cpu], &self->file, 0));
    else
        must(!epoll_modify(&epolls[cpu], &self->file, 0, &wanted));
}

/* Two pairs that call each other in turns. */
static void work(unsigned cpu)
{
    for (unsigned round = 1; round <= ROUNDS; round++) {
        if (cpu % 2)
            call_the_other(cpu, round);
        await(cpu, round);
        if (!(cpu % 2))
            call_the_other(cpu, round);
    }
}

int main(void)
{
    static const struct credentials who;
    called_init();
    for (unsigned i = 0; i < CPUS; i++) {
        struct file *file = &epolls[i];
        must(!epoll_open(0, &who, &file));
    }
    races_run(CPUS, work);
}
