/* SPDX-License-Identifier: MIT */
/* Signals: actions, masks, waiting, sending. */
#include "abi/linux/arguments.h"
#include "abi/linux/siginfo.h"
#include "arch/trap.h"
#include "lib/string.h"

static const struct {
    unsigned long flag;
    unsigned action;
} flag_table[] = {
    { SA_RESTART, ACTION_RESTART },
    { SA_NODEFER, ACTION_NO_DEFER },
    { SA_RESETHAND, ACTION_RESET },
    { SA_ONSTACK, ACTION_ALTSTACK },
    { SA_SIGINFO, ACTION_INFO },
    { SA_NOCLDSTOP, ACTION_NO_CHILD_STOP },
    { SA_NOCLDWAIT, ACTION_NO_CHILD_WAIT },
    { SA_RESTORER, ACTION_RESTORER },
};

/* By what is missing here when it is read back programs find out what a kernel
 * knows. */
enum {
    KNOWN_FLAGS = SA_RESTART | SA_NODEFER | SA_RESETHAND | SA_ONSTACK |
        SA_SIGINFO | SA_NOCLDSTOP | SA_NOCLDWAIT | SA_EXPOSE_TAGBITS |
        SA_RESTORER,
};

static_assert(sizeof(sigset_t) == sizeof(signal_set), "one bit a signal");

static void action_from_linux(
    struct action *to, const struct sigaction *from)
{
    *to = (struct action){
        .handler = (uintptr_t)from->sa_handler,
        .restorer = (uintptr_t)from->sa_restorer,
        .foreign_flags = from->sa_flags & (unsigned)KNOWN_FLAGS,
    };
    memcpy(&to->mask, &from->sa_mask, sizeof to->mask);
    for (size_t i = 0; i < array_size(flag_table); i++)
        if (from->sa_flags & flag_table[i].flag)
            to->flags |= flag_table[i].action;
}

static void action_to_linux(struct sigaction *to, const struct action *from)
{
    memset(to, 0, sizeof *to);
    to->sa_handler = (__sighandler_t)from->handler;
    to->sa_restorer = (__sigrestore_t)from->restorer;
    to->sa_flags = from->foreign_flags;
    memcpy(&to->sa_mask, &from->mask, sizeof to->sa_mask);
}

long sys_rt_sigaction(int number, const void __user *wanted_at,
    void __user *old_at, size_t set_bytes)
{
    struct sigaction record;
    struct action wanted, old;
    if (set_bytes != sizeof(signal_set))
        return -EINVAL;
    if (wanted_at) {
        if (user_read(&record, wanted_at, sizeof record))
            return -EFAULT;
        action_from_linux(&wanted, &record);
    }
    int error = signal_action(number, wanted_at ? &wanted : NULL, &old);
    if (error || !old_at)
        return error;
    action_to_linux(&record, &old);
    return user_write(old_at, &record, sizeof record);
}

long sys_rt_sigprocmask(int how, const void __user *set_at,
    void __user *old_at, size_t set_bytes)
{
    static const uint8_t hows[] = {
        [SIG_BLOCK] = MASK_BLOCK,
        [SIG_UNBLOCK] = MASK_UNBLOCK,
        [SIG_SETMASK] = MASK_SET,
    };
    signal_set old = current->signals.blocked, set;
    if (set_bytes != sizeof set)
        return -EINVAL;
    if (set_at) {
        int error = mask_argument(set_at, set_bytes, &set);
        if (error)
            return error;
        if ((unsigned)how >= array_size(hows))
            return -EINVAL;
        error = signal_mask(hows[how], &set, NULL);
        if (error)
            return error;
    }
    return old_at ? user_write(old_at, &old, sizeof old) : 0;
}

long sys_rt_sigpending(void __user *to, size_t set_bytes)
{
    signal_set pending = signal_pending();
    if (set_bytes > sizeof pending)
        return -EINVAL;
    return user_write(to, &pending, set_bytes);
}

long sys_rt_sigsuspend(const void __user *set_at, size_t set_bytes)
{
    signal_set set;
    int error = mask_argument(set_at, set_bytes, &set);
    return error ? error : signal_suspend(set);
}

long sys_pause(void)
{
    while (!thread_is_interrupted())
        thread_sleep_until(FOREVER, SLEEP_INTERRUPTIBLE);
    return -ERESTART_UNHANDLED;
}

