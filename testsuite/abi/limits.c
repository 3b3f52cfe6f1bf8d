/* SPDX-License-Identifier: MIT */
/* Resource limits: the calls, and what each limit limits. */
#include "asleep.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>

static struct rlimit limit;

#define need(claim)                                                            \
    do                                                                         \
        if (!(claim)) {                                                        \
            printf("# %s:%d: %s (errno %d)\n", __FILE__, __LINE__, #claim,     \
                errno);                                                        \
            fflush(stdout);                                                    \
            _exit(1);                                                          \
        }                                                                      \
    while (0)

static int status_of(void (*body)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        alarm(tap_seconds());
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
        body();
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    return status;
}
#define ALONE(name) tap_case(status_of(name) == 0, #name)

static void lower(int what, rlim_t soft)
{
    getrlimit(what, &limit);
    limit.rlim_cur = soft;
    if (setrlimit(what, &limit))
        note("setrlimit %d: %s", what, strerror(errno));
}

static void as_user(void)
{
    setresgid(1000, 1000, 1000);
    setresuid(1000, 1000, 1000);
}

static void calls(void)
{
    for (int i = 0; i < 16; i++) {
        is(getrlimit(i, &limit), 0);
        ok(limit.rlim_cur <= limit.rlim_max);
        is(setrlimit(i, &limit), 0);
    }
    fails_with(EINVAL, getrlimit(16, &limit));
    fails_with(EINVAL, getrlimit(-1, &limit));
    fails_with(EINVAL, setrlimit(16, &limit));
    fails_with(EFAULT, syscall(SYS_getrlimit, RLIMIT_CPU, 8));
    fails_with(EFAULT, syscall(SYS_setrlimit, RLIMIT_CPU, 8));
    limit = (struct rlimit){ 5, 4 };
    fails_with(EINVAL, setrlimit(RLIMIT_CORE, &limit));
    limit = (struct rlimit){ 4, 1 << 30 };
    fails_with(EPERM, setrlimit(RLIMIT_NOFILE, &limit)); /* over nr_open */
    getrlimit(RLIMIT_STACK, &limit);
    is(limit.rlim_cur, 8 << 20);
    is(limit.rlim_max, RLIM_INFINITY);
    getrlimit(RLIMIT_NOFILE, &limit);
    is(limit.rlim_cur, 1024);
    is(limit.rlim_max, 4096);
    getrlimit(RLIMIT_NICE, &limit);
    is(limit.rlim_max, 0);
}

static void of_others(void)
{
    struct rlimit old, wanted = { 3, 7 };
    pid_t child = fork();
    if (!child)
        for (;;)
            pause();
    is(prlimit(child, RLIMIT_CORE, NULL, &old), 0);
    is(prlimit(child, RLIMIT_CORE, &wanted, NULL), 0);
    is(prlimit(child, RLIMIT_CORE, NULL, &old), 0);
    is(old.rlim_cur, 3);
    is(old.rlim_max, 7);
    wanted.rlim_cur = 4;
    is(prlimit(child, RLIMIT_CORE, &wanted, &old), 0);
    is(old.rlim_cur, 3);
    is(prlimit(0, RLIMIT_CORE, NULL, &old), 0);
    is(prlimit(getpid(), RLIMIT_CORE, NULL, NULL), 0);
    fails_with(ESRCH, prlimit(99999999, RLIMIT_CORE, NULL, &old));
    fails_with(EINVAL, prlimit(child, 99, NULL, &old));
    fails_with(EFAULT, prlimit(child, RLIMIT_CORE, (void *)8, NULL));
    fails_with(EFAULT, prlimit(child, RLIMIT_CORE, NULL, (void *)8));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void not_for_users(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 5, 10 });
    as_user();
    need(prlimit(1, RLIMIT_CORE, NULL, &limit) == -1 && errno == EPERM);
    need(!setrlimit(RLIMIT_CORE, &(struct rlimit){ 10, 10 }));
    need(setrlimit(RLIMIT_CORE, &(struct rlimit){ 10, 11 }) == -1 &&
        errno == EPERM);
    need(!setrlimit(RLIMIT_CORE, &(struct rlimit){ 8, 8 }));
    need(setrlimit(RLIMIT_CORE, &(struct rlimit){ 9, 9 }) == -1 &&
        errno == EPERM);
}

