/* SPDX-License-Identifier: MIT */
/* From a path to a place.
 *
 * The hard part is that symlinks splice texts into the path while the order of
 * the checks stays what programs expect: at each component first that we are in
 * a directory, then that we may search it, then the name.  Texts that are not
 * finished wait on a list; depth costs heap, not stack.  A walk holds one
 * place at a time, with references. */
#include "vfs/walker.h"

#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"

enum { SCOPED = WALK_BENEATH | WALK_IN_ROOT };

struct pending_text {
    struct pending_text *outer;
    const char *rest;
    char *text;
};

static void go(struct walker *w, struct place to) /* takes to's references */
{
    struct place old = w->here;
    w->here = to;
    place_put(old);
}

static int go_to_root(struct walker *w)
{
    if (w->flags & WALK_BENEATH
        || (w->flags & WALK_NO_MOUNTS && w->root.mount != w->here.mount))
        return -EXDEV;
    go(w, place_get(w->root));
    return 0;
}

static struct place root_of(const struct walk *walk)
{
    return walk->flags & SCOPED ? place_get(walk->from)
                                : paths_root(walk->paths);
}

int walker_start(
    struct walker *w, const struct walk *walk, const char *path)
{
    *w = (struct walker){
        .walk = walk,
        .rest = path,
        .flags = walk->flags,
        .names_at_start = names_sequence(),
    };
    if (!*path)
        return -ENOENT;
    if (strnlen(path, PATH_BYTES_MAX) == PATH_BYTES_MAX)
        return -ENAMETOOLONG;
    w->root = root_of(walk);
    if (*path != '/') {
        w->here = place_get(walk->from);
        return 0;
    }
    if (walk->flags & WALK_BENEATH)
        return -EXDEV;
    w->here = place_get(w->root);
    return 0;
}

void walker_end(struct walker *w)
{
    struct pending_text *pending;
    heap_free(w->text);
    while ((pending = w->pending)) {
        w->pending = pending->outer;
        heap_free(pending->text);
        heap_free(pending);
    }
    if (w->here.mount)
        place_put(w->here);
    if (w->root.mount)
        place_put(w->root);
}

/* Upwards. */

static int stop_at_root(const struct walker *w)
{
    return w->flags & WALK_BENEATH ? -EXDEV : 0;
}

/* Down into what is mounted on the place, if anything. */
static int cross_mounts(struct walker *w)
{
    while (atomic_load(&w->here.entry->mounts)
        && mount_descend(&w->here))
        if (w->flags & WALK_NO_MOUNTS)
            return -EXDEV;
    return 0;
}

/* From the root of a mount to the place that is really above; false: there is
 * none before the walk's root. */
static bool leave_mount(struct walker *w)
{
    struct place at = place_get(w->here);
    while (at.entry == at.mount->root) {
        if (!mount_ascend(&at) || place_is_same(at, w->root)) {
            place_put(at);
            return false;
        }
    }
    go(w, at);
    return true;
}

static bool is_inside_mount(const struct place place)
{
    const struct entry *root = place.mount->root;
    return root->parent == root || entry_is_ancestor(root, place.entry);
}

static int go_up(struct walker *w)
{
    if (place_is_same(w->here, w->root))
        return stop_at_root(w);
    if (w->here.entry == w->here.mount->root) {
        if (!leave_mount(w))
            return stop_at_root(w);
        if (w->flags & WALK_NO_MOUNTS)
            return -EXDEV;
    }
    struct place up = { mount_get(w->here.mount), entry_parent(w->here.entry) };
    bool is_inside = is_inside_mount(up);
    go(w, up);
    if (!is_inside)
        return -ENOENT;
    /* A rename may have taken us out of the directory we must stay in. */
    if (w->flags & SCOPED && names_sequence() != w->names_at_start)
        return -EAGAIN;
    return cross_mounts(w);
}

/* Symlinks. */

static int follow_magic(struct walker *w, struct inode *inode)
{
    struct place to;
    if (w->flags & WALK_NO_MAGIC)
        return -ELOOP;
    if (w->flags & SCOPED)
        return -EXDEV;
    int error = inode->ops->follow(inode, &to.mount, &to.entry);
    if (error)
        return error;
    bool crosses = to.mount != w->here.mount;
    go(w, to);
    return crosses && w->flags & WALK_NO_MOUNTS ? -EXDEV : 0;
}

/* The text becomes what is walked; what is left of the present one waits. */
static int splice(struct walker *w, char *text)
{
    if (*w->rest) {
        struct pending_text *pending = heap_alloc(sizeof *pending);
        if (!pending) {
            heap_free(text);
            return -ENOMEM;
        }
        *pending = (struct pending_text){ w->pending, w->rest, w->text };
        w->pending = pending;
    } else {
        heap_free(w->text);
    }
    w->text = text;
    w->rest = text;
    return *text == '/' ? go_to_root(w) : 0;
}

int walker_follow(struct walker *w, struct entry *link, bool *is_done)
{
    struct inode *inode = link->inode;
    *is_done = false;
    if (w->flags & WALK_NO_LINKS || w->links++ >= LINKS_MAX ||
        atomic_load(&w->here.mount->flags) & MOUNT_NO_LINKS)
        return -ELOOP;
    if (inode->ops->follow) {
        *is_done = true;
        return follow_magic(w, inode);
    }
    if (!inode->ops->read_link)
        return -EINVAL;
    char *text;
    int length = inode->ops->read_link(inode, &text);
    if (length < 0)
        return length;
    mount_touch_accessed(w->here.mount, inode);
    return splice(w, text);
}

/* Downwards. */

