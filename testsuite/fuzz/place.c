/* SPDX-License-Identifier: MIT */
/* Where fuzzers live: a small file system of their own that is their root, and
 * a descriptor of each kind that there is. */
#include "fuzz.h"
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST_FD = 10, FILES_MAX = 64, NOBODY = 65534 };

/* ------------------------------------------------------------------ names */

static char longest[NAME_MAX + 1], too_long[NAME_MAX + 2], long_path[PATH_MAX];

static const char *const names[] = {
    "a", "b", "c", "new", "d", "d/e", "d/new", "d/f", "l", "loop", "dangling",
    "fifo", "x", "script", "d/..", "a/", "missing", "missing/x", "a/b", ".",
    "..", "/", "", "d/", "/a", "/d/e", "null", "zero", "full", "urandom",
    "ptmx", "user.x", "trusted.x", "tmpfs", "mnt", "mnt/a", longest, too_long,
    long_path,
};
/* What is not the same on every kernel. */
static const char *const more_names[] = {
    "proc", "proc/self", "proc/self/maps", "proc/self/fd", "proc/self/fd/10",
    "proc/self/status", "proc/self/exe", "proc/self/mounts", "proc/self/task",
    "proc/self/comm", "proc/self/oom_score_adj", "proc/self/cwd/a",
    "proc/self/environ", "proc/meminfo", "proc/stat", "proc/thread-self/stat",
    "pts/0", "pts/1", "pts", "proc", "ramfs", "devpts", "sysfs", "mode=0777",
    "size=1m", "nr_inodes=50",
};

const char *place_name(struct fuzz *fuzz)
{
    unsigned own = sizeof names / sizeof names[0];
    unsigned more = sizeof more_names / sizeof more_names[0];
    unsigned i = fuzz_below(fuzz, fuzz->is_differ ? own : own + more);
    return i < own ? names[i] : more_names[i - own];
}

static void make_names(void)
{
    memset(longest, 'n', sizeof longest - 1);
    memset(too_long, 'n', sizeof too_long - 1);
    for (int i = 0; i < PATH_MAX - 1; i++)
        long_path[i] = i % 2 ? '/' : '.';
}

/* ------------------------------------------------------------------ files */

static void write_file(const char *name, const char *text, int mode)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, mode);
    write(fd, text, strlen(text));
    fchmod(fd, mode);
    close(fd);
}

/* A program that ends at once. */
static void copy_program(const char *from, const char *name)
{
    static char block[4096];
    int in = open(from, O_RDONLY), out = open(name, O_WRONLY | O_CREAT, 0755);
    for (ssize_t n; (n = read(in, block, sizeof block)) > 0;)
        write(out, block, n);
    close(in);
    close(out);
}

static void make_devices(void)
{
    static const struct {
        const char *name;
        int minor;
    } devices[] = {
        { "null", 3 }, { "zero", 5 }, { "full", 7 }, { "urandom", 9 },
    };
    for (unsigned i = 0; i < sizeof devices / sizeof devices[0]; i++)
        mknod(devices[i].name, S_IFCHR | 0666, makedev(1, devices[i].minor));
}

/* Of the place's own: root changes the modes of what it has open.  Made and
 * unlinked by who is not killed meanwhile. */
static int null = -1;

static void open_null(void)
{
    static const char name[] = "/tmp/null-of-place";
    mknod(name, S_IFCHR | 0666, makedev(1, 3));
    null = open(name, O_RDWR | O_CLOEXEC);
    unlink(name);
}

bool place_make(const char *path)
{
    make_names();
    open_null();
    mkdir(path, 0755);
    umask(0);
    if (mount("tmpfs", path, "tmpfs", 0, "mode=0777,size=16m") || chdir(path))
        return false;
    write_file("a", "the first file\n", 0666);
    write_file("b", "the second file, which is longer\n", 0644);
    write_file("script", "#!x\n", 0755);
    copy_program("/tests/helper/nothing", "x");
    mkdir("d", 0777);
    mkdir("mnt", 0777);
    write_file("d/e", "e", 0666);
    symlink("a", "l");
    symlink("loop", "loop");
    symlink("missing", "dangling");
    mkfifo("fifo", 0666);
    make_devices();
    mkdir("proc", 0755);
    mkdir("pts", 0755);
    mount("proc", "proc", "proc", 0, NULL);
    mount("devpts", "pts", "devpts", 0, "mode=620,ptmxmode=666");
    symlink("pts/ptmx", "ptmx");
    return !chdir("/");
}

void place_forget_random(const char *path)
{
    char name[100];
    snprintf(name, sizeof name, "%s/urandom", path);
    unlink(name);
    mknod(name, S_IFCHR | 0666, makedev(1, 5));
}

/* Nobody is to write to the console. */
void place_enter(const char *path)
{
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    close(null);
    if (chdir(path) || chroot(".") || chdir("/"))
        _exit(96);
}

/* The last of the mounts under a path, or "". */
static void last_mount(const char *path, char *last, size_t size)
{
    char at[512];
    FILE *mounts = fopen("/proc/self/mounts", "r");
    *last = 0;
    while (mounts && fscanf(mounts, "%*s %511s%*[^\n]", at) == 1)
        if (!strncmp(at, path, strlen(path)))
            snprintf(last, size, "%s", at);
    if (mounts)
        fclose(mounts);
}

/* The place goes with all that is mounted in it, even where its names are gone.
 * What lies below is removed too: once a fuzzer has unmounted the place, the
 * next one has lived there. */
