/* SPDX-License-Identifier: MIT */
/* What a terminal can be asked and told: modes, speeds, sizes, flow, flushing,
 * and job control's verbs.  A pty's master asks of its slave here too. */
#include "kernel/terminal_core.h"

#include "arch/atomic.h"
#include "lib/signals.h"
#include "lib/string.h"

/* Baud rates by their number in control modes: 0..15, then 010001 on. */
static const uint32_t rates[] = {
    0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600,
    19200, 38400,
};
static const uint32_t high_rates[] = {
    57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000,
    1500000, 2000000, 2500000, 3000000, 3500000, 4000000,
};

/* 0: the mode leaves it to the caller. */
static bool rate_of(unsigned control, uint32_t *rate)
{
    unsigned number = control & CONTROL_SPEED;
    if (number == CONTROL_SPEED_OTHER)
        return false;
    unsigned index = number & 15;
    *rate = number & CONTROL_SPEED_OTHER ? high_rates[index - 1]
                                         : rates[index];
    return true;
}

static void get_modes(
    struct terminal *terminal, struct terminal_modes_speed *all)
{
    spin_lock(&terminal->lock);
    all->modes = terminal->line->modes;
    all->input_speed = terminal->input_speed;
    all->output_speed = terminal->output_speed;
    spin_unlock(&terminal->lock);
}

/* speeds NULL: as the control modes say. */
static int set_modes(struct terminal *terminal,
    const struct terminal_modes *wanted,
    const struct terminal_modes_speed *speeds, bool flushes)
{
    int error = terminal_check_foreground(terminal, SIGTTOU);
    if (error)
        return error;
    struct terminal_modes modes = *wanted;
    modes.line = 0;
    if (terminal->driver->is_pty) {
        modes.control &= ~(CONTROL_BITS | CONTROL_PARITY);
        modes.control |= CONTROL_EIGHT_BITS | CONTROL_RECEIVE;
    }
    if (flushes)
        terminal_pump(terminal);
    spin_lock(&terminal->lock);
    if (flushes)
        line_flush_input(terminal->line);
    line_set_modes(terminal->line, &modes);
    uint32_t rate;
    if (rate_of(modes.control, &rate)) {
        terminal->input_speed = terminal->output_speed = rate;
    } else if (speeds) {
        terminal->output_speed = speeds->output_speed;
        terminal->input_speed =
            speeds->input_speed ? speeds->input_speed : speeds->output_speed;
    }
    terminal_settle(terminal);
    return 0;
}

static int set_size(
    struct terminal *terminal, const struct terminal_size *wanted)
{
    spin_lock(&terminal->lock);
    bool changes = memcmp(&terminal->size, wanted, sizeof *wanted) != 0;
    terminal->size = *wanted;
    spin_unlock(&terminal->lock);
    if (changes)
        terminal_signal_foreground(terminal, SIGWINCH);
    return 0;
}

static int flush(struct terminal *terminal, unsigned which)
{
    int error = terminal_check_foreground(terminal, SIGTTOU);
    if (error)
        return error;
    if (which > 2)
        return -EINVAL;
    if (which != 1)
        terminal_pump(terminal); /* what arrived is thrown away as well */
    spin_lock(&terminal->lock);
    if (which != 1) {
        unsigned long irq = spin_lock_irq(&terminal->arriving_lock);
        terminal->arriving.read = terminal->arriving.written;
        spin_unlock_irq(&terminal->arriving_lock, irq);
        line_flush_input(terminal->line);
    }
    if (which != 0)
        terminal->line->events |= LINE_FLUSHED_OUTPUT;
    terminal_settle(terminal);
    return 0;
}

static int flow(struct terminal *terminal, unsigned how)
{
    int error = terminal_check_foreground(terminal, SIGTTOU);
    if (error)
        return error;
    if (how > 3)
        return -EINVAL;
    spin_lock(&terminal->lock);
    struct line *line = terminal->line;
    unsigned char byte = line->modes.characters[
        how == 2 ? CHARACTER_STOP : CHARACTER_START];
    if (how == 0)
        line_stop(line);
    else if (how == 1)
        line_start(line);
    else if (byte && terminal->driver->room(terminal))
        terminal->driver->write(terminal, &byte, 1);
    terminal_settle(terminal);
    return 0;
}

static int simulate(struct terminal *terminal, char byte)
{
    if (!terminal_is_mine(terminal)
        && !credentials_can(current->credentials, CAPABLE_SYS_ADMIN))
        return -EPERM;
    terminal_arrive(terminal, (unsigned char *)&byte, 1);
    terminal_pump(terminal);
    return 0;
}

