/* SPDX-License-Identifier: MIT */
/* Open terminals: reading with lines or with VMIN and VTIME, writing, and what
 * becomes of both when the line is hung up.
 *
 * Reads, and writes, are made one at a time, so that a line goes to one reader
 * and the bytes of a write stay together; who waits for its turn can be
 * interrupted like who waits for bytes. */
#include "kernel/terminal_core.h"

#include "arch/atomic.h"
#include "arch/clock.h"
#include "kernel/turn.h"
#include "mm/heap.h"

enum { TIME_UNIT_NS = 100000000 };

bool terminal_file_is_dead(const struct terminal_file *opened)
{
    return !opened->is_console
        && atomic_load(&opened->terminal->hangups) != opened->hangups;
}

/* Reading. */

struct reading {
    struct terminal *terminal;
    struct terminal_file *opened;
    bool has_lines, blocks;
    size_t least;         /* bytes that end the read */
    uint64_t between_ns;  /* most between two bytes, 0: any */
    uint64_t deadline_ns; /* of the next byte */
};

static void begin_reading(struct reading *reading, size_t wanted)
{
    struct terminal *terminal = reading->terminal;
    spin_lock(&terminal->lock);
    const struct terminal_modes *modes = &terminal->line->modes;
    unsigned least = modes->characters[CHARACTER_MIN];
    uint64_t time_ns =
        (uint64_t)modes->characters[CHARACTER_TIME] * TIME_UNIT_NS;
    reading->has_lines = modes->local & LOCAL_LINES;
    spin_unlock(&terminal->lock);
    reading->deadline_ns = FOREVER;
    reading->between_ns = 0;
    reading->least = 1;
    if (reading->has_lines)
        return;
    if (least) {
        reading->least = min((size_t)least, wanted);
        reading->between_ns = time_ns;
    } else {
        reading->deadline_ns = time_ns ? clock_ns() + time_ns : 0;
    }
}

static bool has_input(struct reading *reading)
{
    struct terminal *terminal = reading->terminal;
    spin_lock(&terminal->lock);
    bool is_there = line_is_readable(terminal->line, 1);
    spin_unlock(&terminal->lock);
    return is_there;
}

/* 0: bytes are there; 1: none will come in time; -EAGAIN, -EIO, -ERESTART. */
static int wait_for_input(struct reading *reading)
{
    struct terminal *terminal = reading->terminal;
    if (has_input(reading))
        return 0;
    terminal_pump(terminal);
    if (has_input(reading))
        return 0;
    if (terminal_file_is_dead(reading->opened) || !reading->deadline_ns)
        return 1;
    if (terminal->is_cut)
        return -EIO;
    if (!reading->blocks)
        return -EAGAIN;
    int result = wait_until(&terminal->readers, SLEEP_INTERRUPTIBLE,
        reading->deadline_ns,
        has_input(reading) || atomic_load(&terminal->is_cut)
            || terminal_file_is_dead(reading->opened));
    if (result == -ETIMEDOUT)
        return 1;
    if (result)
        return result;
    if (has_input(reading))
        return 0;
    /* Who waits when the other side goes is told more than who comes later. */
    return atomic_load(&terminal->is_cut) ? -EIO : 1;
}

/* Takes one stretch over: bytes, *is_end at a line's end, -EFAULT. */
static ssize_t take_some(
    struct reading *reading, struct transfer *t, bool *is_end)
{
    struct terminal *terminal = reading->terminal;
    size_t wanted = min(t->left, (size_t)STAGING_BYTES);
    spin_lock(&terminal->lock);
    size_t got = line_take(terminal->line, terminal->reading, wanted, is_end);
    if (!*is_end && got == t->left)
        line_skip_end_of_file(terminal->line);
    terminal_settle(terminal);
    size_t given = transfer_give(t, terminal->reading, got);
    return given < got ? -EFAULT : (ssize_t)got;
}

