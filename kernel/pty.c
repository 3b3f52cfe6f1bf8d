/* SPDX-License-Identifier: MIT */
/* Pairs of master and slave: their numbers, their birth and their end.
 *
 * The slave is a terminal like any other; its far side is the ring that the
 * master reads.  The pair goes with the slave's last reference; its name in
 * devpts, and the lookup by number, go already when the master closes. */
#include "kernel/pty.h"

#include "arch/atomic.h"
#include "lib/bitmap.h"
#include "lib/log.h"
#include "mm/heap.h"

enum { STATUS_FLUSH_READ = 1, STATUS_FLUSH_WRITE = 2, STATUS_STOP = 4,
    STATUS_START = 8, STATUS_NO_FLOW = 16, STATUS_FLOW = 32 };

static struct spinlock ptys_lock = SPINLOCK_INIT(RANK_LEAF);
static unsigned long taken[bitmap_longs(PTY_MAX)];  /* numbers */
static struct pty *ptys[PTY_MAX]; /* those whose master is open */

/* The slave's driver: under slave->lock. */

static size_t pty_room(struct terminal *slave)
{
    struct pty *pty = slave->private;
    return ring_free(&pty->output);
}

static void pty_send(
    struct terminal *slave, const unsigned char *bytes, size_t count)
{
    struct pty *pty = slave->private;
    ring_put(&pty->output, bytes, count);
    wait_queue_wake_all(&pty->readers, READY_IN);
    wait_queue_wake_all(&pty->pollers, READY_IN | TELL_IN);
}

static void pty_flush(struct terminal *slave)
{
    struct pty *pty = slave->private;
    pty->output.read = pty->output.written;
}

static bool does_flow(const struct line *line)
{
    return line->modes.input & INPUT_FLOW
        && line->modes.characters[CHARACTER_START] == 17
        && line->modes.characters[CHARACTER_STOP] == 19;
}

static void note_status(struct pty *pty, unsigned events)
{
    bool flows = does_flow(pty->slave->line);
    unsigned status = 0;
    if (events & LINE_FLUSHED_INPUT)
        status |= STATUS_FLUSH_READ;
    if (events & LINE_FLUSHED_OUTPUT)
        status |= STATUS_FLUSH_WRITE;
    if (events & LINE_STOPPED)
        status |= STATUS_STOP;
    if (events & LINE_STARTED)
        status |= STATUS_START;
    if (flows != pty->does_flow)
        status |= flows ? STATUS_FLOW : STATUS_NO_FLOW;
    pty->does_flow = flows;
    if (!pty->is_packet || !status)
        return;
    /* The latest word on each matter counts. */
    if (status & (STATUS_STOP | STATUS_START))
        pty->status &= ~(STATUS_STOP | STATUS_START);
    if (status & (STATUS_FLOW | STATUS_NO_FLOW))
        pty->status &= ~(STATUS_FLOW | STATUS_NO_FLOW);
    pty->status |= status;
    wait_queue_wake_all(&pty->readers, READY_IN | READY_PRIORITY);
    wait_queue_wake_all(&pty->pollers, READY_IN | READY_PRIORITY);
}

static void pty_happened(struct terminal *slave, unsigned events)
{
    struct pty *pty = slave->private;
    note_status(pty, events);
    if (ring_free(&slave->arriving) && !wait_queue_is_empty(&pty->writers))
        wait_queue_wake_all(&pty->writers, READY_OUT);
    if (slave->opens) {
        pty->was_opened = true;
    } else if (pty->was_opened) {
        wait_queue_wake_all(&pty->readers, READY_HANGUP);
        wait_queue_wake_all(&pty->pollers, READY_IN | READY_HANGUP);
    }
}

static void pty_free(struct pty *pty)
{
    if (pty->index < PTY_MAX) {
        spin_lock(&ptys_lock);
        bitmap_remove(taken, pty->index);
        spin_unlock(&ptys_lock);
    }
    heap_free(pty->output.bytes);
    heap_free(pty);
}

static void slave_freed(struct terminal *slave)
{
    if (slave->private)
        pty_free(slave->private);
}

static const struct terminal_driver pty_driver = {
    .room = pty_room,
    .write = pty_send,
    .flush = pty_flush,
    .happened = pty_happened,
    .freed = slave_freed,
    .is_pty = true,
};

/* By number. */

