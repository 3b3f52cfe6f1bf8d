/* SPDX-License-Identifier: MIT */
/* The "devpts" filesystem: a name for each living pty, looked up by number.
 * There is one instance, which all who mount it share. */
#include "kernel/pty.h"
#include "lib/format.h"
#include "lib/log.h"
#include "lib/string.h"
#include "mm/heap.h"

enum { INODE_ROOT = 1, INODE_PTMX = 2, INODE_FIRST = 3 };

static struct filesystem *devpts;
static struct mount *internal_mount;
static struct inode *ptmx_inode;

/* How new nodes are made, from the mount options; [atomic] each by itself. */
static struct {
    uint32_t uid, gid;
    bool has_uid, has_gid;
    unsigned mode, ptmx_mode;
} how = { .mode = 0600 };

/* Inodes. */

static int slave_open(struct inode *inode, struct file *file)
{
    return pty_open_slave(device_minor(inode->special), inode, file);
}

static bool still_valid(struct entry *entry)
{
    const struct inode *inode = entry->inode;
    return pty_is_alive(device_minor(inode->special), inode);
}

static const struct inode_ops slave_inode_ops = {
    .open = slave_open,
    .still_valid = still_valid,
};

static int ptmx_open(struct inode *inode, struct file *file)
{
    return pty_open_master(file);
}

static const struct inode_ops ptmx_inode_ops = { .open = ptmx_open };

struct inode *devpts_new_inode(unsigned index, const struct credentials *who)
{
    if (!devpts)
        return NULL;
    struct inode *inode =
        inode_new(devpts, INODE_CHARACTER, how.mode & 0777, who);
    if (!inode)
        return NULL;
    inode->ops = &slave_inode_ops;
    inode->number = INODE_FIRST + index;
    inode->special = device_number(PTY_MAJOR, index);
    if (how.has_uid)
        inode->uid = how.uid;
    if (how.has_gid)
        inode->gid = how.gid;
    return inode;
}

/* The directory. */

static unsigned number_of(const struct entry *entry)
{
    uint64_t number;
    const char *name = entry->name;
    if (name[0] < '0' || name[0] > '9' || (name[0] == '0' && name[1])
        || !string_to_number(name, &number) || number >= PTY_MAX)
        return PTY_MAX;
    return number;
}

static int lookup(struct inode *directory, struct entry *entry)
{
    struct inode *inode = strcmp(entry->name, "ptmx")
        ? pty_inode(number_of(entry))
        : inode_get(ptmx_inode);
    if (inode)
        entry_fill(entry, inode);
    return 0;
}

static const struct inode_ops root_ops = { .lookup = lookup };

/* Cookies: 0 ".", 1 "..", 2 "ptmx", then the pairs. */
static int list(
    struct file *file, uint64_t *cookie, list_fn give, void *data)
{
    static const struct {
        const char *name;
        uint64_t inode;
        enum inode_type type;
    } fixed[] = {
        { ".", INODE_ROOT, INODE_DIRECTORY },
        { "..", INODE_ROOT, INODE_DIRECTORY },
        { "ptmx", INODE_PTMX, INODE_CHARACTER },
    };
    for (; *cookie < array_size(fixed); ++*cookie)
        if (!give(data, fixed[*cookie].name, strlen(fixed[*cookie].name),
                fixed[*cookie].inode, fixed[*cookie].type, *cookie + 1))
            return 0;
    unsigned index = *cookie - array_size(fixed);
    if (*cookie - array_size(fixed) >= PTY_MAX)
        return 0;
    while ((index = pty_next(index)) < PTY_MAX) {
        char name[12];
        size_t bytes = format(name, sizeof name, "%u", index);
        uint64_t next = array_size(fixed) + index + 1;
        if (!give(data, name, bytes, INODE_FIRST + index, INODE_CHARACTER,
                next))
            return 0;
        *cookie = next;
        index++;
    }
    return 0;
}

static const struct file_ops root_file_ops = { .list = list };

