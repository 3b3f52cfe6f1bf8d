/* SPDX-License-Identifier: MIT */
/* Extended attributes: a list per inode, for files have few.  Under the inode's
 * change mutex. */
#include "vfs/extended.h"

#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"

struct extended {
    struct extended *next;
    enum extended_kind kind;
    void *value; /* a heap block; NULL if it is empty */
    size_t bytes;
    char name[];
};

static bool may_see(
    enum extended_kind kind, const struct credentials *who)
{
    return kind != EXTENDED_TRUSTED
        || credentials_can(who, CAPABLE_SYS_ADMIN);
}

/* The link that points to it, or to where the list ends. */
static struct extended **find(struct inode *inode, struct extended_name name)
{
    struct extended **link = &inode->extended;
    while (*link
        && ((*link)->kind != name.kind || strcmp((*link)->name, name.text)))
        link = &(*link)->next;
    return link;
}

static struct extended *new_one(struct extended_name name)
{
    size_t bytes = strlen(name.text) + 1;
    struct extended *fresh = heap_alloc(sizeof *fresh + bytes);
    if (!fresh)
        return NULL;
    *fresh = (struct extended){ .kind = name.kind };
    memcpy(fresh->name, name.text, bytes);
    return fresh;
}

static int check_change(
    const struct inode *inode, const struct credentials *who)
{
    if (!credentials_can(who, CAPABLE_SYS_ADMIN))
        return -EPERM;
    return inode->ops->keeps_extended ? 0 : -EOPNOTSUPP;
}

/* Takes the value over if it returns 0. */
static int set_locked(struct inode *inode, struct extended_name name,
    void *value, size_t bytes, enum extended_how how)
{
    struct extended **link = find(inode, name), *held = *link;
    if (held && how == EXTENDED_NEW)
        return -EEXIST;
    if (!held && how == EXTENDED_KNOWN)
        return -ENODATA;
    if (!held) {
        held = new_one(name);
        if (!held)
            return -ENOMEM;
        *link = held;
    }
    heap_free(held->value);
    held->value = value;
    held->bytes = bytes;
    return 0;
}

int extended_set(struct inode *inode, struct extended_name name,
    const void *value, size_t bytes, enum extended_how how,
    const struct credentials *who)
{
    int error = check_change(inode, who);
    if (error)
        return error;
    void *copy = bytes ? heap_copy(value, bytes) : NULL;
    if (bytes && !copy)
        return -ENOMEM;
    mutex_lock(&inode->change);
    error = set_locked(inode, name, copy, bytes, how);
    mutex_unlock(&inode->change);
    if (error)
        heap_free(copy);
    return error;
}

static int get_locked(struct inode *inode, struct extended_name name,
    void *value, size_t capacity)
{
    const struct extended *held = *find(inode, name);
    if (!held)
        return -ENODATA;
    if (capacity && held->bytes > capacity)
        return -ERANGE;
    if (capacity && held->bytes)
        memcpy(value, held->value, held->bytes);
    return held->bytes;
}

int extended_get(struct inode *inode, struct extended_name name, void *value,
    size_t capacity, const struct credentials *who)
{
    if (!may_see(name.kind, who))
        return -ENODATA;
    if (!inode->ops->keeps_extended)
        return -EOPNOTSUPP;
    mutex_lock(&inode->change);
    int result = get_locked(inode, name, value, capacity);
    mutex_unlock(&inode->change);
    return result;
}

static void free_one(struct extended *one)
{
    heap_free(one->value);
    heap_free(one);
}

int extended_remove(struct inode *inode, struct extended_name name,
    const struct credentials *who)
{
    int error = check_change(inode, who);
    if (error)
        return error;
    mutex_lock(&inode->change);
    struct extended **link = find(inode, name), *held = *link;
    if (held)
        *link = held->next;
    mutex_unlock(&inode->change);
    if (!held)
        return -ENODATA;
    free_one(held);
    return 0;
}

void extended_for_each(struct inode *inode,
    void (*visit)(void *data, struct extended_name name), void *data,
    const struct credentials *who)
{
    mutex_lock(&inode->change);
    for (const struct extended *held = inode->extended; held;
         held = held->next)
        if (may_see(held->kind, who))
            visit(data, (struct extended_name){ held->kind, held->name });
    mutex_unlock(&inode->change);
}

void extended_free(struct inode *inode)
{
    struct extended *held;
    while ((held = inode->extended)) {
        inode->extended = held->next;
        free_one(held);
    }
}
