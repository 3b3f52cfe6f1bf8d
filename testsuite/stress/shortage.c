/* SPDX-License-Identifier: MIT */
/* Programs that want more than there is: of memory in all its forms, of
 * descriptors, of names.  One of them ends or gets an error; the others and the
 * system go on. */
#include "../abi/cpu.h"
#include "stress.h"
#include <sys/mount.h>
#include <sys/sysinfo.h>

static size_t memory_bytes(void)
{
    struct sysinfo info;
    sysinfo(&info);
    return info.totalram * info.mem_unit;
}

static void expect_victim(void)
{
    /* Chosen before anybody else, whoever that may be. */
    int fd = open("/proc/self/oom_score_adj", O_WRONLY);
    if (fd < 0 || write(fd, "900", 3) != 3)
        _exit(92);
    close(fd);
}

static void *eat_on(void *data)
{
    for (;;) {
        char *at = stress_map(1 << 20);
        if (!at)
            _exit(1);
        memset(at, 1, 1 << 20);
    }
}

static void eat(void *data)
{
    expect_victim();
    eat_on(data);
}

static void eat_shared(void *data)
{
    expect_victim();
    for (;;) {
        char *at = stress_map_shared(1 << 20);
        if (!at)
            _exit(1);
        memset(at, 1, 1 << 20);
    }
}

