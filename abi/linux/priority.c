/* SPDX-License-Identifier: MIT */
/* getpriority, setpriority: nice values of threads, groups and users. */
#include <linux/resource.h>

#include "abi/linux/arguments.h"
#include "abi/linux/targets.h"

enum { NICE_MIN = -20, NICE_MAX = 19 };

long sys_getpriority(int which, int who)
{
    struct target target;
    struct thread *thread;
    int error = target_argument(&target, which, who);
    if (error)
        return error;
    long best = -ESRCH; /* as 20 - nice, which is never negative */
    for (int from = 0; (thread = target_next(&target, &from));
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
    result = -ESRCH;
    for (int from = 0; (thread = target_next(&target, &from));
         thread_put(thread)) {
        int error = set_one(thread, nice);
        result = error ? error : result == -ESRCH ? 0 : result;
    }
    return result;
}
