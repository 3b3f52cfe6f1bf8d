/* SPDX-License-Identifier: MIT */
/* Errors of calls on processes, signals, time and memory that other tests come
 * by through another call of the family, or not at all. */
#include "who.h"

#include <linux/kcmp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/timex.h>

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)
enum { PAGE = 4096, NOBODY_THERE = 0x7fffffff };

static void limit(int what, rlim_t most)
{
    struct rlimit old;
    getrlimit(what, &old);
    old.rlim_cur = most;
    setrlimit(what, &old);
}

/* Signals. */
static char stack[65536];
static long said_on_stack;
static int why_on_stack;

static void on_stack(int signal)
{
    stack_t other = { .ss_sp = stack, .ss_size = sizeof stack };
    (void)signal;
    said_on_stack = raw(sigaltstack, &other, NULL);
    why_on_stack = errno;
}

static void stacks(void)
{
    stack_t fresh = { .ss_sp = stack, .ss_size = sizeof stack };
    struct sigaction action = { .sa_handler = on_stack, .sa_flags = SA_ONSTACK };
    fresh.ss_flags = 4;
    fails_with(EINVAL, raw(sigaltstack, &fresh, NULL));
    fresh.ss_flags = SS_ONSTACK | SS_DISABLE;
    fails_with(EINVAL, raw(sigaltstack, &fresh, NULL));
    fresh.ss_flags = 0;
    fresh.ss_size = 1024;
    fails_with(ENOMEM, raw(sigaltstack, &fresh, NULL));
    fails_with(EFAULT, raw(sigaltstack, (void *)1, NULL));
    fails_with(EFAULT, raw(sigaltstack, NULL, (void *)1));
    fresh.ss_size = sizeof stack;
    is(raw(sigaltstack, &fresh, NULL), 0);
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    is(said_on_stack, -1);
    is(why_on_stack, EPERM);
    fresh.ss_flags = SS_DISABLE;
    is(raw(sigaltstack, &fresh, NULL), 0);
}

static void queues(void)
{
    siginfo_t news = { .si_code = SI_QUEUE };
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
        .sigev_signo = SIGRTMIN };
    sigset_t set;
    int timer;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    limit(RLIMIT_SIGPENDING, 0);
    fails_with(EAGAIN, raw(tkill, getpid(), SIGRTMIN));
    fails_with(EAGAIN, raw(tgkill, getpid(), getpid(), SIGRTMIN));
    fails_with(EAGAIN, raw(rt_sigqueueinfo, getpid(), SIGRTMIN, &news));
    fails_with(EAGAIN,
        raw(rt_tgsigqueueinfo, getpid(), getpid(), SIGRTMIN, &news));
    fails_with(EAGAIN, raw(timer_create, CLOCK_MONOTONIC, &event, &timer));
    is(raw(kill, getpid(), SIGUSR2), 0); /* ignored */
    is(raw(tkill, getpid(), 0), 0);
    limit(RLIMIT_SIGPENDING, 100);
    fails_with(EINVAL, raw(rt_sigqueueinfo, getpid(), 65, &news));
    fails_with(EINVAL, raw(rt_sigqueueinfo, getpid(), -1, &news));
    fails_with(ESRCH, raw(rt_sigqueueinfo, NOBODY_THERE, SIGRTMIN, &news));
    fails_with(EFAULT, raw(rt_sigqueueinfo, getpid(), SIGRTMIN, NULL));
    news.si_code = SI_TKILL;
    fails_with(EPERM, raw(rt_sigqueueinfo, getppid(), SIGRTMIN, &news));
    fails_with(EINVAL, raw(tkill, 0, SIGRTMIN));
    fails_with(EINVAL, raw(tkill, getpid(), 65));
    fails_with(EINVAL, raw(tgkill, -1, getpid(), 0));
    fails_with(ESRCH, raw(tgkill, getppid(), getpid(), 0));
    fails_with(EINVAL, raw(kill, getpid(), 65));
    fails_with(ESRCH, raw(kill, NOBODY_THERE, 0));
}

