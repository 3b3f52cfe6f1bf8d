/* SPDX-License-Identifier: MIT */
/* The entries of an epoll: added, changed, removed, or gone with their file.
 *
 * The hard part is that an epoll and a file it watches may go at once.  Both
 * ways end in epoll_remove_entry under epoll->lock: the epoll's, because it
 * walks its tree; the file's, because it looks its entries up again under that
 * lock.  Neither frees what the other still looks at: the file waits for the
 * lock while one of its entries is there, and the epoll has a count. */
#include "arch/atomic.h"
#include "lib/format.h"
#include "mm/heap.h"
#include "mm/pages.h"
#include "vfs/epoll_entries.h"
#include "vfs/users.h"

enum { BREATHE_EVERY = 256 };

static const struct file_ops epoll_ops;

bool file_is_epoll(const struct file *file)
{
    return file->ops == &epoll_ops;
}

static uint64_t entries_max = UINT64_MAX; /* [atomic] that: not said yet */

/* As Linux: what 4 % of the memory can hold. */
uint64_t epoll_entries_max(void)
{
    struct page_totals totals;
    if (atomic_load(&entries_max) == UINT64_MAX) {
        page_totals(&totals);
        atomic_replace(&entries_max, UINT64_MAX,
            totals.total * PAGE_BYTES / 25 / sizeof(struct epoll_entry));
    }
    return atomic_load(&entries_max);
}

void epoll_set_entries_max(uint64_t most)
{
    atomic_store(&entries_max, most);
}

/* The tree. */

static int compare(
    const struct epoll_entry *entry, const struct file *file, int fd)
{
    if (entry->file != file)
        return file < entry->file ? -1 : 1;
    return fd < entry->fd ? -1 : fd > entry->fd;
}

static struct epoll_entry *find(
    struct epoll *epoll, const struct file *file, int fd)
{
    struct tree_node *node = epoll->entries.root;
    while (node) {
        struct epoll_entry *entry =
            container_of(node, struct epoll_entry, node);
        int order = compare(entry, file, fd);
        if (!order)
            return entry;
        node = order < 0 ? node->left : node->right;
    }
    return NULL;
}

static void insert(struct epoll *epoll, struct epoll_entry *entry)
{
    struct tree_node **link = &epoll->entries.root, *parent = NULL;
    while (*link) {
        parent = *link;
        struct epoll_entry *other =
            container_of(parent, struct epoll_entry, node);
        link = compare(other, entry->file, entry->fd) < 0 ? &parent->left
                                                          : &parent->right;
    }
    tree_insert(&epoll->entries, &entry->node, parent, link);
}

/* Adding and removing. */

static struct epoll_entry *entry_new(struct epoll *epoll, struct file *file,
    int fd, const struct epoll_interest *wanted)
{
    struct epoll_entry *entry = heap_alloc_zeroed(sizeof *entry);
    if (!entry)
        return NULL;
    if (file_is_epoll(file)) {
        entry->nest = heap_alloc_zeroed(sizeof *entry->nest);
        if (!entry->nest) {
            heap_free(entry);
            return NULL;
        }
    }
    list_init(&entry->waiter.link);
    list_init(&entry->ready_link);
    entry->waiter.woken = epoll_entry_woken;
    entry->waiter.is_exclusive = wanted->events & EPOLL_EXCLUSIVE;
    entry->epoll = epoll;
    entry->file = file;
    entry->fd = fd;
    entry->interest = *wanted;
    entry->interest.events |= READY_ERROR | READY_HANGUP;
    return entry;
}

void epoll_remove_entry(struct epoll_entry *entry)
{
    struct epoll *epoll = entry->epoll;
    struct file *file = entry->file;
    wait_queue_remove(&entry->waiter);
    unsigned long irq_state = spin_lock_irq(&epoll->ready_lock);
    if (epoll_entry_is_ready(entry)) {
        list_remove(&entry->ready_link);
        epoll_count_ready(epoll, -1);
    }
    spin_unlock_irq(&epoll->ready_lock, irq_state);
    if (entry->nest)
        epoll_unnest(entry);
    tree_remove(&epoll->entries, &entry->node);
    spin_lock(&file->lock);
    list_remove(&entry->watcher_link);
    spin_unlock(&file->lock);
    heap_free(entry);
    user_uncount(epoll->uid, USER_EPOLL_ENTRIES);
}

/* Queues the entry at its file, and takes note of what is ready already. */
static void look(struct epoll_entry *entry, struct waiter *waiter)
{
    if (file_poll(entry->file, waiter) & entry->interest.events)
        epoll_make_ready(entry);
}

/* Are the limits of nesting this addition's affair? Then epoll_nesting is held.
 * An epoll that is alone wakes nobody, whatever it watches. */
