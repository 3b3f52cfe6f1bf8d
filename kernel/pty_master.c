/* SPDX-License-Identifier: MIT */
/* The master's side of a pty: it reads what the slave's programs write, and
 * what it writes is typed on the slave.  In packet mode each read begins with
 * a byte of status. */
#include "kernel/pty.h"

#include "arch/atomic.h"
#include "kernel/turn.h"
#include "lib/format.h"
#include "lib/signals.h"
#include "vfs/async.h"
#include "vfs/files.h"
#include "vfs/file_count.h"

static bool blocks(const struct file *file)
{
    return !(atomic_load(&file->flags) & OPEN_NONBLOCK);
}

/* Reading. */

static bool has_output(struct pty *pty)
{
    return ring_used(&pty->output) || (pty->is_packet && pty->status);
}

/* The last slave is closed. */
static bool is_deserted(const struct pty *pty)
{
    return pty->was_opened && !pty->slave->opens;
}

static bool ends_wait(struct pty *pty)
{
    spin_lock(&pty->slave->lock);
    bool ends = has_output(pty) || is_deserted(pty);
    spin_unlock(&pty->slave->lock);
    return ends;
}

/* Takes what is there into pty->reading: bytes, -EAGAIN none, -EIO the end. */
static ssize_t take_output(struct pty *pty, size_t most)
{
    ssize_t got;
    spin_lock(&pty->slave->lock);
    if (pty->is_packet && pty->status) {
        pty->reading[0] = pty->status;
        pty->status = 0;
        got = 1;
    } else if (ring_used(&pty->output)) {
        size_t header = pty->is_packet;
        pty->reading[0] = 0;
        got = header + ring_take(&pty->output, pty->reading + header,
            min(most, (size_t)STAGING_BYTES) - header);
    } else {
        got = is_deserted(pty) ? -EIO : -EAGAIN;
    }
    spin_unlock(&pty->slave->lock);
    return got;
}

/* There is room again: for echoes first, then for writers. */
static void room_was_made(struct terminal *slave)
{
    spin_lock(&slave->lock);
    terminal_settle(slave);
    terminal_wake(slave, READY_OUT);
}

static ssize_t read_in_turn(
    struct pty *pty, struct file *file, struct transfer *t)
{
    ssize_t got;
    while ((got = take_output(pty, t->left)) == -EAGAIN) {
        if (!blocks(file))
            return -EAGAIN;
        int error = wait_until(
            &pty->readers, SLEEP_INTERRUPTIBLE, FOREVER, ends_wait(pty));
        if (error)
            return error;
    }
    bool is_packet = pty->is_packet;
    while (got > 0) {
        if (transfer_give(t, pty->reading, got) < (size_t)got)
            return transfer_result(t, -EFAULT);
        /* A packet is read alone; else what more is there comes along. */
        if (is_packet || !t->left)
            break;
        got = take_output(pty, t->left);
    }
    room_was_made(pty->slave);
    return transfer_result(t, got);
}

static ssize_t master_read(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct pty *pty = file->private;
    if (!t->left)
        return 0;
    int error = turn_take(&pty->is_read, &pty->readers, blocks(file));
    if (error)
        return error;
    ssize_t result = read_in_turn(pty, file, t);
    turn_end(&pty->is_read, &pty->readers);
    return result;
}

/* Writing. */

static bool takes_input(struct pty *pty)
{
    return ring_free(&pty->slave->arriving) != 0;
}

static ssize_t write_stretch(
    struct pty *pty, struct file *file, struct transfer *t)
{
    size_t wanted = min(t->left, (size_t)STAGING_BYTES), done = 0;
    size_t count = transfer_take(t, pty->writing, wanted);
    ssize_t result = 0;
    if (count < wanted) {
        transfer_untake(t, count);
        return -EFAULT;
    }
    while (done < count) {
        done += terminal_arrive(pty->slave, pty->writing + done, count - done);
        terminal_pump(pty->slave);
        if (done == count || takes_input(pty))
            continue;
        int error = blocks(file)
            ? wait_until(&pty->writers, SLEEP_INTERRUPTIBLE, FOREVER,
                takes_input(pty))
            : -EAGAIN;
        if (error) {
            result = error;
            break;
        }
    }
    transfer_untake(t, count - done);
    return result;
}

