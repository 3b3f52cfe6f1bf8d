/* SPDX-License-Identifier: MIT */
/* Paths, mounts and tmpfs on this machine: the sources themselves, over a heap,
 * locks and stores that are simpler than the kernel's; and words to try them
 * with.  Included once by each program. */
#ifndef NAMES_WORLD_H
#define NAMES_WORLD_H

#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/hash.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/pages.h"
#include "mm/store.h"
#include "sched/timer.h"
#include "vfs/device.h"
#include "vfs/file.h"
#include "vfs/pipe.h"
#include "vfs/tmpfs.h"

int printf(const char *how, ...);
int snprintf(char *to, size_t capacity, const char *how, ...);
int vsnprintf(char *to, size_t capacity, const char *how, va_list list);
noreturn_fn void exit(int status);
void *malloc(size_t bytes);
void *calloc(size_t count, size_t bytes);
void free(void *block);

/* What lies below. */

static long blocks; /* of the heap, in use */

void *heap_alloc_zeroed(size_t bytes)
{
    blocks++;
    return calloc(1, bytes ? bytes : 1);
}

void *heap_alloc(size_t bytes)
{
    return heap_alloc_zeroed(bytes);
}

void heap_free(void *block)
{
    blocks -= block != NULL;
    free(block);
}

void *heap_copy(const void *from, size_t bytes)
{
    return memcpy(heap_alloc(bytes), from, bytes);
}

char *heap_copy_string(const char *text)
{
    return heap_copy(text, strlen(text) + 1);
}

int format(char *buffer, size_t capacity, const char *how, ...)
{
    va_list list;
    va_start(list, how);
    int length = vsnprintf(buffer, capacity, how, list);
    va_end(list);
    return length;
}

