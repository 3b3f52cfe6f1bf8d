/* SPDX-License-Identifier: MIT */
/* Names, descriptors and pipes that many use at once. */
#include "stress.h"
#include <dirent.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>

enum { THREADS = 6, NAMES = 6, FEW = 50, MEETINGS = 3000, OVER = -1 };

static void random_name(unsigned *random, char *name)
{
    int depth = 1 + stress_random(random) % 3;
    *name = 0;
    while (depth--)
        sprintf(name + strlen(name), "%sn%d", *name ? "/" : "",
            stress_random(random) % NAMES);
}

static void list(const char *name)
{
    DIR *folder = opendir(name);
    if (!folder)
        return;
    for (int i = 0; i < 1000 && readdir(folder); i++)
        ;
    closedir(folder);
}

static void change_tree(unsigned *random)
{
    char a[64], b[64], target[80];
    struct stat status;
    random_name(random, a);
    random_name(random, b);
    switch (stress_random(random) % 12) {
    case 0:
    case 1:
        mkdir(a, 0700);
        break;
    case 2:
        close(open(a, O_CREAT | O_WRONLY, 0600));
        break;
    case 3:
        unlink(a);
        break;
    case 4:
        rmdir(a);
        break;
    case 5:
    case 6:
        rename(a, b);
        break;
    case 7:
        syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 2 /* EXCHANGE */);
        break;
    case 8:
        link(a, b);
        break;
    case 9:
        snprintf(target, sizeof target, "../%s", b);
        symlink(target, a);
        break;
    case 10:
        list(stress_random(random) & 1 ? a : ".");
        break;
    case 11:
        stat(a, &status);
        lstat(b, &status);
    }
}

static void *use_tree(void *data)
{
    unsigned random = stress_seed() * 77 + __atomic_fetch_add((int *)data, 1, 5);
    while (stress_goes_on())
        for (int i = 0; i < 20; i++)
            change_tree(&random);
    return NULL;
}

static void *walk_about(void *data)
{
    unsigned random = 99;
    char name[64], where[4096];
    syscall(SYS_unshare, 0x200 /* CLONE_FS */);
    int top = open(".", O_RDONLY | O_DIRECTORY);
    while (stress_goes_on()) {
        random_name(&random, name);
        if (!chdir(name)) {
            getcwd(where, sizeof where);
            close(open("here", O_CREAT | O_RDWR, 0600));
            unlink("here");
            chdir("..");
        }
        fchdir(top);
    }
    close(top);
    return NULL;
}

static void tree(void)
{
    int number = 0;
    pthread_t walker;
    mkdir("tree", 0700);
    chdir("tree");
    stress_begin();
    pthread_create(&walker, NULL, walk_about, NULL);
    ok(stress_threads(THREADS, use_tree, &number));
    pthread_join(walker, NULL);
    chdir("..");
    is(system("rm -rf tree"), 0);
    fails_with(ENOENT, access("tree", F_OK));
}

/* -------------------------------------------------------- descriptors */

static void *use_descriptors(void *data)
{
    unsigned random = stress_seed() * 31 + __atomic_fetch_add((int *)data, 1, 5);
    char text[100];
    while (stress_goes_on()) {
        int fd = 20 + stress_random(&random) % 12;
        int other = 20 + stress_random(&random) % 12;
        int ends[2];
        struct stat status;
        struct pollfd one = { .fd = fd, .events = POLLIN };
        switch (stress_random(&random) % 12) {
        case 0:
            close(fd);
            break;
        case 1:
            dup2(other, fd);
            break;
        case 2:
            if (!pipe2(ends, O_NONBLOCK)) {
                dup2(ends[0], fd);
                dup2(ends[1], other);
                close(ends[0]);
                close(ends[1]);
            }
            break;
        case 3:
            ends[0] = open("/proc/self/stat", O_RDONLY | O_NONBLOCK);
            dup2(ends[0], fd);
            close(ends[0]);
            break;
        case 4:
            fcntl(fd, F_SETFL, O_NONBLOCK);
            break;
        case 5:
            fstat(fd, &status);
            break;
        case 6:
            poll(&one, 1, 1);
            break;
        case 7:
            lseek(fd, 0, SEEK_SET);
            break;
        case 8:
            ends[0] = open("some", O_RDWR | O_CREAT, 0600);
            dup2(ends[0], fd);
            close(ends[0]);
            break;
        case 9:
            fcntl(fd, F_GETFL) & O_NONBLOCK ? write(fd, text, 64) : 0;
            break;
        default:
            fcntl(fd, F_GETFL) & O_NONBLOCK ? read(fd, text, 64) : 0;
        }
    }
    return NULL;
}

static void descriptors(void)
{
    int number = 0;
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    sigaction(SIGPIPE, &ignore, NULL);
    stress_begin();
    ok(stress_threads(THREADS, use_descriptors, &number));
    for (int fd = 20; fd < 32; fd++)
        close(fd);
    unlink("some");
}

/* A read that sleeps while others close its descriptor. */
static int sleepy[2];

static void *read_one(void *data)
{
    char byte;
    return (void *)read(sleepy[0], &byte, 1);
}