static void descriptors(void)
{
    lower(RLIMIT_NOFILE, 10);
    for (int fd = 3; fd < 10; fd++)
        close(fd);
    for (int fd = 3; fd < 10; fd++)
        need(dup(0) == fd);
    need(dup(0) == -1 && errno == EMFILE);
    need(open("/", O_RDONLY) == -1 && errno == EMFILE);
    int ends[2];
    need(pipe(ends) == -1 && errno == EMFILE);
    close(5);
    need(pipe(ends) == -1 && errno == EMFILE);
    need(dup(0) == 5);
    need(dup2(0, 10) == -1 && errno == EBADF);
    need(dup3(0, 10, 0) == -1 && errno == EBADF);
    need(fcntl(0, F_DUPFD, 10) == -1 && errno == EINVAL);
    need(fcntl(0, F_DUPFD, 9) == -1 && errno == EMFILE);
    /* What is open above stays open. */
    lower(RLIMIT_NOFILE, 4);
    need(fcntl(9, F_GETFD) == 0);
    need(read(9, ends, 0) == 0);
}

static void file_size(void)
{
    char data[100] = "";
    lower(RLIMIT_FSIZE, 50);
    signal(SIGXFSZ, SIG_IGN);
    int fd = open("sized", O_RDWR | O_CREAT | O_TRUNC, 0600);
    need(write(fd, data, 30) == 30);
    need(write(fd, data, 30) == 20);
    need(write(fd, data, 1) == -1 && errno == EFBIG);
    need(pwrite(fd, data, 10, 45) == 5);
    need(pwrite(fd, data, 10, 50) == -1 && errno == EFBIG);
    need(pwrite(fd, data, 10, 10) == 10);
    need(ftruncate(fd, 51) == -1 && errno == EFBIG);
    need(ftruncate(fd, 50) == 0);
    need(fallocate(fd, 0, 0, 51) == -1 && errno == EFBIG);
    need(truncate("sized", 60) == -1 && errno == EFBIG);
    int ends[2]; /* pipes are no files */
    pipe(ends);
    need(write(ends[1], data, 100) == 100);
    signal(SIGXFSZ, SIG_DFL);
    write(fd, data, 1);
    lseek(fd, 0, SEEK_END);
    write(fd, data, 1);
}

static void address_space(void)
{
    lower(RLIMIT_AS, 64 << 20);
    need(mmap(NULL, 80 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
            MAP_FAILED && errno == ENOMEM);
    void *some = mmap(NULL, 16 << 20, PROT_NONE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    need(some != MAP_FAILED);
    need(mremap(some, 16 << 20, 80 << 20, MREMAP_MAYMOVE) == MAP_FAILED &&
        errno == ENOMEM);
    char *before = sbrk(0);
    need(syscall(SYS_brk, before + (80 << 20)) == (long)before);
}

static void data_size(void)
{
    lower(RLIMIT_DATA, 8 << 20);
    char *before = sbrk(0);
    need(syscall(SYS_brk, before + (16 << 20)) == (long)before);
    need(mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    need(mmap(NULL, 16 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
            0) != MAP_FAILED);
}

static volatile int depth;
static int grows(int levels)
{
    volatile char frame[4096];
    frame[0] = depth++;
    return levels ? grows(levels - 1) + frame[0] : 0;
}

static void stack_fits(void)
{
    lower(RLIMIT_STACK, 1 << 20);
    grows(150);
}

static void stack_is_over(void)
{
    lower(RLIMIT_STACK, 1 << 20);
    grows(300);
}

static void locked_memory(void)
{
    char *some = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ 65536, 65536 });
    need(!mlock(some, 131072));
    munlock(some, 131072);
    as_user();
    need(!mlock(some, 65536));
    need(mlock(some + 65536, 4096) == -1 && errno == ENOMEM);
    need(!munlock(some, 4096));
    need(!mlock(some + 65536, 4096));
    munlock(some, 1 << 20);
    setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ 0, 0 });
    need(mlock(some, 4096) == -1 && errno == EPERM);
}

static void queued_signals(void)
{
    sigset_t set;
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    setrlimit(RLIMIT_SIGPENDING, &(struct rlimit){ 5, 5 });
    as_user();
    for (int i = 0; i < 5; i++)
        need(!sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = i }));
    need(sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 5 }) ==
            -1 && errno == EAGAIN);
    need(!kill(getpid(), SIGRTMIN)); /* kill always works */
    need(!kill(getpid(), SIGUSR1));
    siginfo_t info;
    struct timespec none = { 0, 0 };
    for (int i = 0; i < 5; i++) {
        sigemptyset(&set);
        sigaddset(&set, SIGRTMIN);
        need(sigtimedwait(&set, &info, &none) == SIGRTMIN);
        need(info.si_value.sival_int == i);
    }
    need(!sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 5 }));
}

