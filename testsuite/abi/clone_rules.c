/* SPDX-License-Identifier: MIT */
/* clone and clone3: which flags go together, by pairs; every kind of signal at
 * the end; who may choose numbers; what unshare asks for. */
#include "clone.h"

#include <linux/capability.h>
#include <pthread.h>
#include <sys/resource.h>

enum { FIRST_FLAG = 8, FLAGS = 34, ENDED_WELL = 9 };

/* A child that ends at once and uses no stack, so that it may share ours. */
#ifdef __x86_64__
static __attribute__((noinline)) long make(
    long call, unsigned long a, unsigned long b, long *words)
{
    long result;
    register unsigned long fourth __asm__("r10") = (unsigned long)&words[1];
    register unsigned long fifth __asm__("r8") = 4096;
    __asm__ volatile("syscall\n\ttest %%rax, %%rax\n\tjnz 1f\n\t"
                     "mov $60, %%eax\n\tmov $9, %%edi\n\tsyscall\n1:"
                     : "=a"(result)
                     : "a"(call), "D"(a), "S"(b), "d"(&words[0]), "r"(fourth),
                     "r"(fifth)
                     : "rcx", "r11", "memory");
    return result;
}
#else
static __attribute__((noinline)) long make(
    long call, unsigned long a, unsigned long b, long *words)
{
    register long number __asm__("x8") = call;
    register unsigned long first __asm__("x0") = a;
    register unsigned long second __asm__("x1") = b;
    register long *third __asm__("x2") = &words[0];
    register unsigned long fourth __asm__("x3") = 4096;
    register long *fifth __asm__("x4") = &words[1];
    __asm__ volatile("svc #0\n\tcbnz x0, 1f\n\t"
                     "mov x8, #93\n\tmov x0, #9\n\tsvc #0\n1:"
                     : "+r"(first), "+r"(number)
                     : "r"(second), "r"(third), "r"(fourth), "r"(fifth)
                     : "memory");
    return first;
}
#endif

/* Any word is good for where numbers go. */
static long words[3];

static long make_old(unsigned long flags)
{
    return make(SYS_clone, flags, 0, words);
}

static long make_new(struct clone_args *args, size_t bytes)
{
    return make(SYS_clone3, (unsigned long)args, bytes, words);
}

static long make_flags(unsigned long flags, int exit_signal)
{
    struct clone_args args = {
        .flags = flags,
        .exit_signal = exit_signal,
        .pidfd = (uintptr_t)&words[0],
        .parent_tid = (uintptr_t)&words[1],
        .child_tid = (uintptr_t)&words[2],
        .tls = 4096,
    };
    return make_new(&args, sizeof args);
}

static int error_of(long result)
{
    if (result > 0)
        while (waitpid(-1, NULL, __WALL) > 0)
            ;
    for (int fd = 3; fd < 8; fd++)
        close(fd);
    return result < 0 ? -result : 0;
}

static const unsigned long namespaces = CLONE_NEWNS | CLONE_NEWUTS |
    CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;

static bool lacks(unsigned long flags, unsigned long flag, unsigned long other)
{
    return flags & flag && !(flags & other);
}

static bool has(unsigned long flags, unsigned long flag, unsigned long other)
{
    return flags & flag && flags & other;
}

/* What both calls ask for. */
static int expected(unsigned long flags)
{
    bool is_bad = lacks(flags, CLONE_SIGHAND, CLONE_VM) ||
        lacks(flags, CLONE_THREAD, CLONE_SIGHAND) ||
        has(flags, CLONE_NEWNS, CLONE_FS) ||
        has(flags, CLONE_NEWPID, CLONE_THREAD) ||
        has(flags, CLONE_PIDFD, CLONE_THREAD | CLONE_DETACHED);
    return is_bad ? EINVAL : flags & namespaces ? EPERM : 0;
}

static int expected_old(unsigned long flags)
{
    return has(flags, CLONE_PIDFD, CLONE_PARENT_SETTID) ? EINVAL
                                                        : expected(flags);
}

static int expected_new(unsigned long flags, int exit_signal)
{
    bool is_bad = flags & CLONE_DETACHED ||
        has(flags, CLONE_SIGHAND, CLONE_CLEAR_SIGHAND) ||
        (exit_signal && flags & (CLONE_THREAD | CLONE_PARENT)) ||
        flags & ~0x1ffffff00ul;
    return is_bad ? EINVAL : expected(flags);
}

static void compare(unsigned long flags, int exit_signal, int *wrong)
{
    int want = expected_old(flags), got;
    if (!(flags >> 32)) {
        got = error_of(make_old(flags | exit_signal));
        if (got != want && ++*wrong)
            note("clone %#lx: %d, not %d", flags | exit_signal, got, want);
    }
    want = expected_new(flags, exit_signal);
    got = error_of(make_flags(flags, exit_signal));
    if (got != want && ++*wrong)
        note("clone3 %#lx, %d: %d, not %d", flags, exit_signal, got, want);
}

