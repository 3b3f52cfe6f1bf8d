/* SPDX-License-Identifier: MIT */
/* What file_control can be asked: abi/ maps ioctl numbers to these, and copies
 * what the argument points to, so that no file sees a number or a user
 * pointer.  A file that does not know a verb says -ENOTTY. */
#ifndef VFS_CONTROL_H
#define VFS_CONTROL_H

/* Verbs of file_ops.control, mapped from ioctl numbers in abi/linux/ioctl.c.
 * Arguments are kernel pointers to what is named, or plain numbers. */
enum control_verb {
    CONTROL_NONE, /* a number that nobody knows */
    /* any file */
    CONTROL_BYTES_READY,      /* FIONREAD: int * */
    CONTROL_BYTES_QUEUED,     /* TIOCOUTQ: int * */
    CONTROL_AT_MARK,          /* SIOCATMARK: int * */
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
    CONTROL_GET_EXCLUSIVE,    /* TIOCGEXCL: int * */
    CONTROL_GET_DEVICE,       /* TIOCGDEV: uint64_t * */
    CONTROL_GET_LINE, CONTROL_SET_LINE, /* TIOCGETD, SETD: int * */
    CONTROL_PACKET, CONTROL_GET_PACKET, /* TIOCPKT, TIOCGPKT: int * */
    CONTROL_PTY_SIGNAL,       /* TIOCSIG: number */
    CONTROL_PTY_NUMBER,       /* TIOCGPTN: unsigned * */
    CONTROL_PTY_LOCK,         /* TIOCSPTLCK: int * */
    CONTROL_PTY_GET_LOCK, CONTROL_PTY_PEER /* number: open flags, gives fd */,
    CONTROL_CONSOLE,          /* TIOCCONS */
    CONTROL_RANDOM_COUNT,     /* RNDGETENTCNT: int * */
    CONTROL_RANDOM_ADD,       /* RNDADDENTROPY: struct random_entropy * */
    CONTROL_SET_TICKS,        /* TFD_IOC_SET_TICKS: uint64_t * */
    CONTROL_SET_NEXT_WATCH,   /* INOTIFY_IOC_SETNEXTWD: number */
    CONTROL_FIRST_OF_OTHERS,  /* further families count from here */
};

#endif
