/* SPDX-License-Identifier: MIT */
/* The names of local sockets: nodes in directories, and abstract ones that are
 * bytes and nothing else.
 *
 * One table has both, the former by inode, of which its socket holds a
 * reference. A name stays in the table as long as its socket is not closed; the
 * bytes live on, for those who still ask from where something came. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/hash.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "net/unix.h"
#include "net/unix_init.h"
#include "vfs/file.h"

enum {
    BUCKETS = 256,
    HEAD_BYTES = sizeof(uint16_t), /* of an address, before the name */
    ADDRESS_BYTES_MAX = HEAD_BYTES + UNIX_PATH_BYTES,
    AUTOMATIC_NAMES = 1 << 20,
};

static struct spinlock names_lock = SPINLOCK_INIT(RANK_SOCKET_NAMES);
static struct list buckets[BUCKETS]; /* [names_lock] zeros: not yet used */
static struct list all = LIST_INIT(all); /* [names_lock] */

/* Names as bytes. */

int unix_check_address(const struct socket_address *address)
{
    if (address->bytes <= HEAD_BYTES || address->bytes > ADDRESS_BYTES_MAX ||
        address->family != FAMILY_UNIX)
        return -EINVAL;
    return 0;
}

static bool is_abstract(const struct socket_address *address)
{
    return !address->raw[HEAD_BYTES];
}

/* The path, NUL-ended. */
static void path_of(
    const struct socket_address *address, char path[UNIX_PATH_BYTES + 1])
{
    size_t bytes = address->bytes - HEAD_BYTES;
    memcpy(path, address->raw + HEAD_BYTES, bytes);
    path[bytes] = '\0';
}

static struct unix_name *name_new(const struct socket_address *address)
{
    struct unix_name *name = heap_alloc_zeroed(sizeof *name);
    if (!name)
        return NULL;
    refcount_init(&name->refs);
    name->address = *address;
    if (!is_abstract(address))
        name->address.bytes = HEAD_BYTES +
            strnlen(address->raw + HEAD_BYTES, address->bytes - HEAD_BYTES) + 1;
    return name;
}

void unix_name_put(struct unix_name *name)
{
    if (name && refcount_put(&name->refs))
        heap_free(name);
}

void unix_name_tell(
    const struct unix_name *name, struct socket_address *address)
{
    if (name) {
        *address = name->address;
        return;
    }
    address->family = FAMILY_UNIX;
    address->bytes = HEAD_BYTES;
}

/* The table. */

static struct list *bucket_at(uint64_t hash)
{
    struct list *bucket = &buckets[hash % BUCKETS];
    if (!bucket->next)
        list_init(bucket);
    return bucket;
}

static struct list *bucket_of_address(
    const struct socket_address *address, enum socket_type type)
{
    return bucket_at(hash_bytes(address->raw, address->bytes, type));
}

static struct list *bucket_of_inode(const struct inode *inode)
{
    return bucket_at(hash_number((uintptr_t)inode));
}

static struct unix_socket *find_abstract(
    const struct socket_address *address, enum socket_type type)
{
    struct unix_socket *other;
    list_for_each(other, bucket_of_address(address, type), name_link) {
        const struct socket_address *theirs = &other->name->address;
        if (!other->place.mount && other->socket.type == type &&
            theirs->bytes == address->bytes &&
            !memcmp(theirs->raw, address->raw, address->bytes))
            return other;
    }
    return NULL;
}

static struct unix_socket *find_inode(const struct inode *inode)
{
    struct unix_socket *other;
    list_for_each(other, bucket_of_inode(inode), name_link)
        if (other->place.mount && other->place.entry->inode == inode)
            return other;
    return NULL;
}

void unix_names_enter(struct unix_socket *self)
{
    spin_lock(&names_lock);
    list_add(&all, &self->all_link);
    spin_unlock(&names_lock);
}

void unix_names_leave(struct unix_socket *self)
{
    spin_lock(&names_lock);
    list_remove(&self->all_link);
    list_remove(&self->name_link);
    spin_unlock(&names_lock);
}

/* Takes the name's reference. */
static void set_name_locked(
    struct unix_socket *self, struct unix_name *name, struct list *bucket)
{
    spin_lock(&self->lock);
    self->name = name;
    spin_unlock(&self->lock);
    list_add(bucket, &self->name_link);
}

/* Binding. */

static int bind_abstract(
    struct unix_socket *self, const struct socket_address *address)
{
    struct unix_name *name = name_new(address);
    if (!name)
        return -ENOMEM;
    spin_lock(&names_lock);
    bool is_taken = find_abstract(address, self->socket.type);
    if (!is_taken)
        set_name_locked(self, name,
            bucket_of_address(address, self->socket.type));
    spin_unlock(&names_lock);
    if (is_taken)
        unix_name_put(name);
    return is_taken ? -EADDRINUSE : 0;
}

