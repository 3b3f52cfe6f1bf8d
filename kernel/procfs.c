/* SPDX-License-Identifier: MIT */
/* /proc: its tables of names, and which numbers there are. */
#include "kernel/procfs.h"

#include "kernel/debug.h"
#include "kernel/klog.h"
#include "kernel/procfs_mounts.h"
#include "kernel/procfs_node.h"
#include "kernel/procfs_tree.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/log.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/files.h"

/* A short link text in a block of its own. */
static int link_text(char **target, const char *text)
{
    *target = heap_copy_string(text);
    return *target ? (int)strlen(*target) : -ENOMEM;
}

static int read_link_self(const struct proc_subject *subject, char **target)
{
    char text[16];
    format(text, sizeof text, "%d", process_number(current->process));
    return link_text(target, text);
}

static int read_link_thread_self(
    const struct proc_subject *subject, char **target)
{
    char text[40];
    format(text, sizeof text, "%d/task/%d", process_number(current->process),
        thread_number(current));
    return link_text(target, text);
}

static int read_link_mounts(const struct proc_subject *subject, char **target)
{
    return link_text(target, "self/mounts");
}

static int read_link_net(const struct proc_subject *subject, char **target)
{
    return link_text(target, "self/net");
}

/* Numbers. */

static int next_process(const struct proc_subject *subject, int from)
{
    struct pid *pid;
    while ((pid = pid_next_get(from))) {
        int number = pid->number;
        struct process *process = pid_process(pid);
        bool is_leaders = process && process->pid == pid;
        process_put(process);
        pid_put(pid);
        if (is_leaders)
            return number;
        if (number == INT32_MAX)
            break;
        from = number + 1;
        thread_breathe();
    }
    return -1;
}

/* Any thread's number works, as on Linux, though only processes are listed. */
static int find_process(const struct proc_subject *subject, int number,
    struct proc_subject *child)
{
    struct thread *thread = thread_find(number);
    bool has_process = thread && thread->process;
    if (thread)
        thread_put(thread);
    if (!has_process)
        return -ENOENT;
    struct pid *pid = pid_find_get(number);
    if (!pid)
        return -ENOENT;
    *child = (struct proc_subject){ .pid = pid };
    return 0;
}

static int next_thread(const struct proc_subject *subject, int from)
{
    struct thread *thread = subject_thread(subject);
    if (!thread)
        return -1;
    struct thread *next = process_next_thread(thread->process, from);
    int number = next ? thread_number(next) : -1;
    thread_put(thread);
    if (next)
        thread_put(next);
    return number;
}

static int find_thread(const struct proc_subject *subject, int number,
    struct proc_subject *child)
{
    struct thread *thread = subject_thread(subject);
    struct thread *found = thread_find(number);
    bool is_its = thread && found && found->process == thread->process;
    struct pid *pid = is_its ? pid_find_get(number) : NULL;
    if (thread)
        thread_put(thread);
    if (found)
        thread_put(found);
    *child = (struct proc_subject){ .pid = pid, .is_thread = true };
    return pid ? 0 : -ENOENT;
}

/* Tables. */

#define PROC_LINK(name_, read_)                                                \
    {                                                                          \
        .name = name_, .type = INODE_SYMLINK, .mode = 0777,                    \
        .read_link = read_                                                     \
    }
#define PROC_MAGIC(name_)                                                      \
    {                                                                          \
        .name = #name_, .type = INODE_SYMLINK, .mode = 0777,                   \
        .flags = PROC_INSPECT, .read_link = read_link_##name_,                 \
        .follow = follow_##name_                                               \
    }
#define PROC_PRIVATE(name_, mode_, show_)                                      \
    {                                                                          \
        .name = name_, .type = INODE_REGULAR, .mode = mode_,                   \
        .flags = PROC_INSPECT, .show = show_                                   \
    }
#define PROC_OF_MEMORY(name_, mode_, raw_, show_)                              \
    {                                                                          \
        .name = name_, .type = INODE_REGULAR, .mode = mode_,                   \
        .flags = PROC_INSPECT | PROC_MEMORY | (raw_), .show = show_            \
    }
