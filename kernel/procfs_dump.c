/* SPDX-License-Identifier: MIT */
/* /proc/PID/coredump_filter: kept for those who ask; no dumps are made. */
#include "kernel/procfs_tree.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/space.h"

/* Of who has no memory any more: nothing. */
int show_dump_filter(struct text *text, const struct proc_subject *subject)
{
    struct thread *thread = subject_thread(subject);
    if (!thread)
        return -ESRCH;
    struct space *space = thread_space(thread);
    thread_put(thread);
    if (space)
        text_print(text, "%08x\n", atomic_load(&space->dump_filter));
    space_put(space);
    return 0;
}

int store_dump_filter(const char *value, const struct proc_subject *subject)
{
    uint64_t filter;
    int error = string_parse_number(value + (*value == '+'), &filter);
    if (error)
        return error;
    if (filter > UINT32_MAX)
        return -ERANGE;
    struct thread *thread = subject_thread(subject);
    struct space *space = thread ? thread_space(thread) : NULL;
    if (thread)
        thread_put(thread);
    if (!space)
        return -ESRCH;
    atomic_store(&space->dump_filter, filter & DUMP_FILTER_ALL);
    space_put(space);
    return 0;
}
