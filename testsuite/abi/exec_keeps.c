/* SPDX-License-Identifier: MIT */
/* What a program keeps over execve and what it loses; execveat. */
#include "exec_tools.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

static void exec_telling(const char *what)
{
    char text[40];
    snprintf(text, sizeof text, "TELL=%s", what);
    execve(TELL, WORDS("tell"), WORDS(text));
}

static void with_descriptors(void *none)
{
    (void)none;
    for (int fd = 3; fd < 64; fd++)
        close(fd);
    for (int fd = 3; fd < 40; fd++)
        dup2(1, fd);
    for (int fd = 3; fd < 40; fd += 2)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    for (int fd = 20; fd < 36; fd++)
        close(fd);
    dup3(1, 50, O_CLOEXEC);
    dup3(1, 51, 0);
    exec_telling("descriptors");
}

static void with_handlers(void *none)
{
    (void)none;
    static char stack[16384];
    stack_t alternate = { .ss_sp = stack, .ss_size = sizeof stack };
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_SETMASK, &set, NULL);
    signal(SIGUSR1, exit);
    signal(SIGUSR2, exit);
    signal(SIGTERM, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    sigaltstack(&alternate, NULL);
    raise(SIGUSR2);
    exec_telling("signals");
}

static void with_this_and_that(void *none)
{
    (void)none;
    timer_t timer;
    struct sigevent event = { .sigev_notify = SIGEV_NONE };
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    prctl(PR_SET_NAME, "something");
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    setpriority(PRIO_PROCESS, 0, 5);
    umask(07);
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 77, 77 });
    alarm(20);
    exec_telling("process");
}

static void parts(void)
{
    is_text(hear(with_descriptors, NULL),
        "[0][1][2][4][6][8][10][12][14][16][18][36][38][51]");
    is_text(hear(with_handlers, NULL),
        "15 ignored, 17 ignored, 1 blocked, 12 blocked, 12 pending, stack 2");
    is_text(hear(with_this_and_that, NULL),
        "name tell, death 10, alarm 1, timer 0, nice 5, umask 7, limit 77");
    is_text(run_program(TELL, WORDS("x"), WORDS("TELL=auxiliary")),
        "page 4096, ticks 100, phent 56, flags 0, base 0, entry 1, "
        "name " TELL ", platform 1, headers 1, random 1, hwcap 1, frame 1, "
        "ids 0 0 0 0, secure 0");
    exec_user = 1000;
    run_program(TELL, WORDS("x"), WORDS("TELL=auxiliary"));
    ok(strstr(said, "ids 1000 1000 1000 1000, secure 0"));
    exec_user = 0;
}

static void flags_of_dumping(void *none)
{
    (void)none;
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_KEEPCAPS, 1);
    exec_telling("identity");
}

static void in_new_memory(void *none)
{
    (void)none;
    struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
    setrlimit(RLIMIT_STACK, &limit);
    mlockall(MCL_CURRENT | MCL_FUTURE);
    exec_telling("identity");
}

static void more_parts(void)
{
    is_text(hear(flags_of_dumping, NULL),
        "0 0 0, 0 0 0, secure 0, new 1, dump 1");
    is_text(hear(in_new_memory, NULL),
        "0 0 0, 0 0 0, secure 0, new 0, dump 1");
}

/* Threads: only the one that runs the program is left, with the process'
 * number, whoever it was. */
static pthread_barrier_t barrier;

static void *waits(void *none)
{
    pthread_barrier_wait(&barrier);
    for (;;)
        pause();
    return none;
}

static void *spins(void *none)
{
    pthread_barrier_wait(&barrier);
    for (;;)
        sched_yield();
    return none;
}

static void *reads(void *none)
{
    int ends[2];
    char byte;
    pipe(ends);
    pthread_barrier_wait(&barrier);
    while (read(ends[0], &byte, 1))
        ;
    return none;
}

static void *runs(void *what)
{
    pthread_barrier_wait(&barrier);
    exec_telling(what);
    _exit(1);
}

