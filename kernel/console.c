/* SPDX-License-Identifier: MIT */
/* The serial line's terminal, and the names that lead to it: /dev/console,
 * /dev/ttyS0, and /dev/tty for whoever has a controlling terminal. */
#include "arch/atomic.h"
#include "arch/console.h"
#include "kernel/terminal_core.h"
#include "lib/log.h"
#include "lib/string.h"

enum { ARRIVING_BYTES = 4096 };

static struct terminal *console;

/* The line takes everything: it is polled. */
static size_t console_room(struct terminal *terminal)
{
    return STAGING_BYTES;
}

static void console_send(
    struct terminal *terminal, const unsigned char *bytes, size_t count)
{
    console_write((const char *)bytes, count);
}

static void console_flush(struct terminal *terminal)
{
}

static const struct terminal_driver console_driver = {
    .room = console_room,
    .write = console_send,
    .flush = console_flush,
};

/* From the interrupt. */
static void received(const unsigned char *bytes, size_t count)
{
    terminal_arrive(console, bytes, count);
    work_queue(&console->work);
}

static int open_line(struct device *device, struct file *file)
{
    return terminal_open(console, file);
}

static int open_console(struct device *device, struct file *file)
{
    file->flags |= OPEN_NO_TTY;
    int error = terminal_open(console, file);
    if (!error)
        ((struct terminal_file *)file->private)->is_console = true;
    return error;
}

/* /dev/tty */
static int open_own(struct device *device, struct file *file)
{
    struct process *process = current_process();
    if (!process)
        return -ENXIO;
    spin_lock(&process_tree_lock);
    struct terminal *terminal = terminal_get(process->terminal);
    spin_unlock(&process_tree_lock);
    if (!terminal)
        return -ENXIO;
    file->flags |= OPEN_NO_TTY;
    int error = terminal_open(terminal, file);
    terminal_put(terminal);
    return error;
}

static struct device devices[] = {
    { .name = "console", .number = device_number(5, 1), .mode = 0600,
        .ops = &terminal_file_ops, .open = open_console },
    { .name = "tty", .number = device_number(5, 0), .mode = 0666,
        .ops = &terminal_file_ops, .open = open_own },
    { .name = "ttyS0", .number = device_number(4, 64), .mode = 0600,
        .ops = &terminal_file_ops, .open = open_line },
};

void terminal_console_init(void)
{
    struct terminal_modes modes = terminal_first_modes;
    modes.control = CONTROL_9600 | CONTROL_EIGHT_BITS | CONTROL_RECEIVE
        | CONTROL_HANG_UP | CONTROL_LOCAL;
    struct device *line = &devices[array_size(devices) - 1];
    if (strcmp(console_name(), "ttyS0")) {
        line->name = console_name();
        line->number = device_number(204, 64);
    }
    console = terminal_new(&console_driver, &modes, ARRIVING_BYTES);
    if (!console) {
        log_error("console: there is no memory for its terminal");
        return;
    }
    console->input_speed = console->output_speed = 9600;
    console->device = line->number;
    for (size_t i = 0; i < array_size(devices); i++)
        if (device_register(&devices[i]))
            log_error("console: %s cannot be made", devices[i].name);
    console_set_input(received);
}