static ssize_t master_write(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct pty *pty = file->private;
    ssize_t result =
        turn_take(&pty->is_written, &pty->writers, blocks(file));
    if (result)
        return result;
    while (t->left && !result) {
        result = write_stretch(pty, file, t);
        if (!result && t->left && thread_is_interrupted())
            result = -ERESTART;
        thread_breathe();
    }
    turn_end(&pty->is_written, &pty->writers);
    return transfer_result(t, result);
}

static unsigned master_poll(struct file *file, struct waiter *waiter)
{
    struct pty *pty = file->private;
    unsigned ready = 0;
    if (waiter)
        wait_queue_add(&pty->pollers, waiter);
    spin_lock(&pty->slave->lock);
    if (has_output(pty))
        ready |= READY_IN;
    if (pty->is_packet && pty->status)
        ready |= READY_PRIORITY;
    if (takes_input(pty))
        ready |= READY_OUT;
    if (is_deserted(pty))
        ready |= READY_HANGUP;
    spin_unlock(&pty->slave->lock);
    return ready;
}

static int master_async(struct file *file)
{
    struct pid *mine = pid_get(current_process()->pid);
    file_offer_owner(file, mine, OWNER_PROCESS, current->credentials);
    return TELL_IN;
}

/* Control. */

static void set_packet(struct pty *pty, bool on)
{
    spin_lock(&pty->slave->lock);
    if (on && !pty->is_packet)
        pty->status = 0;
    pty->is_packet = on;
    spin_unlock(&pty->slave->lock);
}

/* A descriptor of the slave, whatever /dev/pts looks like from here. */
static long open_peer(struct pty *pty, struct file *master, unsigned flags)
{
    struct place place;
    struct file *file;
    int error = file_count_check(current->credentials);
    if (!error)
        error = devpts_place(pty->index, &place);
    if (error)
        return error;
    error = file_open_place(place, flags, master->opener, &file);
    place_put(place);
    if (error)
        return error;
    return files_add(current->files, file,
        process_limit(current_process(), LIMIT_FILES), 0);
}

static long signal_slave(struct pty *pty, unsigned long number)
{
    if (number != SIGINT && number != SIGQUIT && number != SIGTSTP)
        return -EINVAL;
    terminal_signal_foreground(pty->slave, number);
    return 0;
}

static long master_control(struct file *file, unsigned verb, uintptr_t argument)
{
    struct pty *pty = file->private;
    switch (verb) {
    case CONTROL_PTY_SIGNAL:
        return signal_slave(pty, argument);
    case CONTROL_PTY_NUMBER:
        *(unsigned *)argument = pty->index;
        return 0;
    case CONTROL_PTY_LOCK:
        pty->is_locked = *(int *)argument;
        return 0;
    case CONTROL_PTY_GET_LOCK:
        *(int *)argument = pty->is_locked;
        return 0;
    case CONTROL_PTY_PEER:
        return open_peer(pty, file, argument);
    case CONTROL_PACKET:
        set_packet(pty, *(int *)argument);
        return 0;
    case CONTROL_GET_PACKET:
        *(int *)argument = pty->is_packet;
        return 0;
    case CONTROL_BYTES_READY:
        spin_lock(&pty->slave->lock);
        *(int *)argument = ring_used(&pty->output);
        spin_unlock(&pty->slave->lock);
        return 0;
    }
    return terminal_control(pty->slave, file, verb, argument);
}

static void master_release(struct file *file)
{
    pty_close_master(file->private);
}

static size_t describe_master(struct file *file, char *buffer, size_t capacity)
{
    const struct pty *pty = file->private;
    return format(buffer, capacity, "tty-index:\t%u\n", pty->index);
}

const struct file_ops pty_master_ops = {
    .describe = describe_master,
    .read = master_read,
    .write = master_write,
    .poll = master_poll,
    .control = master_control,
    .async = master_async,
    .release = master_release,
    .cannot_seek = true,
    .is_stream = true,
};
