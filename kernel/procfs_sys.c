/* SPDX-License-Identifier: MIT */
/* /proc/sys: settings as files.  What is fixed here says the value that is
 * true here; what can be changed really changes something. */
#include "arch/boot.h"
#include "kernel/procfs_tree.h"
#include "kernel/system.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/log.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/space.h"
#include "vfs/credentials.h"
#include "vfs/epoll.h"
#include "vfs/file_count.h"
#include "vfs/files.h"
#include "vfs/inotify.h"
#include "vfs/kmsg.h"
#include "vfs/pipe.h"

enum { THREADS_MOST = 0x3fffffff }; /* the numbers a futex has room for */

#define FIXED(name_, value_)                                                   \
    static int show_##name_(                                                   \
        struct text *text, const struct proc_subject *subject)                 \
    {                                                                          \
        text_add_string(text, value_ "\n");                                    \
        return 0;                                                              \
    }
#define NUMBER(name_, value_)                                                  \
    static int show_##name_(                                                   \
        struct text *text, const struct proc_subject *subject)                 \
    {                                                                          \
        text_print(text, "%ld\n", (long)(value_));                             \
        return 0;                                                              \
    }
#define NAME(name_, member_)                                                   \
    static int show_##name_(                                                   \
        struct text *text, const struct proc_subject *subject)                 \
    {                                                                          \
        return show_system_name(                                               \
            text, offsetof(struct system_names, member_));                     \
    }

static int show_system_name(struct text *text, size_t offset)
{
    struct system_names *names = heap_alloc(sizeof *names);
    if (!names)
        return -ENOMEM;
    system_names(names);
    text_add_string(text, (char *)names + offset);
    text_add_string(text, "\n");
    heap_free(names);
    return 0;
}

NAME(ostype, system)
NAME(osrelease, release)
NAME(os_version, version)
NAME(hostname, node)
NAME(domainname, domain)
NUMBER(pid_max, pid_max())
NUMBER(threads_max, limits_most_threads())
NUMBER(panic, system_panic_timeout())
NUMBER(ngroups_max, GROUPS_MAX)
NUMBER(cap_last_cap, CAPABLE_LAST)
NUMBER(entropy_avail, random_is_seeded() ? 256 : 0)
FIXED(poolsize, "256")
FIXED(core_pattern, "core")
FIXED(zero, "0")
FIXED(one, "1")
FIXED(overflow_id, "65534")
FIXED(swappiness, "60")
FIXED(randomize_va_space, "2")
FIXED(overcommit_ratio, "50")
FIXED(somaxconn, "4096")
NUMBER(file_max, file_count_most())
NUMBER(nr_open, files_number_limit())
NUMBER(pipe_max_size, pipe_limit(PIPE_MOST_BYTES))
NUMBER(pipe_user_soft, pipe_limit(PIPE_USER_SOFT))
NUMBER(pipe_user_hard, pipe_limit(PIPE_USER_HARD))
NUMBER(epoll_entries_max, epoll_entries_max())
NUMBER(inotify_events_max, inotify_most(INOTIFY_EVENTS))
NUMBER(inotify_files_max, inotify_most(INOTIFY_FILES))
NUMBER(inotify_watches_max, inotify_most(INOTIFY_WATCHES))
NUMBER(mmap_min_addr, USER_START)
NUMBER(max_map_count, space_most_areas())

/* What stands behind the first number is let be. */
static int parse_first(
    const char *value, int64_t least, int64_t most, int64_t *number)
{
    char first[24];
    size_t bytes = 0;
    while (*value && strchr(" \t\n", *value))
        value++;
    while (value[bytes] && !strchr(" \t\n", value[bytes]))
        bytes++;
    if (bytes >= sizeof first)
        return -EINVAL;
    string_copy(first, value, bytes + 1);
    return proc_parse(first, least, most, number);
}

#define STORE_NUMBER(name_, least_, most_, set_)                               \
    static int store_##name_(                                                  \
        const char *value, const struct proc_subject *subject)                 \
    {                                                                          \
        int64_t number;                                                        \
        int error = parse_first(value, least_, most_, &number);                \
        if (!error)                                                            \
            set_;                                                              \
        return error;                                                          \
    }