static void with_threads(bool is_leader, const char *what)
{
    pthread_t thread;
    pthread_barrier_init(&barrier, NULL, 7);
    pthread_create(&thread, NULL, waits, NULL);
    pthread_create(&thread, NULL, waits, NULL);
    pthread_create(&thread, NULL, spins, NULL);
    pthread_create(&thread, NULL, reads, NULL);
    pthread_create(&thread, NULL, is_leader ? waits : runs, (void *)what);
    pthread_create(&thread, NULL, reads, NULL);
    pthread_barrier_wait(&barrier);
    if (is_leader)
        exec_telling(what);
    for (;;)
        pause();
}

static void by_leader(void *none)
{
    (void)none;
    with_threads(true, "numbers");
}

static void by_other(void *none)
{
    (void)none;
    with_threads(false, "numbers");
}

static void leader_is_gone(void *none)
{
    (void)none;
    pthread_t thread;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, runs, "numbers");
    pthread_barrier_wait(&barrier);
    syscall(SYS_exit, 0);
}

static void *races(void *none)
{
    (void)none;
    pthread_barrier_wait(&barrier);
    exec_telling("numbers");
    return NULL;
}

/* Several at a time: one wins. */
static void all_at_once(void *none)
{
    (void)none;
    pthread_t thread;
    pthread_barrier_init(&barrier, NULL, 6);
    for (int i = 0; i < 5; i++)
        pthread_create(&thread, NULL, races, NULL);
    races(NULL);
    for (;;)
        pause();
}

static void *runs_cat(void *none)
{
    execl("/bin/cat", "cat", "/proc/self/stat", NULL);
    return none;
}

static void tells_stat_twice(void *none)
{
    (void)none;
    char text[1000];
    pthread_t thread;
    int fd = open("/proc/self/stat", O_RDONLY);
    write(1, text, read(fd, text, sizeof text));
    usleep(50000); /* the clock of that file moves on */
    pthread_create(&thread, NULL, runs_cat, NULL);
    for (;;)
        pause();
}

static const char *stat_from(const char *text, int field)
{
    for (text = strrchr(text, ')') + 2; field > 3; field--)
        text = strchr(text, ' ') + 1;
    return text;
}

/* It began when the process began, whoever went on. */
static void beginning(void)
{
    hear(tells_stat_twice, NULL);
    char *second = strchr(said, '\n');
    ok(second);
    *second++ = 0;
    is(atol(said) == atol(second), 1);
    is(atol(stat_from(said, 22)) == atol(stat_from(second, 22)), 1);
}

static void threads(void)
{
    for (int i = 0; i < 10; i++) {
        hear(by_leader, NULL);
        ok(!strcmp(said, "1 1") && !said_status);
        hear(by_other, NULL);
        ok(!strcmp(said, "1 1") && !said_status);
        hear(leader_is_gone, NULL);
        ok(!strcmp(said, "1 1") && !said_status);
        hear(all_at_once, NULL);
        ok(!strcmp(said, "1 1") && !said_status);
    }
}

/* Threads that share more than the kernel lets a program share. */
static char child_stack[65536] __attribute__((aligned(16)));

static int child_runs(void *none)
{
    (void)none;
    fcntl(30, F_SETFD, FD_CLOEXEC);
    exec_telling("descriptors");
    return 1;
}