static ssize_t read_in_turn(struct reading *reading, struct transfer *t)
{
    bool is_end = false;
    ssize_t result = 0;
    begin_reading(reading, t->left);
    while (t->left && !is_end) {
        result = wait_for_input(reading);
        if (result)
            break;
        result = take_some(reading, t, &is_end);
        if (result < 0)
            break;
        if (!reading->has_lines && t->moved >= reading->least
            && !has_input(reading))
            break;
        if (reading->has_lines && !is_end && !has_input(reading))
            break;
        if (reading->between_ns)
            reading->deadline_ns = clock_ns() + reading->between_ns;
    }
    return transfer_result(t, result < 0 ? result : 0);
}

static ssize_t terminal_read(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct terminal_file *opened = file->private;
    struct terminal *terminal = opened->terminal;
    struct reading reading = {
        .terminal = terminal,
        .opened = opened,
        .blocks = !(atomic_load(&file->flags) & OPEN_NONBLOCK),
    };
    if (terminal_file_is_dead(opened))
        return 0;
    int error = opened->is_console
        ? 0
        : terminal_check_foreground(terminal, SIGTTIN);
    if (!error)
        error = turn_take(
            &terminal->is_read, &terminal->readers, reading.blocks);
    if (error)
        return error;
    ssize_t result = read_in_turn(&reading, t);
    turn_end(&terminal->is_read, &terminal->readers);
    /* Room was made: what waited for it may go on. */
    terminal_pump(terminal);
    if (t->moved)
        file_touch_accessed(file);
    return result;
}

/* Writing. */

/* As much of bytes as there is room for; processed, and sent. */
static size_t write_some(
    struct terminal *terminal, const unsigned char *bytes, size_t count)
{
    size_t used = 0, out = 1;
    spin_lock(&terminal->lock);
    terminal_push_echo(terminal);
    while (used < count && out && !terminal->line->is_stopped) {
        size_t room = min(
            terminal->driver->room(terminal), (size_t)STAGING_BYTES);
        size_t step = line_output(terminal->line, bytes + used, count - used,
            terminal->staging, room, &out);
        used += step;
        if (out)
            terminal->driver->write(terminal, terminal->staging, out);
        else
            out = step; /* bytes that vanish, as OCRNL's may */
    }
    terminal_settle(terminal);
    return used;
}

static bool can_write(struct terminal *terminal)
{
    spin_lock(&terminal->lock);
    bool can = !terminal->line->is_stopped
        && terminal->driver->room(terminal) >= 8;
    spin_unlock(&terminal->lock);
    return can;
}

static bool is_over(
    const struct terminal *terminal, const struct terminal_file *opened)
{
    return atomic_load(&terminal->is_cut) || terminal_file_is_dead(opened);
}

static int wait_for_room(
    struct terminal *terminal, struct terminal_file *opened, bool blocks)
{
    if (is_over(terminal, opened))
        return -EIO;
    if (!blocks)
        return -EAGAIN;
    int error = wait_until(&terminal->writers, SLEEP_INTERRUPTIBLE, FOREVER,
        can_write(terminal) || is_over(terminal, opened));
    return error ? error : is_over(terminal, opened) ? -EIO : 0;
}

/* One staging buffer's worth, all of it unless something ends the write. */
static ssize_t write_stretch(struct terminal *terminal,
    struct terminal_file *opened, struct transfer *t, bool blocks)
{
    size_t wanted = min(t->left, (size_t)STAGING_BYTES), done = 0;
    size_t count = transfer_take(t, terminal->writing, wanted);
    ssize_t result = 0;
    if (count < wanted) {
        transfer_untake(t, count);
        return -EFAULT;
    }
    while (done < count) {
        int error = is_over(terminal, opened) ? -EIO : 0;
        if (!error)
            done += write_some(
                terminal, terminal->writing + done, count - done);
        if (!error && done < count)
            error = wait_for_room(terminal, opened, blocks);
        if (error) {
            result = error;
            break;
        }
    }
    transfer_untake(t, count - done);
    return result;
}

ssize_t terminal_write_line(struct terminal *terminal,
    struct terminal_file *opened, struct transfer *t, bool blocks)
{
    ssize_t result = turn_take(
        &terminal->is_written, &terminal->writers, blocks);
    if (result)
        return result;
    while (t->left && !result) {
        result = write_stretch(terminal, opened, t, blocks);
        if (!result && t->left && thread_is_interrupted())
            result = -ERESTART;
        thread_breathe();
    }
    turn_end(&terminal->is_written, &terminal->writers);
    return transfer_result(t, result);
}

