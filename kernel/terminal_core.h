/* SPDX-License-Identifier: MIT */
/* The inside of a terminal, for terminal*.c, console.c and pty.c.
 *
 * Bytes come in through the ring `arriving`, from an interrupt or from the
 * master side, and go through the line discipline in terminal_pump, which any
 * thread may call.  Whose terminal it is (session, group) is part of the
 * process tree and under its lock. */
#ifndef KERNEL_TERMINAL_CORE_H
#define KERNEL_TERMINAL_CORE_H

#include "kernel/line.h"
#include "kernel/process.h"
#include "lib/refcount.h"
#include "sched/work.h"

enum { STAGING_BYTES = 1024 };

struct terminal;

/* The far side. All are called with terminal->lock held, but for freed. */
struct terminal_driver {
    /* How many bytes of output it takes now. */
    size_t (*room)(struct terminal *terminal);
    void (*write)(
        struct terminal *terminal, const unsigned char *bytes, size_t count);
    /* Output that was not delivered yet is thrown away. */
    void (*flush)(struct terminal *terminal);
    /* enum line_event, for packet mode and for those who wait for room. */
    void (*happened)(struct terminal *terminal, unsigned events);
    void (*freed)(struct terminal *terminal);
    bool is_pty;
};

struct terminal {
    struct refcount refs;
    const struct terminal_driver *driver;
    void *private;
    uint64_t device;

    struct spinlock arriving_lock; /* with interrupts off */
    struct ring arriving;
    struct work work;       /* pumps, after an interrupt */

    struct spinlock lock;   /* RANK_TERMINAL_STATE: */
    struct line *line;
    struct terminal_size size;
    uint32_t input_speed, output_speed;
    unsigned opens;
    bool is_exclusive;
    bool is_cut;            /* the master is gone */
    unsigned hangups;       /* [atomic] open files of earlier ones are dead */

    /* Under process_tree_lock: */
    struct pid *session, *group; /* with references, or NULL */

    struct wait_queue readers, writers, pollers;
    uint32_t is_read, is_written; /* [atomic] somebody has the turn */
    bool lacks_room; /* [atomic] TELL_OUT when there is some again */
    unsigned char reading[STAGING_BYTES]; /* of that one */
    unsigned char writing[STAGING_BYTES], staging[STAGING_BYTES];
    struct deferred deferred;
};

/* One open of a terminal: file->private of terminal_file_ops. */
struct terminal_file {
    struct terminal *terminal; /* with a reference */
    unsigned hangups;          /* when it was opened */
    bool is_console;           /* /dev/console: no job control, no hang-up */
};
extern const struct file_ops terminal_file_ops;

/* arriving_bytes: a power of two. NULL for want of memory. */
struct terminal *terminal_new(const struct terminal_driver *driver,
    const struct terminal_modes *modes, size_t arriving_bytes);
extern const struct terminal_modes terminal_first_modes;

/* Makes file an open of terminal; may make it the controlling one. */
int terminal_open(struct terminal *terminal, struct file *file);
bool terminal_file_is_dead(const struct terminal_file *opened);

/* Bytes for the input, from any context: how many fitted in. */
size_t terminal_arrive(
    struct terminal *terminal, const unsigned char *bytes, size_t count);
/* Lets what arrived through the discipline; signals and wakes. */
void terminal_pump(struct terminal *terminal);
/* After line->events may have changed: drops terminal->lock, which the caller
 * holds, and does what they say. */
void terminal_settle(struct terminal *terminal) drops(terminal->lock);
/* Under terminal->lock: echoes that wait go out as far as there is room. */
void terminal_push_echo(struct terminal *terminal);
void terminal_wake(struct terminal *terminal, unsigned events);
/* Who asks to be told of it is offered: whose terminal it is, or current. */
void terminal_offer_owner(struct terminal *terminal, struct file *file);
ssize_t terminal_write_line(struct terminal *terminal,
    struct terminal_file *opened, struct transfer *t, bool blocks);

/* Job control (terminal_job.c). */
int terminal_check_foreground(struct terminal *terminal, int number);
void terminal_signal_foreground(struct terminal *terminal, int number);
void terminal_take_if_free(struct terminal *terminal, bool is_readable);
int terminal_take(struct terminal *terminal, bool steals, bool is_readable);
int terminal_leave(struct terminal *terminal);
int terminal_set_foreground(struct terminal *terminal, int number);
bool terminal_is_mine(struct terminal *terminal);
/* Every open file of it dies; its session hears of it. */
void terminal_hang_up(struct terminal *terminal);

long terminal_control(struct terminal *terminal, struct file *file,
    unsigned verb, uintptr_t argument);

void terminal_console_init(void);
void pty_init(void);

#endif
