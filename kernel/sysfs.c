/* SPDX-License-Identifier: MIT */
/* The few names of /sys that programs look for: which CPUs there are, and
 * places to mount on. */
#include "arch/smp.h"
#include "kernel/procfs_tree.h"
#include "lib/errno.h"

static int show_cpus(struct text *text, const struct proc_subject *subject)
{
    if (cpu_count() == 1)
        text_add_string(text, "0\n");
    else
        text_print(text, "0-%u\n", cpu_count() - 1);
    return 0;
}

static int show_offline(struct text *text, const struct proc_subject *subject)
{
    text_add_string(text, "\n");
    return 0;
}

static int show_kernel_max(
    struct text *text, const struct proc_subject *subject)
{
    text_print(text, "%d\n", CPU_MAX - 1);
    return 0;
}

static const struct proc_entry nothing[] = {
    { 0 },
};

/* cpu0, cpu1, …: there, and nothing known of them. */

static const struct proc_entry one_cpu = {
    .type = INODE_DIRECTORY,
    .mode = 0555,
    .children = nothing,
};

static int next_cpu(const struct proc_subject *subject, int from)
{
    return (unsigned)from < cpu_count() ? from : -1;
}

static int find_cpu(const struct proc_subject *subject, int number,
    struct proc_subject *child)
{
    if ((unsigned)number >= cpu_count())
        return -ENOENT;
    *child = (struct proc_subject){ .number = number };
    return 0;
}

static const struct proc_numbers cpus = {
    .child = &one_cpu,
    .prefix = "cpu",
    .next = next_cpu,
    .find = find_cpu,
};

static const struct proc_entry cpu_children[] = {
    PROC_FILE("kernel_max", 0444, show_kernel_max),
    PROC_FILE("offline", 0444, show_offline),
    PROC_FILE("online", 0444, show_cpus),
    PROC_FILE("possible", 0444, show_cpus),
    PROC_FILE("present", 0444, show_cpus),
    { 0 },
};

static const struct proc_entry system_children[] = {
    { .name = "cpu", .type = INODE_DIRECTORY, .mode = 0555,
        .children = cpu_children, .numbers = &cpus },
    { 0 },
};

static const struct proc_entry devices_children[] = {
    PROC_DIRECTORY("system", system_children),
    { 0 },
};

static const struct proc_entry fs_children[] = {
    PROC_DIRECTORY("cgroup", nothing),
    { 0 },
};

static const struct proc_entry dev_children[] = {
    PROC_DIRECTORY("block", nothing),
    { 0 },
};

static const struct proc_entry root_children[] = {
    PROC_DIRECTORY("block", nothing),
    PROC_DIRECTORY("bus", nothing),
    PROC_DIRECTORY("class", nothing),
    PROC_DIRECTORY("dev", dev_children),
    PROC_DIRECTORY("devices", devices_children),
    PROC_DIRECTORY("firmware", nothing),
    PROC_DIRECTORY("fs", fs_children),
    PROC_DIRECTORY("kernel", nothing),
    PROC_DIRECTORY("module", nothing),
    PROC_DIRECTORY("power", nothing),
    { 0 },
};

const struct proc_entry sys_root = {
    .type = INODE_DIRECTORY,
    .mode = 0555,
    .flags = PROC_RAW,
    .children = root_children,
};