STORE_NUMBER(max_map_count, 0, INT32_MAX, space_set_most_areas(number))
STORE_NUMBER(file_max, 0, INT64_MAX, file_count_set_most(number))
STORE_NUMBER(nr_open, FILES_NUMBERS_LEAST, FILES_NUMBERS_MOST,
    files_set_number_limit(number))
STORE_NUMBER(threads_max, 1, THREADS_MOST, limits_set_most_threads(number))
STORE_NUMBER(pid_max, 1, INT32_MAX, error = pid_set_max(number))
/* Only the first of the four means something. */
STORE_NUMBER(printk, 0, INT32_MAX, log_set_console_level(number))
STORE_NUMBER(epoll_entries_max, 0, INT64_MAX, epoll_set_entries_max(number))
STORE_NUMBER(inotify_events_max, 0, INT32_MAX,
    inotify_set_most(INOTIFY_EVENTS, number))
STORE_NUMBER(inotify_files_max, 0, INT32_MAX,
    inotify_set_most(INOTIFY_FILES, number))
STORE_NUMBER(inotify_watches_max, 0, INT32_MAX,
    inotify_set_most(INOTIFY_WATCHES, number))
STORE_NUMBER(pipe_max_size, 0, PIPE_BYTES_MAX,
    pipe_set_limit(PIPE_MOST_BYTES, number))
STORE_NUMBER(pipe_user_soft, 0, INT64_MAX,
    pipe_set_limit(PIPE_USER_SOFT, number))
STORE_NUMBER(pipe_user_hard, 0, INT64_MAX,
    pipe_set_limit(PIPE_USER_HARD, number))

static int store_hostname(const char *value, const struct proc_subject *subject)
{
    system_set_node(value, strnlen(value, SYSTEM_NAME_BYTES - 1));
    return 0;
}

static int store_domainname(
    const char *value, const struct proc_subject *subject)
{
    system_set_domain(value, strnlen(value, SYSTEM_NAME_BYTES - 1));
    return 0;
}

static int show_printk(struct text *text, const struct proc_subject *subject)
{
    text_print(text, "%d\t4\t1\t7\n", log_console_level());
    return 0;
}

static int show_printk_devkmsg(
    struct text *text, const struct proc_subject *subject)
{
    text_print(text, "%s\n", kmsg_policy());
    return 0;
}

static int store_printk_devkmsg(
    const char *value, const struct proc_subject *subject)
{
    return kmsg_set_policy(value);
}

static int show_file_nr(struct text *text, const struct proc_subject *subject)
{
    text_print(text, "%lu\t0\t%lu\n", file_count(), file_count_most());
    return 0;
}

static void add_uuid(struct text *text, const unsigned char id[16])
{
    for (unsigned i = 0; i < 16; i++)
        text_print(text, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x"
                                                              : "%02x", id[i]);
    text_add_string(text, "\n");
}

static void make_uuid(unsigned char id[16])
{
    random_fill(id, 16);
    id[6] = (id[6] & 0x0f) | 0x40; /* version 4, variant 1: random */
    id[8] = (id[8] & 0x3f) | 0x80;
}

static int show_uuid(struct text *text, const struct proc_subject *subject)
{
    unsigned char id[16];
    make_uuid(id);
    add_uuid(text, id);
    return 0;
}

static int show_boot_id(struct text *text, const struct proc_subject *subject)
{
    static struct spinlock lock = SPINLOCK_INIT(RANK_LEAF);
    static unsigned char boot_id[16];
    static bool is_made;
    unsigned char id[16];
    spin_lock(&lock);
    if (!is_made)
        make_uuid(boot_id);
    is_made = true;
    memcpy(id, boot_id, sizeof id);
    spin_unlock(&lock);
    add_uuid(text, id);
    return 0;
}

#define SETTING(name_, show_, store_)                                          \
    {                                                                          \
        .name = name_, .type = INODE_REGULAR, .mode = 0644, .show = show_,     \
        .store = store_                                                        \
    }

