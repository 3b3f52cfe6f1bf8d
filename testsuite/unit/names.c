/* SPDX-License-Identifier: MIT */
/* Paths, mounts and tmpfs on this machine: the sources themselves, over a heap,
 * locks and stores that are simpler than the kernel's. */
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

#include "lib/hash.c"
#include "lib/refcount.c"
#include "lib/tree.c"
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
#define find find_extended
#include "vfs/extended.c"
#undef find
#include "vfs/filesystem.c"
#include "vfs/inode.c"
#include "vfs/mount.c"
#include "vfs/mount_change.c"
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

static void check_equal(long is, long expected, const char *claim, int line)
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

static struct walk walk_with(unsigned flags)
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

static const char *name_of(struct place place)
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

static struct inode *inode_at(const char *path)
{
    struct walk walk = walk_with(0);
    struct place found;
    if (path_find(&walk, path, &found))
        return NULL;
    struct inode *inode = found.entry->inode;
    place_put(found);
    return inode;
}

static void test_names(void)
{
    char name[300], path[4200];
    gives(0, make_dir("/a"));
    gives(0, make_dir("a/b/"));
    gives(0, make_file("/a/file"));
    gives(-EEXIST, make_dir("/a"));
    gives(-EEXIST, make_dir("/"));
    gives(-EEXIST, make_dir("a/."));
    gives(-EEXIST, make_dir("a/.."));
    gives(-ENOENT, make_dir("x/y"));
    gives(-ENOENT, make_dir(""));
    gives(-ENOTDIR, make_dir("/a/file/x"));
    gives(-ENOENT, make_file("/a/new/"));
    gives(-EEXIST, make_file("/a/file/"));
    gives(-ENOTDIR, find("/a/file/", 0));
    gives(-ENOTDIR, find("/a/file/.", 0));
    gives(-ENOTDIR, find("/a/file/../file", 0));
    gives(-ENOTDIR, find("/a/file", WALK_DIRECTORY));
    gives(-ENOENT, find("/a/x/../file", 0));
    gives(0, find("//a///b/.././file", 0));
    gives(0, find("/../../a", 0));
    gives(-ENOENT, find("", 0));
    gives(0, find("", WALK_EMPTY));
    memset(name, 'n', sizeof name);
    name[255] = 0;
    gives(0, make_file(name));
    gives(0, find(name, 0));
    gives(0, rename_to(name, "short", 0));
    gives(-ENOENT, find(name, 0));
    gives(0, rename_to("short", name, 0));
    gives(0, remove_file(name));
    name[255] = 'n';
    name[256] = 0;
    gives(-ENAMETOOLONG, make_file(name));
    gives(-ENAMETOOLONG, find(name, 0));
    gives(-ENAMETOOLONG, open_create(name, 0, WALK_FOLLOW));
    memset(path, '/', sizeof path);
    path[4095] = 0;
    gives(0, find(path, 0));
    path[4095] = '/';
    path[4096] = 0;
    gives(-ENAMETOOLONG, find(path, 0));
    ok(leads_to("a/b/..", "/a"));
    ok(leads_to("/", "/"));
    gives(0, change_dir("/a/b"));
    ok(leads_to(".", "/a/b"));
    gives(0, remove_dir("/a/b"));
    ok(leads_to(".", "/a/b (deleted)"));
    ok(leads_to("..", "/a"));
    gives(-ENOENT, make_file("here"));
    gives(0, change_dir("/"));
    gives(0, make_dir("/a/b"));
}

