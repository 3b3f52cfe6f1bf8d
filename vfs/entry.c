/* SPDX-License-Identifier: MIT */
/* The cache of names: (parent, name) to entry, hashed.
 *
 * Readers take no lock.  They search a chain inside a grace section and try to
 * get a reference; chains only ever lose or gain entries one at a time and a
 * lost entry still leads on.  What could mislead them is a rename, or the table
 * growing, in the middle: both make the sequence odd and then even again, and
 * readers who see it change look again, so that a miss can be trusted.  An
 * entry whose count has come to zero never comes back; who meets it passes by.
 *
 * Entries that no directory pins are not kept once nobody refers to them. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/hash.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/entry_names.h"
#include "vfs/notify.h"

struct table {
    struct grace grace;
    size_t mask;
    struct entry *chains[];
};

enum { FIRST_CHAINS = 256, MOST_CHAINS = 1 << 18, FIRST_COOKIE = 3 };

static union {
    struct table table;
    char room[sizeof(struct table) + FIRST_CHAINS * sizeof(struct entry *)];
} first_table = { .table.mask = FIRST_CHAINS - 1 };

static struct table *table = &first_table.table; /* [grace] */
static size_t hashed_count;                      /* [names] */
static uint32_t sequence; /* [names] odd while names move; read by all */

struct spinlock names_lock = SPINLOCK_INIT(RANK_NAMES);

/* The sequence.  Odd before anything moves and even after it did, as names_sequence
 * and names_have_moved read it: before they search, and after. */

void names_begin_move(void)
{
    atomic_store(&sequence, sequence + 1);
    memory_barrier();
}

void names_end_move(void)
{
    memory_barrier();
    atomic_store(&sequence, sequence + 1);
}

uint32_t names_sequence(void)
{
    uint32_t now;
    while ((now = atomic_load_acquire(&sequence)) & 1)
        cpu_relax();
    return now;
}

static bool names_have_moved(uint32_t since)
{
    read_barrier();
    return atomic_load(&sequence) != since;
}

void names_hold(void)
{
    spin_lock(&names_lock);
}

void names_release(void)
{
    spin_unlock(&names_lock);
}

/* The table. */

uint64_t entry_hash(const struct entry *parent, const char *name, size_t bytes)
{
    return hash_bytes(name, bytes, (uintptr_t)parent);
}

static void add_to_chain(struct table *to, struct entry *entry)
{
    struct entry **chain = &to->chains[entry->hash & to->mask];
    struct entry *first = *chain;
    atomic_store(&entry->hash_next, first);
    entry->hash_from = chain;
    if (first)
        first->hash_from = &entry->hash_next;
    atomic_store_release(chain, entry); /* search_chain */
}

void names_hash_locked(struct entry *entry)
{
    add_to_chain(table, entry);
    atomic_store(&entry->is_hashed, true);
    atomic_store(&hashed_count, hashed_count + 1);
}

void names_unhash_locked(struct entry *entry)
{
    if (!entry->is_hashed)
        return;
    /* hash_next stays: a reader here finds the rest of the chain. */
    atomic_store_release(entry->hash_from, entry->hash_next);
    if (entry->hash_next)
        entry->hash_next->hash_from = entry->hash_from;
    atomic_store(&entry->is_hashed, false);
    atomic_store(&hashed_count, hashed_count - 1);
}

static void free_table(struct grace *grace)
{
    heap_free(container_of(grace, struct table, grace));
}

static void move_chains(struct table *from, struct table *to)
{
    for (size_t i = 0; i <= from->mask; i++) {
        struct entry *entry = from->chains[i], *next;
        for (; entry; entry = next) {
            next = entry->hash_next;
            add_to_chain(to, entry);
        }
    }
}

/* Nobody frees the first table, and who still reads it since it was left finds
 * what was there then, or is here now: so it can be used again at any time. */
static struct table *table_new(size_t chains)
{
    if (chains == FIRST_CHAINS)
        return &first_table.table;
    struct table *fresh = heap_alloc_zeroed(
        sizeof *fresh + chains * sizeof fresh->chains[0]);
    if (fresh)
        fresh->mask = chains - 1;
    return fresh;
}

