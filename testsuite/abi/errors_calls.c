/* SPDX-License-Identifier: MIT */
/* Flags of calls on processes that are taken or refused one by one, and errors
 * that need the system to be set otherwise. */
#include "clone.h"

#include <linux/close_range.h>
#include <sys/stat.h>
#ifdef __x86_64__
#include <asm/prctl.h>
#endif

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)

enum { FD = 100 };
enum { CLOSE, OPEN, READ, READ_ALL, READ_CLEAR, CLEAR, CONSOLE_OFF, CONSOLE_ON,
    CONSOLE_LEVEL, SIZE_UNREAD, SIZE_BUFFER };

/* As the kernel has it. */
struct kernel_action {
    void *handler;
    unsigned long flags;
    void *restorer;
    uint64_t mask;
};

/* What is not known is dropped, so that one can ask by it. */
static void action_flags(void)
{
    const unsigned long known = 0xd8000807 | 0x04000000; /* RESTORER */
    struct kernel_action action = { .handler = (void *)SIG_IGN }, told;
    action.flags = known | 0x400; /* SA_UNSUPPORTED */
    is(raw(rt_sigaction, SIGUSR1, &action, NULL, 8), 0);
    is(raw(rt_sigaction, SIGUSR1, NULL, &told, 8), 0);
    is(told.flags, known);
    action.flags = ~0ul;
    is(raw(rt_sigaction, SIGUSR1, &action, NULL, 8), 0);
    is(raw(rt_sigaction, SIGUSR1, NULL, &told, 8), 0);
    is(told.flags, known);
    action.flags = 0x800; /* SA_EXPOSE_TAGBITS */
    is(raw(rt_sigaction, SIGUSR1, &action, NULL, 8), 0);
    is(raw(rt_sigaction, SIGUSR1, NULL, &told, 8), 0);
    is(told.flags, 0x800);
    fails_with(EINVAL, raw(rt_sigaction, SIGUSR1, &action, NULL, 16));
    fails_with(EINVAL, raw(rt_sigaction, SIGKILL, &action, NULL, 8));
    fails_with(EINVAL, raw(rt_sigaction, 0, NULL, NULL, 8));
    fails_with(EINVAL, raw(rt_sigaction, 65, NULL, NULL, 8));
    fails_with(EFAULT, raw(rt_sigaction, SIGUSR1, (void *)8, NULL, 8));
    fails_with(EFAULT, raw(rt_sigaction, SIGUSR1, NULL, (void *)8, 8));
}

static const unsigned long not_unshared[] = { CLONE_CHILD_CLEARTID,
    CLONE_CHILD_SETTID, CLONE_DETACHED, CLONE_IO, CLONE_PARENT,
    CLONE_PARENT_SETTID, CLONE_PIDFD, CLONE_PTRACE, CLONE_SETTLS,
    CLONE_UNTRACED, CLONE_VFORK };

static void parts(void)
{
    static const unsigned long more[] = { CLONE_FILES, CLONE_FS, CLONE_SIGHAND,
        CLONE_SYSVSEM, CLONE_THREAD, CLONE_VM, 0 };
    int file = open("/proc/self/exe", O_RDONLY);
    int process = raw(pidfd_open, getpid(), 0);
    for (size_t i = 0; i < sizeof not_unshared / sizeof *not_unshared; i++) {
        unsigned long flag = not_unshared[i];
        fails_with(EINVAL, raw(unshare, flag));
        fails_with(EINVAL, raw(setns, file, flag));
        fails_with(EINVAL, raw(setns, process, flag));
    }
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        fails_with(EINVAL, raw(setns, file, more[i]));
        fails_with(EINVAL, raw(setns, process, more[i]));
    }
    static const unsigned long spaces[] = { CLONE_NEWCGROUP, CLONE_NEWIPC,
        CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS };
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        fails_with(EINVAL, raw(setns, file, spaces[i]));
    fails_with(EBADF, raw(setns, -1, CLONE_NEWPID));
    close(file), close(process);
}

/* Once it made a thread that nobody waits for; it makes no difference. */
static void detached(void)
{
    int pidfd;
    struct clone_args args = { .flags = CLONE_DETACHED,
        .exit_signal = SIGCHLD };
    fails_with(EINVAL, clone3(&args, sizeof args));
    fails_with(EINVAL, raw_clone(CLONE_DETACHED | CLONE_PIDFD | SIGCHLD, NULL,
        &pidfd, NULL, NULL));
    long child = raw_clone(CLONE_DETACHED | SIGCHLD, NULL, NULL, NULL, NULL);
    if (!child)
        _exit(5);
    is(ended(child), 5);
}

static void waits(void)
{
    static const int kinds[] = { __WNOTHREAD, __WALL, __WCLONE, WUNTRACED };
    int status;
    for (int i = 0; i < 4; i++) {
        fails_with(ECHILD, raw(wait4, -1, &status, WNOHANG | kinds[i], NULL));
        fails_with(ECHILD, raw(waitid, P_ALL, 0, NULL,
            WEXITED | WNOHANG | kinds[i], NULL));
    }
    pid_t child = fork();
    if (!child) {
        raise(SIGSTOP);
        _exit(3);
    }
    is(raw(wait4, child, &status, WUNTRACED | __WALL, NULL) == child, 1);
    is(WIFSTOPPED(status), 1);
    kill(child, SIGCONT);
    siginfo_t info;
    is(raw(waitid, P_PID, child, &info, WEXITED | WSTOPPED | __WNOTHREAD,
        NULL), 0);
    is(info.si_code == CLD_EXITED && info.si_status == 3, 1);
    fails_with(EINVAL, raw(wait4, child, &status, WEXITED, NULL));
    fails_with(EINVAL, raw(wait4, child, &status, WNOWAIT, NULL));
    fails_with(EINVAL, raw(waitid, P_PID, 1, NULL, WNOHANG, NULL));
}