static void test_links(void)
{
    char path[64], target[64];
    gives(0, make_link("a", "/l"));
    gives(0, make_link("nowhere", "/dangling"));
    gives(0, make_link("loop", "/loop"));
    gives(0, make_link("/a/b/", "/slashed"));
    gives(0, find("/l", 0));
    ok(leads_to("/l", "/a"));
    ok(leads_to("/l/b", "/a/b"));
    ok(leads_to("/l/../a/b", "/a/b"));
    ok(leads_to("/slashed/../file", "/a/file"));
    gives(0, find("/dangling", 0));
    gives(-ENOENT, find("/dangling", WALK_FOLLOW));
    gives(-ENOENT, find("/dangling/", 0));
    gives(-ELOOP, find("/loop", WALK_FOLLOW));
    gives(0, find("/loop", 0));
    gives(-ELOOP, find("/loop/x", 0));
    gives(-ELOOP, find("/l/b", WALK_NO_LINKS));
    gives(-EXDEV, find("/l/b", WALK_BENEATH));
    gives(-EXDEV, find("../a", WALK_BENEATH));
    gives(0, find("a/../a", WALK_BENEATH));
    gives(-EXDEV, find("slashed", WALK_BENEATH | WALK_FOLLOW));
    gives(-ENOTDIR, find("/l", WALK_DIRECTORY));
    for (int i = 0; i < 41; i++) {
        snprintf(path, sizeof path, "/chain%d", i);
        snprintf(target, sizeof target, i ? "chain%d" : "a", i - 1);
        must(!make_link(target, path));
    }
    gives(0, find("/chain39/b", 0));
    gives(-ELOOP, find("/chain40/b", 0));
    gives(0, find("/chain39", WALK_FOLLOW));
    gives(-ELOOP, find("/chain40", WALK_FOLLOW));
    for (int i = 0; i < 41; i++) {
        snprintf(path, sizeof path, "/chain%d", i);
        must(!remove_file(path));
    }
    gives(-ENOTDIR, remove_file("/l/"));
    gives(-EISDIR, remove_file("/l/."));
    gives(0, remove_file("/slashed"));
}

static void test_create(void)
{
    gives(0, open_create("/a/file", 0, WALK_FOLLOW));
    gives(1, open_create("/a/fresh", 0, WALK_FOLLOW));
    gives(-EEXIST, open_create("/a/fresh", OPEN_EXCLUSIVE, 0));
    gives(-EEXIST, open_create("/dangling", OPEN_EXCLUSIVE, 0));
    gives(1, open_create("/dangling", 0, WALK_FOLLOW));
    gives(0, remove_file("/nowhere"));
    gives(0, open_create("/dangling", 0, 0));
    gives(-EISDIR, open_create("/a", 0, WALK_FOLLOW));
    gives(-EISDIR, open_create("/a/x/", 0, WALK_FOLLOW));
    gives(-EISDIR, open_create("/", 0, WALK_FOLLOW));
    gives(-EISDIR, open_create("/a/..", 0, WALK_FOLLOW));
    gives(-EEXIST, open_create("/a/.", OPEN_EXCLUSIVE, 0));
    gives(-ELOOP, open_create("/loop", 0, WALK_FOLLOW));
    gives(-ENOENT, open_create("/x/y", 0, WALK_FOLLOW));
    gives(0, make_link("../a/linked", "/a/out"));
    gives(1, open_create("/a/out", 0, WALK_FOLLOW));
    gives(0644, inode_at("/a/linked")->mode);
    gives(0, remove_file("/a/linked"));
    gives(0, remove_file("/a/out"));
    gives(0, remove_file("/a/fresh"));
    struct walk walk = walk_with(WALK_FOLLOW);
    struct place found;
    gives(0, path_make_unnamed(&walk, "/a", 0600, &found));
    gives(0, found.entry->inode->links);
    walk = (struct walk){ paths, who, found, WALK_EMPTY };
    struct walk to = walk_with(0);
    gives(0, path_link(&walk, "", &to, "/a/named"));
    gives(1, found.entry->inode->links);
    gives(0, remove_file("/a/named"));
    gives(-ENOENT, path_link(&walk, "", &to, "/a/named"));
    place_put(found);
}