/* As a user who may have no namespaces. CLONE_PARENT is for elsewhere. */
static void pairs(void)
{
    int wrong = 0;
    for (int i = FIRST_FLAG; i < FLAGS; i++)
        for (int j = i; j < FLAGS; j++) {
            unsigned long flags = 1ul << i | 1ul << j;
            if (flags & (CLONE_PARENT | CLONE_NEWUSER | 1ul << 33))
                continue;
            compare(flags, SIGCHLD, &wrong);
            compare(flags, 0, &wrong);
            compare(flags | CLONE_VM | CLONE_SIGHAND, SIGCHLD, &wrong);
            compare(flags | CLONE_VM | CLONE_SIGHAND | CLONE_THREAD, 0, &wrong);
        }
    is(wrong, 0);
}

static void unknown_flags(void)
{
    int accepted = 0;
    for (int i = FLAGS; i < 64; i++)
        accepted += error_of(make_flags(1ul << i, SIGCHLD)) != EINVAL;
    for (int i = 0; i < 7; i++)
        accepted += error_of(make_flags(1ul << i, SIGCHLD)) != EINVAL;
    is(accepted, 0);
    is(error_of(make_flags(0x80 /* CLONE_NEWTIME */, SIGCHLD)), EPERM);
}

static void places(void)
{
    struct clone_args args = { .exit_signal = SIGCHLD,
        .flags = CLONE_PIDFD | CLONE_PARENT_SETTID,
        .pidfd = (uintptr_t)&words[0],
        .parent_tid = (uintptr_t)&words[0] };
    is(error_of(make_new(&args, sizeof args)), EINVAL);
    args.parent_tid = (uintptr_t)&words[1];
    is(error_of(make_new(&args, sizeof args)), 0);
    args = (struct clone_args){ .exit_signal = SIGCHLD, .stack = 4096,
        .stack_size = -1ull };
    is(error_of(make_new(&args, sizeof args)), EINVAL);
#ifdef __x86_64__
    args = (struct clone_args){ .exit_signal = SIGCHLD, .flags = CLONE_SETTLS,
        .tls = 0xffff800000000000 };
    is(error_of(make_new(&args, sizeof args)), EPERM);
    args.tls = 0x0100000000000000;
    is(error_of(make_new(&args, sizeof args)), EPERM);
    args.tls = 0x00007fffffffefff;
    is(error_of(make_new(&args, sizeof args)), 0);
#endif
}

static int with_numbers(int first, int second, size_t count, uint64_t flags)
{
    int numbers[2] = { first, second };
    struct clone_args args = { .exit_signal = SIGCHLD, .flags = flags,
        .set_tid = (uintptr_t)numbers, .set_tid_size = count };
    return error_of(make_new(&args, sizeof args));
}

static void keep_capability(int capability)
{
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct data[2] = { { 0, 0, 0 }, { 0, 0, 0 } };
    if (capability >= 0)
        data[capability / 32].effective = data[capability / 32].permitted =
            1u << capability % 32;
    if (syscall(SYS_capset, &header, data))
        _exit(90);
}

static void number_with(void *capability)
{
    keep_capability((intptr_t)capability);
    _exit(with_numbers(23461, 0, 1, 0));
}

static void numbers(void)
{
    is(with_numbers(23456, 0, 1, 0), 0);
    is(with_numbers(23456, 23457, 2, 0), EINVAL); /* there is one level */
    is(with_numbers(0, 0, 1, 0), EINVAL);
    is(with_numbers(-1, 0, 1, 0), EINVAL);
    is(with_numbers(0x7fffffff, 0, 1, 0), EINVAL);
    is(with_numbers(getpid(), 0, 1, 0), EEXIST);
    unsigned long thread = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
    struct clone_args args = { .flags = thread | CLONE_CHILD_CLEARTID,
        .child_tid = (uintptr_t)&words[2], .set_tid = (uintptr_t)&words[1],
        .set_tid_size = 1 };
    words[1] = 23458, words[2] = 1;
    is(make_new(&args, sizeof args), 23458);
    while (*(volatile int *)&words[2])
        usleep(1000);
    args.set_tid = 8; /* looked at before the flags are */
    args.flags = 1ul << 40;
    is(error_of(make_new(&args, sizeof args)), EFAULT);
    is(WEXITSTATUS(in_child(number_with, (void *)-1)), EPERM);
    is(WEXITSTATUS(in_child(number_with, (void *)CAP_SYS_ADMIN)), 0);
    is(WEXITSTATUS(in_child(number_with, (void *)40 /* CHECKPOINT_RESTORE */)),
        0);
}

static volatile sig_atomic_t told;
static siginfo_t last;
static void tells(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    last = *info;
    told++;
}

