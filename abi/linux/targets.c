/* SPDX-License-Identifier: MIT */
#include "abi/linux/targets.h"

#include <linux/resource.h>

#include "abi/linux/arguments.h"

int target_argument(struct target *target, int which, int who)
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

struct thread *target_next(const struct target *target, int *from)
{
    struct pid *pid;
    if (target->which == PRIO_PROCESS)
        return (*from)++ ? NULL : thread_argument(target->who);
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