static void test_removal(void)
{
    gives(0, make_dir("/r"));
    gives(0, make_file("/r/f"));
    gives(-ENOTEMPTY, remove_dir("/r"));
    gives(-EISDIR, remove_file("/r"));
    gives(-EISDIR, remove_file("/r/"));
    gives(-ENOTDIR, remove_dir("/r/f"));
    gives(-ENOTDIR, remove_file("/r/f/"));
    gives(-EINVAL, remove_dir("/r/."));
    gives(-ENOTEMPTY, remove_dir("/r/.."));
    gives(-EBUSY, remove_dir("/"));
    gives(-EISDIR, remove_file("/"));
    gives(-ENOENT, remove_file("/r/x"));
    gives(-ENOENT, remove_file("/r/x/"));
    gives(0, link_to("/r/f", "/r/g"));
    gives(2, inode_at("/r/f")->links);
    gives(-EEXIST, link_to("/r/f", "/r/g"));
    gives(-EPERM, link_to("/r", "/r/h"));
    gives(-ENOENT, link_to("/r/f", "/r/h/"));
    gives(0, remove_file("/r/f"));
    gives(0, remove_file("/r/g"));
    gives(0, remove_dir("/r/"));
    gives(-ENOENT, remove_dir("/r"));
}

static void test_rename(void)
{
    gives(0, make_dir("/d"));
    gives(0, make_dir("/d/e"));
    gives(0, make_dir("/d/e/f"));
    gives(0, make_file("/d/x"));
    gives(0, make_file("/d/y"));
    gives(-EINVAL, rename_to("/d", "/d/e/g", 0));
    gives(-EINVAL, rename_to("/d", "/d/g", 0));
    gives(-ENOTEMPTY, rename_to("/d/e/f", "/d", 0));
    gives(-EBUSY, rename_to("/d/.", "/q", 0));
    gives(-EBUSY, rename_to("/d", "/d/..", 0));
    gives(-EEXIST, rename_to("/d/x", "/d/..", RENAME_KEEP));
    gives(-EBUSY, rename_to("/", "/q", 0));
    gives(-ENOENT, rename_to("/none", "/q", 0));
    gives(-EISDIR, rename_to("/d/x", "/d/e", 0));
    gives(-ENOTDIR, rename_to("/d/e", "/d/x", 0));
    gives(-ENOTDIR, rename_to("/d/x", "/d/z/", 0));
    gives(-ENOTDIR, rename_to("/d/x/", "/d/z", 0));
    gives(-EEXIST, rename_to("/d/x", "/d/y", RENAME_KEEP));
    gives(0, rename_to("/d/x", "/d/x", 0));
    struct inode *x = inode_at("/d/x"), *e = inode_at("/d/e");
    gives(0, rename_to("/d/x", "/d/y", 0));
    ok(inode_at("/d/y") == x && !inode_at("/d/x"));
    gives(0, rename_to("/d/y", "/d/e", RENAME_SWAP));
    ok(inode_at("/d/y") == e && inode_at("/d/e") == x);
    gives(0, rename_to("/d/y/f", "/d/e", RENAME_SWAP));
    ok(inode_at("/d/y/f") == x);
    gives(2, inode_at("/d/y")->links);
    gives(4, inode_at("/d")->links);
    gives(-ENOENT, rename_to("/d/y", "/d/none", RENAME_SWAP));
    gives(0, rename_to("/d/e/", "/d/y/g/", 0));
    gives(3, inode_at("/d/y")->links);
    gives(3, inode_at("/d")->links);
    gives(0, make_dir("/empty"));
    gives(-ENOTEMPTY, rename_to("/empty", "/d/y", 0));
    gives(0, rename_to("/d/y", "/empty", 0));
    ok(leads_to("/empty/g", "/empty/g"));
    gives(2, inode_at("/d")->links);
    gives(0, link_to("/empty/f", "/d/f"));
    gives(0, rename_to("/d/f", "/empty/f", 0));
    ok(inode_at("/d/f") && inode_at("/empty/f"));
    gives(0, remove_file("/d/f"));
    gives(0, remove_file("/empty/f"));
    gives(0, remove_dir("/empty/g"));
    gives(0, remove_dir("/empty"));
    gives(0, remove_dir("/d"));
}