/* How a child that ends with `number` is waited for, and what is told. */
static void ends_with(int number, bool is_told)
{
    struct sigaction action = { .sa_sigaction = tells, .sa_flags = SA_SIGINFO };
    int status = -1;
    sigset_t all, old;
    siginfo_t info;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &old);
    if (is_told)
        sigaction(number, &action, NULL);
    told = 0;
    long child = make_old(number);
    ok(child > 0);
    is(waitid(P_PID, child, &info, WEXITED | WNOWAIT | __WALL), 0);
    is(waitpid(child, &status, __WCLONE | WNOHANG) == child, number != SIGCHLD);
    if (number == SIGCHLD)
        is(waitpid(child, &status, 0) == child, 1);
    is(status, ENDED_WELL << 8);
    sigprocmask(SIG_SETMASK, &old, NULL);
    is(told, is_told);
    if (!is_told)
        return;
    signal(number, SIG_DFL);
    is(last.si_signo == number && last.si_code == CLD_EXITED, 1);
    is(last.si_pid == child && last.si_status == ENDED_WELL, 1);
}

static void is_ended_by_child(void *number)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    if (make_old((intptr_t)number) < 0)
        _exit(91);
    for (;;)
        pause();
}

static void exit_signals(void)
{
    static const int known[] = { 1, SIGUSR1, SIGCHLD, SIGURG, 40, 64 };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        ends_with(known[i], true);
    ends_with(0, false);
    ends_with(65, false); /* no signal, and no error */
    ends_with(255, false);
    is(WTERMSIG(in_child(is_ended_by_child, (void *)SIGKILL)), SIGKILL);
    is(WTERMSIG(in_child(is_ended_by_child, (void *)SIGTERM)), SIGTERM);
    is(WTERMSIG(in_child(is_ended_by_child, (void *)SIGSEGV)), SIGSEGV);
    pid_t child = fork();
    if (!child)
        is_ended_by_child((void *)SIGSTOP);
    int status;
    waitpid(child, &status, WUNTRACED);
    is(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP, 1);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
}

/* A sister ends as the process that made her would have ended. */
static void of_parents(void)
{
    int status;
    pid_t sister = 0;
    int ends[2];
    pipe(ends);
    long child = raw_clone(SIGURG, NULL, NULL, NULL, NULL);
    if (!child) {
        sister = make_old(CLONE_PARENT | SIGUSR1);
        write(ends[1], &sister, sizeof sister);
        _exit(0);
    }
    read(ends[0], &sister, sizeof sister);
    ok(sister > 0);
    siginfo_t info;
    is(waitid(P_PID, sister, &info, WEXITED | __WALL | WNOWAIT), 0);
    fails_with(ECHILD, waitpid(sister, &status, 0));
    is(waitpid(sister, &status, __WCLONE) == sister, 1);
    is(status, ENDED_WELL << 8);
    is(ended(child), 0);
    close(ends[0]), close(ends[1]);
}

static int parts_of(void *flags)
{
    return unshare((intptr_t)flags) ? errno : 0;
}

static void *thread_parts(void *flags)
{
    return (void *)(intptr_t)parts_of(flags);
}

static int of_thread(unsigned long flags)
{
    void *result;
    pthread_t thread;
    pthread_create(&thread, NULL, thread_parts, (void *)flags);
    pthread_join(thread, &result);
    return (intptr_t)result;
}

static void unsharing(void)
{
    unsigned long vm = CLONE_VM | SIGCHLD, both = vm | CLONE_SIGHAND;
    is(ended(start(parts_of, vm, (void *)CLONE_THREAD)), 0);
    is(ended(start(parts_of, vm, (void *)CLONE_SIGHAND)), 0);
    is(ended(start(parts_of, vm, (void *)CLONE_VM)), EINVAL);
    is(ended(start(parts_of, both, (void *)CLONE_THREAD)), 0);
    is(ended(start(parts_of, both, (void *)CLONE_SIGHAND)), EINVAL);
    is(of_thread(CLONE_THREAD), EINVAL);
    is(of_thread(CLONE_SIGHAND), EINVAL);
    is(of_thread(CLONE_VM), EINVAL);
    is(of_thread(CLONE_FS | CLONE_FILES | CLONE_SYSVSEM), 0);
    fails_with(EINVAL, unshare(CLONE_IO));
    fails_with(EINVAL, unshare(CLONE_VFORK));
    fails_with(EINVAL, unshare(CLONE_SETTLS));
}

static void as_user(void *none)
{
    (void)none;
    setresuid(1000, 1000, 1000);
    pairs();
    unknown_flags();
    fails_with(EPERM, unshare(CLONE_NEWNS));
    fails_with(EPERM, unshare(CLONE_NEWUTS));
    fails_with(EPERM, unshare(CLONE_NEWIPC));
    fails_with(EPERM, unshare(CLONE_NEWPID));
    fails_with(EPERM, unshare(CLONE_NEWNET | CLONE_FILES));
    fails_with(EINVAL, unshare(CLONE_NEWNS | CLONE_IO));
}

static void run(void)
{
    signal(SIGCHLD, SIG_DFL);
    places();
    numbers();
    exit_signals();
    of_parents();
    unsharing();
    as_user(NULL);
}
TEST_MAIN