long sys_rt_sigtimedwait(const void __user *set_at, void __user *info_at,
    const void __user *timeout, size_t set_bytes)
{
    signal_set set;
    uint64_t deadline_ns;
    int error = mask_argument(set_at, set_bytes, &set);
    if (!error)
        error = deadline_argument(timeout, &deadline_ns);
    if (error)
        return error;
    struct signal_info info;
    int number = signal_wait(set, &info, deadline_ns);
    if (number <= 0 || !info_at)
        return number;
    siginfo_t record;
    siginfo_from_native(&record, &info);
    return user_write(info_at, &record, sizeof record) ? -EFAULT : number;
}

long sys_kill(int pid, int number)
{
    struct signal_info info;
    signal_info_from_current(&info, number, SI_USER);
    return kill_by_number(pid, &info);
}

long sys_tgkill(int process, int tid, int number)
{
    struct signal_info info;
    if (process <= 0 || tid <= 0)
        return -EINVAL;
    signal_info_from_current(&info, number, SI_TKILL);
    return kill_thread(process, tid, &info);
}

long sys_tkill(int tid, int number)
{
    struct signal_info info;
    if (tid <= 0)
        return -EINVAL;
    signal_info_from_current(&info, number, SI_TKILL);
    return kill_thread(0, tid, &info);
}

/* The first part of a record; the rest is looked at only if its code is not
 * known, and then there must be zeros. */
int signal_info_argument(
    struct signal_info *info, const int *number, const void __user *from)
{
    siginfo_t record;
    memset(&record, 0, sizeof record);
    if (user_read(&record, from, SIGINFO_KNOWN_BYTES))
        return -EFAULT;
    if (number)
        record.si_signo = *number;
    siginfo_to_native(info, &record);
    if (siginfo_code_is_known(record.si_signo, record.si_code))
        return 0;
    if (user_read(&record, from, sizeof record))
        return -EFAULT;
    return siginfo_rest_is_zero(&record) ? 0 : -E2BIG;
}

long sys_rt_sigqueueinfo(int pid, int number, const void __user *from)
{
    struct signal_info info;
    int error = signal_info_argument(&info, &number, from);
    if (error)
        return error;
    if (!may_queue_code(pid, info.code))
        return -EPERM;
    /* Not a group, whatever kill(2) makes of such numbers. */
    return pid > 0 ? kill_by_number(pid, &info) : -ESRCH;
}

long sys_rt_tgsigqueueinfo(
    int process, int tid, int number, const void __user *from)
{
    struct signal_info info;
    int error = signal_info_argument(&info, &number, from);
    if (error)
        return error;
    if (process <= 0 || tid <= 0)
        return -EINVAL;
    return may_queue_code(tid, info.code)
        ? kill_thread(process, tid, &info)
        : -EPERM;
}

static unsigned altstack_flags_from(unsigned flags)
{
    return (flags & SS_DISABLE ? ALTSTACK_OFF : 0) |
        (flags & SS_ONSTACK ? ALTSTACK_ON : 0) |
        (flags & SS_AUTODISARM ? ALTSTACK_AUTO : 0);
}

static unsigned altstack_flags_to(unsigned flags)
{
    return (flags & ALTSTACK_OFF ? SS_DISABLE : 0) |
        (flags & ALTSTACK_ON ? SS_ONSTACK : 0) |
        (flags & ALTSTACK_AUTO ? SS_AUTODISARM : 0);
}

long sys_sigaltstack(const void __user *wanted_at, void __user *old_at)
{
    stack_t record;
    uintptr_t at = 0, old_stack;
    size_t bytes = 0, old_bytes;
    unsigned flags = 0, old_flags;
    if (wanted_at) {
        if (user_read(&record, wanted_at, sizeof record))
            return -EFAULT;
        at = (uintptr_t)record.ss_sp;
        bytes = record.ss_size;
        flags = altstack_flags_from(record.ss_flags);
    }
    bool is_odd = wanted_at && !signal_is_on_altstack(
        frame_sp(context_user_frame(&current->context))) &&
        (unsigned)record.ss_flags &
            ~(unsigned)(SS_DISABLE | SS_ONSTACK | SS_AUTODISARM);
    uintptr_t sp = frame_sp(context_user_frame(&current->context));
    int error = is_odd
        ? -EINVAL
        : signal_altstack(wanted_at ? &at : NULL, wanted_at ? &bytes : NULL,
              wanted_at ? &flags : NULL, sp, &old_stack, &old_bytes,
              &old_flags);
    if (error || !old_at)
        return error;
    memset(&record, 0, sizeof record);
    record.ss_sp = (void *)old_stack;
    record.ss_size = old_bytes;
    record.ss_flags = altstack_flags_to(old_flags);
    return user_write(old_at, &record, sizeof record);
}

/* Calls are run again inside the kernel; a program has no use of this. */
long sys_restart_syscall(void)
{
    return -EINTR;
}
