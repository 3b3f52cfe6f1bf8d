/* SPDX-License-Identifier: MIT */
/* Extended attributes: trusted.* and security.* of files in memory.  The
 * others have no keeper: user.*, access control lists, and the capabilities of
 * programs, which exec would have to heed. */
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/xattr.h>

#include "abi/linux/arguments.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "net/socket.h"
#include "vfs/extended.h"
#include "vfs/notify.h"

static const char *const prefixes[EXTENDED_KINDS] = {
    [EXTENDED_TRUSTED] = XATTR_TRUSTED_PREFIX,
    [EXTENDED_SECURITY] = XATTR_SECURITY_PREFIX,
};

static_assert(XATTR_SIZE_MAX == EXTENDED_VALUE_MAX, "the largest value");
static_assert(XATTR_NAME_MAX == EXTENDED_NAME_MAX, "the longest name");

/* What an attribute is asked of: of a path or a descriptor. */
struct subject {
    struct place place; /* with references */
    struct inode *inode;
    const char *protocol; /* of a socket's descriptor */
    bool is_changing; /* mount_begin_write was called */
};

/* What every socket tells, and only by its descriptor. */
#define PROTOCOL_NAME XATTR_SYSTEM_PREFIX "sockprotoname"

static void subject_done(struct subject *subject)
{
    if (subject->is_changing)
        mount_end_write(subject->place.mount);
    inode_argument_done(&subject->place, subject->inode);
}

static int begin_change(struct subject *subject)
{
    if (!subject->place.mount)
        return 0;
    int error = mount_begin_write(subject->place.mount);
    subject->is_changing = !error;
    if (error)
        subject_done(subject);
    return error;
}

static int subject_of_path(struct subject *subject,
    const char __user *path, unsigned walk_flags)
{
    *subject = (struct subject){ 0 };
    return inode_argument(
        AT_FDCWD, path, walk_flags, &subject->place, &subject->inode);
}

static int subject_of_fd(struct subject *subject, int fd)
{
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    const struct socket *socket = file_socket(file);
    *subject = (struct subject){
        .protocol = socket ? socket->ops->protocol : NULL,
        .place = file->place.mount ? place_get(file->place)
                                   : (struct place){ 0 },
        .inode = inode_get(file->inode),
    };
    files_return(file, has_reference);
    return 0;
}

/* Names that nobody keeps: even so, who may not look is told that first. */
static int foreign_name(
    const char *name, struct inode *inode, unsigned rights)
{
    bool is_users = !strncmp(name, XATTR_USER_PREFIX, XATTR_USER_PREFIX_LEN);
    bool has_users =
        inode->type == INODE_REGULAR || inode->type == INODE_DIRECTORY;
    if (!strncmp(name, XATTR_SYSTEM_PREFIX, XATTR_SYSTEM_PREFIX_LEN))
        return -EOPNOTSUPP;
    if (is_users && !has_users)
        return rights & MAY_WRITE ? -EPERM : -ENODATA;
    int error = inode_permission(inode, rights, current->credentials);
    return error ? error : -EOPNOTSUPP;
}

/* buffer holds the whole name, which name->text points into. */
static int name_argument(struct extended_name *name, char *buffer,
    const char __user *from, struct inode *inode, unsigned rights)
{
    ssize_t length = user_string(buffer, from, XATTR_NAME_MAX + 1);
    if (length == -ENAMETOOLONG || !length)
        return -ERANGE;
    if (length < 0)
        return length;
    for (name->kind = 0; name->kind < EXTENDED_KINDS; name->kind++) {
        size_t bytes = strlen(prefixes[name->kind]);
        name->text = buffer + bytes;
        if (!strncmp(buffer, prefixes[name->kind], bytes))
            return strcmp(buffer, XATTR_NAME_CAPS) ? 0 : -EOPNOTSUPP;
    }
    return foreign_name(buffer, inode, rights);
}