#define PROC_OPENED(name_, mode_, open_)                                       \
    {                                                                          \
        .name = name_, .type = INODE_REGULAR, .mode = mode_, .open = open_     \
    }
#define PROC_WRITABLE(name_, mode_, show_, store_)                             \
    {                                                                          \
        .name = name_, .type = INODE_REGULAR, .mode = mode_, .show = show_,    \
        .store = store_                                                        \
    }
#define PROC_WRITABLE_RAW(name_, mode_, also_, show_, store_)                  \
    {                                                                          \
        .name = name_, .type = INODE_REGULAR, .mode = mode_,                   \
        .flags = PROC_RAW | also_, .show = show_, .store = store_              \
    }
#define PROC_NUMBERS(name_, mode_, numbers_)                                   \
    {                                                                          \
        .name = name_, .type = INODE_DIRECTORY, .mode = mode_,                 \
        .numbers = numbers_                                                    \
    }

#define PROC_DESCRIPTORS(name_, mode_, numbers_)                               \
    {                                                                          \
        .name = name_, .type = INODE_DIRECTORY, .mode = mode_,                 \
        .flags = PROC_OWN, .numbers = numbers_                                 \
    }

#define PROC_INSPECTED(name_, mode_, numbers_)                                 \
    {                                                                          \
        .name = name_, .type = INODE_DIRECTORY, .mode = mode_,                 \
        .flags = PROC_INSPECT, .numbers = numbers_                             \
    }

/* What a process and each of its threads have alike. */
#define PROCESS_FILES                                                          \
    PROC_DESCRIPTORS("fd", 0500, &proc_fds),                                   \
        PROC_INSPECTED("fdinfo", 0555, &proc_fdinfos),                         \
        PROC_OF_MEMORY("environ", 0400, PROC_RAW, show_environ),               \
        PROC_OF_MEMORY("auxv", 0400, PROC_RAW, show_auxv),                     \
        PROC_FILE("status", 0444, show_status),                                \
        PROC_PRIVATE("personality", 0400, show_personality),                   \
        PROC_FILE("limits", 0444, show_limits),                                \
        PROC_WRITABLE("comm", 0644, show_comm, store_comm),                    \
        PROC_WRITABLE_RAW("cmdline", 0444, 0, show_cmdline, NULL),             \
        PROC_FILE("stat", 0444, show_process_stat),                            \
        PROC_FILE("statm", 0444, show_statm),                                  \
        PROC_OF_MEMORY("maps", 0444, 0, show_maps), PROC_MAGIC(cwd),           \
        PROC_MAGIC(root), PROC_MAGIC(exe),                                     \
        PROC_OPENED("mounts", 0444, mounts_open),                              \
        PROC_OPENED("mountinfo", 0444, mounts_open_info),                      \
        PROC_DIRECTORY("net", proc_net_children),                              \
        PROC_FILE("wchan", 0444, show_wchan),                                  \
        PROC_FILE("oom_score", 0444, show_oom_score),                          \
        PROC_WRITABLE_RAW("oom_adj", 0644, 0, show_oom_adj, store_oom_adj),    \
        PROC_WRITABLE_RAW("oom_score_adj", 0644, PROC_FAR, show_oom_score_adj, \
            store_oom_score_adj),                                              \
        PROC_WRITABLE_RAW("loginuid", 0644, 0, show_login_uid, store_login_uid)

static const struct proc_entry thread_children[] = {
    PROCESS_FILES,
    { 0 },
};

static const struct proc_entry thread_directory = {
    .type = INODE_DIRECTORY,
    .mode = 0555,
    .flags = PROC_FIXED,
    .children = thread_children,
};

const struct proc_numbers proc_threads = {
    .child = &thread_directory,
    .next = next_thread,
    .find = find_thread,
};

const struct proc_entry proc_process_children[] = {
    PROC_NUMBERS("task", 0555, &proc_threads),
    PROCESS_FILES,
    PROC_OPENED("mountstats", 0400, mounts_open_stats),
    PROC_WRITABLE_RAW("coredump_filter", 0644, 0, show_dump_filter,
        store_dump_filter),
    { 0 },
};

