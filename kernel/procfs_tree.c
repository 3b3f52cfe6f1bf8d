/* SPDX-License-Identifier: MIT */
/* Trees of tables as filesystems: inodes made by lookup and forgotten with
 * their last reference, directories listed from the tables and from what
 * numbers there are.
 *
 * The hard problem is that processes end meanwhile: an inode holds the struct
 * pid, never a process; whoever opens, reads or lists looks whether anyone
 * still bears it. */
#include "kernel/procfs_node.h"

#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/hash.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/space.h"
#include "vfs/entry.h"
#include "vfs/file.h"

enum { SYS_FILE_BYTES = 4096 };

static const struct inode_ops node_ops, own_ops, fixed_ops, magic_ops;
static const struct credentials owner; /* root */

/* Subjects. */

struct thread *subject_thread(const struct proc_subject *subject)
{
    return subject->pid ? pid_thread(subject->pid) : NULL;
}

struct space *subject_space(const struct proc_subject *subject)
{
    struct thread *thread = subject_thread(subject);
    struct space *space = thread ? thread_space(thread) : NULL;
    if (thread)
        thread_put(thread);
    return space;
}

bool subject_may_inspect(const struct proc_subject *subject)
{
    struct thread *thread = subject_thread(subject);
    bool may = thread && may_inspect(thread, INSPECT_BY_FS);
    if (thread)
        thread_put(thread);
    return may;
}

int proc_parse(const char *value, int64_t least, int64_t most, int64_t *number)
{
    uint64_t size;
    while (*value == ' ' || *value == '\t')
        value++;
    bool is_negative = *value == '-';
    char digits[24];
    if (string_copy(digits, value + is_negative, sizeof digits) >=
        sizeof digits)
        return -EINVAL;
    for (size_t end = strlen(digits); end && digits[end - 1] <= ' '; end--)
        digits[end - 1] = 0;
    if (!string_to_number(digits, &size) || size > INT64_MAX)
        return -EINVAL;
    *number = is_negative ? -(int64_t)size : (int64_t)size;
    return *number < least || *number > most ? -EINVAL : 0;
}

/* Inodes. */

uint64_t node_number(
    const struct proc_entry *what, const struct proc_subject *subject)
{
    uint64_t key = (uintptr_t)what ^ (uint64_t)subject->number << 40;
    if (subject->pid)
        key ^= hash_number((uint64_t)subject->pid->number << 1 |
            subject->is_thread);
    return (hash_number(key) & 0xffffffff) | 1ull << 32;
}

/* Whose it is: the process', or root's if it is not to be looked into. */
static void set_owner(struct inode *inode, const struct node *node)
{
    uint32_t uid = 0, gid = 0;
    struct thread *thread = subject_thread(&node->subject);
    const struct credentials *who = thread ? thread_credentials(thread) : NULL;
    struct space *space = thread ? thread_space(thread) : NULL;
    bool is_plain = node->what->type == INODE_DIRECTORY &&
        node->what->mode == 0555;
    if (who && (is_plain || !space || atomic_load(&space->is_dumpable))) {
        uid = who->euid;
        gid = who->egid;
    }
    space_put(space);
    credentials_put(who);
    if (thread)
        thread_put(thread);
    atomic_store(&inode->uid, uid);
    atomic_store(&inode->gid, gid);
}

/* Takes the subject's reference over, also on failure. NULL */
static struct inode *make_inode(struct filesystem *filesystem,
    const struct proc_entry *what, struct proc_subject subject)
{
    struct node *node = heap_alloc(sizeof *node);
    struct inode *inode =
        node ? inode_new(filesystem, what->type, what->mode, &owner) : NULL;
    if (!inode) {
        heap_free(node);
        pid_put(subject.pid);
        return NULL;
    }
    *node = (struct node){ what, subject, what->flags & PROC_RAW };
    inode->number = node_number(what, &subject);
    inode->private = node;
    inode->ops = what->follow          ? &magic_ops
        : what->flags & PROC_OWN       ? &own_ops
        : what->flags & PROC_FIXED     ? &fixed_ops
                                       : &node_ops;
    inode->file_ops =
        what->type == INODE_DIRECTORY ? &proc_directory_ops : &proc_content_ops;
    if (what->link_mode)
        inode->mode = what->link_mode(&subject);
    if (subject.pid)
        set_owner(inode, node);
    return inode;
}