/* The table and the handlers become the program's own; the maker's stay. */
static void shared_descriptors(void *none)
{
    (void)none;
    for (int fd = 3; fd < 64; fd++)
        close(fd);
    dup2(1, 30);
    dup2(1, 31);
    struct sigaction action = { .sa_handler = SIG_ERR };
    sigaction(SIGUSR2, &action, NULL);
    pid_t child = clone(child_runs, child_stack + sizeof child_stack,
        CLONE_FILES | CLONE_SIGHAND | CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
    int status;
    waitpid(child, &status, 0);
    sigaction(SIGUSR2, NULL, &action);
    dprintf(1, "%d %d %d", status, fcntl(30, F_GETFD),
        action.sa_handler == SIG_ERR);
    _exit(0);
}

static void shared(void)
{
    hear(shared_descriptors, NULL);
    is_text(said + strcspn(said, "\n"), "\n0 1 1");
    said[strcspn(said, "\n")] = 0;
    is_text(said, "[0][1][2][31]");
}

static long execveat_is(int at, const char *path, int flags)
{
    return syscall(SYS_execveat, at, path, WORDS("zero", "one"), WORDS(), flags);
}

struct at {
    int fd;
    const char *path;
    int flags;
};

static void exec_at(void *data)
{
    struct at *at = data;
    execveat_is(at->fd, at->path, at->flags);
}

static const char *at(int fd, const char *path, int flags)
{
    struct at words = { fd, path, flags };
    return hear(exec_at, &words);
}

static void relative(void)
{
    mkdir("dir", 0755);
    symlink(TELL, "dir/link");
    put_text("dir/script", "#!" TELL "\n", 0755);
    int dir = open("dir", O_RDONLY), file = open(TELL, O_RDONLY);
    int script = open("dir/script", O_RDONLY);
    int path = open(TELL, O_PATH);
    dup2(dir, 40), dup2(file, 41), dup2(script, 42), dup2(path, 43);
    is_text(at(AT_FDCWD, TELL, 0), "[zero][one]");
    is_text(at(-1, TELL, 0), "[zero][one]");
    is_text(at(40, "link", 0), "[zero][one]");
    is_text(at(41, "", AT_EMPTY_PATH), "[zero][one]");
    is_text(at(43, "", AT_EMPTY_PATH), "[zero][one]");
    is_text(at(40, "script", 0), "[" TELL "][/dev/fd/40/script][one]");
    is_text(at(42, "", AT_EMPTY_PATH), "[" TELL "][/dev/fd/42][one]");
    is_text(at(AT_FDCWD, "dir/script", 0), "[" TELL "][dir/script][one]");
    is_text(at(40, "link", AT_SYMLINK_NOFOLLOW), strerror(ELOOP));
    is_text(at(41, "", 0), "No such file or directory");
    is_text(at(40, "", AT_EMPTY_PATH), "Permission denied");
    is_text(at(41, "x", 0), "Not a directory");
    is_text(at(99, "x", 0), "Bad file descriptor");
    is_text(at(99, "", AT_EMPTY_PATH), "Bad file descriptor");
    is_text(at(AT_FDCWD, TELL, 1), "Invalid argument");
    is_text(at(AT_FDCWD, TELL, AT_REMOVEDIR), "Invalid argument");
    is_text(at(AT_FDCWD, "", AT_EMPTY_PATH), "Permission denied");
    /* A script that its interpreter could not open would be in vain. */
    fcntl(40, F_SETFD, FD_CLOEXEC);
    fcntl(41, F_SETFD, FD_CLOEXEC);
    fcntl(42, F_SETFD, FD_CLOEXEC);
    is_text(at(40, "script", 0), "No such file or directory");
    is_text(at(42, "", AT_EMPTY_PATH), "No such file or directory");
    is_text(at(41, "", AT_EMPTY_PATH), "[zero][one]");
    is_text(at(40, "link", 0), "[zero][one]");
    for (int fd = 40; fd < 44; fd++)
        close(fd);
    close(dir), close(file), close(script), close(path);
}

static void names_itself(void *data)
{
    int fd = *(int *)data;
    syscall(SYS_execveat, fd, "", WORDS("x"), WORDS("TELL=auxiliary"),
        AT_EMPTY_PATH);
}

static void without_a_name(void)
{
    int fd = open(TELL, O_RDONLY), to = 45;
    dup2(fd, to);
    hear(names_itself, &to);
    ok(strstr(said, "name /dev/fd/45,"));
    copy_file(TELL, "gone", 0755);
    int gone = open("gone", O_RDONLY);
    unlink("gone");
    dup2(gone, to);
    is_text(at(45, "", AT_EMPTY_PATH), "[zero][one]");
    close(gone);
    close(to);
    /* What is in memory alone. */
    static char block[65536];
    int made = memfd_create("program", 0);
    ssize_t got;
    lseek(fd, 0, SEEK_SET);
    while ((got = read(fd, block, sizeof block)) > 0)
        write(made, block, got);
    dup2(made, to);
    /* Nobody counts the writers of such a file. */
    is_text(at(45, "", AT_EMPTY_PATH), "[zero][one]");
    close(to);
    char name[40];
    snprintf(name, sizeof name, "/proc/self/fd/%d", made);
    int again = open(name, O_RDONLY);
    dup2(again, to);
    close(again);
    close(made);
    is_text(at(45, "", AT_EMPTY_PATH), "[zero][one]");
    close(to);
    close(fd);
}

static void run(void)
{
    umask(022);
    parts();
    more_parts();
    threads();
    beginning();
    shared();
    relative();
    without_a_name();
}
TEST_MAIN
