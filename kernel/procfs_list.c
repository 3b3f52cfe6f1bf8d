/* SPDX-License-Identifier: MIT */
/* Directories of /proc and /sys: the names of their table, then the numbers.  A
 * number's place in the order is the number itself, so that who comes back
 * meets the rest whatever came and went. */
#include "kernel/procfs_node.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

enum {
    COOKIE_TABLE = 2,
    COOKIE_NUMBERS = 1 << 16,
    NUMBER_NAME_BYTES = 32,
};

struct listing {
    const struct node *node;
    list_fn give;
    void *data;
    uint64_t *cookie;
};

static bool give_one(struct listing *l, const char *name, uint64_t inode,
    enum inode_type type, uint64_t next)
{
    if (!l->give(l->data, name, strlen(name), inode, type, next))
        return false;
    *l->cookie = next;
    return true;
}

static bool list_table(struct listing *l)
{
    const struct proc_entry *children = l->node->what->children;
    uint64_t i = *l->cookie - COOKIE_TABLE;
    uint64_t count = 0;
    while (children && children[count].name)
        count++;
    for (; i < count; i++) {
        const struct proc_entry *child = &children[i];
        if (!give_one(l, child->name, node_number(child, &l->node->subject),
                child->type, COOKIE_TABLE + i + 1))
            return false;
    }
    *l->cookie = COOKIE_NUMBERS;
    return true;
}

static void list_numbers(struct listing *l)
{
    const struct proc_numbers *numbers = l->node->what->numbers;
    char name[NUMBER_NAME_BYTES];
    int number;
    while (numbers && *l->cookie - COOKIE_NUMBERS <= INT32_MAX) {
        number =
            numbers->next(&l->node->subject, *l->cookie - COOKIE_NUMBERS);
        if (number < 0)
            return;
        struct proc_subject subject;
        format(name, sizeof name, "%s%d",
            numbers->prefix ? numbers->prefix : "", number);
        /* Gone between the two: the next then. */
        if (numbers->find(&l->node->subject, number, &subject)) {
            *l->cookie = (uint64_t)COOKIE_NUMBERS + number + 1;
            continue;
        }
        uint64_t inode = node_number(numbers->child, &subject);
        pid_put(subject.pid);
        if (!give_one(l, name, inode, numbers->child->type,
                (uint64_t)COOKIE_NUMBERS + number + 1))
            return;
        thread_breathe();
    }
}

static int list_directory(
    struct file *file, uint64_t *cookie, list_fn give, void *data)
{
    struct listing l = { file->inode->private, give, data, cookie };
    if (subject_is_gone(&l.node->subject))
        return -ENOENT;
    if (*cookie == 0 &&
        !give_one(&l, ".", file->inode->number, INODE_DIRECTORY, 1))
        return 0;
    if (*cookie == 1 && !give_one(&l, "..", 1, INODE_DIRECTORY, COOKIE_TABLE))
        return 0;
    if (*cookie < COOKIE_NUMBERS && !list_table(&l))
        return 0;
    list_numbers(&l);
    return 0;
}

const struct file_ops proc_directory_ops = {
    .list = list_directory,
    .seek = proc_seek_near,
};
