/* SPDX-License-Identifier: MIT */
/* The parts of other threads, for those who look into them: process->lock keeps
 * a part from being replaced while a reference is taken. */
#include "kernel/io_context.h"
#include "kernel/process.h"

#include "mm/space.h"
#include "vfs/credentials.h"
#include "vfs/files.h"

#define PART(type, name, member, get)                                          \
    type *name(struct thread *thread)                                          \
    {                                                                          \
        struct process *process = thread->process;                             \
        if (!process)                                                          \
            return NULL;                                                       \
        unsigned long irq_state = spin_lock_irq(&process->lock);               \
        type *part = thread->member;                                           \
        if (part)                                                              \
            get(part);                                                         \
        spin_unlock_irq(&process->lock, irq_state);                            \
        return part;                                                           \
    }

PART(struct space, thread_space, space, space_get)
PART(struct files, thread_files, files, files_get)
PART(struct paths, thread_paths, paths, paths_get)
PART(struct io_context, thread_io_context, io_context, io_context_get)
PART(const struct credentials, thread_credentials, credentials,
    credentials_get)
