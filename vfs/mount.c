/* SPDX-License-Identifier: MIT */
/* The trees of mounts, as they are read: by walks, which cross from a place to
 * what is mounted there and back, and by /proc.
 *
 * The hard part is who holds what.  A namespace holds its mounts, a mount holds
 * the place it is in and so its parent; a walk or an open file holds the mount
 * it is in.  What leaves the tree is put only when no lock is held, for a last
 * put may take a whole filesystem down. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/hash.h"
#include "mm/heap.h"
#include "vfs/mount_tree.h"

enum { PLACES_BITS = 9 };

struct spinlock mounts_lock = SPINLOCK_INIT(RANK_MOUNTS);

static struct list places[1 << PLACES_BITS]; /* [mounts_lock] by mount.at */
static int total;                            /* [atomic] */
static int on_ending; /* [atomic] mounts whose place may end by itself */

static struct list *places_of(const struct mount *mount,
    const struct entry *entry)
{
    uint64_t hash = hash_number((uintptr_t)mount ^ (uintptr_t)entry << 1);
    struct list *list = &places[hash & (array_size(places) - 1)];
    if (!list->next)
        list_init(list);
    return list;
}

void mounts_hold(void)
{
    spin_lock(&mounts_lock);
}

void mounts_release(void)
{
    spin_unlock(&mounts_lock);
}

/* Mounts. */

struct mount *mount_get(struct mount *mount)
{
    refcount_get(&mount->refs);
    return mount;
}

static void free_mount(struct mount *mount)
{
    entry_put(mount->root);
    filesystem_put(mount->filesystem);
    heap_free(mount->source);
    heap_free(mount);
    atomic_sub(&total, 1);
}

void mount_put(struct mount *mount)
{
    if (!mount)
        return;
    int left = atomic_load(&mount->expiry_puts);
    if (unlikely(left)) /* two at once may count as one, but not below 0 */
        (void)atomic_replace(&mount->expiry_puts, left, left - 1);
    if (refcount_put(&mount->refs))
        free_mount(mount);
}

struct mount *mount_new_nowhere(struct filesystem *filesystem,
    struct entry *root, unsigned flags, const char *source)
{
    static int last_id; /* [atomic] */
    struct mount *mount = heap_alloc_zeroed(sizeof *mount);
    char *text = heap_copy_string(source ? source : "none");
    if (!mount || !text) {
        heap_free(mount);
        heap_free(text);
        return NULL;
    }
    refcount_init(&mount->refs);
    mount->filesystem = filesystem;
    mount->root = entry_get(root);
    list_init(&mount->link);
    list_init(&mount->hash_link);
    list_init(&mount->children);
    list_init(&mount->sibling);
    mount->flags = flags;
    mount->id = mount->parent_id = atomic_add(&last_id, 1) + 1;
    mount->source = text;
    mount->is_detached = true;
    atomic_add(&total, 1);
    return mount;
}

struct mount *mount_internal(const struct filesystem_type *type)
{
    struct filesystem *filesystem;
    if (type->make(NULL, &filesystem))
        return NULL;
    struct mount *mount =
        mount_new_nowhere(filesystem, filesystem->root, 0, type->name);
    if (!mount)
        filesystem_put(filesystem);
    return mount;
}

int mount_count(void)
{
    return atomic_load(&total);
}

/* Places. */

struct place place_get(struct place place)
{
    mount_get(place.mount);
    entry_get(place.entry);
    return place;
}

void place_put(struct place place)
{
    entry_put(place.entry);
    mount_put(place.mount);
}

bool place_is_same(struct place a, struct place b)
{
    return a.mount == b.mount && a.entry == b.entry;
}

static struct mount *mounted_locked(struct place place)
{
    struct mount *mount;
    struct list *list = places_of(place.mount, place.entry);
    list_for_each(mount, list, hash_link)
        if (place_is_same(mount->at, place))
            return mount;
    return NULL;
}

bool mount_descend(struct place *place)
{
    if (!atomic_load(&place->entry->mounts))
        return false;
    spin_lock(&mounts_lock);
    struct mount *mount = mounted_locked(*place);
    if (mount)
        mount_get(mount);
    spin_unlock(&mounts_lock);
    if (!mount)
        return false;
    struct place old = *place;
    *place = (struct place){ mount, entry_get(mount->root) };
    place_put(old);
    return true;
}

bool mount_ascend(struct place *place)
{
    if (place->entry != place->mount->root)
        return false;
    spin_lock(&mounts_lock);
    struct place at = place->mount->at;
    if (at.mount)
        place_get(at);
    spin_unlock(&mounts_lock);
    if (!at.mount)
        return false;
    place_put(*place);
    *place = at;
    return true;
}

/* The tree. */

static enum place_state state_of(struct place at)
{
    const struct filesystem_type *type = at.mount->filesystem->type;
    return type->place_state ? type->place_state(at.entry) : PLACE_STAYS;
}

/* What is told of an end looks at the count after it, who mounts at the end
 * after the count: one of the two sees the other. */
bool mounts_may_end(void)
{
    memory_barrier();
    return atomic_load(&on_ending);
}

struct mount *mount_first_ended(void)
{
    struct mount *mount, *found = NULL;
    spin_lock(&mounts_lock);
    for (unsigned i = 0; !found && i < array_size(places); i++) {
        if (!places[i].next)
            continue;
        list_for_each(mount, &places[i], hash_link)
            if (mount->mounts && state_of(mount->at) == PLACE_HAS_ENDED) {
                found = mount;
                break;
            }
    }
    spin_unlock(&mounts_lock);
    return found;
}

