/* SPDX-License-Identifier: MIT */
/* From entries of an archive to a tree.
 *
 * Names are made through paths like everybody's; content goes straight into
 * the file's pages, for nobody else is there yet, and no open file that is put
 * late could then make the first program look busy. */
#include "initramfs/tree.h"

#include "lib/errno.h"
#include "lib/hash.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "sched/thread.h"

struct seen { /* a name to link to */
    struct list link;
    uint32_t inode, major, minor, type;
    char name[];
};

struct late { /* a directory that is still being filled */
    struct list link;
    int64_t modified_ns;
    char name[];
};

struct tree_maker *tree_maker_new(struct paths *root)
{
    struct tree_maker *maker = heap_alloc_zeroed(sizeof *maker);
    if (!maker)
        return NULL;
    maker->who = credentials_new();
    if (!maker->who) {
        heap_free(maker);
        return NULL;
    }
    maker->walk.paths = root;
    maker->walk.who = maker->who;
    maker->walk.from = paths_root(root);
    for (unsigned i = 0; i < LINK_BUCKETS; i++)
        list_init(&maker->links[i]);
    list_init(&maker->directories);
    return maker;
}

void tree_forget_links(struct tree_maker *maker)
{
    struct seen *seen, *after;
    for (unsigned i = 0; i < LINK_BUCKETS; i++) {
        list_for_each_safe(seen, after, &maker->links[i], link)
            heap_free(seen);
        list_init(&maker->links[i]);
    }
}

static void set_times(
    struct tree_maker *maker, struct inode *inode, int64_t modified_ns)
{
    struct attributes times = {
        .accessed_ns = modified_ns,
        .modified_ns = modified_ns,
    };
    inode_change(inode, SET_ACCESSED | SET_MODIFIED, &times, maker->who);
}

void tree_maker_free(struct tree_maker *maker)
{
    struct late *late, *after;
    tree_forget_links(maker);
    list_for_each_safe(late, after, &maker->directories, link) {
        struct place place;
        if (!path_find(&maker->walk, late->name, &place)) {
            set_times(maker, place.entry->inode, late->modified_ns);
            place_put(place);
        }
        heap_free(late);
    }
    place_put(maker->walk.from);
    credentials_put(maker->who);
    heap_free(maker);
}

static enum inode_type type_of(const struct cpio_entry *entry)
{
    return entry->mode >> 12 & 15;
}

/* Shortage ends the whole; anything else loses one name. */
static int serious(int error)
{
    return error == -ENOMEM || error == -ENOSPC ? error : 0;
}

/* What stands at a name where another kind of thing is to be. */
static void make_way(
    struct tree_maker *maker, const char *name, enum inode_type unless)
{
    struct place place;
    if (path_find(&maker->walk, name, &place))
        return;
    enum inode_type type = place.entry->inode->type;
    place_put(place);
    if (type == unless)
        return;
    if (type == INODE_DIRECTORY)
        path_rmdir(&maker->walk, name);
    else
        path_unlink(&maker->walk, name);
}

static void set_attributes(struct tree_maker *maker, struct inode *inode,
    const struct cpio_entry *entry)
{
    struct attributes wanted = {
        .uid = entry->uid,
        .gid = entry->gid,
        .mode = entry->mode & 07777,
    };
    /* A change of owner takes set-id bits away: the mode comes after. */
    inode_change(inode, SET_UID | SET_GID, &wanted, maker->who);
    if (inode->type != INODE_SYMLINK)
        inode_change(inode, SET_MODE, &wanted, maker->who);
    set_times(maker, inode, (int64_t)entry->modified * (int64_t)NS_PER_SECOND);
}

/* Content. */

static int fill(struct inode *inode, const struct cpio_entry *entry,
    struct stream *s, const char **problem)
{
    uint64_t position = 0;
    uint32_t sum = 0;
    while (position < entry->bytes) {
        if (!stream_fill(s)) {
            *problem = s->problem ? s->problem
                                  : "it ends in the middle of a file";
            return -EINVAL;
        }
        /* Long stretches would keep others from this CPU. */
        size_t chunk = min(entry->bytes - position, (uint64_t)s->ready_bytes);
        chunk = min(chunk, (size_t)65536);
        if (store_write(inode->store, position, s->ready, chunk)
            != (ssize_t)chunk)
            return -ENOMEM;
        for (size_t i = 0; entry->has_sum && i < chunk; i++)
            sum += s->ready[i];
        stream_advance(s, chunk);
        position += chunk;
        thread_breathe();
    }
    if (entry->has_sum && sum != entry->sum) {
        *problem = "the sum of a file's bytes is wrong";
        return -EINVAL;
    }
    return 0;
}

static struct list *bucket_of(
    struct tree_maker *maker, const struct cpio_entry *entry)
{
    uint64_t key = (uint64_t)entry->inode << 32
        ^ (uint64_t)entry->major << 16 ^ entry->minor;
    return &maker->links[hash_number(key) % LINK_BUCKETS];
}