static void free_node(struct inode *inode)
{
    struct node *node = inode->private;
    pid_put(node->subject.pid);
    heap_free(node);
}

static bool name_to_number(const char *prefix, const char *name, size_t bytes,
    int *number)
{
    size_t before = prefix ? strlen(prefix) : 0;
    if (bytes < before || memcmp(name, prefix, before))
        return false;
    name += before;
    bytes -= before;
    uint64_t value = 0;
    if (!bytes || bytes > 10 || (name[0] == '0' && bytes > 1))
        return false;
    for (size_t i = 0; i < bytes; i++) {
        if (name[i] < '0' || name[i] > '9')
            return false;
        value = value * 10 + (name[i] - '0');
    }
    *number = value;
    return value <= INT32_MAX;
}

static const struct proc_entry *find_child(
    const struct proc_entry *directory, const char *name, size_t bytes)
{
    const struct proc_entry *child = directory->children;
    for (; child && child->name; child++)
        if (strlen(child->name) == bytes && !memcmp(child->name, name, bytes))
            return child;
    return NULL;
}

/* Other names are missing in /proc, but refused in /sys. */
bool proc_is_of_sys(const struct inode *inode)
{
    const struct node *root = inode->filesystem->root->inode->private;
    return root->what == &sys_root;
}

/* Can what it is be changed?  Not below /proc/sys, nor in /sys. */
static bool keeps_changes(const struct inode *inode)
{
    const struct node *node = inode->private;
    bool is_of_tree =
        inode->type == INODE_REGULAR || inode->type == INODE_DIRECTORY;
    return is_of_tree && !node->subject.pid && !node->is_raw &&
        !proc_is_of_sys(inode);
}

static int look_up(struct inode *directory, struct entry *entry)
{
    struct node *node = directory->private;
    const struct proc_numbers *numbers = node->what->numbers;
    struct proc_subject subject = node->subject;
    int number;
    if (subject_is_gone(&node->subject))
        return -ENOENT;
    const struct proc_entry *what =
        find_child(node->what, entry->name, entry->name_bytes);
    if (what) {
        if (subject.pid)
            pid_get(subject.pid);
    } else {
        if (!numbers || !name_to_number(numbers->prefix, entry->name,
                            entry->name_bytes, &number))
            return proc_is_of_sys(directory) ? 0 : -ENOENT;
        int error = numbers->find(&node->subject, number, &subject);
        if (error)
            return error;
        what = numbers->child;
    }
    struct inode *inode = make_inode(directory->filesystem, what, subject);
    if (!inode)
        return -ENOMEM;
    if (node->is_raw)
        ((struct node *)inode->private)->is_raw = true;
    if (keeps_changes(inode))
        proc_kept_apply(inode, what);
    entry_fill(entry, inode);
    return 0;
}

static bool still_valid(struct entry *entry)
{
    struct inode *inode = entry->inode;
    struct node *node = inode->private;
    /* Descriptors come and go: looked up each time. */
    if (subject_is_gone(&node->subject) || node->what->link_mode)
        return false;
    if (node->subject.pid)
        set_owner(inode, node);
    else if (keeps_changes(inode))
        proc_kept_apply(inode, node->what);
    return true;
}

static int set_attributes(
    struct inode *inode, unsigned mask, const struct attributes *attributes)
{
    const struct node *node = inode->private;
    if (keeps_changes(inode))
        return mask & (SET_MODE | SET_UID | SET_GID)
            ? proc_kept_set(node->what, mask, attributes)
            : 0;
    /* What is of a process gets its owner again when it is looked up. */
    unsigned kept = SET_MODE | (node->subject.pid ? 0 : SET_UID | SET_GID);
    return mask & kept ? -EPERM : 0;
}

static void give_attributes(struct inode *inode, struct attributes *attributes)
{
    if (inode->type == INODE_REGULAR && proc_is_of_sys(inode))
        attributes->bytes = SYS_FILE_BYTES;
}

