/* SPDX-License-Identifier: MIT */
/* prctl. */
#include <linux/prctl.h>

#include "abi/linux/arguments.h"
#include "abi/linux/capabilities.h"
#include "abi/linux/cpu.h"
#include "abi/linux/prctl_mm.h"
#include "kernel/thread.h"
#include "lib/string.h"
#include "mm/space.h"

static long set_name(const char __user *from)
{
    char name[sizeof current->comm] = { 0 };
    /* Cut where it is too long, without an error. */
    ssize_t length = user_string(name, from, sizeof name);
    if (length == -EFAULT)
        return -EFAULT;
    name[sizeof name - 1] = 0;
    thread_set_comm(current, name);
    return 0;
}

static long get_name(void __user *to)
{
    char name[sizeof current->comm] = { 0 };
    string_copy(name, current->comm, sizeof name);
    return user_write(to, name, sizeof name);
}

static long give_int(void __user *to, int number)
{
    return user_write(to, &number, sizeof number);
}

static long set_dumpable(unsigned long how)
{
    if (how > 1)
        return -EINVAL;
    current->space->is_dumpable = how;
    return 0;
}

static long set_subreaper(bool is_one)
{
    spin_lock(&process_tree_lock);
    current->process->is_subreaper = is_one;
    spin_unlock(&process_tree_lock);
    return 0;
}

static long set_timer_slack(long ns)
{
    current->task.timer_slack_ns = ns > 0 ? (unsigned long)ns
                                          : current->task.usual_slack_ns;
    return 0;
}

static long set_no_new_privileges(unsigned long wanted)
{
    if (wanted != 1)
        return -EINVAL;
    current->task.no_new_privileges = true;
    return 0;
}

static long give_tid_address(void __user *to)
{
    uintptr_t address = current->task.clear_tid;
    return user_write(to, &address, sizeof address);
}

static long set_death_signal(unsigned long number)
{
    if (number > SIGNAL_COUNT)
        return -EINVAL;
    current->task.parent_death_signal = number;
    return 0;
}

static long simple_prctl(int option, unsigned long a)
{
    void __user *pointer = (void __user *)a;
    switch (option) {
    case PR_SET_PDEATHSIG:
        return set_death_signal(a);
    case PR_GET_PDEATHSIG:
        return give_int(pointer, current->task.parent_death_signal);
    case PR_GET_DUMPABLE:
        return current->space->is_dumpable;
    case PR_SET_DUMPABLE:
        return set_dumpable(a);
    case PR_SET_NAME:
        return set_name(pointer);
    case PR_GET_NAME:
        return get_name(pointer);
    case PR_SET_CHILD_SUBREAPER:
        return set_subreaper(a);
    case PR_GET_CHILD_SUBREAPER:
        return give_int(pointer, current->process->is_subreaper);
    case PR_SET_TIMERSLACK:
        return set_timer_slack(a);
    case PR_GET_TIMERSLACK:
        return current->task.timer_slack_ns;
    case PR_GET_TID_ADDRESS:
        return give_tid_address(pointer);
    case PR_GET_SECCOMP:
        return 0; /* there are no filters */
    case PR_GET_TIMING:
        return PR_TIMING_STATISTICAL;
    case PR_SET_TIMING:
        return a == PR_TIMING_STATISTICAL ? 0 : -EINVAL;
    }
    return -EINVAL;
}

/* How a thread would hear of memory that failed: kept for it, though none is
 * ever seen to fail. */
static long memory_failures(unsigned long what, unsigned long policy)
{
    switch (what) {
    case PR_MCE_KILL_CLEAR:
        if (policy)
            return -EINVAL;
        current->task.memory_failures = 0;
        return 0;
    case PR_MCE_KILL_SET:
        if (policy > PR_MCE_KILL_DEFAULT)
            return -EINVAL;
        current->task.memory_failures = PR_MCE_KILL_DEFAULT - policy;
        return 0;
    }
    return -EINVAL;
}

/* What is refused with arguments that have no use; -ENOSYS: no such option. */
static long strict_prctl(int option, unsigned long a, unsigned long b,
    unsigned long c, unsigned long d)
{
    switch (option) {
    case PR_SET_NO_NEW_PRIVS:
        return b || c || d ? -EINVAL : set_no_new_privileges(a);
    case PR_GET_NO_NEW_PRIVS:
        return a || b || c || d ? -EINVAL : current->task.no_new_privileges;
    case PR_GET_THP_DISABLE:
        return a || b || c || d ? -EINVAL : current->space->no_huge_pages;
    case PR_SET_THP_DISABLE:
        if (b || c || d)
            return -EINVAL;
        current->space->no_huge_pages = a;
        return 0;
    case PR_MCE_KILL:
        return c || d ? -EINVAL : memory_failures(a, b);
    case PR_MCE_KILL_GET:
        return a || b || c || d ? -EINVAL
                                : PR_MCE_KILL_DEFAULT -
                current->task.memory_failures;
    case PR_CAP_AMBIENT:
        return c || d ? -EINVAL : capability_prctl(option, a, b);
    case PR_SET_MM:
        return prctl_set_mm(a, b, c, d);
    case PR_GET_SPECULATION_CTRL:
        return b || c || d ? -EINVAL : speculation_get(a);
    case PR_SET_SPECULATION_CTRL:
        return c || d ? -EINVAL : speculation_set(a, b);
    }
    return -ENOSYS;
}

long sys_prctl(int option, unsigned long a, unsigned long b, unsigned long c,
    unsigned long d)
{
    long result = strict_prctl(option, a, b, c, d);
    if (result != -ENOSYS)
        return result;
    switch (option) {
    case PR_CAPBSET_READ:
    case PR_CAPBSET_DROP:
    case PR_GET_KEEPCAPS:
    case PR_SET_KEEPCAPS:
    case PR_GET_SECUREBITS:
    case PR_SET_SECUREBITS:
        return capability_prctl(option, a, b);
    }
    return simple_prctl(option, a);
}
