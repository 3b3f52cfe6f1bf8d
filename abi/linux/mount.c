/* SPDX-License-Identifier: MIT */
/* mount, umount2, pivot_root. */
#include <linux/fcntl.h>
#include <linux/mount.h>

#include "abi/linux/arguments.h"
#include "mm/heap.h"

static const struct {
    unsigned long flag;
    unsigned mount;
} flag_table[] = {
    { MS_RDONLY, MOUNT_READ_ONLY },
    { MS_NOSUID, MOUNT_NO_SETUID },
    { MS_NODEV, MOUNT_NO_DEVICES },
    { MS_NOEXEC, MOUNT_NO_EXECUTE },
    { MS_SYNCHRONOUS, MOUNT_SYNCHRONOUS },
    { MS_NOATIME, MOUNT_NO_ATIME },
    { MS_NODIRATIME, MOUNT_NO_DIR_ATIME },
    { MS_STRICTATIME, MOUNT_STRICT_ATIME },
    { MS_NOSYMFOLLOW, MOUNT_NO_LINKS },
    { MS_DIRSYNC, MOUNT_SYNCHRONOUS_NAMES },
    { MS_MANDLOCK, MOUNT_MANDATORY },
    { MS_LAZYTIME, MOUNT_LAZY_TIME },
};

/* MS_NOUSER, which is negative, so that all bits above it are refused too. */
#define NO_USERS (~0ul << 31)

static unsigned mount_flags_from(unsigned long flags)
{
    unsigned mount = 0;
    for (size_t i = 0; i < array_size(flag_table); i++)
        if (flags & flag_table[i].flag)
            mount |= flag_table[i].mount;
    const unsigned long times =
        MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME;
    if (flags & MS_STRICTATIME)
        mount &= ~MOUNT_NO_ATIME;
    else if (!(flags & MS_NOATIME)
        && !(flags & MS_REMOUNT && !(flags & times)))
        mount |= MOUNT_RELATIVE_ATIME;
    return mount;
}

/* The strings of mount(2): each may be missing. */
struct request {
    char *type, *source, *options;
};

static int optional_string(
    char **text, const void __user *from, size_t capacity)
{
    *text = NULL;
    return from ? user_string_new(text, from, capacity) : 0;
}

static void request_done(struct request *request)
{
    heap_free(request->type);
    heap_free(request->source);
    heap_free(request->options);
}

static int request_argument(struct request *request, const void __user *type,
    const void __user *source, const void __user *options)
{
    *request = (struct request){ 0 };
    int error = optional_string(&request->type, type, PAGE_BYTES);
    if (!error)
        error = optional_string(&request->source, source, PATH_BYTES_MAX);
    if (!error)
        error = optional_string(&request->options, options, PAGE_BYTES);
    if (error)
        request_done(request);
    return error == -ENAMETOOLONG ? -EINVAL : error;
}

static long bind_or_move(
    const void __user *source, struct place at, unsigned long flags)
{
    struct place from;
    if (!source)
        return -EINVAL;
    int error = place_argument(AT_FDCWD, source, WALK_FOLLOW, &from);
    if (error)
        return error;
    error = flags & MS_BIND ? mount_bind(from, at, flags & MS_REC)
                            : mount_move(from, at);
    place_put(from);
    return error;
}

/* All mounts are private here, and stay so if made slaves. */
static long change_propagation(struct place at, unsigned long flags)
{
    unsigned long kind = flags & ~(unsigned long)(MS_REC | MS_SILENT);
    if (at.entry != at.mount->root)
        return -EINVAL;
    if (kind == MS_PRIVATE || kind == MS_UNBINDABLE)
        mount_set_unbindable(at.mount, kind == MS_UNBINDABLE,
            flags & MS_REC ? MOUNT_AND_BELOW : MOUNT_ALONE);
    bool is_known =
        kind == MS_PRIVATE || kind == MS_SLAVE || kind == MS_UNBINDABLE;
    return is_known ? 0 : -EINVAL;
}