static void check_failed(const char *claim, int line);
#define must(claim)                                                            \
    do {                                                                       \
        if (!(claim))                                                          \
            check_failed(#claim, __LINE__);                                    \
    } while (0)

static int spins;
void spin_init(struct spinlock *lock, enum lock_rank rank)
{
    lock->is_held = 0;
}

void spin_lock(struct spinlock *lock)
{
    must(!lock->is_held);
    lock->is_held = 1;
    spins++;
}

void spin_unlock(struct spinlock *lock)
{
    must(lock->is_held);
    lock->is_held = 0;
    spins--;
}

static struct thread *me = (struct thread *)1;
static int mutexes;
void mutex_init(struct mutex *mutex, enum lock_rank rank)
{
    mutex->owner = NULL;
}

void mutex_lock(struct mutex *mutex)
{
    must(!mutex->owner && !spins);
    mutex->owner = me;
    mutexes++;
}

void mutex_unlock(struct mutex *mutex)
{
    must(mutex->owner == me);
    mutex->owner = NULL;
    mutexes--;
}

static int readers;
static struct grace *later;
void grace_read(void)
{
    readers++;
}

void grace_read_done(void)
{
    readers--;
}

void grace_call(struct grace *grace, void (*run)(struct grace *grace))
{
    grace->run = run;
    grace->next = later;
    later = grace;
}

void grace_drain(void)
{
    while (later) {
        struct grace *grace = later;
        later = grace->next;
        grace->run(grace);
    }
}

void thread_breathe(void)
{
    must(!spins && !readers);
}

uint64_t clock_real_ns(void)
{
    static uint64_t now = 1000;
    return now++;
}

void page_totals(struct page_totals *totals)
{
    *totals = (struct page_totals){ .total = 10000 };
}

/* Stores count pages and hold none. */
struct store *store_new(const struct store_ops *ops, void *owner)
{
    struct store *store = heap_alloc_zeroed(sizeof *store);
    refcount_init(&store->refs);
    store->ops = ops;
    store->owner = owner;
    return store;
}

void store_put(struct store *store)
{
    if (store && refcount_put(&store->refs))
        heap_free(store);
}

void store_resize(struct store *store, uint64_t bytes)
{
    store->bytes = bytes;
    store->page_count = min(store->page_count, (bytes + 4095) / 4096);
}

static int make_page(struct store *store)
{
    int error = store->ops->fill(store, store->page_count, NULL);
    store->page_count += !error;
    return error;
}

uint64_t file_size_limit(void)
{
    return UINT64_MAX;
}

int device_open(struct inode *inode, struct file *file)
{
    return -ENXIO;
}

int fifo_open(struct inode *inode, struct file *file)
{
    return -ENXIO;
}

const struct file_ops store_file_ops;

static char content[4096];
#define page_pointer(page) ((void *)content)

/* The sources, whose private names are kept apart. */
/* No file here is without a name. */
#include "vfs/unnamed.h"
bool place_is_unnamed(struct place place)
{
    return false;
}

/* Nobody watches. */
#include "vfs/notify.h"
unsigned notify_watches;
void notify_entry_now(struct entry *entry, unsigned events)
{
}
void notify_inode_now(struct inode *inode, unsigned events)
{
}
void notify_name_now(struct inode *directory, unsigned events,
    const char *name, size_t bytes, uint32_t cookie)
{
}
void notify_deleted_now(struct inode *inode)
{
}
void notify_unmounted_now(const struct filesystem *filesystem)
{
}
unsigned notify_of_change(unsigned mask)
{
    return 0;
}
uint32_t notify_cookie(void)
{
    return 0;
}

/* And nobody waits for news of the mounts. */
void wait_queue_init(struct wait_queue *queue)
{
}
void wait_queue_add(struct wait_queue *queue, struct waiter *waiter)
{
}
void wait_queue_wake_all(struct wait_queue *queue, unsigned events)
{
}

#include "lib/hash.c"
#include "lib/refcount.c"
#include "lib/tree.c"
uint64_t random_number(void)
{
    return 4; /* nobody asks for handles */
}

/* Nothing is sealed here. */
int seals_allow_size(const struct inode *inode, uint64_t bytes)
{
    return 0;
}

#include "vfs/access_time.c"
#include "vfs/attributes.c"
#include "vfs/credentials.c"
#include "vfs/entry.c"
#include "vfs/entry_move.c"
#include "vfs/entry_removed.c"
#define find find_extended
#include "vfs/extended.c"
#undef find
#include "vfs/filesystem.c"
#include "vfs/inode.c"
#include "vfs/mount.c"
#include "vfs/mount_change.c"
#include "vfs/mount_writers.c"
#include "vfs/paths.c"
#include "vfs/permission.c"
#include "vfs/place_path.c"
#include "vfs/path_change.c"
#include "vfs/path_open.c"
#define look_up      look_up_side
#define check_rights check_renaming
#include "vfs/path_rename.c"
#include "vfs/tmpfs.c"
#include "vfs/tmpfs_directory.c"
#include "vfs/tmpfs_options.c"
#define step     step_walker
#define walk_all walk_all_of_it
#include "vfs/walk.c"

/* The tests. */

static int count, failures;

static void check(bool holds, const char *claim, int line)
{
    failures += !holds;
    printf("%sok %d - %s (line %d)\n", holds ? "" : "not ", ++count, claim, line);
}

static void check_failed(const char *claim, int line)
{
    check(false, claim, line);
    exit(1);
}

static inline void check_equal(long is, long expected, const char *claim, int line)
{
    check(is == expected, claim, line);
    if (is != expected)
        printf("# it gave %ld instead of %ld\n", is, expected);
    if (spins || mutexes || readers) {
        printf("# locks are left: %d %d %d\n", spins, mutexes, readers);
        exit(1);
    }
}

#define ok(claim)            check(claim, #claim, __LINE__)
#define gives(result, claim) check_equal(claim, result, #claim, __LINE__)

static struct paths *paths;
static const struct credentials *who;
static struct mounts *mounts;

static inline struct walk walk_with(unsigned flags)
{
    /* Borrowed: cwd does not change while a walk lasts. */
    return (struct walk){ paths, who, paths->cwd, flags };
}

static int find(const char *path, unsigned flags)
{
    struct walk walk = walk_with(flags);
    struct place found;
    int error = path_find(&walk, path, &found);
    if (!error)
        place_put(found);
    return error;
}

static int make_dir(const char *path)
{
    struct walk walk = walk_with(0);
    return path_make(&walk, path, INODE_DIRECTORY, 0755, 0, NULL);
}

static int make_file(const char *path)
{
    struct walk walk = walk_with(0);
    return path_make(&walk, path, INODE_REGULAR, 0644, 0, NULL);
}

static int make_link(const char *target, const char *path)
{
    struct walk walk = walk_with(0);
    return path_make(&walk, path, INODE_SYMLINK, 0777, 0, target);
}

static int remove_file(const char *path)
{
    struct walk walk = walk_with(0);
    return path_unlink(&walk, path);
}

static int remove_dir(const char *path)
{
    struct walk walk = walk_with(0);
    return path_rmdir(&walk, path);
}

static int rename_to(const char *from, const char *to, unsigned how)
{
    struct walk walk = walk_with(0);
    return path_rename(&walk, from, &walk, to, how);
}

static int link_to(const char *from, const char *to)
{
    struct walk walk = walk_with(0);
    return path_link(&walk, from, &walk, to);
}

static int change_dir(const char *path)
{
    struct walk walk = walk_with(WALK_FOLLOW | WALK_DIRECTORY);
    struct place found;
    int error = path_find(&walk, path, &found);
    if (error)
        return error;
    paths_set_cwd(paths, found);
    place_put(found);
    return 0;
}

static int open_create(const char *path, unsigned flags, unsigned walk_flags)
{
    struct walk walk = walk_with(walk_flags);
    struct place found;
    bool created;
    int error = path_open_create(&walk, path, flags, 0666, &found, &created);
    if (error)
        return error;
    place_put(found);
    return created;
}

static inline const char *name_of(struct place place)
{
    static char buffer[4096];
    return place_path(place, paths->root, buffer, sizeof buffer);
}

static bool leads_to(const char *path, const char *expected)
{
    struct walk walk = walk_with(WALK_FOLLOW);
    struct place found;
    if (path_find(&walk, path, &found))
        return false;
    const char *is = name_of(found);
    bool same = is && !strcmp(is, expected);
    if (!same)
        printf("# %s leads to %s\n", path, is);
    place_put(found);
    return same;
}

static inline struct inode *inode_at(const char *path)
{
    struct walk walk = walk_with(0);
    struct place found;
    if (path_find(&walk, path, &found))
        return NULL;
    struct inode *inode = found.entry->inode;
    place_put(found);
    return inode;
}

/* A root of tmpfs, and current in it. */
static inline void begin(void)
{
    struct filesystem *filesystem;
    who = credentials_new();
    must(!rootfs_type.make(NULL, &filesystem));
    mounts = mounts_new(filesystem, "rootfs");
    struct place root = mounts_root(mounts);
    paths = paths_new(root);
    place_put(root);
}

/* Then the heap has no more blocks than the table of names, if that has grown. */
static inline void end(void)
{
    paths_put(paths);
    mounts_put(mounts);
    credentials_put(who);
    grace_drain();
}

static inline int told(void)
{
    printf("1..%d\n", count);
    return failures != 0;
}

#endif