#define WATCHED(name_, show_, store_, changes_)                                \
    {                                                                          \
        .name = name_, .type = INODE_REGULAR, .mode = 0644, .show = show_,     \
        .store = store_, .changes = changes_                                   \
    }

static const struct proc_entry random_children[] = {
    PROC_FILE("boot_id", 0444, show_boot_id),
    PROC_FILE("entropy_avail", 0444, show_entropy_avail),
    PROC_FILE("poolsize", 0444, show_poolsize),
    PROC_FILE("uuid", 0444, show_uuid),
    { 0 },
};

static const struct proc_entry kernel_children[] = {
    PROC_FILE("cap_last_cap", 0444, show_cap_last_cap),
    PROC_FILE("core_pattern", 0444, show_core_pattern),
    PROC_FILE("core_uses_pid", 0444, show_zero),
    PROC_FILE("dmesg_restrict", 0444, show_one),
    WATCHED("domainname", show_domainname, store_domainname,
        system_domain_changes),
    WATCHED("hostname", show_hostname, store_hostname, system_node_changes),
    PROC_FILE("ngroups_max", 0444, show_ngroups_max),
    PROC_FILE("osrelease", 0444, show_osrelease),
    PROC_FILE("ostype", 0444, show_ostype),
    PROC_FILE("overflowgid", 0444, show_overflow_id),
    PROC_FILE("overflowuid", 0444, show_overflow_id),
    PROC_FILE("panic", 0444, show_panic),
    SETTING("pid_max", show_pid_max, store_pid_max),
    SETTING("printk", show_printk, store_printk),
    SETTING("printk_devkmsg", show_printk_devkmsg, store_printk_devkmsg),
    PROC_DIRECTORY("random", random_children),
    PROC_FILE("randomize_va_space", 0444, show_randomize_va_space),
    PROC_FILE("tainted", 0444, show_zero),
    SETTING("threads-max", show_threads_max, store_threads_max),
    PROC_FILE("version", 0444, show_os_version),
    { 0 },
};

static const struct proc_entry vm_children[] = {
    SETTING("max_map_count", show_max_map_count, store_max_map_count),
    PROC_FILE("mmap_min_addr", 0444, show_mmap_min_addr),
    PROC_FILE("overcommit_memory", 0444, show_zero),
    PROC_FILE("overcommit_ratio", 0444, show_overcommit_ratio),
    PROC_FILE("swappiness", 0444, show_swappiness),
    { 0 },
};

static const struct proc_entry epoll_children[] = {
    SETTING("max_user_watches", show_epoll_entries_max,
        store_epoll_entries_max),
    { 0 },
};

static const struct proc_entry inotify_children[] = {
    SETTING("max_queued_events", show_inotify_events_max,
        store_inotify_events_max),
    SETTING("max_user_instances", show_inotify_files_max,
        store_inotify_files_max),
    SETTING("max_user_watches", show_inotify_watches_max,
        store_inotify_watches_max),
    { 0 },
};

static const struct proc_entry fs_children[] = {
    PROC_DIRECTORY("epoll", epoll_children),
    PROC_DIRECTORY("inotify", inotify_children),
    SETTING("file-max", show_file_max, store_file_max),
    PROC_FILE("file-nr", 0444, show_file_nr),
    SETTING("nr_open", show_nr_open, store_nr_open),
    PROC_FILE("protected_hardlinks", 0444, show_one),
    SETTING("pipe-max-size", show_pipe_max_size, store_pipe_max_size),
    SETTING("pipe-user-pages-hard", show_pipe_user_hard, store_pipe_user_hard),
    SETTING("pipe-user-pages-soft", show_pipe_user_soft, store_pipe_user_soft),
    { 0 },
};

static const struct proc_entry core_children[] = {
    PROC_FILE("somaxconn", 0444, show_somaxconn),
    { 0 },
};

static const struct proc_entry net_children[] = {
    PROC_DIRECTORY("core", core_children),
    { 0 },
};

const struct proc_entry proc_sys_children[] = {
    PROC_DIRECTORY("fs", fs_children),
    PROC_DIRECTORY("kernel", kernel_children),
    PROC_DIRECTORY("net", net_children),
    PROC_DIRECTORY("vm", vm_children),
    { 0 },
};
