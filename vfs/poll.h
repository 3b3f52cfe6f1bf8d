/* SPDX-License-Identifier: MIT */
/* poll(2) over any number of open files; select is made of it. */
#ifndef VFS_POLL_H
#define VFS_POLL_H

#include "vfs/file.h"

struct files;

struct poll_item {
    int fd;          /* < 0: skipped */
    short wanted, ready; /* enum ready bits; laid out as struct pollfd */
};

/* Number of items with ready != 0; 0 at the deadline; -ERESTART_UNHANDLED when
 * interrupted; -ENOMEM. An fd that is not open is READY_INVALID. */
int poll_files(struct files *files, struct poll_item *items, unsigned count,
    uint64_t deadline_ns);

#endif
