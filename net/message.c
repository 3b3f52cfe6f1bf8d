/* SPDX-License-Identifier: MIT */
/* What goes with bytes: descriptors and who sent them. */
#include "net/message.h"

#include "mm/heap.h"
#include "net/in_flight.h"
#include "sched/pid.h"
#include "vfs/file.h"

struct rights *rights_new(unsigned capacity)
{
    struct rights *rights;
    return heap_alloc_zeroed(
        sizeof *rights + capacity * sizeof *rights->files);
}

struct rights *rights_copy(const struct rights *rights)
{
    struct rights *copy = rights_new(rights->count);
    if (!copy)
        return NULL;
    for (unsigned i = 0; i < rights->count; i++)
        copy->files[copy->count++] = file_get(rights->files[i]);
    return copy;
}

void rights_free(struct rights *rights)
{
    if (!rights)
        return;
    in_flight_leave(rights);
    for (unsigned i = 0; i < rights->count; i++)
        file_put(rights->files[i]);
    heap_free(rights);
}

struct identity identity_get(const struct identity *identity)
{
    if (identity->pid)
        pid_get(identity->pid);
    return *identity;
}

void identity_put(struct identity *identity)
{
    if (identity->pid)
        pid_put(identity->pid);
    identity->pid = NULL;
}

bool identity_is_same(const struct identity *a, const struct identity *b)
{
    return a->pid == b->pid && a->uid == b->uid && a->gid == b->gid;
}
