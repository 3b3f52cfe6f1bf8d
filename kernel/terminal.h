/* SPDX-License-Identifier: MIT */
/* Terminals: line discipline, job control, ptys and the console. */
#ifndef KERNEL_TERMINAL_H
#define KERNEL_TERMINAL_H

#include "vfs/control.h"
#include "vfs/device.h"

enum { TERMINAL_CONTROLS = 19 };

/* The kernel's termios: bits and control characters as termios(3) numbers them
 * (the same on x86_64 and aarch64; asserted in abi/linux/layouts.c), so that
 * abi/ copies it as it is. */
struct terminal_modes {
    uint32_t input, output, control, local;
    uint8_t line;
    uint8_t characters[TERMINAL_CONTROLS];
};
struct terminal_modes_speed { /* termios2 */
    struct terminal_modes modes;
    uint32_t input_speed, output_speed;
};
struct terminal_size {
    uint16_t rows, columns, x_pixels, y_pixels;
};

void terminals_init(void); /* console, tty, ptmx, devpts */
/* The console device's terminal: /dev/console, /dev/ttyS0. */
struct terminal;
struct terminal *terminal_get(struct terminal *terminal);
void terminal_put(struct terminal *terminal);
/* For /proc/PID/stat's tty_nr and tpgid: device number, foreground group. */
uint64_t terminal_device(struct terminal *terminal);
int terminal_foreground(struct terminal *terminal);
/* A session leader exits: SIGHUP, SIGCONT, terminal given up. */
void terminal_leave_session(struct process *leader);
void terminal_vhangup(struct process *process);

#endif
