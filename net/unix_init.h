/* SPDX-License-Identifier: MIT */
/* What the kernel needs to know of local sockets. */
#ifndef NET_UNIX_INIT_H
#define NET_UNIX_INIT_H

#include "net/message.h"

/* At boot, once. */
void unix_init(void);

/* For /proc/net/unix: one after the other, with a lock held. */
struct unix_line {
    unsigned references, state, type;
    bool listens;
    unsigned long inode;
    struct socket_address name; /* bytes 0: none */
};
void unix_list(void (*visit)(const struct unix_line *, void *), void *data);

#endif
