/* SPDX-License-Identifier: MIT */
/* null, zero, full, random, urandom and kmsg. */
#ifndef VFS_MEMORY_DEVICES_H
#define VFS_MEMORY_DEVICES_H

#include "lib/types.h"

void memory_devices_init(void);
void kmsg_init(void); /* part of it */

/* Argument of CONTROL_RANDOM_ADD. */
struct random_entropy {
    int bits;
    size_t bytes;
    const unsigned char *data;
};

#endif
