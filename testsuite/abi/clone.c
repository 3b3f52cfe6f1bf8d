/* SPDX-License-Identifier: MIT */
/* clone, vfork, unshare: each flag, what each shares, what does not go
 * together. */
#include "cpu.h"
#include "clone.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static volatile int word; /* copied with the memory, or shared */
static volatile int *everyones;

static void refused(void)
{
    static const unsigned long bad[] = {
        CLONE_SIGHAND | SIGCHLD,
        CLONE_THREAD | SIGCHLD,
        CLONE_THREAD | CLONE_VM,
        CLONE_THREAD | CLONE_SIGHAND,
        CLONE_NEWNS | CLONE_FS | SIGCHLD,
        CLONE_NEWUSER | CLONE_FS | SIGCHLD,
        CLONE_PIDFD | CLONE_DETACHED | SIGCHLD,
        CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD,
        CLONE_PIDFD | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM,
    };
    int tid = 5;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        long result = raw_clone(bad[i], NULL, &tid, NULL, NULL);
        if (!result)
            _exit(0);
        if (!is(result < 0 ? errno : 0, EINVAL))
            note("flags %#lx", bad[i]);
    }
    is(tid, 5);
}

static int (*const no_body)(void *);

static void plain(void)
{
    word = 1;
    long child = raw_clone(SIGCHLD, NULL, NULL, NULL, NULL);
    if (!child) {
        word = 2;
        _exit(getppid() == 1 ? 1 : 3);
    }
    ok(child > 0);
    is(ended(child), 3);
    is(word, 1);
    ok(!no_body);
    /* The upper half of the register does not count. */
    child = raw_clone(SIGCHLD | 1ul << 40, NULL, NULL, NULL, NULL);
    if (!child)
        _exit(4);
    is(ended(child), 4);
}

static int writes_word(void *value)
{
    word = (intptr_t)value;
    return 6;
}

static void memory(void)
{
    word = 1;
    is(ended(start(writes_word, CLONE_VM | SIGCHLD, (void *)2)), 6);
    is(word, 2);
    is(ended(start(writes_word, SIGCHLD, (void *)3)), 6);
    is(word, 2);
    is(ended(start(writes_word, CLONE_VM | CLONE_VFORK | SIGCHLD, (void *)4)),
        6);
    is(word, 4);
}

static int changes_files(void *none)
{
    (void)none;
    close(40);
    dup2(1, 41);
    return fcntl(42, F_SETFD, FD_CLOEXEC);
}

static void descriptors(void)
{
    for (int i = 0; i < 2; i++) {
        dup2(1, 40), close(41), dup2(1, 42);
        is(ended(start(changes_files, SIGCHLD | (i ? CLONE_FILES : 0), 0)), 0);
        is(fcntl(40, F_GETFD) < 0, i);
        is(fcntl(41, F_GETFD) >= 0, i);
        is(fcntl(42, F_GETFD), i);
    }
    close(40), close(41), close(42);
}

static int changes_paths(void *none)
{
    (void)none;
    umask(0123);
    return chdir("/");
}

static void paths(void)
{
    char name[400], old[400];
    mode_t mask = umask(022);
    getcwd(old, sizeof old);
    is(ended(start(changes_paths, SIGCHLD, NULL)), 0);
    is_text(getcwd(name, sizeof name), old);
    is(umask(022), 022);
    is(ended(start(changes_paths, SIGCHLD | CLONE_FS, NULL)), 0);
    is_text(getcwd(name, sizeof name), "/");
    is(umask(mask), 0123);
    chdir(old);
}

static void handler(int signal) { (void)signal; }

static int changes_handlers(void *none)
{
    (void)none;
    sigset_t set;
    signal(SIGUSR1, handler);
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return 0;
}

