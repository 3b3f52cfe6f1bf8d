/* SPDX-License-Identifier: MIT */
/* Handles of files: name_to_handle_at and open_by_handle_at. */
#include <linux/fcntl.h>
#include <linux/types.h>

#include "abi/linux/arguments.h"
#include "abi/linux/open_flags.h"
#include "kernel/thread.h"
#include "lib/string.h"
#include "vfs/handle.h"

enum { BYTES_MAX = 128, TYPE = 1, TYPE_NONE = 255 };

/* struct file_handle, which the UAPI's headers do not have. */
struct head {
    uint32_t bytes;
    int32_t type;
};

/* Too little room: how much it takes is told all the same. */
static long give(const struct inode *inode, void __user *to)
{
    struct head head;
    struct handle handle;
    int error = handle_make(inode, &handle);
    if (error)
        return error;
    if (user_read(&head, to, sizeof head))
        return -EFAULT;
    if (head.bytes > BYTES_MAX)
        return -EINVAL;
    bool fits = head.bytes >= sizeof handle;
    head = (struct head){ sizeof handle, fits ? TYPE : TYPE_NONE };
    if (user_write(to, &head, sizeof head))
        return -EFAULT;
    if (!fits)
        return -EOVERFLOW;
    return user_write((char __user *)to + sizeof head, &handle, sizeof handle);
}

long sys_name_to_handle_at(int at, const char __user *path, void __user *to,
    void __user *mount_id, int flags)
{
    struct place place = { 0 };
    struct inode *inode;
    if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    int error = inode_argument(at, path,
        (flags & AT_SYMLINK_FOLLOW ? WALK_FOLLOW : 0) |
            (flags & AT_EMPTY_PATH ? WALK_EMPTY : 0),
        &place, &inode);
    if (error)
        return error;
    int id = place.mount ? place.mount->id : 0;
    long result = give(inode, to);
    if ((!result || result == -EOVERFLOW) && user_write(mount_id, &id, sizeof id))
        result = -EFAULT;
    inode_argument_done(&place, inode);
    return result;
}

/* 0; -EFAULT, -EINVAL; -ESTALE: it is too short for one of ours. */
static int handle_argument(struct handle *handle, const void __user *from)
{
    struct head head;
    unsigned char bytes[BYTES_MAX];
    if (user_read(&head, from, sizeof head))
        return -EFAULT;
    if (head.bytes > BYTES_MAX || !head.bytes)
        return -EINVAL;
    if (user_read(bytes, (const char __user *)from + sizeof head, head.bytes))
        return -EFAULT;
    memcpy(handle, bytes, sizeof *handle);
    return head.bytes < sizeof *handle ? -ESTALE : 0;
}

/* The mount that a descriptor, or where we are, belongs to. */
static int mount_argument(int fd, struct mount **mount)
{
    if (fd == AT_FDCWD) {
        struct place place = paths_cwd(current->paths);
        *mount = mount_get(place.mount);
        place_put(place);
        return 0;
    }
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    *mount = file->place.mount ? mount_get(file->place.mount) : NULL;
    files_return(file, has_reference);
    return *mount ? 0 : -ESTALE;
}

/* What an open by name says of what is there. */
static int check_found(const struct entry *entry, unsigned flags)
{
    enum inode_type type = entry->inode->type;
    if (type == INODE_SYMLINK && !(flags & OPEN_PATH))
        return -ELOOP;
    if (flags & OPEN_CREATE && flags & OPEN_EXCLUSIVE)
        return -EEXIST;
    return flags & OPEN_DIRECTORY && type != INODE_DIRECTORY ? -ENOTDIR : 0;
}

/* A file without a name is made where the handle leads, of mode 0. */
static int open_place(struct place place, unsigned flags, struct file **file)
{
    const struct walk walk = { .paths = current->paths,
        .who = current->credentials, .from = place };
    if (flags & OPEN_UNNAMED)
        return file_open(&walk, ".", flags, 0, file);
    return file_open_place(place, flags, current->credentials, file);
}

static long open_found(
    struct mount *mount, const struct handle *handle, unsigned long linux_flags)
{
    struct entry *entry;
    struct file *file;
    unsigned flags;
    int error = handle_find(mount->filesystem, handle, &entry);
    if (error)
        return error;
    struct place place = { mount_get(mount), entry };
    error = open_flags_checked(&linux_flags, &flags);
    if (!error)
        error = check_found(entry, flags);
    if (!error)
        error = open_place(place, flags, &file);
    place_put(place);
    return error ? error : fd_give(file, fd_flags_from(linux_flags));
}

long sys_open_by_handle_at(int at, const void __user *from, int flags)
{
    struct handle handle;
    struct mount *mount;
    if (!i_can(CAPABLE_DAC_READ_SEARCH))
        return -EPERM;
    int not_ours = handle_argument(&handle, from);
    if (not_ours && not_ours != -ESTALE)
        return not_ours;
    int error = mount_argument(at, &mount);
    if (error)
        return error;
    long result = not_ours ? not_ours : open_found(mount, &handle, (unsigned)flags);
    mount_put(mount);
    return result;
}
