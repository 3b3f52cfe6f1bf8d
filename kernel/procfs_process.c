/* SPDX-License-Identifier: MIT */
/* The small files of a process: comm, limits, oom_score and the like. */
#include "kernel/procfs_tree.h"
#include "kernel/thread.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/pages.h"
#include "mm/space.h"
#include "vfs/credentials.h"

/* Around a function of the thread: -ESRCH when it has ended. */
#define WITH_THREAD(name, action)                                              \
    struct thread *thread = subject_thread(subject);                           \
    if (!thread)                                                               \
        return -ESRCH;                                                         \
    action;                                                                    \
    thread_put(thread)

int show_comm(struct text *text, const struct proc_subject *subject)
{
    WITH_THREAD(comm, text_print(text, "%s\n", thread->comm));
    return 0;
}

int store_comm(const char *value, const struct proc_subject *subject)
{
    struct thread *thread = subject_thread(subject);
    if (!thread)
        return -ESRCH;
    bool is_own = thread->process == current->process;
    if (is_own)
        thread_set_comm(thread, value);
    thread_put(thread);
    return is_own ? 0 : -EINVAL;
}

static void add_limit(struct text *text, uint64_t limit)
{
    if (limit == LIMIT_NONE)
        text_print(text, "%-20s ", "unlimited");
    else
        text_print(text, "%-20lu ", limit);
}

int show_limits(struct text *text, const struct proc_subject *subject)
{
    static const struct {
        const char *name, *unit;
    } kinds[LIMIT_KINDS] = {
        [LIMIT_CPU] = { "Max cpu time", "seconds" },
        [LIMIT_FILE_BYTES] = { "Max file size", "bytes" },
        [LIMIT_DATA] = { "Max data size", "bytes" },
        [LIMIT_STACK] = { "Max stack size", "bytes" },
        [LIMIT_CORE] = { "Max core file size", "bytes" },
        [LIMIT_RESIDENT] = { "Max resident set", "bytes" },
        [LIMIT_PROCESSES] = { "Max processes", "processes" },
        [LIMIT_FILES] = { "Max open files", "files" },
        [LIMIT_LOCKED] = { "Max locked memory", "bytes" },
        [LIMIT_SPACE] = { "Max address space", "bytes" },
        [LIMIT_LOCKS] = { "Max file locks", "locks" },
        [LIMIT_SIGNALS] = { "Max pending signals", "signals" },
        [LIMIT_QUEUES] = { "Max msgqueue size", "bytes" },
        [LIMIT_NICE] = { "Max nice priority", NULL },
        [LIMIT_REAL_TIME] = { "Max realtime priority", NULL },
        [LIMIT_REAL_TIME_US] = { "Max realtime timeout", "us" },
    };
    struct limit limits[LIMIT_KINDS];
    WITH_THREAD(limits, {
        spin_lock(&thread->process->lock);
        memcpy(limits, thread->process->limits, sizeof limits);
        spin_unlock(&thread->process->lock);
    });
    text_print(text, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit",
        "Hard Limit", "Units");
    for (unsigned i = 0; i < LIMIT_KINDS; i++) {
        text_print(text, "%-25s ", kinds[i].name);
        add_limit(text, limits[i].soft);
        add_limit(text, limits[i].hard);
        if (kinds[i].unit)
            text_print(text, "%-10s\n", kinds[i].unit);
        else
            text_add_string(text, "\n");
    }
    return 0;
}

int show_wchan(struct text *text, const struct proc_subject *subject)
{
    text_add_string(text, "0");
    return 0;
}

int show_personality(struct text *text, const struct proc_subject *subject)
{
    WITH_THREAD(personality,
        text_print(text, "%08lx\n", thread->task.personality));
    return 0;
}

int show_login_uid(struct text *text, const struct proc_subject *subject)
{
    WITH_THREAD(login_uid,
        text_print(text, "%u", (unsigned)thread->process->login_uid));
    return 0;
}

/* One's own, once; later by those who may. */
int store_login_uid(const char *value, const struct proc_subject *subject)
{
    int64_t uid;
    int error = proc_parse(value, 0, UINT32_MAX, &uid);
    struct thread *thread = error ? NULL : subject_thread(subject);
    if (!thread)
        return error ? error : -ESRCH;
    struct process *process = thread->process;
    if (process != current->process)
        error = -EPERM;
    else if ((uint32_t)process->login_uid != UINT32_MAX &&
        !credentials_can(current->credentials, CAPABLE_SYS_ADMIN))
        error = -EPERM;
    else
        process->login_uid = uid;
    thread_put(thread);
    return error;
}

/* The measure by which a victim is chosen, as Linux scales it. */
int show_oom_score(struct text *text, const struct proc_subject *subject)
{
    struct page_totals totals;
    WITH_THREAD(score, {
        struct space *space = thread_space(thread);
        int64_t score = 0;
        page_totals(&totals);
        if (space && thread->process != process_first() &&
            thread->process->oom_adjust != -1000)
            score = (1000 + thread->process->oom_adjust +
                        (int64_t)(space_weight(space) * 1000 /
                            max(totals.total, (uint64_t)1))) * 2 / 3;
        space_put(space);
        text_print(text, "%ld\n", max(score, (int64_t)0));
    });
    return 0;
}

int show_oom_score_adj(struct text *text, const struct proc_subject *subject)
{
    WITH_THREAD(adjust,
        text_print(text, "%d\n", thread->process->oom_adjust));
    return 0;
}

int show_oom_adj(struct text *text, const struct proc_subject *subject)
{
    WITH_THREAD(adjust, {
        int adjust = thread->process->oom_adjust;
        text_print(text, "%d\n", adjust == 1000 ? 15 : adjust * 17 / 1000);
    });
    return 0;
}

static int set_adjust(const struct proc_subject *subject, int adjust)
{
    int error = 0;
    WITH_THREAD(adjust, {
        /* Only the mighty may make it less likely. */
        if (adjust < thread->process->oom_adjust &&
            !credentials_can(current->credentials, CAPABLE_SYS_RESOURCE))
            error = -EACCES;
        else
            thread->process->oom_adjust = adjust;
    });
    return error;
}

int store_oom_score_adj(const char *value, const struct proc_subject *subject)
{
    int64_t adjust;
    int error = proc_parse(value, -1000, 1000, &adjust);
    return error ? error : set_adjust(subject, adjust);
}

int store_oom_adj(const char *value, const struct proc_subject *subject)
{
    int64_t adjust;
    int error = proc_parse(value, -17, 15, &adjust);
    if (error)
        return error;
    return set_adjust(subject, adjust == 15 ? 1000 : adjust * 1000 / 17);
}