bool pty_is_alive(unsigned index, const struct inode *inode)
{
    spin_lock(&ptys_lock);
    bool is_alive =
        index < PTY_MAX && ptys[index] && ptys[index]->inode == inode;
    spin_unlock(&ptys_lock);
    return is_alive;
}

struct inode *pty_inode(unsigned index)
{
    spin_lock(&ptys_lock);
    struct inode *inode = index < PTY_MAX && ptys[index]
        ? inode_get(ptys[index]->inode)
        : NULL;
    spin_unlock(&ptys_lock);
    return inode;
}

unsigned pty_next(unsigned from)
{
    spin_lock(&ptys_lock);
    while ((from = bitmap_find_set(taken, PTY_MAX, from)) < PTY_MAX
        && !ptys[from])
        from++;
    spin_unlock(&ptys_lock);
    return from;
}

int pty_open_slave(unsigned index, const struct inode *inode, struct file *file)
{
    struct terminal *slave = NULL;
    int error = -EIO;
    spin_lock(&ptys_lock);
    if (index < PTY_MAX && ptys[index] && ptys[index]->inode == inode
        && !ptys[index]->is_locked)
        slave = terminal_get(ptys[index]->slave);
    spin_unlock(&ptys_lock);
    if (slave)
        error = terminal_open(slave, file);
    terminal_put(slave);
    return error;
}

/* Birth. */

static int take_number(struct pty *pty)
{
    spin_lock(&ptys_lock);
    unsigned index = bitmap_find_clear(taken, PTY_MAX, 0);
    if (index < PTY_MAX)
        bitmap_add(taken, index);
    spin_unlock(&ptys_lock);
    pty->index = index;
    return index < PTY_MAX ? 0 : -ENOSPC;
}

static struct pty *pty_new(void)
{
    struct pty *pty = heap_alloc_zeroed(sizeof *pty);
    void *output = heap_alloc(PTY_OUTPUT_BYTES);
    struct terminal_modes modes = terminal_first_modes;
    modes.control = CONTROL_38400 | CONTROL_EIGHT_BITS | CONTROL_RECEIVE;
    struct terminal *slave =
        terminal_new(&pty_driver, &modes, PTY_INPUT_BYTES);
    if (!pty || !output || !slave) {
        heap_free(pty);
        heap_free(output);
        terminal_put(slave);
        return NULL;
    }
    ring_init(&pty->output, output, PTY_OUTPUT_BYTES);
    wait_queue_init(&pty->readers);
    wait_queue_init(&pty->writers);
    wait_queue_init(&pty->pollers);
    pty->slave = slave;
    pty->is_locked = true;
    pty->does_flow = true;
    pty->index = PTY_MAX;
    slave->private = pty;
    return pty;
}

int pty_open_master(struct file *file)
{
    struct pty *pty = pty_new();
    if (!pty)
        return -ENOMEM;
    int error = take_number(pty);
    if (!error) {
        pty->slave->device = device_number(PTY_MAJOR, pty->index);
        pty->inode = devpts_new_inode(pty->index, file->opener);
        error = pty->inode ? 0 : -ENOMEM;
    }
    if (error) {
        terminal_put(pty->slave);
        return error;
    }
    spin_lock(&ptys_lock);
    ptys[pty->index] = pty;
    spin_unlock(&ptys_lock);
    file->ops = &pty_master_ops;
    file->private = pty;
    return 0;
}

/* End: the master's last put. */
void pty_close_master(struct pty *pty)
{
    struct terminal *slave = pty->slave;
    spin_lock(&ptys_lock);
    ptys[pty->index] = NULL;
    spin_unlock(&ptys_lock);
    spin_lock(&slave->lock);
    atomic_store(&slave->is_cut, true);
    spin_unlock(&slave->lock);
    terminal_hang_up(slave);
    inode_put(pty->inode);
    pty->inode = NULL;
    terminal_put(slave);
}

static int open_ptmx(struct device *device, struct file *file)
{
    return pty_open_master(file);
}

static struct device ptmx = {
    .name = "ptmx",
    .number = device_number(5, 2),
    .mode = 0666,
    .ops = &pty_master_ops,
    .open = open_ptmx,
};

void pty_init(void)
{
    devpts_init();
    if (device_register(&ptmx))
        log_error("ptmx: the device cannot be made");
}
