/* SPDX-License-Identifier: MIT */
/* Character devices by number, and the tree that has a node for each: one
 * tmpfs, shared by all who mount "devtmpfs", as on Linux. */
#include "vfs/device.h"

#include "lib/errno.h"
#include "lib/log.h"
#include "lib/string.h"
#include "vfs/memory_devices.h"
#include "vfs/tmpfs.h"

static struct spinlock devices_lock = SPINLOCK_INIT(RANK_LEAF);
static struct list devices = LIST_INIT(devices);

static struct filesystem *devfs; /* NULL before devices_init */
static struct paths *devfs_paths;
static struct filesystem_type devfs_type;

static int make_node(const struct device *device)
{
    const struct credentials *root = credentials_new();
    if (!root)
        return -ENOMEM;
    struct walk walk = {
        .paths = devfs_paths,
        .who = root,
        .from = paths_root(devfs_paths),
    };
    int error = path_make(&walk, device->name, INODE_CHARACTER, device->mode,
        device->number, NULL);
    place_put(walk.from);
    credentials_put(root);
    return error;
}

int device_register(struct device *device)
{
    if (device_find(INODE_CHARACTER, device->number))
        return -EBUSY;
    spin_lock(&devices_lock);
    list_add(&devices, &device->link);
    spin_unlock(&devices_lock);
    return devfs ? make_node(device) : 0;
}

struct device *device_find(enum inode_type type, uint64_t number)
{
    struct device *device, *found = NULL;
    if (type != INODE_CHARACTER)
        return NULL;
    spin_lock(&devices_lock);
    list_for_each(device, &devices, link)
        if (device->number == number)
            found = device;
    spin_unlock(&devices_lock);
    return found;
}

/* Linux has one driver for all of major 10, which is asked and has nothing. */
static int nothing_there(const struct inode *inode)
{
    const uint64_t first = device_number(10, 0), last = device_number(10, 255);
    bool is_miscellaneous = inode->type == INODE_CHARACTER
        && inode->special >= first && inode->special <= last;
    return is_miscellaneous ? -ENODEV : -ENXIO;
}

int device_open(struct inode *inode, struct file *file)
{
    struct device *device = device_find(inode->type, inode->special);
    if (!device)
        return nothing_there(inode);
    file->ops = device->ops;
    file->private = device;
    return device->open ? device->open(device, file) : 0;
}

static int devfs_make(const char *options, struct filesystem **made)
{
    *made = filesystem_get(devfs);
    return 0;
}

/* tmpfs in all but its name and that there is only one. */
static int make_devfs(void)
{
    int error = tmpfs_make("mode=755", &devfs);
    if (error)
        return error;
    devfs_type = *devfs->type;
    devfs_type.name = "devtmpfs";
    devfs_type.make = devfs_make;
    devfs->type = &devfs_type;
    struct mount *mount = mount_internal(&devfs_type);
    if (!mount)
        return -ENOMEM;
    devfs_paths = paths_new((struct place){ mount, mount->root });
    return devfs_paths ? filesystem_register(&devfs_type) : -ENOMEM;
}

void devices_init(void)
{
    struct device *device;
    memory_devices_init();
    int error = make_devfs();
    if (error) {
        log_error("devtmpfs: cannot be made (error %d)", -error);
        return;
    }
    /* Nobody else runs yet: the list stands still. */
    list_for_each(device, &devices, link)
        if (make_node(device))
            log_error("devtmpfs: no node for %s", device->name);
}