static bool concerns_nesting(struct epoll *epoll, const struct file *target)
{
    return file_is_epoll(target) || !list_is_empty(&epoll->outers);
}

static int add_locked(struct epoll *epoll, struct file *target, int fd,
    const struct epoll_interest *wanted, bool checks_nesting)
{
    if (find(epoll, target, fd))
        return -EEXIST;
    if (user_count(epoll->uid, USER_EPOLL_ENTRIES, epoll_entries_max()))
        return -ENOSPC;
    struct epoll_entry *entry = entry_new(epoll, target, fd, wanted);
    if (!entry) {
        user_uncount(epoll->uid, USER_EPOLL_ENTRIES);
        return -ENOMEM;
    }
    insert(epoll, entry);
    if (entry->nest)
        epoll_nest(entry->nest, entry);
    spin_lock(&target->lock);
    list_add(&target->watchers, &entry->watcher_link);
    spin_unlock(&target->lock);
    int error = checks_nesting ? epoll_check_paths(entry) : 0;
    if (error)
        epoll_remove_entry(entry);
    else
        look(entry, &entry->waiter);
    return error;
}

static int add_with_nesting(struct epoll *epoll, struct file *target, int fd,
    const struct epoll_interest *wanted)
{
    mutex_lock(&epoll_nesting);
    int error = file_is_epoll(target)
        ? epoll_check_loop(epoll, epoll_of(target))
        : 0;
    if (!error) {
        mutex_lock(&epoll->lock);
        error = add_locked(epoll, target, fd, wanted, true);
        mutex_unlock(&epoll->lock);
    }
    mutex_unlock(&epoll_nesting);
    return error;
}

static int check(const struct file *epoll, const struct file *target)
{
    if (target->flags & OPEN_PATH)
        return -EBADF;
    if (!target->ops->poll)
        return -EPERM;
    return epoll == target || !file_is_epoll(epoll) ? -EINVAL : 0;
}

int epoll_add(struct file *epoll_file, struct file *target, int fd,
    const struct epoll_interest *wanted)
{
    const unsigned exclusive_may = READY_READ | READY_WRITE | READY_ERROR
        | READY_HANGUP | EPOLL_WAKE_UP | EPOLL_EDGE | EPOLL_EXCLUSIVE;
    int error = check(epoll_file, target);
    if (error)
        return error;
    if (wanted->events & EPOLL_EXCLUSIVE
        && (wanted->events & ~exclusive_may || file_is_epoll(target)))
        return -EINVAL;
    struct epoll *epoll = epoll_of(epoll_file);
    mutex_lock(&epoll->lock);
    /* Who watches this epoll from now on counts its entries under the lock. */
    bool is_alone = !concerns_nesting(epoll, target);
    if (is_alone)
        error = add_locked(epoll, target, fd, wanted, false);
    mutex_unlock(&epoll->lock);
    return is_alone ? error : add_with_nesting(epoll, target, fd, wanted);
}

int epoll_modify(struct file *epoll_file, struct file *target, int fd,
    const struct epoll_interest *wanted)
{
    int error = check(epoll_file, target);
    if (error)
        return error;
    if (wanted->events & EPOLL_EXCLUSIVE)
        return -EINVAL;
    struct epoll *epoll = epoll_of(epoll_file);
    mutex_lock(&epoll->lock);
    struct epoll_entry *entry = find(epoll, target, fd);
    if (!entry) {
        error = -ENOENT;
    } else if (entry->interest.events & EPOLL_EXCLUSIVE) {
        error = -EINVAL;
    } else {
        unsigned long irq_state = spin_lock_irq(&epoll->ready_lock);
        entry->interest = *wanted;
        entry->interest.events |= READY_ERROR | READY_HANGUP;
        spin_unlock_irq(&epoll->ready_lock, irq_state);
        /* A wake that came before saw the old interest: look after it. */
        memory_barrier();
        look(entry, NULL);
    }
    mutex_unlock(&epoll->lock);
    return error;
}

int epoll_remove(struct file *epoll_file, struct file *target, int fd)
{
    int error = check(epoll_file, target);
    if (error)
        return error;
    struct epoll *epoll = epoll_of(epoll_file);
    bool is_nest = file_is_epoll(target);
    if (is_nest)
        mutex_lock(&epoll_nesting);
    mutex_lock(&epoll->lock);
    struct epoll_entry *entry = find(epoll, target, fd);
    if (entry)
        epoll_remove_entry(entry);
    mutex_unlock(&epoll->lock);
    if (is_nest)
        mutex_unlock(&epoll_nesting);
    return entry ? 0 : -ENOENT;
}

/* The end of a file, and of an epoll. */

static void epoll_put(struct epoll *epoll)
{
    if (refcount_put(&epoll->refs))
        heap_free(epoll);
}