/* An earlier name of the same file, or NULL: then this one is noted. */
static const struct seen *earlier_name(
    struct tree_maker *maker, const struct cpio_entry *entry)
{
    struct list *bucket = bucket_of(maker, entry);
    struct seen *seen;
    if (entry->links < 2)
        return NULL;
    list_for_each(seen, bucket, link)
        if (seen->inode == entry->inode && seen->major == entry->major
            && seen->minor == entry->minor && seen->type == type_of(entry))
            return seen;
    seen = heap_alloc(sizeof *seen + entry->name_bytes);
    if (!seen)
        return NULL;
    seen->inode = entry->inode;
    seen->major = entry->major;
    seen->minor = entry->minor;
    seen->type = type_of(entry);
    memcpy(seen->name, entry->name, entry->name_bytes);
    list_add(bucket, &seen->link);
    return NULL;
}

static int link_name(struct tree_maker *maker, const struct cpio_entry *entry,
    const struct seen *first)
{
    make_way(maker, entry->name, 0);
    return path_link(&maker->walk, first->name, &maker->walk, entry->name);
}

static int make_regular(struct tree_maker *maker,
    const struct cpio_entry *entry, struct stream *s, const char **problem)
{
    const struct seen *first = earlier_name(maker, entry);
    struct place place;
    int error = 0;
    make_way(maker, entry->name, INODE_REGULAR);
    if (first)
        error = link_name(maker, entry, first);
    else
        error = path_make(&maker->walk, entry->name, INODE_REGULAR,
            entry->mode & 07777, 0, NULL);
    if (serious(error))
        return error;
    if (path_find(&maker->walk, entry->name, &place))
        return 0;
    struct inode *inode = place.entry->inode;
    bool is_ours = inode->type == INODE_REGULAR && inode->store;
    /* Of several names, only one brings the content along. */
    if (is_ours && (!first || entry->bytes)) {
        struct attributes size = { .bytes = entry->bytes };
        error = inode_change(inode, SET_BYTES, &size, maker->who);
        if (!error)
            error = fill(inode, entry, s, problem);
    }
    if (is_ours && !error)
        set_attributes(maker, inode, entry);
    place_put(place);
    maker->bytes += entry->bytes;
    return *problem ? error : serious(error);
}

/* The rest: directories, devices, links. */

static int make_named(struct tree_maker *maker, const struct cpio_entry *entry,
    enum inode_type type, const char *target)
{
    struct place place;
    uint64_t special = type == INODE_CHARACTER || type == INODE_BLOCK
        ? (uint64_t)entry->special_major << 32 | entry->special_minor
        : 0;
    int error = path_make(&maker->walk, entry->name, type,
        entry->mode & 07777, special, target);
    if (error && error != -EEXIST)
        return serious(error);
    if (path_find(&maker->walk, entry->name, &place))
        return 0;
    if (place.entry->inode->type == type)
        set_attributes(maker, place.entry->inode, entry);
    place_put(place);
    return 0;
}

static int make_directory(
    struct tree_maker *maker, const struct cpio_entry *entry)
{
    struct late *late = heap_alloc(sizeof *late + entry->name_bytes);
    if (!late)
        return -ENOMEM;
    late->modified_ns = (int64_t)entry->modified * (int64_t)NS_PER_SECOND;
    memcpy(late->name, entry->name, entry->name_bytes);
    list_add(&maker->directories, &late->link);
    make_way(maker, entry->name, INODE_DIRECTORY);
    return make_named(maker, entry, INODE_DIRECTORY, NULL);
}

static int make_symlink(struct tree_maker *maker,
    const struct cpio_entry *entry, struct stream *s, const char **problem)
{
    char *target = heap_alloc((size_t)entry->bytes + 1);
    if (!target)
        return -ENOMEM;
    int error = 0;
    if (stream_take(s, target, entry->bytes)) {
        target[entry->bytes] = '\0';
        make_way(maker, entry->name, 0);
        error = make_named(maker, entry, INODE_SYMLINK, target);
    } else {
        *problem = s->problem ? s->problem : "it ends in the middle of a link";
        error = -EINVAL;
    }
    heap_free(target);
    return error;
}

static int make_special(
    struct tree_maker *maker, const struct cpio_entry *entry)
{
    const struct seen *first = earlier_name(maker, entry);
    if (first)
        return serious(link_name(maker, entry, first));
    make_way(maker, entry->name, type_of(entry));
    return make_named(maker, entry, type_of(entry), NULL);
}

static int make_one(struct tree_maker *maker, const struct cpio_entry *entry,
    struct stream *s, const char **problem)
{
    switch (type_of(entry)) {
    case INODE_REGULAR:
        return make_regular(maker, entry, s, problem);
    case INODE_SYMLINK:
        if (entry->bytes > CPIO_NAME_MAX)
            return 0;
        return make_symlink(maker, entry, s, problem);
    case INODE_DIRECTORY:
        return make_directory(maker, entry);
    case INODE_CHARACTER:
    case INODE_BLOCK:
    case INODE_FIFO:
    case INODE_SOCKET:
        return make_special(maker, entry);
    }
    return 0;
}

int tree_make(struct tree_maker *maker, const struct cpio_entry *entry,
    struct stream *s, const char **problem)
{
    uint64_t end = s->offset + entry->bytes;
    if (!entry->is_too_long) {
        int error = make_one(maker, entry, s, problem);
        if (error)
            return error;
        maker->files++;
    }
    if (!stream_skip(s, end - s->offset)) {
        *problem = s->problem ? s->problem : "it ends in the middle of a file";
        return -EINVAL;
    }
    cpio_align(s); /* at the very end the padding may be missing */
    return 0;
}