static void replace_table_locked(struct table *fresh)
{
    names_begin_move();
    if (fresh == &first_table.table)
        memset(fresh->chains, 0, FIRST_CHAINS * sizeof fresh->chains[0]);
    move_chains(table, fresh);
    atomic_store_release(&table, fresh); /* search_chain */
    names_end_move();
}

/* No memory: it stays as it is. */
static void resize_table(size_t chains)
{
    struct table *fresh = table_new(chains);
    if (!fresh)
        return;
    spin_lock(&names_lock);
    struct table *old = table;
    bool is_news = old->mask != fresh->mask;
    if (is_news)
        replace_table_locked(fresh);
    spin_unlock(&names_lock);
    struct table *unused = is_news ? old : fresh;
    if (unused != &first_table.table)
        grace_call(&unused->grace, free_table);
}

/* Doubles the table when chains get long. */
static void grow_table(void)
{
    grace_read();
    size_t chains = atomic_load_acquire(&table)->mask + 1;
    grace_read_done();
    if (atomic_load(&hashed_count) > chains && chains < MOST_CHAINS)
        resize_table(2 * chains);
}

void names_drain(void)
{
    size_t chains = FIRST_CHAINS, count = atomic_load(&hashed_count);
    while (chains < count && chains < MOST_CHAINS)
        chains *= 2;
    resize_table(chains);
}

/* Stops at the first difference, at the stored NUL at the latest: the stored
 * name may be another one than its length was read for. */
static bool is_named(const struct entry *entry, const char *name, size_t bytes)
{
    const char *stored = atomic_load_acquire(&entry->name);
    for (size_t i = 0; i < bytes; i++)
        if (stored[i] != name[i])
            return false;
    return !stored[bytes];
}

static struct entry *search_chain(const struct entry *parent, const char *name,
    size_t bytes, uint64_t hash)
{
    const struct table *now = atomic_load_acquire(&table);
    struct entry *entry = atomic_load_acquire(&now->chains[hash & now->mask]);
    for (; entry; entry = atomic_load_acquire(&entry->hash_next))
        if (atomic_load(&entry->hash) == hash
            && atomic_load(&entry->parent) == parent
            && is_named(entry, name, bytes)
            && refcount_get_unless_zero(&entry->refs))
            return entry;
    return NULL;
}

struct entry *entry_find_cached(
    const struct entry *directory, const char *name, size_t bytes)
{
    uint64_t hash = entry_hash(directory, name, bytes);
    for (;;) {
        grace_read();
        uint32_t start = names_sequence();
        struct entry *found = search_chain(directory, name, bytes, hash);
        bool is_sure = !names_have_moved(start);
        grace_read_done();
        if (is_sure)
            return found;
        entry_put(found);
    }
}

/* Entries: made, counted, freed. */

static struct entry *entry_new(const char *name, size_t bytes)
{
    struct entry *entry = heap_alloc_zeroed(sizeof *entry);
    if (!entry)
        return NULL;
    refcount_init(&entry->refs);
    entry->name = entry->short_name;
    if (bytes >= sizeof entry->short_name) {
        entry->long_name = heap_alloc(sizeof *entry->long_name + bytes + 1);
        if (!entry->long_name) {
            heap_free(entry);
            return NULL;
        }
        entry->name = entry->long_name->text;
    }
    memcpy(entry->name, name, bytes);
    entry->name[bytes] = 0;
    entry->name_bytes = bytes;
    entry->next_cookie = FIRST_COOKIE;
    return entry;
}

struct entry *entry_new_root(struct filesystem *filesystem, struct inode *root)
{
    struct entry *entry = entry_new("", 0);
    if (!entry)
        return NULL;
    entry->parent = entry;
    entry->inode = root;
    entry->filesystem = filesystem;
    return entry;
}