static int value_argument(
    void **value, const void __user *from, size_t bytes)
{
    *value = NULL;
    if (bytes > XATTR_SIZE_MAX)
        return -E2BIG;
    if (!bytes)
        return 0;
    *value = heap_alloc(bytes);
    if (!*value)
        return -ENOMEM;
    if (!user_read(*value, from, bytes))
        return 0;
    heap_free(*value);
    return -EFAULT;
}

static int set_named(struct inode *inode, const char __user *from,
    const void *value, size_t bytes, int flags)
{
    char buffer[XATTR_NAME_MAX + 1];
    struct extended_name name;
    int error = name_argument(&name, buffer, from, inode, MAY_WRITE);
    if (error)
        return error;
    if (!*name.text)
        return -EINVAL;
    return extended_set(inode, name, value, bytes,
        flags & XATTR_CREATE        ? EXTENDED_NEW
            : flags & XATTR_REPLACE ? EXTENDED_KNOWN
                                    : EXTENDED_ANYHOW,
        current->credentials);
}

static long set(struct subject *subject, int error, const char __user *name,
    const void __user *from, size_t bytes, int flags)
{
    void *value;
    if (!error)
        error = begin_change(subject);
    if (error)
        return error;
    if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
        error = -EINVAL;
    else
        error = value_argument(&value, from, bytes);
    if (!error) {
        error = set_named(subject->inode, name, value, bytes, flags);
        if (!error)
            notify_entry(subject->place.entry, NOTIFY_ATTRIBUTES);
        heap_free(value);
    }
    subject_done(subject);
    return error;
}

long sys_setxattr(const char __user *path, const char __user *name,
    const void __user *value, size_t bytes, int flags)
{
    struct subject subject;
    int error = subject_of_path(&subject, path, WALK_FOLLOW);
    return set(&subject, error, name, value, bytes, flags);
}

long sys_lsetxattr(const char __user *path, const char __user *name,
    const void __user *value, size_t bytes, int flags)
{
    struct subject subject;
    int error = subject_of_path(&subject, path, 0);
    return set(&subject, error, name, value, bytes, flags);
}

long sys_fsetxattr(int fd, const char __user *name, const void __user *value,
    size_t bytes, int flags)
{
    struct subject subject;
    int error = subject_of_fd(&subject, fd);
    return set(&subject, error, name, value, bytes, flags);
}

static long get_into(struct inode *inode, struct extended_name name,
    void __user *to, size_t bytes)
{
    size_t capacity = min(bytes, (size_t)XATTR_SIZE_MAX);
    void *value = capacity ? heap_alloc(capacity) : NULL;
    if (capacity && !value)
        return -ENOMEM;
    long result =
        extended_get(inode, name, value, capacity, current->credentials);
    if (result > 0 && capacity && user_write(to, value, result))
        result = -EFAULT;
    heap_free(value);
    return result;
}

/* -ENODATA: that is not what the name says. */
static long get_protocol(const struct subject *subject,
    const char __user *name, void __user *to, size_t bytes)
{
    char buffer[sizeof PROTOCOL_NAME + 1];
    if (!subject->protocol || user_string(buffer, name, sizeof buffer) < 0
        || strcmp(buffer, PROTOCOL_NAME))
        return -ENODATA;
    size_t length = strlen(subject->protocol) + 1;
    if (bytes && bytes < length)
        return -ERANGE;
    if (bytes && user_write(to, subject->protocol, length))
        return -EFAULT;
    return length;
}

static long get(struct subject *subject, int error, const char __user *from,
    void __user *to, size_t bytes)
{
    char buffer[XATTR_NAME_MAX + 1];
    struct extended_name name;
    if (error)
        return error;
    long result = get_protocol(subject, from, to, bytes);
    if (result == -ENODATA)
        result = name_argument(&name, buffer, from, subject->inode, MAY_READ);
    if (!result)
        result = *name.text ? get_into(subject->inode, name, to, bytes)
                            : -EINVAL;
    subject_done(subject);
    return result;
}