static int get_group(struct terminal *terminal, bool is_master, int *number)
{
    if (!is_master && !terminal_is_mine(terminal))
        return -ENOTTY;
    int group = terminal_foreground(terminal);
    *number = group < 0 ? 0 : group;
    return 0;
}

static int get_session(struct terminal *terminal, bool is_master, int *number)
{
    if (!is_master && !terminal_is_mine(terminal))
        return -ENOTTY;
    spin_lock(&process_tree_lock);
    struct pid *session = terminal->session;
    if (session)
        *number = session->number;
    spin_unlock(&process_tree_lock);
    return session ? 0 : -ENOTTY;
}

static int count_ready(struct terminal *terminal, int *count)
{
    terminal_pump(terminal);
    spin_lock(&terminal->lock);
    *count = line_readable_bytes(terminal->line);
    spin_unlock(&terminal->lock);
    return 0;
}

static int set_exclusive(struct terminal *terminal, bool is_exclusive)
{
    spin_lock(&terminal->lock);
    terminal->is_exclusive = is_exclusive;
    spin_unlock(&terminal->lock);
    return 0;
}

static long control_modes(
    struct terminal *terminal, unsigned verb, void *argument)
{
    const struct terminal_modes *modes = argument;
    struct terminal_modes_speed *all = argument, now;
    switch (verb) {
    case CONTROL_GET_MODES:
        get_modes(terminal, &now);
        *(struct terminal_modes *)argument = now.modes;
        return 0;
    case CONTROL_SET_MODES:
    case CONTROL_SET_MODES_DRAIN:
        return set_modes(terminal, modes, NULL, false);
    case CONTROL_SET_MODES_FLUSH:
        return set_modes(terminal, modes, NULL, true);
    case CONTROL_GET_SPEEDS:
        get_modes(terminal, all);
        return 0;
    case CONTROL_SET_SPEEDS:
    case CONTROL_SET_SPEEDS_DRAIN:
        return set_modes(terminal, &all->modes, all, false);
    case CONTROL_SET_SPEEDS_FLUSH:
        return set_modes(terminal, &all->modes, all, true);
    }
    return -ENOTTY;
}

static long control_job(struct terminal *terminal, struct file *file,
    unsigned verb, uintptr_t argument)
{
    bool is_master = file->ops != &terminal_file_ops;
    switch (verb) {
    case CONTROL_GET_GROUP:
        return get_group(terminal, is_master, (int *)argument);
    case CONTROL_SET_GROUP:
        return terminal_set_foreground(terminal, *(int *)argument);
    case CONTROL_GET_SESSION:
        return get_session(terminal, is_master, (int *)argument);
    case CONTROL_TAKE:
        return terminal_take(
            terminal, argument == 1, file->flags & OPEN_READ);
    case CONTROL_LEAVE:
        return terminal_leave(terminal);
    }
    return -ENOTTY;
}

long terminal_control(struct terminal *terminal, struct file *file,
    unsigned verb, uintptr_t argument)
{
    switch (verb) {
    case CONTROL_BYTES_READY:
        return count_ready(terminal, (int *)argument);
    case CONTROL_BYTES_QUEUED:
        *(int *)argument = 0; /* what was written is on its way */
        return 0;
    case CONTROL_GET_SIZE:
        spin_lock(&terminal->lock);
        *(struct terminal_size *)argument = terminal->size;
        spin_unlock(&terminal->lock);
        return 0;
    case CONTROL_SET_SIZE:
        return set_size(terminal, (const struct terminal_size *)argument);
    case CONTROL_FLUSH:
        return flush(terminal, argument);
    case CONTROL_FLOW:
        return flow(terminal, argument);
    case CONTROL_DRAIN:
    case CONTROL_BREAK:
        return terminal_check_foreground(terminal, SIGTTOU);
    case CONTROL_SIMULATE:
        return simulate(terminal, *(char *)argument);
    case CONTROL_EXCLUSIVE:
    case CONTROL_SHARED:
        return set_exclusive(terminal, verb == CONTROL_EXCLUSIVE);
    case CONTROL_GET_EXCLUSIVE:
        *(int *)argument = terminal->is_exclusive;
        return 0;
    case CONTROL_GET_DEVICE:
        *(uint64_t *)argument = terminal->device;
        return 0;
    case CONTROL_PTY_PEER: /* of a master alone */
        return -EIO;
    case CONTROL_GET_LINE:
        *(int *)argument = 0;
        return 0;
    case CONTROL_SET_LINE:
        return *(int *)argument ? -EINVAL : 0;
    case CONTROL_GET_GROUP:
    case CONTROL_SET_GROUP:
    case CONTROL_GET_SESSION:
    case CONTROL_TAKE:
    case CONTROL_LEAVE:
        return control_job(terminal, file, verb, argument);
    }
    return control_modes(terminal, verb, (void *)argument);
}
