/* SPDX-License-Identifier: MIT */
/* What a thread says of its I/O (ioprio_set(2)): nothing is scheduled by it, but
 * it is kept, copied to children, and shared under CLONE_IO. */
#ifndef KERNEL_IO_CONTEXT_H
#define KERNEL_IO_CONTEXT_H

#include "lib/types.h"

struct io_context;
struct thread;

struct io_context *io_context_get(struct io_context *context);
void io_context_put(struct io_context *context); /* NULL too */

/* For a child of current that nobody else sees yet; what was never said cannot
 * be shared. -ENOMEM. */
int io_context_inherit(struct thread *child, bool is_shared);

/* The abi's number; 0: nothing was said. What has ended says nothing, and is
 * told nothing. -ENOMEM. */
uint16_t io_priority(struct thread *thread);
int io_set_priority(struct thread *thread, uint16_t priority);

#endif
