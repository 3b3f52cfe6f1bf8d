/* SPDX-License-Identifier: MIT */
/* Scheduling: policies, affinity. */
#include <linux/sched.h>
#include <linux/sched/types.h>

#include "abi/linux/arguments.h"
#include "arch/smp.h"
#include "lib/string.h"

enum { PRIORITY_MAX = 99, ROUND_NS = 100 * 1000000 };

long sys_sched_yield(void)
{
    thread_yield();
    return 0;
}

static bool is_real_time(int policy)
{
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool is_known(int policy)
{
    return policy == SCHED_NORMAL || policy == SCHED_BATCH ||
        policy == SCHED_IDLE || is_real_time(policy);
}

/* A thread that current may change: of the same user. */
static int changeable(int tid, struct thread **thread)
{
    if (tid < 0)
        return -EINVAL;
    *thread = thread_argument(tid);
    if (!*thread)
        return -ESRCH;
    uint32_t euid = current->credentials->euid;
    const struct credentials *who = thread_credentials(*thread);
    bool is_own = who && (who->uid == euid || who->euid == euid);
    credentials_put(who);
    if (is_own || i_can(CAPABLE_SYS_NICE))
        return 0;
    thread_put(*thread);
    return -EPERM;
}

static int check_policy(struct thread *thread, int policy, int priority)
{
    if (!is_known(policy) ||
        (is_real_time(policy) ? priority < 1 || priority > PRIORITY_MAX
                              : priority != 0))
        return -EINVAL;
    if (i_can(CAPABLE_SYS_NICE) || !is_real_time(policy))
        return 0;
    uint64_t most = process_limit(thread->process, LIMIT_REAL_TIME);
    bool is_less = thread->sched.policy == policy &&
        priority <= thread->sched.priority;
    return is_less || (uint64_t)priority <= most ? 0 : -EPERM;
}

static long set_policy(int tid, int policy, int priority)
{
    struct thread *thread;
    int error = changeable(tid, &thread);
    if (error)
        return error;
    error = check_policy(thread, policy, priority);
    if (!error)
        error = thread_set_policy(
            thread, (enum sched_policy)policy, priority);
    thread_put(thread);
    return error;
}

long sys_sched_setscheduler(int tid, int policy, const void __user *from)
{
    struct sched_param param;
    if (!from || policy < 0)
        return -EINVAL;
    if (user_read(&param, from, sizeof param))
        return -EFAULT;
    return set_policy(tid, policy, param.sched_priority);
}

long sys_sched_setparam(int tid, const void __user *from)
{
    struct sched_param param;
    if (!from || tid < 0)
        return -EINVAL;
    if (user_read(&param, from, sizeof param))
        return -EFAULT;
    struct thread *thread = thread_argument(tid);
    if (!thread)
        return -ESRCH;
    int policy = thread->sched.policy;
    thread_put(thread);
    return set_policy(tid, policy, param.sched_priority);
}

long sys_sched_getscheduler(int tid)
{
    struct thread *thread = tid < 0 ? NULL : thread_argument(tid);
    if (!thread)
        return tid < 0 ? -EINVAL : -ESRCH;
    int policy = thread->sched.policy;
    thread_put(thread);
    return policy;
}

long sys_sched_getparam(int tid, void __user *to)
{
    struct thread *thread = tid < 0 || !to ? NULL : thread_argument(tid);
    if (!thread)
        return tid < 0 || !to ? -EINVAL : -ESRCH;
    struct sched_param param = { .sched_priority = thread->sched.priority };
    thread_put(thread);
    return user_write(to, &param, sizeof param);
}

long sys_sched_get_priority_max(int policy)
{
    if (!is_known(policy) && policy != SCHED_DEADLINE)
        return -EINVAL;
    return is_real_time(policy) ? PRIORITY_MAX : 0;
}

long sys_sched_get_priority_min(int policy)
{
    if (!is_known(policy) && policy != SCHED_DEADLINE)
        return -EINVAL;
    return is_real_time(policy) ? 1 : 0;
}

long sys_sched_rr_get_interval(int tid, void __user *to)
{
    long policy = sys_sched_getscheduler(tid);
    if (policy < 0)
        return policy;
    /* What the others get depends on how many there are: a usual share. */
    return time_give(to, policy == SCHED_RR ? ROUND_NS
            : policy == SCHED_FIFO          ? 0
                                            : 4 * NS_PER_MS);
}

static cpu_mask online_cpus(void)
{
    return cpu_count() >= 32 ? UINT32_MAX : (1u << cpu_count()) - 1;
}

long sys_sched_setaffinity(int tid, unsigned bytes, const void __user *from)
{
    uint64_t given = 0;
    struct thread *thread;
    if (user_read(&given, from, min((size_t)bytes, sizeof given)))
        return -EFAULT;
    if (tid < 0)
        return -ESRCH;
    int error = changeable(tid, &thread);
    if (error)
        return error;
    cpu_mask mask = given & online_cpus();
    error = mask ? thread_set_affinity(thread, mask) : -EINVAL;
    thread_put(thread);
    return error;
}

/* The number of bytes the kernel's mask has; the rest is left alone. */
long sys_sched_getaffinity(int tid, unsigned bytes, void __user *to)
{
    uint64_t mask;
    if (bytes < sizeof mask || bytes % sizeof mask)
        return -EINVAL;
    struct thread *thread = tid < 0 ? NULL : thread_argument(tid);
    if (!thread)
        return -ESRCH;
    mask = thread->sched.affinity & online_cpus();
    thread_put(thread);
    return user_write(to, &mask, sizeof mask) ? -EFAULT : (long)sizeof mask;
}

long sys_getcpu(void __user *cpu_at, void __user *node_at, void __user *cache)
{
    const unsigned cpu = cpu_id(), node = 0;
    if (cpu_at && user_write(cpu_at, &cpu, sizeof cpu))
        return -EFAULT;
    return node_at ? user_write(node_at, &node, sizeof node) : 0;
}

long sys_sched_getattr(
    int tid, void __user *to, unsigned bytes, unsigned flags)
{
    struct sched_attr attributes;
    if (tid < 0 || flags || bytes < SCHED_ATTR_SIZE_VER0 || bytes > PAGE_BYTES)
        return -EINVAL;
    struct thread *thread = thread_argument(tid);
    if (!thread)
        return -ESRCH;
    memset(&attributes, 0, sizeof attributes);
    attributes.size = min(bytes, (unsigned)sizeof attributes);
    attributes.sched_policy = thread->sched.policy;
    if (is_real_time(thread->sched.policy))
        attributes.sched_priority = thread->sched.priority;
    else
        attributes.sched_nice = thread->sched.nice;
    attributes.sched_util_max = 1024;
    thread_put(thread);
    return user_write(to, &attributes, attributes.size);
}

/* Policy, priority and nice value at once; what is of no use is refused. */
static int set_attributes(
    struct thread *thread, const struct sched_attr *wanted)
{
    const uint64_t known = SCHED_FLAG_KEEP_POLICY | SCHED_FLAG_KEEP_PARAMS;
    if (wanted->sched_flags & ~known)
        return -EINVAL;
    int policy = wanted->sched_policy, priority = wanted->sched_priority;
    if (wanted->sched_flags & SCHED_FLAG_KEEP_POLICY)
        policy = thread->sched.policy;
    if (wanted->sched_flags & SCHED_FLAG_KEEP_PARAMS)
        priority = thread->sched.priority;
    int error = check_policy(thread, policy, priority);
    if (error)
        return error;
    bool sets_nice = !is_real_time(policy) &&
        !(wanted->sched_flags & SCHED_FLAG_KEEP_PARAMS);
    if (sets_nice && wanted->sched_nice < thread->sched.nice &&
        !i_can(CAPABLE_SYS_NICE) &&
        20 - wanted->sched_nice >
            (int64_t)min(process_limit(thread->process, LIMIT_NICE),
                (uint64_t)40))
        return -EPERM;
    error = thread_set_policy(thread, (enum sched_policy)policy, priority);
    return error || !sets_nice ? error
                               : thread_set_nice(thread, wanted->sched_nice);
}

long sys_sched_setattr(int tid, const void __user *from, unsigned flags)
{
    struct sched_attr wanted;
    uint32_t bytes;
    struct thread *thread;
    if (!from || flags)
        return -EINVAL;
    if (user_read(&bytes, from, sizeof bytes))
        return -EFAULT;
    if (!bytes)
        bytes = SCHED_ATTR_SIZE_VER0;
    if (bytes < SCHED_ATTR_SIZE_VER0)
        return -E2BIG;
    int error = struct_argument(&wanted, sizeof wanted, from, bytes);
    if (!error && (int)wanted.sched_policy < 0)
        error = -EINVAL;
    if (!error)
        error = changeable(tid, &thread);
    if (error)
        return error;
    error = set_attributes(thread, &wanted);
    thread_put(thread);
    return error;
}