static int read_link(struct inode *inode, char **target)
{
    struct node *node = inode->private;
    if (!node->what->read_link)
        return -EINVAL;
    if (subject_is_gone(&node->subject))
        return -ENOENT;
    if (node->what->flags & PROC_INSPECT &&
        !subject_may_inspect(&node->subject))
        return -EACCES;
    return node->what->read_link(&node->subject, target);
}

static int follow(
    struct inode *inode, struct mount **mount, struct entry **entry)
{
    struct node *node = inode->private;
    struct place place;
    if (subject_is_gone(&node->subject))
        return -ENOENT;
    if (!subject_may_inspect(&node->subject))
        return -EACCES;
    int error = node->what->follow(&node->subject, &place);
    if (error)
        return error;
    *mount = place.mount;
    *entry = place.entry;
    return 0;
}

/* Who has no memory any more has nothing there to hide. */
static bool is_of_no_memory(const struct node *node)
{
    if (!(node->what->flags & PROC_MEMORY))
        return false;
    struct space *space = subject_space(&node->subject);
    space_put(space);
    return !space;
}

static int open_node(struct inode *inode, struct file *file)
{
    struct node *node = inode->private;
    if (subject_is_gone(&node->subject))
        return node->what->type == INODE_DIRECTORY ? -ENOENT : -ESRCH;
    if (node->what->flags & PROC_INSPECT &&
        !subject_may_inspect(&node->subject) && !is_of_no_memory(node))
        return -EACCES;
    if (node->what->open)
        return node->what->open(&node->subject, file);
    if (node->what->type != INODE_REGULAR)
        return 0;
    return proc_content_open(node, file);
}

static const struct inode_ops node_ops = {
    .lookup = look_up,
    .attributes = give_attributes,
    .still_valid = still_valid,
    .set_attributes = set_attributes,
    .read_link = read_link,
    .open = open_node,
    .free = free_node,
};

static const struct inode_ops fixed_ops = {
    .lookup = look_up,
    .still_valid = still_valid,
    .open = open_node,
    .free = free_node,
    .is_immutable = true,
};

/* Descriptors are their process' own, even when it may not be looked into. */
static int own_permission(
    struct inode *inode, unsigned rights, const struct credentials *who)
{
    struct node *node = inode->private;
    struct thread *thread = subject_thread(&node->subject);
    bool is_own = thread && thread->process == current->process;
    if (thread)
        thread_put(thread);
    if (is_own || (!(rights & MAY_WRITE) &&
            (who->fsuid == atomic_load(&inode->uid) ||
                credentials_can(who, CAPABLE_DAC_READ_SEARCH))))
        return 0;
    return credentials_can(who, CAPABLE_DAC_OVERRIDE) ? 0 : -EACCES;
}

static const struct inode_ops own_ops = {
    .lookup = look_up,
    .still_valid = still_valid,
    .set_attributes = set_attributes,
    .permission = own_permission,
    .open = open_node,
    .free = free_node,
};

/* Links that lead straight to a place. */
static const struct inode_ops magic_ops = {
    .still_valid = still_valid,
    .set_attributes = set_attributes,
    .read_link = read_link,
    .follow = follow,
    .free = free_node,
};

enum place_state proc_place_state(const struct entry *entry)
{
    const struct inode *inode = entry->inode;
    const struct node *node = inode ? inode->private : NULL;
    if (!node || !node->subject.pid)
        return PLACE_STAYS;
    return subject_is_gone(&node->subject) ? PLACE_HAS_ENDED : PLACE_MAY_END;
}

int proc_tree_make(const struct filesystem_type *type,
    const struct proc_entry *root, struct filesystem **made)
{
    struct filesystem *filesystem = filesystem_new(type);
    if (!filesystem)
        return -ENOMEM;
    struct inode *inode =
        make_inode(filesystem, root, (struct proc_subject){ 0 });
    if (inode) {
        inode->number = 1;
        filesystem->root = entry_new_root(filesystem, inode);
    }
    if (!filesystem->root) {
        filesystem_put(filesystem);
        return -ENOMEM;
    }
    *made = filesystem;
    return 0;
}
