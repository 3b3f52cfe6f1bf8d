/* SPDX-License-Identifier: MIT */
/* Signals as a file: a read takes what is pending for whoever reads.
 *
 * So what the file is ready for depends on who asks; it is the handlers, which
 * a signal comes to in any case, that have the queue of those who wait.  They
 * may go while somebody is queued there: then he is told to leave. */
#include "kernel/signalfd.h"

#include "arch/atomic.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "mm/heap.h"
#include "vfs/file.h"

enum { NS_PER_TICK = 10000000 };

struct signalfd {
    signal_set wanted; /* [atomic] */
};

static signal_set wanted_of(const struct file *file)
{
    const struct signalfd *signalfd = file->private;
    return atomic_load(&signalfd->wanted);
}

static void record_of_child(
    struct signal_record *record, const struct signal_info *info)
{
    record->pid = info->child.pid;
    record->uid = info->child.uid;
    record->status = info->child.status;
    record->user_ticks = info->child.user_ns / NS_PER_TICK;
    record->system_ticks = info->child.system_ns / NS_PER_TICK;
}

static struct signal_record record_from(const struct signal_info *info)
{
    struct signal_record record = {
        .number = info->number,
        .error = info->error,
        .code = info->code,
    };
    switch (info->shape) {
    case SHAPE_QUEUE:
        record.value = info->kill.value;
        record.value_int = (int32_t)info->kill.value;
        fallthrough;
    case SHAPE_KILL:
        record.pid = info->kill.pid;
        record.uid = info->kill.uid;
        break;
    case SHAPE_CHILD:
        record_of_child(&record, info);
        break;
    case SHAPE_FAULT:
        record.address = info->fault.address;
        break;
    case SHAPE_TIMER:
        record.timer = info->timer.id;
        record.overrun = info->timer.overrun;
        record.value = info->timer.value;
        record.value_int = (int32_t)info->timer.value;
        break;
    case SHAPE_POLL:
        record.band = info->poll.band;
        record.fd = info->poll.fd;
        break;
    case SHAPE_SYSCALL:
        record.call_address = info->call.address;
        record.call_number = info->call.number;
        record.call_arch = info->call.arch;
        break;
    }
    return record;
}

static int take_or_wait(struct file *file, struct signal_info *info)
{
    struct wait_queue *arrivals = &current->handlers->arrivals;
    if (signal_take(wanted_of(file), info) > 0)
        return 0;
    if (atomic_load(&file->flags) & OPEN_NONBLOCK)
        return -EAGAIN;
    return wait_until(arrivals, SLEEP_INTERRUPTIBLE, FOREVER,
        signal_take(wanted_of(file), info) > 0);
}

/* Waits for the first only; the others come along if they are there. */
static ssize_t signalfd_read(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct signal_info info;
    struct signal_record record;
    int error = t->left < sizeof record ? -EINVAL : take_or_wait(file, &info);
    while (!error) {
        record = record_from(&info);
        if (transfer_give(t, &record, sizeof record) < sizeof record)
            error = -EFAULT;
        else if (t->left < sizeof record ||
            signal_take(wanted_of(file), &info) < 0)
            break;
    }
    return transfer_result(t, error);
}

static unsigned signalfd_poll(struct file *file, struct waiter *waiter)
{
    if (waiter)
        wait_queue_add(&current->handlers->arrivals, waiter);
    return signal_pending_any() & wanted_of(file) ? READY_IN : 0;
}

static size_t signalfd_describe(
    struct file *file, char *buffer, size_t capacity)
{
    return format(buffer, capacity, "sigmask:\t%016lx\n",
        (unsigned long)wanted_of(file));
}

static void signalfd_release(struct file *file)
{
    heap_free(file->private);
}

static const struct file_ops signalfd_ops = {
    .read = signalfd_read,
    .poll = signalfd_poll,
    .describe = signalfd_describe,
    .release = signalfd_release,
    .cannot_seek = true,
    .cannot_copy = true,
    .seek = file_seek_nowhere,
    .is_stream = true,
    .reads_by_segment = true,
};

int signalfd_new(signal_set wanted, unsigned flags, struct file **made)
{
    struct signalfd *signalfd = heap_alloc_zeroed(sizeof *signalfd);
    if (!signalfd)
        return -ENOMEM;
    signalfd->wanted = wanted;
    int error = file_open_unnamed("anon_inode:[signalfd]", NULL, &signalfd_ops,
        signalfd, flags | OPEN_READ | OPEN_WRITE, current->credentials, made);
    if (error)
        heap_free(signalfd);
    return error;
}

int signalfd_change(struct file *file, signal_set wanted)
{
    if (file->ops != &signalfd_ops)
        return -EINVAL;
    struct signalfd *signalfd = file->private;
    atomic_store(&signalfd->wanted, wanted);
    wait_queue_wake_all(&current->handlers->arrivals, READY_IN);
    return 0;
}