struct entry *entry_new_unhashed(
    struct entry *parent, const char *name, size_t bytes)
{
    struct entry *entry = entry_new(name, bytes);
    if (!entry)
        return NULL;
    entry->parent = entry_get(parent);
    entry->filesystem = parent->filesystem;
    entry->hash = entry_hash(parent, name, bytes);
    return entry;
}

struct entry *entry_get(struct entry *entry)
{
    refcount_get(&entry->refs);
    return entry;
}

static void free_entry(struct grace *grace)
{
    struct entry *entry = container_of(grace, struct entry, grace);
    if (entry->long_name)
        heap_free(entry->long_name);
    else if (entry->name != entry->short_name)
        heap_free(entry->name);
    heap_free(entry);
}

void entry_put(struct entry *entry)
{
    while (entry && refcount_put(&entry->refs)) {
        struct entry *parent = entry->parent == entry ? NULL : entry->parent;
        struct inode *inode = entry->inode;
        if (entry->is_hashed)
            entry_drop(entry);
        if (entry->is_removed)
            names_forget_removed(entry);
        if (inode && !inode->links)
            notify_deleted(inode);
        grace_call(&entry->grace, free_entry);
        inode_put(inode);
        entry = parent;
    }
}

struct entry *entry_parent(struct entry *entry)
{
    spin_lock(&names_lock);
    struct entry *parent = entry_get(entry->parent);
    spin_unlock(&names_lock);
    return parent;
}

void entry_fill(struct entry *entry, struct inode *inode)
{
    atomic_store_release(&entry->inode, inode); /* entry_is_valid, and walks */
}

void entry_drop(struct entry *entry)
{
    spin_lock(&names_lock);
    names_unhash_locked(entry);
    spin_unlock(&names_lock);
}

bool entry_is_dropped(const struct entry *entry)
{
    return !atomic_load(&entry->is_hashed) && entry->parent != entry;
}

/* Finding what may have to be looked up. */

bool entry_is_valid(struct entry *entry)
{
    struct inode *inode = atomic_load_acquire(&entry->inode);
    /* A negative one is not renamed: its parent stays. */
    bool is_valid = inode
        ? !inode->ops->still_valid || inode->ops->still_valid(entry)
        : !entry->parent->inode->ops->lookup;
    if (!is_valid)
        entry_drop(entry);
    return is_valid;
}

static struct entry *find_valid(
    struct entry *directory, const char *name, size_t bytes)
{
    struct entry *entry = entry_find_cached(directory, name, bytes);
    if (!entry || entry_is_valid(entry))
        return entry;
    entry_put(entry);
    return NULL;
}

static int look_up(struct entry *directory, const char *name, size_t bytes,
    struct entry **found)
{
    struct inode *inode = directory->inode;
    struct entry *entry = entry_new_unhashed(directory, name, bytes);
    if (!entry)
        return -ENOMEM;
    int error = inode->ops->lookup ? inode->ops->lookup(inode, entry) : 0;
    if (error) {
        entry_put(entry);
        return error;
    }
    grow_table();
    spin_lock(&names_lock);
    names_hash_locked(entry);
    spin_unlock(&names_lock);
    *found = entry;
    return 0;
}

static int check_name(const struct entry *directory, size_t bytes)
{
    if (!directory->inode || directory->inode->type != INODE_DIRECTORY)
        return -ENOTDIR;
    return bytes > NAME_BYTES_MAX ? -ENAMETOOLONG : 0;
}

int entry_find_locked(struct entry *directory, const char *name, size_t bytes,
    struct entry **found)
{
    int error = check_name(directory, bytes);
    if (error)
        return error;
    if (!directory->inode->links)
        return -ENOENT;
    *found = find_valid(directory, name, bytes);
    return *found ? 0 : look_up(directory, name, bytes, found);
}

int entry_find(struct entry *directory, const char *name, size_t bytes,
    struct entry **found)
{
    int error = check_name(directory, bytes);
    if (error)
        return error;
    *found = find_valid(directory, name, bytes);
    if (*found)
        return 0;
    mutex_lock(&directory->inode->change);
    error = entry_find_locked(directory, name, bytes, found);
    mutex_unlock(&directory->inode->change);
    return error;
}