int devpts_place(unsigned index, struct place *place)
{
    char name[12];
    struct entry *entry;
    if (!internal_mount)
        return -EIO;
    size_t bytes = format(name, sizeof name, "%u", index);
    int error = entry_find(devpts->root, name, bytes, &entry);
    if (error)
        return error;
    if (entry->inode)
        *place = place_get((struct place){ internal_mount, entry });
    else
        error = -EIO;
    entry_put(entry);
    return error;
}

/* Options. */

static bool octal(const char *text, unsigned *number)
{
    for (*number = 0; *text >= '0' && *text <= '7'; text++)
        *number = *number << 3 | (*text - '0');
    return !*text && *number <= 07777;
}

static bool take_option(const char *option)
{
    uint64_t number;
    unsigned mode;
    if (!strncmp(option, "uid=", 4) && string_to_number(option + 4, &number)) {
        how.uid = number;
        how.has_uid = true;
    } else if (!strncmp(option, "gid=", 4)
        && string_to_number(option + 4, &number)) {
        how.gid = number;
        how.has_gid = true;
    } else if (!strncmp(option, "mode=", 5) && octal(option + 5, &mode)) {
        how.mode = mode;
    } else if (!strncmp(option, "ptmxmode=", 9) && octal(option + 9, &mode)) {
        how.ptmx_mode = mode;
        spin_lock(&ptmx_inode->lock);
        ptmx_inode->mode = mode;
        spin_unlock(&ptmx_inode->lock);
    } else {
        /* One instance and its limit are given. */
        return !*option || !strcmp(option, "newinstance")
            || !strncmp(option, "max=", 4);
    }
    return true;
}

static int make(const char *options, struct filesystem **made)
{
    char *copy = heap_copy_string(options ? options : "");
    if (!copy)
        return -ENOMEM;
    bool is_known = true;
    for (char *at = copy, *comma; at && is_known; at = comma) {
        comma = strchr(at, ',');
        if (comma)
            *comma++ = '\0';
        is_known = take_option(at);
    }
    heap_free(copy);
    if (!is_known)
        return -EINVAL;
    *made = filesystem_get(devpts);
    return 0;
}

static void describe_options(
    struct filesystem *filesystem, char *buffer, size_t capacity)
{
    int done = 0;
    buffer[0] = '\0';
    if (how.has_uid)
        done += format(buffer, capacity, ",uid=%u", how.uid);
    if (how.has_gid && (size_t)done < capacity)
        done += format(buffer + done, capacity - done, ",gid=%u", how.gid);
    if ((size_t)done < capacity)
        format(buffer + done, capacity - done, ",mode=%03o,ptmxmode=%03o",
            how.mode, how.ptmx_mode);
}

static void totals(struct filesystem *filesystem, struct filesystem_totals *t)
{
    t->magic = 0x1cd1;
    t->block_bytes = 4096;
    t->name_max = NAME_BYTES_MAX;
}

static void destroy(struct filesystem *filesystem)
{
}

static const struct filesystem_type devpts_type = {
    .name = "devpts",
    .needs_no_device = true,
    .has_near_ends = true,
    .make = make,
    .totals = totals,
    .options = describe_options,
    .destroy = destroy,
};

static bool make_tree(const struct credentials *root)
{
    devpts = filesystem_new(&devpts_type);
    if (!devpts)
        return false;
    struct inode *inode = inode_new(devpts, INODE_DIRECTORY, 0755, root);
    ptmx_inode = inode_new(devpts, INODE_CHARACTER, 0, root);
    if (!inode || !ptmx_inode)
        return false;
    inode->number = INODE_ROOT;
    inode->ops = &root_ops;
    inode->file_ops = &root_file_ops;
    ptmx_inode->number = INODE_PTMX;
    ptmx_inode->ops = &ptmx_inode_ops;
    ptmx_inode->special = device_number(5, 2);
    devpts->root = entry_new_root(devpts, inode);
    return devpts->root && !filesystem_register(&devpts_type);
}

/* Nothing is given back on failure: the machine has no memory at boot. */
void devpts_init(void)
{
    const struct credentials *root = credentials_new();
    if (!root || !make_tree(root)) {
        devpts = NULL;
        log_error("devpts: there is no memory for it");
    } else {
        internal_mount = mount_internal(&devpts_type);
    }
    credentials_put(root);
}