static ssize_t terminal_write(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct terminal_file *opened = file->private;
    struct terminal *terminal = opened->terminal;
    if (is_over(terminal, opened))
        return -EIO;
    bool stops = terminal->line->modes.local & LOCAL_STOP_OUTPUT;
    int error = stops && !opened->is_console
        ? terminal_check_foreground(terminal, SIGTTOU)
        : 0;
    if (error)
        return error;
    ssize_t result = terminal_write_line(terminal, opened, t,
        !(atomic_load(&file->flags) & OPEN_NONBLOCK));
    if (t->left && atomic_load(&file->flags) & OPEN_ASYNC)
        atomic_store(&terminal->lacks_room, true);
    return result;
}

/* The rest. */

static unsigned terminal_poll(struct file *file, struct waiter *waiter)
{
    struct terminal_file *opened = file->private;
    struct terminal *terminal = opened->terminal;
    unsigned ready = 0;
    if (waiter)
        wait_queue_add(&terminal->pollers, waiter);
    if (terminal_file_is_dead(opened))
        return READY_IN | READY_OUT | READY_ERROR | READY_HANGUP;
    spin_lock(&terminal->lock);
    const struct terminal_modes *modes = &terminal->line->modes;
    size_t least = modes->characters[CHARACTER_TIME]
        ? 1
        : max(modes->characters[CHARACTER_MIN], (uint8_t)1);
    if (line_is_readable(terminal->line, least))
        ready |= READY_IN;
    if (!terminal->line->is_stopped && terminal->driver->room(terminal) >= 8)
        ready |= READY_OUT;
    if (terminal->is_cut)
        ready |= READY_HANGUP;
    spin_unlock(&terminal->lock);
    return ready;
}

static int terminal_async(struct file *file)
{
    struct terminal_file *opened = file->private;
    if (terminal_file_is_dead(opened))
        return -ENOTTY;
    terminal_offer_owner(opened->terminal, file);
    return TELL_IN | TELL_OUT | (opened->is_console ? 0 : TELL_NO_MORE);
}

static long terminal_file_control(
    struct file *file, unsigned verb, uintptr_t argument)
{
    struct terminal_file *opened = file->private;
    if (terminal_file_is_dead(opened))
        return verb == CONTROL_SET_GROUP ? -ENOTTY : -EIO;
    return terminal_control(opened->terminal, file, verb, argument);
}

static void terminal_release(struct file *file)
{
    struct terminal_file *opened = file->private;
    struct terminal *terminal = opened->terminal;
    spin_lock(&terminal->lock);
    if (!--terminal->opens) {
        terminal->is_exclusive = false;
        line_start(terminal->line);
    }
    terminal_settle(terminal);
    terminal_put(terminal);
    heap_free(opened);
}

const struct file_ops terminal_file_ops = {
    .read = terminal_read,
    .write = terminal_write,
    .poll = terminal_poll,
    .control = terminal_file_control,
    .async = terminal_async,
    .release = terminal_release,
    .cannot_seek = true,
    .is_stream = true,
};

int terminal_open(struct terminal *terminal, struct file *file)
{
    struct terminal_file *opened = heap_alloc_zeroed(sizeof *opened);
    int error = opened ? 0 : -ENOMEM;
    if (error)
        return error;
    spin_lock(&terminal->lock);
    if (terminal->is_cut)
        error = -EIO;
    else if (terminal->is_exclusive
        && !credentials_can(file->opener, CAPABLE_SYS_ADMIN))
        error = -EBUSY;
    else
        terminal->opens++;
    opened->hangups = terminal->hangups;
    terminal_settle(terminal);
    if (error) {
        heap_free(opened);
        return error;
    }
    opened->terminal = terminal_get(terminal);
    file->ops = &terminal_file_ops;
    file->private = opened;
    if (!(file->flags & OPEN_NO_TTY))
        terminal_take_if_free(terminal, file->flags & OPEN_READ);
    return 0;
}
