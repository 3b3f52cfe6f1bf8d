/* SPDX-License-Identifier: MIT */
/* Locks of files, as fdinfo tells of them. */
#include "kernel/procfs_tree.h"
#include "mm/heap.h"
#include "vfs/locks.h"

static void add_lock(struct text *text, const struct lock_shown *lock,
    unsigned number, const struct attributes *attributes)
{
    static const char *const families[] = {
        [LOCK_POSIX] = "POSIX  ADVISORY ",
        [LOCK_FILE] = "OFDLCK ADVISORY ",
        [LOCK_FLOCK] = "FLOCK  ADVISORY ",
    };
    text_print(text, "lock:\t%u: %s %s %d %02x:%02x:%lu ", number,
        families[lock->family], lock->type == LOCK_WRITE ? "WRITE" : "READ",
        lock->pid, (unsigned)(attributes->device >> 32),
        (unsigned)attributes->device, (unsigned long)attributes->inode);
    text_print(text, "%lu ", (unsigned long)lock->start);
    if (lock->end == UINT64_MAX >> 1)
        text_add_string(text, "EOF\n");
    else
        text_print(text, "%lu\n", (unsigned long)lock->end);
}

/* All of them: again with more room while there are more than fit. */
static unsigned gather(
    struct file *file, const void *owner, struct lock_shown **locks)
{
    unsigned room = 0, count = lock_list(file, owner, NULL, 0);
    *locks = NULL;
    while (count > room) {
        heap_free(*locks);
        room = count + 8;
        *locks = heap_alloc(room * sizeof **locks);
        if (!*locks)
            return 0;
        count = lock_list(file, owner, *locks, room);
    }
    return count;
}

void add_locks(struct text *text, struct file *file, const void *owner)
{
    struct lock_shown *locks;
    struct attributes attributes;
    unsigned count = gather(file, owner, &locks);
    if (count)
        inode_attributes(file->inode, &attributes);
    for (unsigned i = 0; i < count; i++)
        add_lock(text, &locks[i], i + 1, &attributes);
    heap_free(locks);
}