/* It is the receiver's user whose signals are counted. */
static void others_signals(void)
{
    sigset_t set;
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    pid_t child = fork();
    if (!child) {
        setrlimit(RLIMIT_SIGPENDING, &(struct rlimit){ 3, 3 });
        setresuid(1001, 1001, 1001);
        for (;;)
            pause();
    }
    until_asleep(child);
    union sigval value = { 0 };
    for (int i = 0; i < 3; i++)
        need(!sigqueue(child, SIGRTMIN, value));
    need(sigqueue(child, SIGRTMIN, value) == -1 && errno == EAGAIN);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void core_of_time(void)
{
    lower(RLIMIT_CPU, 1);
    for (;;)
        ;
}

static volatile sig_atomic_t *warned;
static void warns(int signal) { (void)signal, ++*warned; }

/* A warning at the soft limit and each second after it, the end at the hard. */
static void time_is_over(void)
{
    signal(SIGXCPU, warns);
    setrlimit(RLIMIT_CPU, &(struct rlimit){ 1, 3 });
    for (;;)
        ;
}

static void warned_and_ended(void)
{
    warned = mmap(NULL, sizeof *warned, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    is(status_of(time_is_over), SIGKILL);
    ok(*warned == 1 || *warned == 2);
    munmap((void *)warned, sizeof *warned);
}

static void nice_values(void)
{
    setrlimit(RLIMIT_NICE, &(struct rlimit){ 15, 15 });
    as_user();
    need(!setpriority(PRIO_PROCESS, 0, 10));
    need(!setpriority(PRIO_PROCESS, 0, 5)); /* 20 - 15 */
    need(setpriority(PRIO_PROCESS, 0, 4) == -1 && errno == EACCES);
}

static void realtime_priority(void)
{
    struct sched_param param = { .sched_priority = 5 };
    setrlimit(RLIMIT_RTPRIO, &(struct rlimit){ 5, 5 });
    as_user();
    need(!syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &param));
    param.sched_priority = 6;
    need(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &param) == -1 &&
        errno == EPERM);
    param.sched_priority = 0;
    need(!syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &param));
}

static void usage(void)
{
    struct rusage usage;
    struct tms times_now;
    fails_with(EINVAL, getrusage(5, &usage));
    fails_with(EINVAL, getrusage(-2, &usage));
    fails_with(EFAULT, syscall(SYS_getrusage, RUSAGE_SELF, 8));
    is(getrusage(RUSAGE_SELF, &usage), 0);
    ok(usage.ru_maxrss > 0 && usage.ru_minflt > 0);
    is(getrusage(RUSAGE_THREAD, &usage), 0);
    is(getrusage(RUSAGE_CHILDREN, &usage), 0);
    long before = usage.ru_minflt;
    pid_t child = fork();
    if (!child)
        _exit(0);
    getrusage(RUSAGE_CHILDREN, &usage);
    is(usage.ru_minflt, before); /* not before it is waited for */
    waitpid(child, NULL, 0);
    getrusage(RUSAGE_CHILDREN, &usage);
    ok(usage.ru_minflt > before);
    ok(usage.ru_maxrss > 0);
    clock_t first = times(&times_now);
    ok(first > 0);
    fails_with(EFAULT, syscall(SYS_times, 8));
    ok(syscall(SYS_times, NULL) >= first);
    while (times_now.tms_utime + times_now.tms_stime < 5)
        times(&times_now);
    ok(times(&times_now) >= first);
    signal(SIGCHLD, SIG_IGN); /* of those nobody waits for: nothing */
    getrusage(RUSAGE_CHILDREN, &usage);
    before = usage.ru_minflt;
    if (!fork())
        _exit(0);
    wait(NULL);
    getrusage(RUSAGE_CHILDREN, &usage);
    is(usage.ru_minflt, before);
    signal(SIGCHLD, SIG_DFL);
}

static void run(void)
{
    calls();
    of_others();
    ALONE(not_for_users);
    ALONE(descriptors);
    is(status_of(file_size), SIGXFSZ);
    ALONE(address_space);
    ALONE(data_size);
    ALONE(stack_fits);
    is(status_of(stack_is_over), SIGSEGV);
    ALONE(locked_memory);
    ALONE(queued_signals);
    ALONE(others_signals);
    is(status_of(core_of_time), SIGXCPU);
    warned_and_ended();
    ALONE(nice_values);
    ALONE(realtime_priority);
    usage();
}
TEST_MAIN
