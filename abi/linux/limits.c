/* SPDX-License-Identifier: MIT */
/* Limits and what was used. */
#include <linux/resource.h>
#include <linux/time.h>

#include "abi/linux/arguments.h"
#include "abi/linux/usage.h"
#include "lib/string.h"

static int limit_argument(struct limit *limit, const void __user *from)
{
    struct rlimit64 given;
    if (user_read(&given, from, sizeof given))
        return -EFAULT;
    limit->soft = given.rlim_cur;
    limit->hard = given.rlim_max;
    return 0;
}

static int limit_give(void __user *to, const struct limit *limit)
{
    struct rlimit64 record = { limit->soft, limit->hard };
    return user_write(to, &record, sizeof record);
}

/* Whose limits one may look at and change. */
static bool may_limit(struct thread *target)
{
    const struct credentials *me = current->credentials;
    if (target == current || i_can(CAPABLE_SYS_RESOURCE))
        return true;
    const struct credentials *who = thread_credentials(target);
    bool is_own = who && me->uid == who->uid && me->uid == who->euid &&
        me->uid == who->suid && me->gid == who->gid && me->gid == who->egid &&
        me->gid == who->sgid;
    credentials_put(who);
    return is_own;
}

long sys_prlimit64(int pid, unsigned resource, const void __user *wanted_at,
    void __user *old_at)
{
    struct limit wanted, old;
    if (wanted_at && limit_argument(&wanted, wanted_at))
        return -EFAULT;
    struct thread *thread = thread_argument(pid);
    if (!thread)
        return -ESRCH;
    int error = !may_limit(thread)  ? -EPERM
        : resource >= LIMIT_KINDS   ? -EINVAL
                                    : process_set_limit(thread->process,
              (enum limit_kind)resource, wanted_at ? &wanted : NULL, &old);
    thread_put(thread);
    return error || !old_at ? error : limit_give(old_at, &old);
}

long sys_getrlimit(unsigned resource, void __user *to)
{
    struct limit limit;
    if (resource >= LIMIT_KINDS)
        return -EINVAL;
    int error = process_set_limit(
        current->process, (enum limit_kind)resource, NULL, &limit);
    return error ? error : limit_give(to, &limit);
}

long sys_setrlimit(unsigned resource, const void __user *from)
{
    struct limit limit;
    if (limit_argument(&limit, from))
        return -EFAULT;
    if (resource >= LIMIT_KINDS)
        return -EINVAL;
    return process_set_limit(
        current->process, (enum limit_kind)resource, &limit, NULL);
}

int usage_give(void __user *to, const struct usage *usage)
{
    struct rusage record;
    memset(&record, 0, sizeof record);
    record.ru_utime.tv_sec = usage->user_ns / NS_PER_SECOND;
    record.ru_utime.tv_usec = usage->user_ns % NS_PER_SECOND / 1000;
    record.ru_stime.tv_sec = usage->system_ns / NS_PER_SECOND;
    record.ru_stime.tv_usec = usage->system_ns % NS_PER_SECOND / 1000;
    record.ru_maxrss = usage->peak_resident_pages * (PAGE_BYTES / 1024);
    record.ru_minflt = usage->minor_faults;
    record.ru_majflt = usage->major_faults;
    record.ru_inblock = usage->blocks_in;
    record.ru_oublock = usage->blocks_out;
    record.ru_nvcsw = usage->voluntary_switches;
    record.ru_nivcsw = usage->involuntary_switches;
    return user_write(to, &record, sizeof record);
}

long sys_getrusage(int who, void __user *to)
{
    struct usage usage;
    switch (who) {
    case RUSAGE_SELF:
        process_usage(current->process, &usage);
        break;
    case RUSAGE_CHILDREN:
        process_children_usage(current->process, &usage);
        break;
    case RUSAGE_THREAD:
        thread_usage(current, &usage);
        break;
    default:
        return -EINVAL;
    }
    return usage_give(to, &usage);
}
