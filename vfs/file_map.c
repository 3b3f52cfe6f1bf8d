/* SPDX-License-Identifier: MIT */
/* Open files as what is behind areas of memory. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/space.h"
#include "vfs/file.h"

static void backing_get(void *object)
{
    file_get(object);
}

static void backing_put(void *object)
{
    file_put(object);
}

static void backing_describe(void *object, char *path, size_t capacity,
    uint64_t *device, uint64_t *inode)
{
    struct file *file = object;
    struct attributes attributes;
    inode_attributes(file->inode, &attributes);
    *device = attributes.device;
    *inode = attributes.inode;
    if (!path || !capacity)
        return;
    path[0] = '\0';
    char *buffer = heap_alloc(PATH_BYTES_MAX);
    if (!buffer)
        return;
    /* As the root of all sees it; /proc/PID/maps asks from the reader's. */
    const char *name = file_path(file, (struct place){ 0 }, buffer,
        PATH_BYTES_MAX);
    if (name)
        string_copy(path, name, capacity);
    heap_free(buffer);
}

const struct backing file_backing = {
    .get = backing_get,
    .put = backing_put,
    .describe = backing_describe,
};

/* What the open mode and the mount allow: -EACCES, -EPERM. */
static int check_rights(struct file *file, struct mapping *mapping)
{
    const struct mount *mount = file->place.mount;
    if (!(file->flags & OPEN_READ))
        return -EACCES;
    if (mapping->flags & AREA_SHARED && !(file->flags & OPEN_WRITE)) {
        if (mapping->flags & AREA_WRITE)
            return -EACCES;
        mapping->flags &= ~AREA_MAY_WRITE;
    }
    if (mount && !mount_may_execute(mount)) {
        if (mapping->flags & AREA_EXECUTE)
            return -EPERM;
        mapping->flags &= ~AREA_MAY_EXECUTE;
    }
    return 0;
}

int file_map(struct file *file, struct mapping *mapping)
{
    if (file->flags & OPEN_PATH)
        return -EBADF;
    int error = check_rights(file, mapping);
    if (error)
        return error;
    if (!file->ops->map)
        return -ENODEV;
    mapping->backing = &file_backing;
    mapping->object = file;
    error = file->ops->map(file, mapping);
    if (!error)
        file_touch_accessed(file);
    return error;
}