/* Time. */
static void times(void)
{
    struct timespec now = { 0, 0 }, bad = { 0, 1000000000 };
    struct timeval day = { 0, 1000000 };
    struct timex change = { .modes = ADJ_TICK, .tick = 1 };
    fails_with(EFAULT, raw(clock_adjtime, CLOCK_REALTIME, NULL));
    fails_with(EFAULT, raw(adjtimex, NULL));
    change.modes = 0;
    fails_with(EINVAL, raw(clock_adjtime, 99, &change));
    fails_with(EOPNOTSUPP, raw(clock_adjtime, CLOCK_MONOTONIC, &change));
    fails_with(EINVAL, raw(clock_settime, CLOCK_REALTIME, &bad));
    fails_with(EINVAL, raw(clock_settime, CLOCK_MONOTONIC, &now));
    fails_with(EFAULT, raw(clock_settime, CLOCK_REALTIME, NULL));
    fails_with(EINVAL, raw(settimeofday, &day, NULL));
    become(USER, GROUP);
    change.modes = ADJ_TICK;
    change.tick = 10000;
    fails_with(EPERM, raw(adjtimex, &change));
    fails_with(EPERM, raw(clock_adjtime, CLOCK_REALTIME, &change));
    change.modes = 0;
    ok(raw(adjtimex, &change) >= 0);
    raw(clock_gettime, CLOCK_REALTIME, &now);
    fails_with(EPERM, raw(clock_settime, CLOCK_REALTIME, &now));
    day.tv_usec = 0;
    fails_with(EPERM, raw(settimeofday, &day, NULL));
    become_root();
}

/* Names. */
static void names(void)
{
    fails_with(EINVAL, raw(setdomainname, "name", -1));
    fails_with(EINVAL, raw(setdomainname, "name", 65));
    fails_with(EFAULT, raw(setdomainname, NULL, 4));
    fails_with(EINVAL, raw(sethostname, "name", -1));
    fails_with(EINVAL, raw(sethostname, "name", 65));
    become(USER, GROUP);
    fails_with(EPERM, raw(setdomainname, "name", -1));
    fails_with(EPERM, raw(sethostname, "name", 4));
    become_root();
    fails_with(EINVAL, raw(syslog, 11, NULL, 0));
    fails_with(EINVAL, raw(syslog, 3, NULL, 16));
    fails_with(EINVAL, raw(syslog, 3, stack, -1));
    fails_with(EINVAL, raw(syslog, 8, NULL, 9));
    is(raw(syslog, 3, stack, 0), 0);
}

/* Who may do it. */
static void over_limit(void *unused)
{
    char *const none[] = { NULL };
    int ends[2], told[2];
    char byte;
    (void)unused;
    pipe(ends);
    pipe(told);
    if (!fork()) { /* another of that user, who ends with this one */
        setresuid(USER, USER, USER);
        write(told[1], "", 1);
        close(ends[1]);
        read(ends[0], &byte, 1);
        _exit(0);
    }
    read(told[0], &byte, 1);
    setrlimit(RLIMIT_NPROC, &(struct rlimit){ 0, 0 });
    setresuid(USER, USER, USER);
    if (raw(execve, "/proc/self/exe", none, none) != -1 || errno != EAGAIN)
        _exit(1);
    if (raw(clone, SIGCHLD, 0, 0, 0, 0) != -1 || errno != EAGAIN)
        _exit(2);
    uint64_t how[8] = { [4] = SIGCHLD };
    if (raw(clone3, how, sizeof how) != -1 || errno != EAGAIN)
        _exit(3);
    if (raw(kill, 1, 0) != -1 || errno != EPERM)
        _exit(4);
    if (raw(tkill, 1, 0) != -1 || errno != EPERM)
        _exit(5);
    if (raw(get_robust_list, 1, &told, &ends) != -1 || errno != EPERM)
        _exit(6);
}