static void hook_locked(struct mount *mount, struct place at)
{
    mount->at = at;
    mount->parent_id = at.mount->id;
    list_add(places_of(at.mount, at.entry), &mount->hash_link);
    list_add(&at.mount->children, &mount->sibling);
    if (state_of(at) != PLACE_STAYS)
        atomic_add(&on_ending, 1);
}

int mount_reattach(struct mount *mount, struct place at)
{
    if (!entry_add_mount(at.entry))
        return -ENOENT;
    place_get(at);
    spin_lock(&mounts_lock);
    hook_locked(mount, at);
    spin_unlock(&mounts_lock);
    return 0;
}

int mount_attach(struct mount *mount, struct place at)
{
    struct mounts *mounts = at.mount->mounts;
    if (mounts->count >= MOUNTS_MAX)
        return -ENOSPC;
    int error = mount_reattach(mount, at);
    if (error)
        return error;
    spin_lock(&mounts_lock);
    mount->mounts = mounts;
    mount->is_detached = false;
    list_add(&mounts->list, &mount->link);
    mounts->count++;
    spin_unlock(&mounts_lock);
    return 0;
}

struct place mount_unhook(struct mount *mount)
{
    spin_lock(&mounts_lock);
    struct place at = mount->at;
    mount->at = (struct place){ 0 };
    list_remove(&mount->hash_link);
    list_remove(&mount->sibling);
    if (at.mount && state_of(at) != PLACE_STAYS)
        atomic_sub(&on_ending, 1);
    spin_unlock(&mounts_lock);
    if (at.mount)
        entry_remove_mount(at.entry);
    return at;
}

struct mount *mount_next_below(struct mount *mount, const struct mount *top)
{
    if (!list_is_empty(&mount->children))
        return list_first(&mount->children, struct mount, sibling);
    while (mount != top) {
        struct mount *parent = mount->at.mount;
        if (mount->sibling.next != &parent->children)
            return list_entry(mount->sibling.next, struct mount, sibling);
        mount = parent;
    }
    return NULL;
}

bool mount_is_above(const struct mount *above, const struct mount *mount)
{
    while (mount && mount != above)
        mount = mount->at.mount;
    return mount;
}

static struct mount *deepest(struct mount *mount)
{
    while (!list_is_empty(&mount->children))
        mount = list_first(&mount->children, struct mount, sibling);
    return mount;
}

/* One that has no children. Its place is put with those of `gone`. */
static struct place detach_one(struct mount *mount, struct list *gone)
{
    struct place at = mount_unhook(mount);
    spin_lock(&mounts_lock);
    mount->mounts->count--;
    mount->mounts = NULL;
    mount->is_detached = true;
    list_remove(&mount->link);
    list_add(gone, &mount->link);
    spin_unlock(&mounts_lock);
    return at;
}

void mount_detach_tree(struct mount *mount, struct list *gone)
{
    for (;;) {
        struct mount *last = deepest(mount);
        struct place at = detach_one(last, gone);
        bool was_all = last == mount;
        /* The parent is in the tree still, or held by who called. */
        if (at.mount)
            place_put(at);
        if (was_all)
            return;
    }
}

void mounts_put_all(struct list *gone)
{
    struct mount *mount;
    while ((mount = list_first(gone, struct mount, link))) {
        list_remove(&mount->link);
        mount_put(mount);
    }
}

/* Namespaces. */

struct mounts *mounts_new(struct filesystem *root, const char *source)
{
    struct mounts *mounts = heap_alloc_zeroed(sizeof *mounts);
    if (!mounts)
        return NULL;
    struct mount *mount = mount_new_nowhere(root, root->root, 0, source);
    if (!mount) {
        heap_free(mounts);
        return NULL;
    }
    refcount_init(&mounts->refs);
    list_init(&mounts->list);
    wait_queue_init(&mounts->news);
    mount->mounts = mounts;
    mount->is_detached = false;
    mounts->root = mount;
    mounts->count = 1;
    list_add(&mounts->list, &mount->link);
    return mounts;
}

struct mounts *mounts_get(struct mounts *mounts)
{
    refcount_get(&mounts->refs);
    return mounts;
}

void mounts_put(struct mounts *mounts)
{
    struct list gone = LIST_INIT(gone);
    if (!mounts || !refcount_put(&mounts->refs))
        return;
    mounts_change_begin();
    mount_detach_tree(mounts->root, &gone);
    mounts_change_end();
    mounts_put_all(&gone);
    heap_free(mounts);
}

unsigned mounts_changes(struct mounts *mounts)
{
    return atomic_load(&mounts->changes);
}

void mounts_wait(struct mounts *mounts, struct waiter *waiter)
{
    wait_queue_add(&mounts->news, waiter);
}

void mounts_changed(struct mounts *mounts)
{
    if (!mounts)
        return;
    atomic_add(&mounts->changes, 1);
    wait_queue_wake_all(&mounts->news, READY_ERROR | READY_PRIORITY);
}

struct place mounts_root(struct mounts *mounts)
{
    spin_lock(&mounts_lock);
    struct mount *mount = mounts->root;
    struct place root = place_get((struct place){ mount, mount->root });
    spin_unlock(&mounts_lock);
    while (mount_descend(&root))
        ;
    return root;
}

void mounts_for_each(struct mounts *mounts,
    bool (*visit)(struct mount *mount, void *data), void *data)
{
    struct mount *mount;
    mounts_change_begin();
    list_for_each(mount, &mounts->list, link)
        if (!visit(mount, data))
            break;
    mounts_change_end();
}