/* The newest first, as on Linux. */
static const char *const expected_names[] = { ".", "..", "m1", "n2", "n0" };
static unsigned names_seen;

static bool see_name(void *data, const char *name, size_t length,
    uint64_t inode, enum inode_type type, uint64_t next_cookie)
{
    const char *expected = expected_names[names_seen];
    ok(strlen(expected) == length && !memcmp(name, expected, length));
    names_seen++;
    return names_seen < 5;
}

static void test_list(void)
{
    gives(0, make_dir("/n"));
    gives(0, make_dir("/m"));
    gives(0, make_file("/n/n0"));
    gives(0, make_file("/n/n1"));
    gives(0, make_file("/m/n2"));
    gives(0, rename_to("/m/n2", "/n/n2", 0));
    gives(0, make_file("/m/m1"));
    gives(0, rename_to("/m/m1", "/n/m1", 0));
    gives(0, remove_file("/n/n1"));
    struct walk walk = walk_with(0);
    struct place found;
    must(!path_find(&walk, "/n", &found));
    struct file file = { .place = found };
    uint64_t cookie = 0;
    gives(0, tmpfs_directory_file_ops.list(&file, &cookie, see_name, NULL));
    gives(5, names_seen);
    place_put(found);
    for (int i = 0; i < 2000; i++) {
        char path[32];
        snprintf(path, sizeof path, "/m/%d", i);
        must(!make_file(path));
    }
    gives(0, find("/m/1999", 0));
    for (int i = 0; i < 2000; i++) {
        char path[32];
        snprintf(path, sizeof path, "/m/%d", i);
        must(!remove_file(path));
    }
    gives(0, remove_dir("/m"));
}

static int mount_at(const char *type, const char *path, unsigned flags,
    const char *options)
{
    struct walk walk = walk_with(WALK_FOLLOW);
    struct place at;
    int error = path_find(&walk, path, &at);
    if (error)
        return error;
    error = mount_new(type, "none", at, flags, options);
    place_put(at);
    return error;
}

static int unmount(const char *path, unsigned how)
{
    struct walk walk = walk_with(WALK_FOLLOW);
    struct place at;
    int error = path_find(&walk, path, &at);
    if (error)
        return error;
    error = mount_remove(at, how);
    place_put(at);
    return error;
}

static int two(int (*verb)(struct place, struct place), const char *a,
    const char *b)
{
    struct walk walk = walk_with(WALK_FOLLOW);
    struct place from, to;
    int error = path_find(&walk, a, &from);
    if (error)
        return error;
    error = path_find(&walk, b, &to);
    if (!error) {
        error = verb(from, to);
        place_put(to);
    }
    place_put(from);
    return error;
}

static int bind(struct place from, struct place to)
{
    return mount_bind(from, to, false);
}

static int bind_all(struct place from, struct place to)
{
    return mount_bind(from, to, true);
}

static int pivot(struct place new_root, struct place put_old)
{
    return mount_pivot(new_root, put_old, paths->root);
}

