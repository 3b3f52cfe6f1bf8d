/* SPDX-License-Identifier: MIT */
/* getpriority, setpriority: nice values of threads, groups and users. */
#include <linux/resource.h>

#include "abi/linux/arguments.h"

enum { NICE_MIN = -20, NICE_MAX = 19 };

struct target {
    int which, who;
    uint32_t uid;
};

static bool is_meant(struct thread *thread, const struct target *target)
{
    if (target->which == PRIO_PGRP)
        return process_group_number(process_number(thread->process)) ==
            target->who;
    const struct credentials *who = thread_credentials(thread);
    bool is_meant = who && who->uid == target->uid;
    credentials_put(who);
    return is_meant;
}

/* The next thread that is meant, from number *from on, with a reference. */
static struct thread *next_meant(const struct target *target, int *from)
{
    struct pid *pid;
    while ((pid = pid_next_get(*from))) {
        struct thread *thread = pid_thread(pid);
        *from = pid->number + 1;
        pid_put(pid);
        if (thread && is_meant(thread, target))
            return thread;
        thread_put(thread);
        thread_breathe();
    }
    return NULL;
}

static int target_argument(struct target *target, int which, int who)
{
    if (which < PRIO_PROCESS || which > PRIO_USER)
        return -EINVAL;
    *target = (struct target){ which, who, who };
    if (!who && which == PRIO_PGRP)
        target->who = process_group_number(0);
    if (!who)
        target->uid = current->credentials->uid;
    return 0;
}

long sys_getpriority(int which, int who)
{
    struct target target;
    struct thread *thread;
    int error = target_argument(&target, which, who);
    if (error)
        return error;
    long best = -ESRCH; /* as 20 - nice, which is never negative */
    if (which == PRIO_PROCESS) {
        thread = thread_argument(who);
        if (thread)
            best = 20 - thread->sched.nice;
        thread_put(thread);
        return best;
    }
    for (int from = 1; (thread = next_meant(&target, &from));
         thread_put(thread))
        best = max(best, 20l - thread->sched.nice);
    return best;
}

static int set_one(struct thread *thread, int nice)
{
    bool can = i_can(CAPABLE_SYS_NICE);
    uint32_t euid = current->credentials->euid;
    const struct credentials *who = thread_credentials(thread);
    bool is_own = who && (who->uid == euid || who->euid == euid);
    credentials_put(who);
    if (!is_own && !can)
        return -EPERM;
    uint64_t most = process_limit(thread->process, LIMIT_NICE);
    if (nice < thread->sched.nice && !can && (uint64_t)(20 - nice) > most)
        return -EACCES;
    return thread_set_nice(thread, nice);
}

long sys_setpriority(int which, int who, int nice)
{
    struct target target;
    struct thread *thread;
    int result = target_argument(&target, which, who);
    if (result)
        return result;
    nice = nice < NICE_MIN ? NICE_MIN : nice > NICE_MAX ? NICE_MAX : nice;
    if (which == PRIO_PROCESS) {
        thread = thread_argument(who);
        result = thread ? set_one(thread, nice) : -ESRCH;
        thread_put(thread);
        return result;
    }
    result = -ESRCH;
    for (int from = 1; (thread = next_meant(&target, &from));
         thread_put(thread)) {
        int error = set_one(thread, nice);
        result = error ? error : result == -ESRCH ? 0 : result;
    }
    return result;
}
