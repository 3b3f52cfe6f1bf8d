/* SPDX-License-Identifier: MIT */
/* Trees of files whose content is made when they are read: what /proc and /sys
 * are.  A tree is a table of names; some directories have numbers besides:
 * processes, threads, descriptors. */
#ifndef KERNEL_PROCFS_TREE_H
#define KERNEL_PROCFS_TREE_H

#include "kernel/process.h"
#include "kernel/text.h"
#include "vfs/inode.h"
#include "vfs/mount.h"

/* What a file is about. */
struct proc_subject {
    struct pid *pid; /* with a reference; NULL: the whole system */
    bool is_thread;  /* the thread alone, below task/ */
    int number;      /* of a descriptor */
};

struct proc_entry;

/* A directory's further names, all of them numbers. */
struct proc_numbers {
    const struct proc_entry *child; /* what each of them is */
    const char *prefix; /* before the number, or NULL */
    /* The first number >= from; -1: none. */
    int (*next)(const struct proc_subject *subject, int from);
    /* 0 and child (with a reference of its own to a pid), or -ENOENT. */
    int (*find)(const struct proc_subject *subject, int number,
        struct proc_subject *child);
};

enum proc_flags {
    PROC_INSPECT = 1, /* only for those who may look into the process */
    PROC_OWN = 2, /* directories: always open to the process itself */
    PROC_FIXED = 4, /* directories: nobody may change them */
    PROC_RAW = 8, /* files, or all below: can be written and sought anywhere */
    PROC_SYSTEM = 16, /* files below a process: behave like the system's */
    PROC_FAR = 64, /* PROC_RAW, and without an end */
    PROC_MEMORY = 32, /* files of its memory: no secret of who has none */
};

struct proc_entry {
    const char *name; /* NULL: the table's end */
    enum inode_type type;
    unsigned mode;
    unsigned flags; /* enum proc_flags */
    /* Regular files: adds the content; 0 or -E…. */
    int (*show)(struct text *text, const struct proc_subject *subject);
    /* What was written, NUL-ended, without a newline at the end. */
    int (*store)(const char *value, const struct proc_subject *subject);
    /* Of files that tell who polls them of changes: how many there were; the
     * waiter, if not NULL, is queued for more. */
    unsigned (*changes)(struct waiter *waiter);
    /* Directories: */
    const struct proc_entry *children;
    const struct proc_numbers *numbers;
    /* Symbolic links: */
    int (*read_link)(const struct proc_subject *subject, char **target);
    int (*follow)(const struct proc_subject *subject, struct place *place);
    unsigned (*link_mode)(const struct proc_subject *subject);
    /* Regular files that do all themselves. */
    int (*open)(const struct proc_subject *subject, struct file *file);
};

#define PROC_FILE(name_, mode_, show_)                                         \
    {                                                                          \
        .name = name_, .type = INODE_REGULAR, .mode = mode_, .show = show_     \
    }
#define PROC_DIRECTORY(name_, children_)                                       \
    {                                                                          \
        .name = name_, .type = INODE_DIRECTORY, .mode = 0555,                  \
        .children = children_                                                  \
    }

/* A filesystem of the type with the tree of root. */
int proc_tree_make(const struct filesystem_type *type,
    const struct proc_entry *root, struct filesystem **made);

/* filesystem_type.place_state: what is about a process ends with it. */
enum place_state proc_place_state(const struct entry *entry);

/* The thread it is about, with a reference; NULL: it has ended. */
struct thread *subject_thread(const struct proc_subject *subject);
/* Its space, with a reference, and whether current may look into it. NULL: it
 * has none. */
struct space *subject_space(const struct proc_subject *subject);
bool subject_may_inspect(const struct proc_subject *subject);
/* A number as echo writes it. -EINVAL */
int proc_parse(const char *value, int64_t least, int64_t most, int64_t *number);

/* A line for each lock of file, and of owner (a struct files *) through it. */
void add_locks(struct text *text, struct file *file, const void *owner);

/* The tables. */
extern const struct proc_entry proc_root, sys_root;
extern const struct proc_entry proc_process_children[];
extern const struct proc_entry proc_sys_children[];
extern const struct proc_entry proc_net_children[];
extern const struct proc_numbers proc_fds, proc_fdinfos, proc_processes,
    proc_threads;

/* Files of the system (procfs_system.c, procfs_memory.c, procfs_cpu.c) … */
typedef int proc_show_fn(struct text *text, const struct proc_subject *subject);
proc_show_fn show_cmdline_of_boot, show_cpuinfo, show_devices, show_filesystems,
    show_interrupts, show_loadavg, show_locks, show_meminfo, show_partitions, show_stat,
    show_swaps, show_tenon, show_uptime, show_version, show_vmstat;
/* … and of a process (procfs_stat.c, procfs_status.c, procfs_maps.c, …). */
proc_show_fn show_auxv, show_cmdline, show_comm, show_environ, show_limits,
    show_login_uid, show_maps,
    show_oom_adj, show_oom_score, show_oom_score_adj, show_personality,
    show_process_stat, show_statm, show_status, show_wchan;
proc_show_fn show_dump_filter; /* procfs_dump.c */
int store_dump_filter(const char *value, const struct proc_subject *subject);
int store_comm(const char *value, const struct proc_subject *subject);
int store_login_uid(const char *value, const struct proc_subject *subject);
int store_oom_adj(const char *value, const struct proc_subject *subject);
int store_oom_score_adj(const char *value, const struct proc_subject *subject);
int read_link_exe(const struct proc_subject *subject, char **target);
int read_link_cwd(const struct proc_subject *subject, char **target);
int read_link_root(const struct proc_subject *subject, char **target);
int follow_exe(const struct proc_subject *subject, struct place *place);
int follow_cwd(const struct proc_subject *subject, struct place *place);
int follow_root(const struct proc_subject *subject, struct place *place);

/* Whoever can be waited for is seen to have ended, or stopped, though it may
 * still be on its last steps. */
static inline char proc_state(const struct thread *thread)
{
    uint32_t work = atomic_load(&thread->work) & (WORK_STOP | WORK_KILL);
    if (thread->task.is_finished)
        return 'Z';
    return work == WORK_STOP && atomic_load(&thread->task.is_stopped)
        ? 'T'
        : thread_state_letter(thread);
}

/* Nanoseconds in the ticks of /proc, 100 a second. */
static inline uint64_t proc_ticks(uint64_t ns)
{
    return ns / 10000000;
}

#endif