/* Some epoll that watches file, with a reference, and by what number. */
static struct epoll *first_watcher(struct file *file, int *fd)
{
    struct epoll *epoll = NULL;
    spin_lock(&file->lock);
    struct epoll_entry *entry =
        list_first(&file->watchers, struct epoll_entry, watcher_link);
    if (entry) {
        epoll = entry->epoll;
        *fd = entry->fd;
        refcount_get(&epoll->refs);
    }
    spin_unlock(&file->lock);
    return epoll;
}

void epoll_forget_file(struct file *file)
{
    struct epoll *epoll;
    int fd;
    bool is_nest = file_is_epoll(file);
    if (is_nest)
        mutex_lock(&epoll_nesting);
    while ((epoll = first_watcher(file, &fd))) {
        mutex_lock(&epoll->lock);
        struct epoll_entry *entry = find(epoll, file, fd);
        if (entry)
            epoll_remove_entry(entry);
        mutex_unlock(&epoll->lock);
        epoll_put(epoll);
    }
    if (is_nest)
        mutex_unlock(&epoll_nesting);
}

/* Nobody adds any more; files that go may still remove. */
static void remove_nests(struct epoll *epoll)
{
    mutex_lock(&epoll_nesting);
    mutex_lock(&epoll->lock);
    struct epoll_nest *nest;
    while ((nest = list_first(&epoll->inners, struct epoll_nest, inner_link)))
        epoll_remove_entry(nest->entry);
    mutex_unlock(&epoll->lock);
    mutex_unlock(&epoll_nesting);
}

static bool remove_some(struct epoll *epoll)
{
    struct tree_node *node = NULL;
    mutex_lock(&epoll->lock);
    for (unsigned i = 0; i < BREATHE_EVERY; i++) {
        node = tree_first(&epoll->entries);
        if (!node)
            break;
        epoll_remove_entry(container_of(node, struct epoll_entry, node));
    }
    mutex_unlock(&epoll->lock);
    return node;
}

static void epoll_release(struct file *file)
{
    struct epoll *epoll = epoll_of(file);
    remove_nests(epoll);
    while (remove_some(epoll))
        thread_breathe();
    epoll_put(epoll);
}

/* /proc/PID/fdinfo */

static size_t describe_entry(
    const struct epoll_entry *entry, char *buffer, size_t capacity)
{
    struct attributes attributes;
    inode_attributes(entry->file->inode, &attributes);
    uint64_t device = (attributes.device >> 32) << 20
        | (attributes.device & 0xfffff);
    return format(buffer, capacity,
        "tfd: %8d events: %8x data: %16lx  pos:%ld ino:%lx sdev:%lx\n",
        entry->fd, entry->interest.events,
        (unsigned long)entry->interest.data, (long)entry->file->position,
        (unsigned long)attributes.inode, (unsigned long)device);
}

static size_t epoll_describe(struct file *file, char *buffer, size_t capacity)
{
    struct epoll *epoll = epoll_of(file);
    size_t bytes = 0;
    mutex_lock(&epoll->lock);
    for (struct tree_node *node = tree_first(&epoll->entries); node;
         node = tree_next(node)) {
        size_t room = bytes < capacity ? capacity - bytes : 0;
        bytes += describe_entry(container_of(node, struct epoll_entry, node),
            room ? buffer + bytes : NULL, room);
    }
    mutex_unlock(&epoll->lock);
    return bytes;
}

static const struct file_ops epoll_ops = {
    .poll = epoll_poll,
    .describe = epoll_describe,
    .release = epoll_release,
    .seek = file_seek_nowhere,
    .cannot_seek = true,
    .cannot_copy = true,
    .is_stream = true,
};

static struct epoll *epoll_new(const struct credentials *who)
{
    struct epoll *epoll = heap_alloc_zeroed(sizeof *epoll);
    if (!epoll)
        return NULL;
    refcount_init(&epoll->refs);
    epoll->uid = who->uid;
    mutex_init(&epoll->lock, RANK_EPOLL_ENTRIES);
    spin_init(&epoll->ready_lock, RANK_EPOLL);
    list_init(&epoll->ready);
    list_init(&epoll->inners);
    list_init(&epoll->outers);
    wait_queue_init_ranked(&epoll->sleepers, RANK_EPOLL_QUEUE);
    wait_queue_init_ranked(&epoll->pollers, RANK_EPOLL_QUEUE);
    return epoll;
}

int epoll_open(
    unsigned flags, const struct credentials *who, struct file **opened)
{
    struct epoll *epoll = epoll_new(who);
    if (!epoll)
        return -ENOMEM;
    int error = file_open_unnamed("anon_inode:[eventpoll]", NULL, &epoll_ops,
        epoll, flags | OPEN_READ | OPEN_WRITE, who, opened);
    if (error)
        epoll_put(epoll);
    return error;
}