static void test_mounts(void)
{
    gives(0, make_dir("/mnt"));
    gives(0, make_dir("/mnt2"));
    gives(-ENODEV, mount_at("nofs", "/mnt", 0, NULL));
    gives(-EINVAL, mount_at("tmpfs", "/mnt", 0, "size=x"));
    gives(-EINVAL, mount_at("tmpfs", "/mnt", 0, "sizes=1"));
    gives(-ENOTDIR, mount_at("tmpfs", "/a/file", 0, NULL));
    gives(-EINVAL, unmount("/mnt", 0));
    gives(0, mount_at("tmpfs", "/mnt", 0, "size=8k,mode=700,uid=5,nr_inodes=9"));
    gives(0700, inode_at("/mnt")->mode);
    gives(5, inode_at("/mnt")->uid);
    gives(0, make_dir("/mnt/sub"));
    ok(leads_to("/mnt/sub/..", "/mnt"));
    ok(leads_to("/mnt/..", "/"));
    ok(leads_to("/mnt/sub/../../mnt/sub", "/mnt/sub"));
    gives(-EXDEV, find("/mnt", WALK_NO_MOUNTS));
    gives(-EBUSY, remove_dir("/mnt"));
    gives(-EBUSY, rename_to("/mnt", "/mnt3", 0));
    gives(-EBUSY, rename_to("/mnt2", "/mnt", 0));
    gives(-EXDEV, rename_to("/mnt/sub", "/sub", 0));
    gives(-EXDEV, link_to("/a/file", "/mnt/file"));
    gives(0, make_file("/mnt/data"));
    struct store *store = inode_at("/mnt/data")->store;
    gives(0, make_page(store));
    gives(0, make_page(store));
    gives(-ENOSPC, make_page(store));
    gives(-ENOSPC, tmpfs_shortage(inode_at("/mnt/data")));
    struct attributes size = { .bytes = 1 };
    gives(0, inode_change(inode_at("/mnt/data"), SET_BYTES, &size, who));
    gives(0, make_page(store));
    gives(0, mount_at("tmpfs", "/mnt/sub", 0, NULL));
    gives(0, make_dir("/mnt/sub/deep"));
    gives(-EBUSY, unmount("/mnt", 0));
    gives(0, two(bind, "/mnt", "/mnt2"));
    gives(-ENOENT, find("/mnt2/sub/deep", 0));
    gives(0, unmount("/mnt2", 0));
    gives(0, two(bind_all, "/mnt", "/mnt2"));
    gives(0, find("/mnt2/sub/deep", 0));
    ok(leads_to("/mnt2/sub/deep/../..", "/mnt2"));
    gives(0, unmount("/mnt2", UNMOUNT_DETACH));
    gives(0, two(bind_all, "/", "/mnt2"));
    gives(0, find("/mnt2/mnt/sub/deep", 0));
    gives(0, unmount("/mnt2", UNMOUNT_DETACH));
    gives(-ELOOP, two(mount_move, "/mnt", "/mnt/sub"));
    gives(0, two(mount_move, "/mnt", "/mnt2"));
    gives(0, find("/mnt2/sub/deep", 0));
    gives(-ENOENT, find("/mnt/sub", 0));
    gives(-EINVAL, two(mount_move, "/mnt", "/mnt2"));
    gives(0, change_dir("/mnt2/sub"));
    gives(-EBUSY, unmount("/mnt2/sub", 0));
    gives(0, unmount("/mnt2", UNMOUNT_DETACH));
    ok(leads_to(".", "(unreachable)/"));
    ok(leads_to("..", "(unreachable)/"));
    gives(0, find("deep", 0));
    gives(0, change_dir("/"));
    gives(0, mount_at("tmpfs", "/mnt", MOUNT_READ_ONLY, NULL));
    gives(-EROFS, make_dir("/mnt/x"));
    gives(-EROFS, remove_file("/mnt/x"));
    gives(-EROFS, open_create("/mnt/x", 0, WALK_FOLLOW));
    gives(-EAGAIN, unmount("/mnt", UNMOUNT_EXPIRE));
    gives(0, unmount("/mnt", UNMOUNT_EXPIRE));
    gives(-EINVAL, unmount("/", 0));
}

static void test_pivot(void)
{
    gives(0, mount_at("tmpfs", "/mnt", 0, NULL));
    gives(0, make_dir("/mnt/old"));
    gives(-EINVAL, two(pivot, "/mnt", "/mnt/old")); /* the first root */
    gives(0, change_dir("/mnt"));
    struct place new_root = paths_cwd(paths);
    paths_set_root(paths, new_root);
    place_put(new_root);
    gives(0, make_dir("/new"));
    gives(0, mount_at("tmpfs", "/new", 0, NULL));
    gives(0, make_dir("/new/old"));
    gives(-EBUSY, two(pivot, "/new", "/old"));
    gives(-EBUSY, two(pivot, "/", "/new/old"));
    gives(0, two(pivot, "/new", "/new/old"));
    struct place first = mounts_root(paths->root.mount->mounts);
    while (mount_descend(&first))
        ;
    place_put(first);
    struct walk walk = walk_with(0);
    struct place top;
    /* Our root is the old one still: kernel/ moves us. */
    must(!path_find(&walk, "/", &top));
    place_put(top);
}