static void handlers(void)
{
    sigset_t set;
    signal(SIGUSR1, SIG_IGN);
    is(ended(start(changes_handlers, CLONE_VM | SIGCHLD, NULL)), 0);
    ok(signal(SIGUSR1, SIG_IGN) == SIG_IGN);
    is(ended(start(changes_handlers, CLONE_SIGHAND | CLONE_VM | SIGCHLD, 0)),
        0);
    ok(signal(SIGUSR1, SIG_DFL) == handler);
    sigprocmask(SIG_BLOCK, NULL, &set); /* the mask is never shared */
    ok(!sigismember(&set, SIGUSR2));
}

static int tells_parent(void *none)
{
    (void)none;
    return getppid() == everyones[0] ? 1 : getppid() == everyones[1] ? 2 : 3;
}

/* CLONE_PARENT: a sister or brother. */
static void siblings(void)
{
    everyones[0] = getpid();
    everyones[2] = 0;
    pid_t child = fork();
    if (!child) {
        everyones[1] = getpid();
        everyones[2] = start(tells_parent, CLONE_PARENT | SIGCHLD, NULL);
        _exit(waitpid(everyones[2], NULL, __WALL) == -1 ? 0 : 9);
    }
    is(ended(child), 0);
    is(ended(everyones[2]), 1);
    is(ended(start(tells_parent, SIGCHLD, NULL)), 1);
}

static void numbers_told(void)
{
    int parent = 0, child = 0;
    everyones[0] = everyones[1] = 0;
    long pid = raw_clone(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD,
        NULL, &parent, &child, NULL);
    if (!pid) {
        everyones[0] = child == getpid();
        everyones[1] = parent == getpid();
        _exit(0);
    }
    is(ended(pid), 0);
    is(parent == pid, 1);
    is(child, 0); /* only in the child's memory */
    is(everyones[0], 1);
    is(everyones[1], 0); /* written when memory was copied already */
    /* Cleared at the end, if the memory is shared with anyone. */
    pid = raw_clone(CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, NULL,
        NULL, (int *)everyones + 3, NULL);
    if (!pid)
        _exit(everyones[3] == getpid() ? 0 : 1);
    is(ended(pid), 0);
    ok(everyones[3] == pid); /* it was not: the child was alone in its */
    /* Bad addresses are the program's affair. */
    pid = raw_clone(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
            CLONE_CHILD_CLEARTID | SIGCHLD,
        NULL, (int *)8, (int *)8, NULL);
    if (!pid)
        _exit(2);
    is(ended(pid), 2);
}

static volatile int tid_word;

static int is_awaited(void *none)
{
    (void)none;
    return 0;
}

static void number_cleared(void)
{
    tid_word = 77;
    long child = clone(is_awaited, stack + sizeof stack,
        CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD, NULL, NULL, NULL, &tid_word);
    while (tid_word)
        usleep(1000);
    is(tid_word, 0);
    is(ended(child), 0);
}

static volatile sig_atomic_t urgent;
static void urges(int signal) { (void)signal, urgent++; }

static void exit_signals(void)
{
    signal(SIGURG, urges);
    long child = raw_clone(SIGURG, NULL, NULL, NULL, NULL);
    if (!child)
        _exit(0);
    is(ended(child), 0);
    is(urgent, 1);
    /* execve makes it SIGCHLD. */
    child = raw_clone(SIGURG, NULL, NULL, NULL, NULL);
    if (!child) {
        execl("/bin/true", "true", NULL);
        _exit(1);
    }
    is(ended(child), 0);
    is(urgent, 1);
}

static int sleeps_and_writes(void *none)
{
    (void)none;
    usleep(30000);
    word = 9;
    return 0;
}

