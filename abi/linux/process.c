/* SPDX-License-Identifier: MIT */
/* Threads and processes made and ended, and their numbers. */
#include <linux/sched.h>

#include "abi/linux/arguments.h"
#include "abi/linux/clone_flags.h"
#include "kernel/exit.h"
#include "kernel/pidfd.h"

long sys_clone(unsigned long flags, unsigned long stack,
    int __user *parent_tid, int __user *child_tid, unsigned long tls)
{
    struct spawn how = {
        .stack = stack,
        .tls = tls,
        .parent_tid = (uintptr_t)parent_tid,
        .child_tid = (uintptr_t)child_tid,
        .pidfd = (uintptr_t)parent_tid,
    };
    int error = clone_flags_to_spawn(CLONE_CALL_OLD, flags, 0, &how);
    return error ? error : spawn_and_start(&how);
}

long sys_fork(void)
{
    struct spawn how = { .exit_signal = SIGCHLD };
    return spawn_and_start(&how);
}

long sys_vfork(void)
{
    struct spawn how = {
        .share = SHARE_SPACE,
        .options = SPAWN_WAIT_FOR_SPACE,
        .exit_signal = SIGCHLD,
    };
    return spawn_and_start(&how);
}

static int check_stack(const struct clone_args *args)
{
    if (!args->stack)
        return args->stack_size ? -EINVAL : 0;
    if (!args->stack_size ||
        !user_range_is_ok((void __user *)args->stack, args->stack_size))
        return -EINVAL;
    return 0;
}

/* There is one level of numbers. */
static int wanted_tids(
    const struct clone_args *args, int *tid, struct spawn *how)
{
    enum { LEVELS_MOST = 32 };
    size_t count = args->set_tid_size;
    if (!args->set_tid != !count || count > LEVELS_MOST)
        return -EINVAL;
    const char __user *from = (void __user *)args->set_tid;
    if (count && !user_range_is_ok(from, count * sizeof *tid))
        return -EFAULT;
    if (count && user_read(tid, from, sizeof *tid))
        return -EFAULT;
    how->wanted_tids = tid;
    how->wanted_tid_count = count;
    return 0;
}

static int check_places(const struct clone_args *args)
{
    const uint64_t both = CLONE_PIDFD | CLONE_PARENT_SETTID;
    if ((args->flags & both) == both && args->pidfd == args->parent_tid)
        return -EINVAL;
    return check_stack(args);
}

long sys_clone3(const void __user *from, size_t bytes)
{
    struct clone_args args;
    int tid;
    if (bytes < CLONE_ARGS_SIZE_VER0)
        return -EINVAL;
    int error = struct_argument(&args, sizeof args, from, bytes);
    if (error)
        return error;
    struct spawn how = {
        .stack = args.stack ? args.stack + args.stack_size : 0,
        .tls = args.tls,
        .parent_tid = args.parent_tid,
        .child_tid = args.child_tid,
        .pidfd = args.pidfd,
    };
    error = wanted_tids(&args, &tid, &how);
    if (!error)
        error = clone_flags_to_spawn(
            CLONE_CALL_3, args.flags, args.exit_signal, &how);
    if (!error)
        error = check_places(&args);
    return error ? error : spawn_and_start(&how);
}

long sys_exit(int status)
{
    thread_end(STATUS_EXITED(status));
}

long sys_exit_group(int status)
{
    process_end(STATUS_EXITED(status));
}

long sys_getpid(void)
{
    return process_number(current->process);
}

long sys_gettid(void)
{
    return thread_number(current);
}

long sys_getppid(void)
{
    return process_parent_number(current->process);
}

long sys_setpgid(int pid, int group)
{
    return process_set_group(pid, group);
}

long sys_getpgid(int pid)
{
    return process_group_number(pid);
}

long sys_getpgrp(void)
{
    return process_group_number(0);
}

long sys_setsid(void)
{
    return process_new_session();
}

long sys_getsid(int pid)
{
    return process_session_number(pid);
}

long sys_set_tid_address(int __user *word)
{
    current->task.clear_tid = (uintptr_t)word;
    return thread_number(current);
}

enum { ROBUST_HEAD_BYTES = 24 };

long sys_set_robust_list(const void __user *head, size_t bytes)
{
    if (bytes != ROBUST_HEAD_BYTES)
        return -EINVAL;
    current->task.robust_list = (uintptr_t)head;
    current->task.robust_bytes = bytes;
    return 0;
}

long sys_get_robust_list(int tid, void __user *head, void __user *bytes)
{
    struct thread *thread = thread_argument(tid);
    if (!thread)
        return -ESRCH;
    const size_t size = ROBUST_HEAD_BYTES;
    uintptr_t list = thread->task.robust_list;
    bool may = may_inspect(thread, INSPECT_BY_REAL);
    thread_put(thread);
    if (!may)
        return -EPERM;
    if (user_write(bytes, &size, sizeof size))
        return -EFAULT;
    return user_write(head, &list, sizeof list);
}