static const struct proc_entry process_directory = {
    .type = INODE_DIRECTORY,
    .mode = 0555,
    .flags = PROC_FIXED,
    .children = proc_process_children,
};

struct pid *procfs_pid(const struct file *file)
{
    if (file->ops != &proc_directory_ops || file->flags & OPEN_PATH)
        return NULL;
    const struct node *node = file->inode->private;
    return node->what == &process_directory ? pid_get(node->subject.pid) : NULL;
}

const struct proc_numbers proc_processes = {
    .child = &process_directory,
    .next = next_process,
    .find = find_process,
};

static const struct proc_entry root_children[] = {
    PROC_LINK("self", read_link_self),
    PROC_LINK("thread-self", read_link_thread_self),
    PROC_LINK("mounts", read_link_mounts),
    PROC_LINK("net", read_link_net),
    PROC_FILE("cmdline", 0444, show_cmdline_of_boot),
    PROC_OPENED("kmsg", 0400, klog_open),
    PROC_FILE("cpuinfo", 0444, show_cpuinfo),
    PROC_FILE("devices", 0444, show_devices),
    PROC_FILE("filesystems", 0444, show_filesystems),
    PROC_FILE("interrupts", 0444, show_interrupts),
    PROC_FILE("loadavg", 0444, show_loadavg),
    PROC_FILE("locks", 0444, show_locks),
    PROC_FILE("meminfo", 0444, show_meminfo),
    PROC_FILE("partitions", 0444, show_partitions),
    PROC_FILE("stat", 0444, show_stat),
    PROC_FILE("swaps", 0444, show_swaps),
    {
        .name = "sys",
        .type = INODE_DIRECTORY,
        .mode = 0555,
        .flags = PROC_RAW,
        .children = proc_sys_children,
    },
    PROC_FILE("tenon", 0444, show_tenon),
#ifdef CONFIG_DEBUG
    PROC_WRITABLE("tenon-fail", 0600, show_fail, store_fail),
    PROC_WRITABLE("tenon-heap", 0600, show_heap, store_heap),
    PROC_WRITABLE("tenon-plant", 0600, show_plant, store_plant),
#endif
    PROC_FILE("uptime", 0444, show_uptime),
    PROC_FILE("version", 0444, show_version),
    PROC_FILE("vmstat", 0444, show_vmstat),
    { 0 },
};

const struct proc_entry proc_root = {
    .type = INODE_DIRECTORY,
    .mode = 0555,
    .children = root_children,
    .numbers = &proc_processes,
};

/* The types. */

enum { PROC_MAGIC_NUMBER = 0x9fa0, SYSFS_MAGIC_NUMBER = 0x62656572 };

static void proc_totals(
    struct filesystem *filesystem, struct filesystem_totals *totals)
{
    totals->magic = PROC_MAGIC_NUMBER;
}

static void sys_totals(
    struct filesystem *filesystem, struct filesystem_totals *totals)
{
    totals->magic = SYSFS_MAGIC_NUMBER;
}

static const struct filesystem_type proc_type, sys_type;

/* Options like hidepid= are taken and change nothing: all is shown. */
static int make_proc(const char *options, struct filesystem **made)
{
    return proc_tree_make(&proc_type, &proc_root, made);
}

static int make_sys(const char *options, struct filesystem **made)
{
    return proc_tree_make(&sys_type, &sys_root, made);
}

static const struct filesystem_type proc_type = {
    .name = "proc",
    .needs_no_device = true,
    .never_executes = true,
    .has_near_ends = true,
    .make = make_proc,
    .totals = proc_totals,
    .place_state = proc_place_state,
};

static const struct filesystem_type sys_type = {
    .name = "sysfs",
    .needs_no_device = true,
    .never_executes = true,
    .has_near_ends = true,
    .make = make_sys,
    .totals = sys_totals,
};

void procfs_init(void)
{
    if (filesystem_register(&proc_type) || filesystem_register(&sys_type))
        log_error("procfs: cannot be registered");
}
