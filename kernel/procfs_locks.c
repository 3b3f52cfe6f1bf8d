/* SPDX-License-Identifier: MIT */
/* Locks of files, as fdinfo and /proc/locks tell of them. */
#include "kernel/procfs_tree.h"
#include "lib/errno.h"
#include "mm/heap.h"
#include "vfs/locks.h"

enum { AT_ONCE = 32 };

static void add_lock(struct text *text, const struct lock_shown *lock)
{
    static const char *const families[] = {
        [LOCK_POSIX] = "POSIX  ADVISORY ",
        [LOCK_FILE] = "OFDLCK ADVISORY ",
        [LOCK_FLOCK] = "FLOCK  ADVISORY ",
    };
    text_print(text, "%s %s %d %02x:%02x:%lu ", families[lock->family],
        lock->type == LOCK_WRITE ? "WRITE" : "READ", lock->pid,
        (unsigned)(lock->device >> 32), (unsigned)lock->device,
        (unsigned long)lock->inode);
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
    for (unsigned i = 0; i < count; i++) {
        locks[i].device = attributes.device;
        locks[i].inode = attributes.inode;
        text_print(text, "lock:\t%u: ", i + 1);
        add_lock(text, &locks[i]);
    }
    heap_free(locks);
}

struct all_locks {
    struct text *text;
    unsigned number;
};

/* Who waits has the number of whom he waits for. */
static bool add_next(const struct lock_shown *lock, void *data)
{
    struct all_locks *to = data;
    if (!lock->is_blocked)
        to->number++;
    text_print(to->text, "%u: %s", to->number, lock->is_blocked ? "-> " : "");
    add_lock(to->text, lock);
    return !to->text->error;
}

int show_locks(struct text *text, const struct proc_subject *subject)
{
    struct all_locks to = { .text = text };
    struct lock_shown *room = heap_alloc(AT_ONCE * sizeof *room);
    if (!room)
        return -ENOMEM;
    lock_list_all(room, AT_ONCE, add_next, &to);
    heap_free(room);
    return 0;
}