/* The entry of the name in here, with a reference: it has an inode. */
static int find_child(
    struct walker *w, const char *name, size_t bytes, struct entry **found)
{
    struct entry *directory = w->here.entry;
    if (bytes > NAME_BYTES_MAX)
        return -ENAMETOOLONG;
    struct entry *child = entry_find_cached(directory, name, bytes);
    if (child && !entry_is_valid(child)) {
        entry_put(child);
        child = NULL;
    }
    if (!child && directory->inode->ops->lookup) {
        if (w->flags & WALK_CACHED)
            return -EAGAIN;
        int error = entry_find(directory, name, bytes, &child);
        if (error)
            return error;
    }
    if (!child || !atomic_load_acquire(&child->inode)) { /* entry_fill */
        entry_put(child);
        return -ENOENT;
    }
    *found = child;
    return 0;
}

static bool is_symlink(const struct entry *entry)
{
    return entry->inode->type == INODE_SYMLINK;
}

static void finish_text(struct walker *w)
{
    struct pending_text *pending = w->pending;
    heap_free(w->text);
    w->text = pending->text;
    w->rest = pending->rest;
    w->pending = pending->outer;
    heap_free(pending);
}

static int may_search(struct walker *w)
{
    struct inode *inode = w->here.entry->inode;
    if (inode->type != INODE_DIRECTORY)
        return -ENOTDIR;
    return inode_permission(inode, MAY_EXECUTE, w->walk->who);
}

/* One component that is not the last: its symlinks are followed. */
static int step(struct walker *w, const struct last *name)
{
    if (name->kind == LAST_DOT)
        return 0;
    if (name->kind == LAST_DOT_DOT)
        return go_up(w);
    struct entry *child;
    int error = find_child(w, name->name, name->bytes, &child);
    if (error)
        return error;
    if (is_symlink(child)) {
        bool is_done;
        error = walker_follow(w, child, &is_done);
        entry_put(child);
        return error;
    }
    go(w, (struct place){ mount_get(w->here.mount), child });
    return cross_mounts(w);
}

static const char *skip_slashes(const char *text)
{
    while (*text == '/')
        text++;
    return text;
}

static enum last_kind kind_of(const char *name, size_t bytes)
{
    if (name[0] != '.' || bytes > 2)
        return LAST_NAME;
    if (bytes == 1)
        return LAST_DOT;
    return name[1] == '.' ? LAST_DOT_DOT : LAST_NAME;
}

/* The next component; the rest begins with what follows its slashes. */
static struct last take_component(struct walker *w)
{
    const char *name = w->rest, *end = name;
    while (*end && *end != '/')
        end++;
    size_t bytes = end - name;
    w->rest = skip_slashes(end);
    return (struct last){
        .kind = kind_of(name, bytes),
        .name = name,
        .bytes = bytes,
        .has_slash = *end == '/' && !*w->rest,
    };
}

int walker_to_last(struct walker *w, struct last *last)
{
    for (;;) {
        w->rest = skip_slashes(w->rest);
        if (!*w->rest) {
            if (!w->pending)
                break;
            finish_text(w);
            continue;
        }
        int error = may_search(w);
        if (error)
            return error;
        *last = take_component(w);
        if (!*w->rest && !w->pending)
            return 0;
        error = step(w, last);
        if (error)
            return error;
    }
    *last = (struct last){ .kind = LAST_ROOT, .name = "" };
    return 0;
}

int walker_take_last(struct walker *w, const struct last *last, bool *is_done)
{
    *is_done = true;
    if (last->kind == LAST_ROOT || last->kind == LAST_DOT)
        return 0;
    if (last->kind == LAST_DOT_DOT)
        return go_up(w);
    if (last->has_slash)
        w->flags |= WALK_FOLLOW | WALK_DIRECTORY;
    struct entry *child;
    int error = find_child(w, last->name, last->bytes, &child);
    if (error)
        return error;
    if (is_symlink(child) && w->flags & WALK_FOLLOW) {
        error = walker_follow(w, child, is_done);
        entry_put(child);
        return error;
    }
    go(w, (struct place){ mount_get(w->here.mount), child });
    return cross_mounts(w);
}

/* The public two. */

static int walk_all(struct walker *w)
{
    struct last last;
    bool is_done = false;
    int error = 0;
    while (!error && !is_done) {
        error = walker_to_last(w, &last);
        if (!error)
            error = walker_take_last(w, &last, &is_done);
    }
    if (!error && w->flags & WALK_DIRECTORY
        && w->here.entry->inode->type != INODE_DIRECTORY)
        error = -ENOTDIR;
    return error;
}

static int find_empty(const struct walk *walk, struct place *found)
{
    if (!(walk->flags & WALK_EMPTY))
        return -ENOENT;
    if (walk->flags & WALK_DIRECTORY
        && walk->from.entry->inode->type != INODE_DIRECTORY)
        return -ENOTDIR;
    *found = place_get(walk->from);
    return 0;
}

/* Takes here out of the walker, for the caller, and ends it. */
static int end_with(struct walker *w, int error, struct place *found)
{
    if (!error) {
        *found = w->here;
        w->here = (struct place){ 0 };
    }
    walker_end(w);
    return error;
}

int path_find(const struct walk *walk, const char *path, struct place *found)
{
    struct walker walker;
    if (!*path)
        return find_empty(walk, found);
    int error = walker_start(&walker, walk, path);
    if (!error)
        error = walk_all(&walker);
    return end_with(&walker, error, found);
}

int path_find_parent(const struct walk *walk, const char *path,
    struct place *directory, struct last *last)
{
    struct walker walker;
    int error = walker_start(&walker, walk, path);
    if (!error)
        error = walker_to_last(&walker, last);
    /* No symlink was followed at the end: last points into path. */
    return end_with(&walker, error, directory);
}