static void test_rights(void)
{
    struct credentials *user = credentials_new();
    user->uid = user->euid = user->fsuid = 1000;
    user->gid = user->egid = user->fsgid = 1000;
    user->effective = user->permitted = 0;
    const struct credentials *root = who;
    struct attributes wanted = { .mode = 01777 };
    gives(0, make_dir("/pub"));
    gives(0, inode_change(inode_at("/pub"), SET_MODE, &wanted, who));
    gives(0, make_file("/pub/roots"));
    gives(0, make_dir("/closed"));
    wanted.mode = 0700;
    gives(0, inode_change(inode_at("/closed"), SET_MODE, &wanted, who));
    who = user;
    gives(-EACCES, make_dir("/a/x"));
    gives(-EEXIST, make_dir("/pub"));
    gives(0, make_dir("/pub/mine"));
    gives(-EPERM, remove_file("/pub/roots"));
    gives(-EPERM, rename_to("/pub/roots", "/pub/mine/x", 0));
    gives(-EACCES, find("/closed/x", 0));
    gives(-EACCES, find("/closed/.", 0));
    gives(0, find("/closed", 0));
    wanted = (struct attributes){ .mode = 02755, .uid = 0, .gid = 1000 };
    gives(0, make_file("/pub/mine/prog"));
    struct inode *prog = inode_at("/pub/mine/prog");
    gives(0, inode_change(prog, SET_MODE, &wanted, who));
    gives(02755, prog->mode);
    gives(-EPERM, inode_change(prog, SET_UID, &wanted, who));
    gives(0, inode_change(prog, SET_GID, &wanted, who));
    gives(0755, prog->mode);
    wanted.gid = 7;
    gives(-EPERM, inode_change(prog, SET_GID, &wanted, who));
    struct inode *roots = inode_at("/pub/roots");
    gives(-EPERM, inode_change(roots, SET_MODE, &wanted, who));
    gives(-EPERM, inode_change(roots, SET_MODIFIED, &wanted, who));
    gives(-EPERM, inode_change(roots, SET_MODIFIED_NOW, &wanted, who));
    gives(-EACCES,
        inode_change(roots, SET_MODIFIED_NOW | SET_ACCESSED_NOW, &wanted, who));
    gives(-EACCES, inode_permission(roots, MAY_WRITE, who));
    gives(0, inode_permission(roots, MAY_READ, who));
    who = root;
    gives(-EACCES, inode_permission(roots, MAY_EXECUTE, who));
    gives(0, remove_file("/pub/mine/prog"));
    gives(0, remove_dir("/pub/mine"));
    gives(0, remove_file("/pub/roots"));
    gives(0, remove_dir("/pub"));
    gives(0, remove_dir("/closed"));
    credentials_put(user);
}

int main(void)
{
    struct filesystem *filesystem;
    who = credentials_new();
    must(!rootfs_type.make(NULL, &filesystem));
    struct mounts *mounts = mounts_new(filesystem, "rootfs");
    struct place root = mounts_root(mounts);
    paths = paths_new(root);
    place_put(root);
    test_names();
    test_links();
    test_create();
    test_removal();
    test_rename();
    test_list();
    test_rights();
    test_mounts();
    test_pivot();
    paths_put(paths);
    mounts_put(mounts);
    credentials_put(who);
    grace_drain();
    /* One block is the table of names, grown. */
    gives(1, blocks);
    printf("1..%d\n", count);
    return failures != 0;
}