long sys_getxattr(const char __user *path, const char __user *name,
    void __user *value, size_t bytes)
{
    struct subject subject;
    int error = subject_of_path(&subject, path, WALK_FOLLOW);
    return get(&subject, error, name, value, bytes);
}

long sys_lgetxattr(const char __user *path, const char __user *name,
    void __user *value, size_t bytes)
{
    struct subject subject;
    int error = subject_of_path(&subject, path, 0);
    return get(&subject, error, name, value, bytes);
}

long sys_fgetxattr(
    int fd, const char __user *name, void __user *value, size_t bytes)
{
    struct subject subject;
    int error = subject_of_fd(&subject, fd);
    return get(&subject, error, name, value, bytes);
}

static long remove(
    struct subject *subject, int error, const char __user *from)
{
    char buffer[XATTR_NAME_MAX + 1];
    struct extended_name name;
    if (!error)
        error = begin_change(subject);
    if (error)
        return error;
    error = name_argument(&name, buffer, from, subject->inode, MAY_WRITE);
    if (!error)
        error = *name.text ? extended_remove(subject->inode, name,
                                 current->credentials)
                           : -EINVAL;
    if (!error)
        notify_entry(subject->place.entry, NOTIFY_ATTRIBUTES);
    subject_done(subject);
    return error;
}

long sys_removexattr(const char __user *path, const char __user *name)
{
    struct subject subject;
    int error = subject_of_path(&subject, path, WALK_FOLLOW);
    return remove(&subject, error, name);
}

long sys_lremovexattr(const char __user *path, const char __user *name)
{
    struct subject subject;
    int error = subject_of_path(&subject, path, 0);
    return remove(&subject, error, name);
}

long sys_fremovexattr(int fd, const char __user *name)
{
    struct subject subject;
    int error = subject_of_fd(&subject, fd);
    return remove(&subject, error, name);
}

/* The names that are there, each with its NUL; counted even if there is no
 * room for them. */
struct listing {
    char *buffer;
    size_t used, capacity;
};

static void list_part(struct listing *listing, const char *text, size_t bytes)
{
    if (listing->used + bytes <= listing->capacity)
        memcpy(listing->buffer + listing->used, text, bytes);
    listing->used += bytes;
}

static void list_one(void *data, struct extended_name name)
{
    list_part(data, prefixes[name.kind], strlen(prefixes[name.kind]));
    list_part(data, name.text, strlen(name.text) + 1);
}

static long list_into(const struct subject *subject, void __user *to, size_t bytes)
{
    struct listing listing = { .capacity = min(bytes, (size_t)XATTR_LIST_MAX) };
    if (listing.capacity) {
        listing.buffer = heap_alloc(listing.capacity);
        if (!listing.buffer)
            return -ENOMEM;
    }
    extended_for_each(subject->inode, list_one, &listing, current->credentials);
    if (subject->protocol)
        list_part(&listing, PROTOCOL_NAME, sizeof PROTOCOL_NAME);
    long result = listing.used;
    if (bytes && listing.used > listing.capacity)
        result = bytes < XATTR_LIST_MAX ? -ERANGE : -E2BIG;
    else if (bytes && listing.used &&
        user_write(to, listing.buffer, listing.used))
        result = -EFAULT;
    heap_free(listing.buffer);
    return result;
}

static long list(
    struct subject *subject, int error, void __user *to, size_t bytes)
{
    if (error)
        return error;
    long result = list_into(subject, to, bytes);
    subject_done(subject);
    return result;
}

long sys_listxattr(const char __user *path, void __user *to, size_t bytes)
{
    struct subject subject;
    int error = subject_of_path(&subject, path, WALK_FOLLOW);
    return list(&subject, error, to, bytes);
}

long sys_llistxattr(const char __user *path, void __user *to, size_t bytes)
{
    struct subject subject;
    int error = subject_of_path(&subject, path, 0);
    return list(&subject, error, to, bytes);
}

long sys_flistxattr(int fd, void __user *to, size_t bytes)
{
    struct subject subject;
    int error = subject_of_fd(&subject, fd);
    return list(&subject, error, to, bytes);
}
