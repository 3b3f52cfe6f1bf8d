/* SPDX-License-Identifier: MIT */
/* Pseudo-terminals: a master file, and a slave that is a terminal. */
#ifndef KERNEL_PTY_H
#define KERNEL_PTY_H

#include "kernel/terminal_core.h"

enum { PTY_MAX = 4096, PTY_MAJOR = 136, PTY_OUTPUT_BYTES = 65536,
    PTY_INPUT_BYTES = 16384 };

struct pty {
    unsigned index;
    struct terminal *slave; /* whose lock guards what follows */
    struct inode *inode;    /* of devpts; until the master closes */
    struct ring output;     /* from the slave, for the master */
    bool is_locked;         /* the slave cannot be opened yet */
    bool was_opened;        /* there was a slave once: its absence is an end */
    bool is_packet, does_flow;
    unsigned char status;   /* TIOCPKT_… bits that the master has not seen */
    struct wait_queue readers, writers, pollers; /* masters */
    uint32_t is_read, is_written; /* [atomic] turns */
    unsigned char reading[STAGING_BYTES], writing[STAGING_BYTES];
};

extern const struct file_ops pty_master_ops; /* private: struct pty */
void pty_close_master(struct pty *pty);
/* Opens of /dev/ptmx and /dev/pts/ptmx make a fresh pair. */
int pty_open_master(struct file *file);
int pty_open_slave(
    unsigned index, const struct inode *inode, struct file *file);
/* Whether inode is still the name of a living pair. */
bool pty_is_alive(unsigned index, const struct inode *inode);
/* The inode of a living pair with a reference, or NULL. */
struct inode *pty_inode(unsigned index);
/* The lowest living index >= from; PTY_MAX: none. */
unsigned pty_next(unsigned from);

/* devpts.c */
void devpts_init(void);
struct inode *devpts_new_inode(unsigned index, const struct credentials *who);
/* The slave's place by its number, with references: TIOCGPTPEER. */
int devpts_place(unsigned index, struct place *place);

#endif