static void exec_flags(void)
{
    static const int flags[] = { 0x2000, 0x4000, 0x6000, 0x200, 1 };
    char *const none[] = { NULL };
    for (int i = 0; i < 5; i++)
        fails_with(EINVAL, raw(execveat, AT_FDCWD, "/proc/self/exe", none,
            none, flags[i]));
}

static long set_policy(int policy, int priority)
{
    return raw(sched_setscheduler, 0, policy, &priority);
}

static void policies(void)
{
    unsigned attributes[14] = { 0 };
    fails_with(EINVAL, set_policy(6, 0)); /* deadline: needs more than that */
    fails_with(EINVAL, set_policy(4, 0));
    fails_with(EINVAL, set_policy(SCHED_OTHER, 1));
    is(set_policy(SCHED_OTHER, 0), 0);
    is(raw(sched_get_priority_max, SCHED_OTHER), 0);
    is(raw(sched_get_priority_min, SCHED_OTHER), 0);
    fails_with(EINVAL, raw(sched_getattr, 0, attributes, 47, 0));
    fails_with(EINVAL, raw(sched_getattr, 0, attributes, 4097, 0));
    fails_with(EINVAL, raw(sched_getattr, 0, attributes, 48, 1));
    fails_with(EINVAL, raw(sched_getattr, -1, attributes, 48, 0));
    is(raw(sched_getattr, 0, attributes, 48, 0), 0);
    is(attributes[0], 48);
}

static int console_level(void)
{
    int level = -1, fd = open("/proc/sys/kernel/printk", O_RDONLY);
    char text[64] = "";
    read(fd, text, sizeof text - 1);
    close(fd);
    sscanf(text, "%d", &level);
    return level;
}

static void log_actions(void)
{
    static char text[1 << 18];
    int level = console_level();
    is(raw(syslog, CLOSE, NULL, 0), 0);
    is(raw(syslog, OPEN, NULL, 0), 0);
    is(raw(syslog, CONSOLE_OFF, NULL, 0), 0);
    is(console_level(), 1);
    is(raw(syslog, CONSOLE_ON, NULL, 0), 0);
    is(console_level(), level);
    is(raw(syslog, CONSOLE_LEVEL, NULL, level), 0);
    is(raw(syslog, SIZE_UNREAD, NULL, 0) >= 0, 1);
    is(raw(syslog, SIZE_BUFFER, NULL, 0) > 0, 1);
    is(raw(syslog, READ, text, 0), 0);
    is(raw(syslog, READ_CLEAR, text, 0), 0);
    fails_with(EINVAL, raw(syslog, READ, NULL, 1));
    fails_with(EINVAL, raw(syslog, READ_CLEAR, NULL, 1));
    fails_with(EINVAL, raw(syslog, READ_CLEAR, text, -1));
    fails_with(EINVAL, raw(syslog, CONSOLE_LEVEL, NULL, 0));
    fails_with(EINVAL, raw(syslog, -1, NULL, 0));
    is(raw(syslog, READ_CLEAR, text, sizeof text) >= 0, 1);
    is(raw(syslog, CLEAR, NULL, 0), 0);
    bool is_empty = false; /* unless something is said in between */
    for (int i = 0; i < 100 && !is_empty; i++)
        is_empty = !raw(syslog, CLEAR, NULL, 0) &&
            !raw(syslog, READ_ALL, text, sizeof text);
    is(is_empty, 1);
}

static void set_most(const char *number)
{
    int setting = open("/proc/sys/fs/nr_open", O_WRONLY);
    if (write(setting, number, strlen(number)) < 0)
        note("no limit: %s", strerror(errno));
    close(setting);
}

/* With a table of others that has numbers no table may have any more. */
static int copies(void *none)
{
    (void)none;
    static const unsigned flags[] = { CLOSE_RANGE_UNSHARE,
        CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC };
    for (int i = 0; i < 2; i++)
        if (raw(close_range, 200, ~0u, flags[i]) != -1 || errno != EMFILE)
            return 1;
    if (raw(close_range, 3, 4, CLOSE_RANGE_UNSHARE) != -1 || errno != EMFILE)
        return 2;
    if (raw(unshare, CLONE_FILES) != -1 || errno != EMFILE)
        return 3;
    if (raw_clone(SIGCHLD, NULL, NULL, NULL, NULL) != -1 || errno != EMFILE)
        return 4;
    /* What is not copied does not count. */
    return raw(close_range, 60, ~0u, CLOSE_RANGE_UNSHARE) ? 5 : 0;
}

static void tables(void)
{
    dup2(0, FD);
    set_most("64");
    is(ended(start(copies, CLONE_FILES | SIGCHLD, NULL)), 0);
    is(fcntl(FD, F_GETFD), 0);
    fails_with(EMFILE, raw_clone(SIGCHLD, NULL, NULL, NULL, NULL));
    set_most("1048576");
    close(FD);
}

#ifdef __x86_64__
/* That the CPU would fault: none of those that are tried can. */
static void cpuid(void)
{
    is(raw(arch_prctl, ARCH_GET_CPUID, 0), 1);
    fails_with(ENODEV, raw(arch_prctl, ARCH_SET_CPUID, 0));
    fails_with(ENODEV, raw(arch_prctl, ARCH_SET_CPUID, 1));
    fails_with(EINVAL, raw(arch_prctl, 0, 0));
}
#endif

static void run(void)
{
    action_flags();
    parts();
    detached();
    waits();
    exec_flags();
    policies();
    log_actions();
    tables();
#ifdef __x86_64__
    cpuid();
#endif
}
TEST_MAIN