/* CLONE_VFORK alone: the maker waits, in memory of its own. */
static void waits_for_child(void)
{
    everyones[0] = 0;
    long child = raw_clone(CLONE_VFORK | SIGCHLD, NULL, NULL, NULL, NULL);
    if (!child) {
        usleep(30000);
        everyones[0] = 1;
        _exit(0);
    }
    is(everyones[0], 1);
    is(ended(child), 0);
    word = 0;
    child = start(sleeps_and_writes, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
    is(word, 9);
    is(ended(child), 0);
    /* Until it runs another program. */
    everyones[0] = 0;
    int ends[2];
    char byte;
    pipe(ends);
    child = vfork_here();
    if (!child) {
        dup2(ends[0], 0);
        close(ends[1]);
        everyones[0] = 1;
        execl("/bin/cat", "cat", NULL);
        _exit(1);
    }
    is(everyones[0], 1);
    int status;
    is(waitpid(child, &status, WNOHANG), 0);
    close(ends[1]);
    is(ended(child), 0);
    (void)byte;
    close(ends[0]);
    /* Or is killed. */
    child = vfork_here();
    if (!child) {
        kill(getpid(), SIGKILL);
        _exit(1);
    }
    is(ended(child), 1000 + SIGKILL);
}

/* A signal to the one who waits is handled later. */
static void signal_while_waiting(void)
{
    urgent = 0;
    int seen = -1;
    everyones[0] = -1;
    pid_t me = getpid();
    long child = vfork_here();
    if (!child) {
        kill(me, SIGURG);
        usleep(20000);
        everyones[0] = urgent;
        _exit(0);
    }
    seen = urgent;
    is(everyones[0], 0);
    is(seen, 1);
    is(ended(child), 0);
}

static void with_pidfd(void)
{
    int fd = -1;
    long child = raw_clone(CLONE_PIDFD | SIGCHLD, NULL, &fd, NULL, NULL);
    if (!child)
        _exit(11);
    ok(fd > 2);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC);
    siginfo_t info = { 0 };
    is(waitid(3 /* P_PIDFD */, fd, &info, WEXITED), 0);
    ok(info.si_pid == child);
    is(info.si_status, 11);
    close(fd);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 0, limit.rlim_max });
    fails_with(EMFILE, raw_clone(CLONE_PIDFD | SIGCHLD, NULL, &fd, NULL, NULL));
    setrlimit(RLIMIT_NOFILE, &limit);
    fails_with(EFAULT,
        raw_clone(CLONE_PIDFD | SIGCHLD, NULL, (int *)8, NULL, NULL));
    fails_with(ECHILD, waitpid(-1, NULL, __WALL));
}

static int unshares(void *flags)
{
    if (unshare((intptr_t)flags))
        return errno;
    changes_files(NULL);
    changes_paths(NULL);
    return 0;
}

static void run_unshare(void)
{
    char name[400], old[400];
    getcwd(old, sizeof old);
    dup2(1, 40);
    umask(022);
    fails_with(EINVAL, unshare(SIGCHLD));
    fails_with(EINVAL, unshare(CLONE_PARENT));
    fails_with(EINVAL, unshare(CLONE_PIDFD));
    is(unshare(0), 0);
    /* Alone, one need not be parted from anybody. */
    is(unshare(CLONE_THREAD | CLONE_SIGHAND | CLONE_VM), 0);
    is(unshare(CLONE_FS | CLONE_FILES | CLONE_SYSVSEM), 0);
    int both = CLONE_FS | CLONE_FILES;
    is(ended(start(unshares, both | SIGCHLD, (void *)(intptr_t)both)), 0);
    is(fcntl(40, F_GETFD), 0);
    is_text(getcwd(name, sizeof name), old);
    is(umask(022), 022);
    /* Who shares its memory cannot be parted from it. */
    is(ended(start(unshares, CLONE_VM | SIGCHLD, (void *)CLONE_VM)), EINVAL);
    is(ended(start(unshares, CLONE_VM | CLONE_SIGHAND | SIGCHLD,
           (void *)CLONE_SIGHAND)),
        EINVAL);
    close(40);
}
static void run(void)
{
    everyones = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    refused();
    plain();
    memory();
    descriptors();
    paths();
    handlers();
    siblings();
    numbers_told();
    number_cleared();
    exit_signals();
    waits_for_child();
    signal_while_waiting();
    with_pidfd();
    run_unshare();
}
TEST_MAIN
