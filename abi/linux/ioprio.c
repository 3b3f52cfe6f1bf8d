/* SPDX-License-Identifier: MIT */
/* ioprio_set, ioprio_get: a class and a level in it, of threads, groups and
 * users; and hints, which are kept as they are.  Facts: ioprio_set(2), and what
 * Linux 6.1 does. */
#include <linux/ioprio.h>
#include <linux/resource.h>

#include "abi/linux/arguments.h"
#include "abi/linux/targets.h"
#include "kernel/io_context.h"

enum { LEVEL_MASK = 7, CLASS_MASK = 7 };

static int class_of(unsigned priority)
{
    return priority >> IOPRIO_CLASS_SHIFT & CLASS_MASK;
}

/* Its numbers of what to look at are greater by one. */
static int ioprio_target(struct target *target, int which, int who)
{
    if (which < IOPRIO_WHO_PROCESS || which > IOPRIO_WHO_USER)
        return -EINVAL;
    return target_argument(
        target, which - IOPRIO_WHO_PROCESS + PRIO_PROCESS, who);
}

static int check(unsigned priority)
{
    switch (class_of(priority)) {
    case IOPRIO_CLASS_RT:
        return i_can(CAPABLE_SYS_ADMIN) || i_can(CAPABLE_SYS_NICE) ? 0
                                                                   : -EPERM;
    case IOPRIO_CLASS_BE:
    case IOPRIO_CLASS_IDLE:
        return 0;
    case IOPRIO_CLASS_NONE:
        return priority & LEVEL_MASK ? -EINVAL : 0;
    default:
        return -EINVAL;
    }
}

static int set_one(struct thread *thread, unsigned priority)
{
    const struct credentials *me = current->credentials;
    const struct credentials *who = thread_credentials(thread);
    bool is_own = who && (who->uid == me->euid || who->uid == me->uid);
    credentials_put(who);
    if (!is_own && !i_can(CAPABLE_SYS_NICE))
        return -EPERM;
    return io_set_priority(thread, priority);
}

long sys_ioprio_set(int which, int who, int priority)
{
    struct target target;
    struct thread *thread;
    int result = check(priority);
    if (!result)
        result = ioprio_target(&target, which, who);
    if (result)
        return result;
    target.uid = who; /* here 0 is root */
    result = -ESRCH;
    for (int from = 0; (thread = target_next(&target, &from));
         thread_put(thread)) {
        result = set_one(thread, priority);
        if (!result)
            continue;
        thread_put(thread);
        break;
    }
    return result;
}

/* What counts, where nothing was said: as the thread itself is scheduled. */
static int effective(struct thread *thread)
{
    unsigned priority = io_priority(thread);
    if (class_of(priority) != IOPRIO_CLASS_NONE)
        return priority;
    unsigned policy = thread->sched.policy;
    unsigned class = policy == POLICY_IDLE ? IOPRIO_CLASS_IDLE
        : policy == POLICY_FIFO || policy == POLICY_ROUND ? IOPRIO_CLASS_RT
                                                          : IOPRIO_CLASS_BE;
    return IOPRIO_PRIO_VALUE(class, (thread->sched.nice + 20) / 5);
}

long sys_ioprio_get(int which, int who)
{
    struct target target;
    struct thread *thread;
    int error = ioprio_target(&target, which, who);
    if (error)
        return error;
    enum { NOBODY = INT32_MAX };
    int best = NOBODY;
    for (int from = 0; (thread = target_next(&target, &from));
         thread_put(thread))
        best = min(best, which == IOPRIO_WHO_PROCESS ? io_priority(thread)
                                                     : effective(thread));
    return best == NOBODY ? -ESRCH : best;
}