static long mount_at(const struct request *request,
    const void __user *source, struct place at, unsigned long flags)
{
    const unsigned long propagation =
        MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;
    if (flags & MS_REMOUNT)
        return mount_change(at, mount_flags_from(flags), flags & MS_BIND,
            request->options);
    if (flags & MS_BIND)
        return bind_or_move(source, at, flags);
    if (flags & propagation)
        return change_propagation(at, flags);
    if (flags & MS_MOVE)
        return bind_or_move(source, at, flags);
    if (!request->type)
        return -EINVAL;
    return mount_new(request->type,
        request->source ? request->source : "none", at,
        mount_flags_from(flags), request->options);
}

long sys_mount(const char __user *source, const char __user *target,
    const char __user *type, unsigned long flags, const void __user *data)
{
    struct request request;
    struct place at;
    if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
        flags &= ~MS_MGC_MSK;
    int error = request_argument(&request, type, source, data);
    if (error)
        return error;
    error = place_argument(AT_FDCWD, target, WALK_FOLLOW, &at);
    if (!error) {
        error = flags & NO_USERS       ? -EINVAL
            : i_can(CAPABLE_SYS_ADMIN) ? mount_at(&request, source, at, flags)
                                       : -EPERM;
        place_put(at);
    }
    request_done(&request);
    return error;
}

/* No UAPI header has the flags of umount2(2). */
enum {
    MNT_FORCE = 1,
    MNT_DETACH = 2,
    MNT_EXPIRE = 4,
    UMOUNT_NOFOLLOW = 8,
};

/* What cannot expire: what is to go anyhow, and the caller's own root. */
static bool is_odd(struct place at, int flags)
{
    struct place root = paths_root(current->paths);
    bool is_own = root.mount == at.mount;
    place_put(root);
    return flags & MNT_EXPIRE &&
        (is_own || flags & (MNT_FORCE | MNT_DETACH));
}

long sys_umount2(const char __user *target, int flags)
{
    struct place at;
    if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
        return -EINVAL;
    unsigned walk_flags = flags & UMOUNT_NOFOLLOW ? 0 : WALK_FOLLOW;
    int error = place_argument(AT_FDCWD, target, walk_flags, &at);
    if (error)
        return error;
    unsigned how = (flags & MNT_FORCE ? UNMOUNT_FORCE : 0) |
        (flags & MNT_DETACH ? UNMOUNT_DETACH : 0) |
        (flags & MNT_EXPIRE ? UNMOUNT_EXPIRE : 0);
    error = !i_can(CAPABLE_SYS_ADMIN) ? -EPERM
        : is_odd(at, flags)           ? -EINVAL
                                      : mount_remove(at, how);
    place_put(at);
    return error;
}

/* Everyone whose root or working directory is the old root goes along. */
static void move_from(struct paths *paths, struct place old, struct place new)
{
    struct place root = paths_root(paths), cwd = paths_cwd(paths);
    if (place_is_same(root, old))
        paths_set_root(paths, new);
    if (place_is_same(cwd, old))
        paths_set_cwd(paths, new);
    place_put(root);
    place_put(cwd);
}

static void move_all_from(struct place old, struct place new)
{
    struct pid *pid;
    for (int number = 1; (pid = pid_next_get(number));
         number = pid->number + 1, pid_put(pid)) {
        struct thread *thread = pid_thread(pid);
        struct paths *paths = thread ? thread_paths(thread) : NULL;
        if (paths)
            move_from(paths, old, new);
        paths_put(paths);
        thread_put(thread);
    }
}

long sys_pivot_root(
    const char __user *new_path, const char __user *old_path)
{
    struct place new_root, put_old;
    if (!i_can(CAPABLE_SYS_ADMIN))
        return -EPERM;
    int error = place_argument(
        AT_FDCWD, new_path, WALK_FOLLOW | WALK_DIRECTORY, &new_root);
    if (error)
        return error;
    error = place_argument(
        AT_FDCWD, old_path, WALK_FOLLOW | WALK_DIRECTORY, &put_old);
    if (!error) {
        struct place root = paths_root(current->paths);
        error = mount_pivot(new_root, put_old, root);
        if (!error)
            move_all_from(root, new_root);
        place_put(root);
        place_put(put_old);
    }
    place_put(new_root);
    return error;
}
