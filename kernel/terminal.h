/* SPDX-License-Identifier: MIT */
/* Terminals: line discipline, job control, ptys and the console. */
#ifndef KERNEL_TERMINAL_H
#define KERNEL_TERMINAL_H

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

/* Verbs of file_ops.control, mapped from ioctl numbers in abi/linux/ioctl.c.
 * Arguments are kernel pointers to what is named, or plain numbers. */
enum control_verb {
    CONTROL_NONE,
    /* any file */
    CONTROL_BYTES_READY,      /* FIONREAD: int * */
    CONTROL_BYTES_QUEUED,     /* TIOCOUTQ: int * */
    /* terminals */
    CONTROL_GET_MODES,        /* struct terminal_modes * */
    CONTROL_SET_MODES,        /* now */
    CONTROL_SET_MODES_DRAIN,
    CONTROL_SET_MODES_FLUSH,
    CONTROL_GET_SPEEDS, CONTROL_SET_SPEEDS, CONTROL_SET_SPEEDS_DRAIN, CONTROL_SET_SPEEDS_FLUSH,
    CONTROL_GET_SIZE,         /* struct terminal_size * */
    CONTROL_SET_SIZE,
    CONTROL_GET_GROUP,        /* int * */
    CONTROL_SET_GROUP,        /* int * */
    CONTROL_GET_SESSION,      /* int * */
    CONTROL_TAKE,             /* TIOCSCTTY: number: 1 steals */
    CONTROL_LEAVE,            /* TIOCNOTTY */
    CONTROL_FLUSH,            /* number: 0 input, 1 output, 2 both */
    CONTROL_FLOW,             /* number: TCOOFF 0, TCOON 1, TCIOFF 2, TCION 3 */
    CONTROL_DRAIN,            /* tcdrain; TCSBRK nonzero */
    CONTROL_BREAK,
    CONTROL_SIMULATE,         /* TIOCSTI: char * */
    CONTROL_EXCLUSIVE, CONTROL_SHARED, /* TIOCEXCL, TIOCNXCL */
    CONTROL_GET_LINE, CONTROL_SET_LINE, /* TIOCGETD, SETD: int * */
    CONTROL_PACKET,           /* TIOCPKT: int * */
    CONTROL_PTY_NUMBER,       /* TIOCGPTN: unsigned * */
    CONTROL_PTY_LOCK,         /* TIOCSPTLCK: int * */
    CONTROL_PTY_GET_LOCK, CONTROL_PTY_PEER /* number: open flags, gives fd */,
    CONTROL_CONSOLE,          /* TIOCCONS */
    CONTROL_RANDOM_COUNT,     /* RNDGETENTCNT: int * */
    CONTROL_RANDOM_ADD,       /* RNDADDENTROPY: struct random_entropy * */
    CONTROL_GET_VERSION, CONTROL_GET_INODE_FLAGS,
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