static void close_while_reading(void)
{
    bool held = true;
    stress_begin();
    while (held && stress_goes_on()) {
        pthread_t reader;
        void *got;
        pipe(sleepy);
        pthread_create(&reader, NULL, read_one, NULL);
        usleep(200);
        close(sleepy[0]);
        write(sleepy[1], "x", 1); /* or nobody is left to read */
        close(sleepy[1]);
        pthread_join(reader, &got);
        held = (long)got == 1 || (long)got == -1;
    }
    tap_case(held, "a descriptor is closed under a sleeping reader");
}

/* -------------------------------------------------------------- pipes */

static void ping_pong(int number)
{
    int there[2], back[2];
    char byte = 0;
    pipe(there);
    pipe(back);
    pid_t child = fork();
    if (!child) {
        close(there[1]);
        close(back[0]);
        while (read(there[0], &byte, 1) == 1) {
            byte++;
            write(back[1], &byte, 1);
        }
        _exit(0);
    }
    close(there[0]);
    close(back[1]);
    for (unsigned char i = 0; stress_goes_on(); i += 3) {
        write(there[1], &i, 1);
        if (read(back[0], &byte, 1) != 1 || (unsigned char)byte != (unsigned char)(i + 1))
            _exit(1);
    }
    close(there[1]);
    int status = 1;
    waitpid(child, &status, 0);
    if (status)
        _exit(2);
}

/* Lines of several writers do not mix, and none gets lost. */
static void lines(void)
{
    int ends[2];
    long sum = 0, bytes = 0;
    static char buffer[8192];
    stress_begin();
    pipe(ends);
    fflush(stdout);
    for (int i = 0; i < 4; i++)
        if (!fork()) {
            char text[1000];
            memset(text, 'a' + i, sizeof text);
            for (int times = 0; times < 500; times++)
                write(ends[1], text, sizeof text);
            _exit(0);
        }
    close(ends[1]);
    ssize_t got;
    size_t at = 0;
    bool held = true;
    while ((got = read(ends[0], buffer + at, sizeof buffer - at)) > 0) {
        bytes += got;
        at += got;
        size_t done = 0;
        for (; at - done >= 1000; done += 1000) {
            held = held && !memcmp(buffer + done, buffer + done + 1, 999);
            sum++;
        }
        memmove(buffer, buffer + done, at - done);
        at -= done;
    }
    close(ends[0]);
    while (wait(NULL) > 0)
        ;
    tap_case(held && sum == 2000 && bytes == 2000000,
        "2000 lines of four writers, each whole");
}

/* ---------------------------------------------------------- terminals */

static void terminal(int number)
{
    while (stress_goes_on()) {
        char name[64], text[256];
        int slave_number, unlock = 0;
        int master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
        if (master < 0)
            _exit(1);
        ioctl(master, TIOCSPTLCK, &unlock);
        ioctl(master, TIOCGPTN, &slave_number);
        snprintf(name, sizeof name, "/dev/pts/%d", slave_number);
        pid_t child = fork();
        if (!child) {
            close(master);
            setsid();
            int slave = open(name, O_RDWR);
            if (slave < 0 || ioctl(slave, TIOCSCTTY, 0))
                _exit(0); /* the other side has gone already */
            ssize_t got = read(slave, text, sizeof text);
            write(slave, text, got > 0 ? got : 0);
            if (number & 1)
                for (;;)
                    pause();
            _exit(0);
        }
        write(master, "hello\n", 6);
        if (read(master, text, sizeof text) <= 0)
            _exit(2);
        if (number & 1) {
            usleep(300);
            close(master); /* hangs up */
        }
        int status;
        if (waitpid(child, &status, 0) != child)
            _exit(3);
        if (!(number & 1))
            close(master);
    }
}

/* Who opens a FIFO meets who came at the same moment, and has gone again. */
static int meeting; /* [atomic] which is on */

static void *comes_and_goes(void *name)
{
    for (int i = 1;; i++) {
        int on;
        while ((on = __atomic_load_n(&meeting, __ATOMIC_SEQ_CST)) != i) {
            if (on == OVER)
                return name;
            sched_yield();
        }
        int fd = open(name, O_WRONLY);
        if (fd < 0 || write(fd, "x", 1) != 1)
            return NULL;
        close(fd);
    }
}

static void meetings(void)
{
    pthread_t writer;
    void *result = NULL;
    char bytes[2];
    bool held = true;
    stress_begin();
    ok(!mkfifo("meet", 0600));
    pthread_create(&writer, NULL, comes_and_goes, "meet");
    for (int i = 1; held && i <= MEETINGS && (i <= FEW || stress_goes_on()); i++) {
        __atomic_store_n(&meeting, i, __ATOMIC_SEQ_CST);
        int fd = open("meet", O_RDONLY);
        held = fd >= 0 && read(fd, bytes, 2) == 1 && read(fd, bytes, 2) == 0;
        close(fd);
    }
    tap_case(held, "a FIFO's ends meet");
    __atomic_store_n(&meeting, OVER, __ATOMIC_SEQ_CST);
    pthread_join(writer, &result);
    ok(result);
    is(unlink("meet"), 0);
}

static void run(void)
{
    meetings();
    tree();
    descriptors();
    close_while_reading();
    stress_begin();
    ok(stress_processes(4, ping_pong));
    lines();
    stress_begin();
    ok(stress_processes(4, terminal));
}
TEST_MAIN