/* Whether one may look at a child that has ended, which could be dumped or not. */
static long looked_at_ended(int is_dumpable)
{
    void *head;
    size_t size;
    siginfo_t info;
    become_root();
    prctl(PR_SET_DUMPABLE, is_dumpable);
    pid_t child = fork();
    if (!child)
        _exit(0);
    waitid(P_PID, child, &info, WEXITED | WNOWAIT);
    become(USER, GROUP);
    long result = raw(get_robust_list, child, &head, &size);
    int error = errno;
    waitpid(child, NULL, 0);
    errno = error;
    return result;
}

/* Calls go by the real ids, which are still root's, and files by others. */
static void by_real_ids(void)
{
    void *head;
    size_t size;
    char text[64];
    int process = raw(pidfd_open, 1, 0);
    is(raw(get_robust_list, 1, &head, &size), 0);
    is(raw(kcmp, 1, 1, KCMP_VM, 0, 0), 0);
    int fd = raw(pidfd_getfd, process, 0, 0);
    is(fd >= 0, 1);
    fails_with(EACCES, readlink("/proc/1/exe", text, sizeof text));
    close(fd);
    close(process);
    is(looked_at_ended(1), 0);
    fails_with(EPERM, looked_at_ended(0));
}

static void rights(void)
{
    void *head;
    size_t size;
    is(in_child(over_limit, NULL), 0);
    fails_with(ESRCH, raw(get_robust_list, NOBODY_THERE, &head, &size));
    become(USER, GROUP);
    by_real_ids();
    fails_with(EPERM, raw(setgroups, 0, NULL));
    fails_with(EPERM, raw(prctl, PR_CAPBSET_DROP, 0, 0, 0, 0));
    become_root();
    fails_with(EINVAL, raw(setgroups, 65537, NULL));
    fails_with(EINVAL, raw(prctl, PR_SET_PDEATHSIG, 65, 0, 0, 0));
    fails_with(EINVAL, raw(prctl, PR_SET_DUMPABLE, 2, 0, 0, 0));
    fails_with(EINVAL, raw(prctl, PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
    fails_with(EINVAL, raw(prctl, PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0));
    fails_with(EFAULT, raw(prctl, PR_SET_NAME, 1, 0, 0, 0));
    fails_with(EINVAL, raw(prctl, PR_CAPBSET_READ, 64, 0, 0, 0));
    fails_with(EINVAL, raw(prctl, 9999, 0, 0, 0, 0));
    fails_with(EINVAL, raw(membarrier, 3, 0, 0));
    fails_with(EINVAL, raw(getrandom, stack, 1, 8));
    fails_with(EINVAL, raw(getrandom, stack, 1, 6));
}

/* Memory. */
static void memory(void)
{
    char *at = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(at + 2 * PAGE, 2 * PAGE);
    fails_with(ENOMEM, raw(mlock, at, 3 * PAGE));
    fails_with(ENOMEM, raw(munlock, at, 3 * PAGE));
    fails_with(ENOMEM, raw(mlock2, at, 3 * PAGE, 1));
    fails_with(EINVAL, raw(mlock2, at, PAGE, 2));
    fails_with(ENOMEM, raw(mlock, -PAGE, 2 * PAGE));
    fails_with(EINVAL, raw(munmap, at + 1, PAGE));
    fails_with(EINVAL, raw(munmap, at, 0));
    limit(RLIMIT_MEMLOCK, PAGE);
    become(USER, GROUP);
    fails_with(ENOMEM, raw(mlock, at, PAGE)); /* two are locked already */
    is(raw(munlock, at, 2 * PAGE), 0);
    fails_with(ENOMEM, raw(mlock, at, 2 * PAGE));
    fails_with(ENOMEM, raw(mlock2, at, 2 * PAGE, 0));
    is(raw(mlock, at, PAGE), 0);
    fails_with(EAGAIN, mmap(NULL, PAGE, PROT_READ,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0));
    is(raw(munlock, at, PAGE), 0);
    become_root();
    limit(RLIMIT_MEMLOCK, 0);
    become(USER, GROUP);
    is(raw(munlock, at, PAGE), 0);
    become_root();
    munmap(at, 2 * PAGE);
}

static void run(void)
{
    signal(SIGUSR2, SIG_IGN);
    stacks();
    queues();
    times();
    names();
    rights();
    memory();
}
TEST_MAIN