void place_leave(const char *path)
{
    char last[512];
    while (!umount2(path, MNT_DETACH))
        ;
    for (int tries = 0; tries < 10000; tries++) {
        last_mount(path, last, sizeof last);
        if (!*last || umount2(last, MNT_DETACH))
            break;
    }
    pid_t child = fork();
    if (!child) {
        execl("/bin/rm", "rm", "-rf", path, (char *)NULL);
        _exit(127);
    }
    waitpid(child, NULL, 0);
    close(null);
}

/* ------------------------------------------------------------ descriptors */

static int next_fd;

static void keep(int fd)
{
    if (fd >= 0) {
        dup2(fd, next_fd);
        close(fd);
    }
    next_fd++;
}

static void keep_two(const int fds[2])
{
    keep(fds[0]);
    keep(fds[1]);
}

static void open_pipes(void)
{
    int fds[2];
    if (!pipe2(fds, O_NONBLOCK))
        keep_two(fds);
    if (!pipe2(fds, 0))
        keep_two(fds);
}

static void open_terminal(void)
{
    int number = 0, unlocked = 0;
    char name[32];
    int master = open("ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
    ioctl(master, 0x40045431, &unlocked); /* TIOCSPTLCK */
    ioctl(master, 0x80045430, &number);   /* TIOCGPTN */
    snprintf(name, sizeof name, "pts/%d", number);
    keep(master);
    keep(open(name, O_RDWR | O_NOCTTY | O_NONBLOCK));
}

/* Only what the table says is there: kernels must agree on what is open. */
static void open_by_call(const char *name, long a, long b, long c)
{
    const struct fuzz_call *call = fuzz_call_find(name);
    if (call && call->state)
        keep(syscall(call - fuzz_calls, a, b, c));
    else
        next_fd++;
}

static void open_sockets(bool is_differ)
{
    static const int kinds[][2] = { { 1, 1 }, { 2, 1 }, { 2, 2 } };
    const struct fuzz_call *pair = fuzz_call_find("socketpair");
    int fds[2] = { -1, -1 };
    if (pair && pair->state)
        syscall(pair - fuzz_calls, 1, 1, 0, fds);
    keep_two(fds);
    for (int i = 0; i < (is_differ ? 1 : 3); i++)
        open_by_call("socket", kinds[i][0], kinds[i][1] | O_NONBLOCK, 0);
}

void place_open(struct fuzz *fuzz)
{
    for (int fd = 3; fd < FILES_MAX; fd++)
        close(fd);
    next_fd = FIRST_FD;
    keep(open("a", O_RDWR));
    keep(open("b", O_RDONLY));
    keep(open("a", O_WRONLY | O_APPEND));
    keep(open("d", O_RDONLY | O_DIRECTORY));
    keep(open("a", O_PATH));
    open_pipes();
    keep(open("fifo", O_RDWR | O_NONBLOCK));
    if (fuzz->is_differ)
        next_fd += 2; /* how much a terminal holds is nobody's promise */
    else
        open_terminal();
    keep(open("null", O_RDWR));
    keep(open("zero", O_RDWR));
    keep(open("urandom", O_RDONLY));
    open_by_call("memfd_create", (long)"m", 3, 0);
    open_by_call("eventfd2", 3, O_NONBLOCK, 0);
    open_by_call("epoll_create1", 0, 0, 0);
    open_by_call("pidfd_open", getpid(), 0, 0);
    open_by_call("timerfd_create", 1, O_NONBLOCK, 0);
    open_by_call("inotify_init1", O_NONBLOCK, 0, 0);
    uint64_t set = 1 << 22;
    open_by_call("signalfd4", -1, (long)&set, 8);
    open_sockets(fuzz->is_differ);
    if (!fuzz->is_differ) {
        keep(open("proc/self/maps", O_RDONLY));
        keep(open("proc/self", O_RDONLY | O_DIRECTORY));
    }
}

int place_fd(struct fuzz *fuzz)
{
    unsigned choice = fuzz_below(fuzz, 100);
    if (choice < 75)
        return FIRST_FD + fuzz_below(fuzz, next_fd - FIRST_FD);
    if (choice < 85)
        return fuzz->last > 2 && fuzz->last < FILES_MAX ? fuzz->last : 3;
    if (choice < 93)
        return fuzz_below(fuzz, FIRST_FD);
    return fuzz_hostile(fuzz);
}

/* ----------------------------------------------------- rights and limits */

void place_must_be_guest(void)
{
    if (getppid() == 1 && !access("/tests/list", F_OK))
        return;
    printf("The fuzzer ends every process it finds: in a test guest only.\n");
    exit(2);
}

static void on_alarm(int signal)
{
    (void)signal;
}

void place_set_limits(int alarm_ms)
{
    static const struct {
        int which;
        rlim_t most;
    } limits[] = {
        { RLIMIT_FSIZE, 1 << 20 }, { RLIMIT_NOFILE, FILES_MAX },
        { RLIMIT_NPROC, 60 }, { RLIMIT_AS, 64 << 20 }, { RLIMIT_CORE, 0 },
        { RLIMIT_MEMLOCK, 65536 }, { RLIMIT_STACK, 8 << 20 },
    };
    for (unsigned i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct rlimit limit = { limits[i].most, limits[i].most };
        setrlimit(limits[i].which, &limit);
    }
    struct sigaction action = { .sa_handler = on_alarm };
    sigaction(SIGALRM, &action, NULL);
    sigaction(SIGURG, &action, NULL);
    struct itimerval often = { { 0, alarm_ms * 1000 }, { 0, alarm_ms * 1000 } };
    setitimer(ITIMER_REAL, &often, NULL);
}

void place_drop_rights(void)
{
    setgroups(0, NULL);
    if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
        _exit(97);
}