static int make_node(struct unix_socket *self, const char *path,
    const struct socket_user *user, struct place *made)
{
    struct walk walk = {
        .paths = user->paths,
        .who = user->who,
        .from = paths_cwd(user->paths),
    };
    unsigned mode =
        self->socket.file->inode->mode & ~paths_umask(user->paths) & 0777;
    /* A second name is refused, but not before what is wrong with it is told. */
    int error = self->name ? path_find(&walk, path, made)
                           : path_make_place(&walk, path, INODE_SOCKET, mode,
                                 made);
    if (self->name && !error) {
        place_put(*made);
        error = -EEXIST;
    } else if (self->name && error == -ENOENT) {
        error = -EINVAL;
    }
    place_put(walk.from);
    return error == -EEXIST ? -EADDRINUSE : error;
}

static int bind_path(struct unix_socket *self,
    const struct socket_address *address, const struct socket_user *user)
{
    char path[UNIX_PATH_BYTES + 1];
    struct place place;
    struct unix_name *name = name_new(address);
    if (!name)
        return -ENOMEM;
    path_of(address, path);
    int error = make_node(self, path, user, &place);
    if (error) {
        unix_name_put(name);
        return error;
    }
    spin_lock(&names_lock);
    self->place = place;
    set_name_locked(self, name, bucket_of_inode(place.entry->inode));
    spin_unlock(&names_lock);
    return 0;
}

static int bind_any_locked(struct unix_socket *self)
{
    struct socket_address address = { .bytes = HEAD_BYTES + 6 };
    unsigned number = random_number();
    if (self->name)
        return 0;
    address.family = FAMILY_UNIX;
    for (unsigned tries = 0; tries < AUTOMATIC_NAMES; tries++, number++) {
        char digits[8];
        format(digits, sizeof digits, "%05x", number % AUTOMATIC_NAMES);
        memcpy(address.raw + HEAD_BYTES + 1, digits, 5);
        int error = bind_abstract(self, &address);
        if (error != -EADDRINUSE)
            return error;
        thread_breathe();
    }
    return -ENOSPC;
}

int unix_bind_any(struct unix_socket *self)
{
    mutex_lock(&self->naming);
    int error = bind_any_locked(self);
    mutex_unlock(&self->naming);
    return error;
}

int unix_bind(struct socket *socket, const struct socket_address *address,
    const struct socket_user *user)
{
    struct unix_socket *self = unix_of(socket);
    if (address->bytes == HEAD_BYTES && address->family == FAMILY_UNIX)
        return unix_bind_any(self);
    int error = unix_check_address(address);
    if (error)
        return error;
    mutex_lock(&self->naming);
    if (!is_abstract(address))
        error = bind_path(self, address, user);
    else
        error = self->name ? -EINVAL : bind_abstract(self, address);
    mutex_unlock(&self->naming);
    return error;
}

/* Finding. */

static int find_by_path(const struct socket_address *address,
    const struct socket_user *user, struct unix_socket **found)
{
    char path[UNIX_PATH_BYTES + 1];
    struct place place;
    struct walk walk = {
        .paths = user->paths,
        .who = user->who,
        .from = paths_cwd(user->paths),
        .flags = WALK_FOLLOW,
    };
    path_of(address, path);
    int error = path_find(&walk, path, &place);
    place_put(walk.from);
    if (error)
        return error;
    struct inode *inode = place.entry->inode;
    error = inode_permission(inode, MAY_WRITE, user->who);
    if (!error) {
        spin_lock(&names_lock);
        struct unix_socket *other =
            inode->type == INODE_SOCKET ? find_inode(inode) : NULL;
        *found = other ? unix_get(other) : NULL;
        spin_unlock(&names_lock);
        error = other ? 0 : -ECONNREFUSED;
    }
    if (!error)
        mount_touch_accessed(place.mount, inode);
    place_put(place);
    return error;
}

int unix_find(const struct socket_address *address, enum socket_type type,
    const struct socket_user *user, struct unix_socket **found)
{
    if (!is_abstract(address)) {
        int error = find_by_path(address, user, found);
        if (!error && (*found)->socket.type != type) {
            unix_put(*found);
            error = -EPROTOTYPE;
        }
        return error;
    }
    spin_lock(&names_lock);
    struct unix_socket *other = find_abstract(address, type);
    *found = other ? unix_get(other) : NULL;
    spin_unlock(&names_lock);
    return other ? 0 : -ECONNREFUSED;
}

/* Listing, for /proc/net/unix. */

static unsigned state_of(const struct unix_socket *self)
{
    enum { FREE, UNCONNECTED, CONNECTING, CONNECTED, DISCONNECTING };
    bool is_connected = self->state == UNIX_CONNECTED;
    if (!self->socket.file)
        return is_connected ? CONNECTING : DISCONNECTING;
    return is_connected ? CONNECTED : UNCONNECTED;
}

void unix_list(void (*visit)(const struct unix_line *, void *), void *data)
{
    struct unix_socket *self;
    spin_lock(&names_lock);
    list_for_each(self, &all, all_link) {
        struct unix_line line = {
            .references = refcount_read(&self->refs),
            .state = state_of(self),
            .type = self->socket.type,
            .listens = self->state == UNIX_LISTENS,
        };
        struct file *file = atomic_load(&self->socket.file);
        if (file)
            line.inode = file->inode->number;
        if (self->name)
            line.name = self->name->address;
        visit(&line, data);
    }
    spin_unlock(&names_lock);
}