/* One page each 2 MiB: mostly page tables. */
static void eat_tables(void *data)
{
    expect_victim();
    for (;;) {
        char *at = mmap(NULL, 1l << 30, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (at == MAP_FAILED)
            _exit(1);
        for (size_t i = 0; i < 1l << 30; i += 2 << 20)
            (void)*(volatile char *)(at + i);
    }
}

/* What they open would need memory that others have eaten: it is done before. */
static void eat_in_threads(void *data)
{
    expect_victim();
    stress_threads(8, eat_on, NULL);
    _exit(1);
}

/* Eats while a fork shares everything. */
static void eat_by_fork(void *data)
{
    expect_victim();
    size_t bytes = memory_bytes() / 3;
    char *at = stress_map(bytes);
    memset(at, 1, bytes);
    for (int i = 0; i < 4; i++) {
        if (!fork()) {
            memset(at, 2, bytes);
            pause();
        }
    }
    memset(at, 3, bytes);
    while (wait(NULL) > 0)
        ;
    raise(SIGKILL);
}

static void eat_by_read(void *data)
{
    expect_victim();
    int zero = open("/dev/zero", O_RDONLY);
    for (;;) {
        char *at = stress_map(1 << 20);
        if (!at || read(zero, at, 1 << 20) < 0)
            _exit(1);
    }
}

static void victims(void)
{
    stress_begin();
    is(in_child(eat, NULL), SIGKILL);
    is(in_child(eat_shared, NULL), SIGKILL);
    is(in_child(eat_tables, NULL), SIGKILL);
    is(in_child(eat_in_threads, NULL), SIGKILL);
    stress_begin();
    is(in_child(eat_by_fork, NULL), SIGKILL);
    is(in_child(eat_by_read, NULL), SIGKILL);
}

/* Begins when the last of those who have the gate is there. */
static void eat_with_others(const int gate[2])
{
    char byte;
    expect_victim();
    close(gate[1]);
    read(gate[0], &byte, 1);
    eat_on(NULL);
}

/* Many at once, in a group. */
static void many(void)
{
    stress_begin();
    pid_t children[8];
    int gate[2];
    pipe(gate);
    fflush(stdout);
    for (int i = 0; i < 8; i++) {
        children[i] = fork();
        if (!children[i])
            eat_with_others(gate);
    }
    close(gate[0]), close(gate[1]);
    bool held = true;
    for (int i = 0; i < 8; i++) {
        int status = 1;
        held = waitpid(children[i], &status, 0) == children[i] && held &&
            status == SIGKILL;
    }
    tap_case(held, "eight that eat memory at once");
    is(in_child(eat, NULL), SIGKILL);
}

/* A parent that waits in vfork shares the victim's memory. */
static void eat_after_vfork(void *data)
{
    expect_victim();
    if (!vfork_here())
        eat(NULL);
    _exit(1);
}

static void write_all(const char *name, int *error)
{
    static char text[65536];
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    while (write(fd, text, sizeof text) > 0)
        ;
    *error = errno;
    close(fd);
}

static void full_tmpfs(void)
{
    int error = 0;
    stress_begin();
    mkdir("small", 0700);
    ok(!mount("tmpfs", "small", "tmpfs", 0, "size=256k,nr_inodes=20"));
    write_all("small/file", &error);
    is(error, ENOSPC);
    struct stat status;
    stat("small/file", &status);
    is(status.st_size, 256 << 10);
    int made = 0;
    for (char name[40]; made < 100; made++) {
        snprintf(name, sizeof name, "small/%d", made);
        int fd = open(name, O_CREAT | O_EXCL, 0600);
        if (fd < 0)
            break;
        close(fd);
    }
    error = errno;
    is(error, ENOSPC);
    is(made, 18);
    ok(!unlink("small/file"));
    write_all("small/file", &error);
    is(error, ENOSPC);
    ok(!umount("small"));
    /* Half of all memory is what one of them has. */
    ok(!mount("tmpfs", "small", "tmpfs", 0, NULL));
    write_all("small/file", &error);
    is(error, ENOSPC);
    ok(!umount("small"));
    rmdir("small");
}

/* Full pipes by the hundred; the limit of descriptors ends it. */
static void pipes(void *data)
{
    int made = 0;
    set_limit(RLIMIT_NOFILE, 400);
    static char text[65536];
    for (int ends[2]; !pipe2(ends, O_NONBLOCK); made++)
        while (write(ends[1], text, sizeof text) > 0)
            ;
    _exit(errno == EMFILE && made > 190 ? 0 : 1);
}

static void many_descriptors(void *data)
{
    enum { MOST = 1 << 18 }; /* some minutes' work would be no better */
    set_limit(RLIMIT_NOFILE, MOST);
    int first = open("/dev/null", O_RDONLY), last = first;
    for (;;) {
        int fd = dup(first);
        if (fd < 0)
            break;
        last = fd;
    }
    if (errno == ENOMEM)
        _exit(0);
    if (errno != EMFILE || last != MOST - 1)
        _exit(1);
    if (fcntl(first, F_DUPFD, last) != -1 || errno != EMFILE)
        _exit(2);
    close(177777);
    if (dup(first) != 177777)
        _exit(3);
    _exit(0);
}

static void far_descriptor(void *data)
{
    set_limit(RLIMIT_NOFILE, 1 << 20);
    int fd = dup2(0, (1 << 20) - 1);
    if (fd != (1 << 20) - 1)
        _exit(errno == ENOMEM ? 0 : 1);
    pid_t child = fork();
    if (!child)
        _exit(0);
    int status;
    waitpid(child, &status, 0);
    syscall(SYS_close_range, 3, ~0u, 0);
    _exit(dup(0) == 3 ? 0 : 2);
}

/* Address space as much as the limit says; then less. */
static void small_space(void *data)
{
    set_limit(RLIMIT_AS, 64 << 20);
    size_t bytes = 0;
    while (stress_map(1 << 20))
        bytes += 1 << 20;
    int error = errno;
    if (error != ENOMEM || bytes > 64 << 20 || bytes < 32 << 20)
        _exit(1);
    pid_t child = fork();
    if (!child)
        _exit(0);
    int status = 1;
    waitpid(child, &status, 0);
    _exit(status ? 2 : 0);
}

static int deep(volatile char *above)
{
    volatile char room[1024];
    room[0] = room[1] = above[0];
    return above[1] ? deep(room) + room[1] : 0;
}

static void endless_stack(void *data)
{
    set_limit(RLIMIT_STACK, 1 << 20);
    _exit(deep((volatile char[]){ 1, 1 }));
}

static void big_file(void *data)
{
    signal(SIGXFSZ, SIG_IGN);
    set_limit(RLIMIT_FSIZE, 10000);
    int fd = open("limited", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    static char text[20000];
    if (write(fd, text, sizeof text) != 10000)
        _exit(1);
    if (write(fd, text, 1) != -1 || errno != EFBIG)
        _exit(2);
    if (ftruncate(fd, 20000) != -1 || errno != EFBIG)
        _exit(3);
    unlink("limited");
    _exit(0);
}

static void many_signals(void *data)
{
    sigset_t set;
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    set_limit(RLIMIT_SIGPENDING, 100);
    become_nobody();
    int sent = 0;
    union sigval value = { .sival_int = 1 };
    while (!sigqueue(getpid(), SIGRTMIN, value))
        sent++;
    _exit(errno == EAGAIN && sent == 100 ? 0 : 1);
}

/* ------------------------------------------------------------- names */

static void deep_names(void)
{
    stress_begin();
    bool held = true;
    int depth = 0;
    char name[201];
    memset(name, 'd', 200);
    name[200] = 0;
    for (; held && depth < 300; depth++)
        held = !mkdir(name, 0700) && !chdir(name);
    tap_case(held, "300 folders, each in the one before");
    char where[4096];
    fails_with(ENAMETOOLONG, syscall(SYS_getcwd, where, sizeof where));
    while (depth-- && held) {
        held = !chdir("..") && !rmdir(name);
    }
    tap_case(held, "and back");
    symlink("loop", "loop");
    fails_with(ELOOP, open("loop", O_RDONLY));
    symlink(".", "here");
    char path[4096] = "here";
    for (int i = 0; i < 39; i++)
        strcat(path, "/here");
    ok(!access(path, F_OK));
    strcat(path, "/here");
    fails_with(ELOOP, access(path, F_OK));
    unlink("loop");
    unlink("here");
    char link[20], target[20];
    for (int i = 0; i < 41; i++) {
        snprintf(link, sizeof link, "l%d", i);
        snprintf(target, sizeof target, i ? "l%d" : "/", i - 1);
        symlink(target, link);
    }
    ok(!access("l39", F_OK));
    fails_with(ELOOP, access("l40", F_OK));
    for (int i = 0; i < 41; i++) {
        snprintf(link, sizeof link, "l%d", i);
        unlink(link);
    }
}

/* Arguments of all sizes, of which too many are refused. */
static void big_arguments(void)
{
    static char *arguments[40000];
    static char text[140000];
    stress_begin();
    memset(text, 'a', sizeof text - 1);
    arguments[0] = "true";
    arguments[1] = text;
    fails_with(E2BIG, execv("/bin/true", arguments));
    arguments[1] = text + sizeof text - 131072;
    fflush(stdout);
    pid_t child = vfork_here();
    if (!child) {
        execv("/bin/true", arguments);
        _exit(1);
    }
    int status = 1;
    waitpid(child, &status, 0);
    is(status, 0);
    for (int i = 1; i < 39999; i++)
        arguments[i] = text + sizeof text - 100;
    fails_with(E2BIG, execv("/bin/true", arguments));
    arguments[10000] = NULL;
    child = vfork_here();
    if (!child) {
        execv("/bin/true", arguments);
        _exit(1);
    }
    waitpid(child, &status, 0);
    is(status, 0);
}

static void run(void)
{
    victims();
    many();
    stress_begin();
    is(in_child(eat_after_vfork, NULL), SIGKILL);
    full_tmpfs();
    stress_begin();
    is(in_child(pipes, NULL), 0);
    is(in_child(many_descriptors, NULL), 0);
    is(in_child(far_descriptor, NULL), 0);
    is(in_child(small_space, NULL), 0);
    is(in_child(endless_stack, NULL) & 0x7f, SIGSEGV);
    is(in_child(big_file, NULL), 0);
    is(in_child(many_signals, NULL), 0);
    deep_names();
    big_arguments();
}
TEST_MAIN
