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

/* What a thread is to have; nice counts for the policies that have it. */
struct wish {
    int policy, priority, nice;
    bool is_for_itself;
};

static int find(int tid, struct thread **thread)
{
    *thread = tid < 0 ? NULL : thread_argument(tid);
    if (*thread)
        return 0;
    return tid < 0 ? -EINVAL : -ESRCH;
}

static bool is_own(struct thread *thread)
{
    uint32_t euid = current->credentials->euid;
    const struct credentials *who = thread_credentials(thread);
    bool is = who && (who->uid == euid || who->euid == euid);
    credentials_put(who);
    return is;
}

static bool may_have_nice(struct thread *thread, int nice)
{
    uint64_t most = process_limit(thread->process, LIMIT_NICE);
    return (uint64_t)(20 - nice) <= most;
}

/* Without CAP_SYS_NICE. */
static bool may_have(struct thread *thread, const struct wish *wish)
{
    int policy = thread->sched.policy;
    uint64_t most = process_limit(thread->process, LIMIT_REAL_TIME);
    if (!is_own(thread) ||
        (thread->sched.is_for_itself && !wish->is_for_itself))
        return false;
    if (is_real_time(wish->policy))
        return (policy == wish->policy || most) &&
            (wish->priority <= thread->sched.priority ||
                (uint64_t)wish->priority <= most);
    if (wish->nice < thread->sched.nice && !may_have_nice(thread, wish->nice))
        return false;
    return policy != SCHED_IDLE || wish->policy == SCHED_IDLE ||
        may_have_nice(thread, thread->sched.nice);
}

static int change(struct thread *thread, const struct wish *wish)
{
    if (!is_known(wish->policy) ||
        (is_real_time(wish->policy)
                ? wish->priority < 1 || wish->priority > PRIORITY_MAX
                : wish->priority != 0))
        return -EINVAL;
    if (!i_can(CAPABLE_SYS_NICE) && !may_have(thread, wish))
        return -EPERM;
    thread->sched.is_for_itself = wish->is_for_itself;
    int error = thread_set_policy(
        thread, (enum sched_policy)wish->policy, wish->priority);
    if (error || is_real_time(wish->policy))
        return error;
    return thread_set_nice(thread, wish->nice);
}

long sys_sched_setscheduler(int tid, int policy, const void __user *from)
{
    struct sched_param param;
    struct thread *thread;
    if (!from || tid < 0 || policy < 0)
        return -EINVAL;
    if (user_read(&param, from, sizeof param))
        return -EFAULT;
    int error = find(tid, &thread);
    if (error)
        return error;
    const struct wish wish = {
        .policy = policy & ~SCHED_RESET_ON_FORK,
        .priority = param.sched_priority,
        .nice = thread->sched.nice,
        .is_for_itself = policy & SCHED_RESET_ON_FORK,
    };
    error = change(thread, &wish);
    thread_put(thread);
    return error;
}

long sys_sched_setparam(int tid, const void __user *from)
{
    struct sched_param param;
    if (!from || tid < 0)
        return -EINVAL;
    if (user_read(&param, from, sizeof param))
        return -EFAULT;
    struct thread *thread;
    int error = find(tid, &thread);
    if (error)
        return error;
    const struct wish wish = {
        .policy = thread->sched.policy,
        .priority = param.sched_priority,
        .nice = thread->sched.nice,
        .is_for_itself = thread->sched.is_for_itself,
    };
    error = change(thread, &wish);
    thread_put(thread);
    return error;
}

long sys_sched_getscheduler(int tid)
{
    struct thread *thread;
    int error = find(tid, &thread);
    if (error)
        return error;
    int policy = thread->sched.policy |
        (thread->sched.is_for_itself ? SCHED_RESET_ON_FORK : 0);
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
    struct thread *thread;
    int error = find(tid, &thread);
    if (error)
        return error;
    int policy = thread->sched.policy;
    thread_put(thread);
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
    int error = find(tid, &thread);
    if (error)
        return error;
    cpu_mask mask = given & online_cpus();
    if (!is_own(thread) && !i_can(CAPABLE_SYS_NICE))
        error = -EPERM;
    else
        error = mask ? thread_set_affinity(thread, mask) : -EINVAL;
    thread_put(thread);
    return error;
}

/* The number of bytes the kernel's mask has; the rest is left alone. */
long sys_sched_getaffinity(int tid, unsigned bytes, void __user *to)
{
    uint64_t mask;
    /* In 32 bits, as Linux counts. */
    if (bytes * 8 < cpu_count() || bytes % sizeof mask)
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
    if (!to || tid < 0 || flags || bytes < SCHED_ATTR_SIZE_VER0 ||
        bytes > PAGE_BYTES)
        return -EINVAL;
    struct thread *thread = thread_argument(tid);
    if (!thread)
        return -ESRCH;
    memset(&attributes, 0, sizeof attributes);
    attributes.size = min(bytes, (unsigned)sizeof attributes);
    attributes.sched_policy = thread->sched.policy;
    if (thread->sched.is_for_itself)
        attributes.sched_flags = SCHED_FLAG_RESET_ON_FORK;
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
    const uint64_t known = SCHED_FLAG_KEEP_POLICY | SCHED_FLAG_KEEP_PARAMS |
        SCHED_FLAG_RESET_ON_FORK;
    if (wanted->sched_flags & ~known)
        return -EINVAL;
    struct wish wish = {
        .policy = wanted->sched_policy,
        .priority = wanted->sched_priority,
        .nice = min(max(wanted->sched_nice, -20), 19),
        .is_for_itself = wanted->sched_flags & SCHED_FLAG_RESET_ON_FORK,
    };
    if (wanted->sched_flags & SCHED_FLAG_KEEP_POLICY)
        wish.policy = thread->sched.policy;
    if (wanted->sched_flags & SCHED_FLAG_KEEP_PARAMS) {
        wish.priority = thread->sched.priority;
        wish.nice = thread->sched.nice;
    }
    return change(thread, &wish);
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
        error = find(tid, &thread);
    if (error)
        return error;
    error = set_attributes(thread, &wanted);
    thread_put(thread);
    return error;
}
