/* SPDX-License-Identifier: MIT */
/* /proc/locks: each lock that is held, and behind it who waits for it. Others
 * may hold some too, in any order. */
#include "proc.h"
#include "tap.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#ifndef F_OFD_SETLK
#define F_OFD_SETLK 37
#define F_OFD_SETLKW 38
#endif

static int fd;

/* What a line has of the file, between the pid and the range. */
static const char *file_words(void)
{
    static char words[64];
    struct stat s;
    fstat(fd, &s);
    snprintf(words, sizeof words, "%02x:%02x:%lu", major(s.st_dev),
        minor(s.st_dev), (unsigned long)s.st_ino);
    return words;
}

/* The lines about the file, without the numbers in front; with ours they begin
 * alike, or not: "=" is put before one whose number is that of the last. */
static const char *lines(void)
{
    static char found[65536];
    char last[32] = "";
    size_t used = 0;
    const char *at = whole("/proc/locks");
    found[0] = 0;
    while (*at) {
        size_t bytes = strcspn(at, "\n") + 1;
        size_t number = strspn(at, "0123456789");
        char line[256];
        snprintf(line, sizeof line, "%.*s", (int)bytes, at);
        if (strstr(line, file_words()) && !strncmp(at + number, ": ", 2)) {
            bool same = !strncmp(last, line, number + 1);
            used += snprintf(found + used, sizeof found - used, "%s%s",
                same ? "=" : "", line + number + 2);
        }
        snprintf(last, sizeof last, "%.*s", (int)number + 1, at);
        at += bytes;
    }
    return found;
}

static const char *line(const char *kind, pid_t pid, const char *range)
{
    static char text[4][256];
    static unsigned next;
    char *to = text[next++ % 4];
    snprintf(to, 256, "%s %d %s %s\n", kind, pid, file_words(), range);
    return to;
}

static struct flock region(short type, off_t start, off_t bytes)
{
    return (struct flock){ .l_type = type, .l_start = start, .l_len = bytes };
}

static void held(void)
{
    struct flock lock = region(F_WRLCK, 3, 4);
    is_text(lines(), "");
    fcntl(fd, F_SETLK, &lock);
    is_text(lines(), line("POSIX  ADVISORY  WRITE", getpid(), "3 6"));
    lock = region(F_RDLCK, 3, 0);
    fcntl(fd, F_SETLK, &lock);
    is_text(lines(), line("POSIX  ADVISORY  READ", getpid(), "3 EOF"));
    /* A hole in the middle makes two of it. */
    lock = region(F_UNLCK, 10, 10);
    fcntl(fd, F_SETLK, &lock);
    ok(strstr(lines(), line("POSIX  ADVISORY  READ", getpid(), "3 9")));
    ok(strstr(lines(), line("POSIX  ADVISORY  READ", getpid(), "20 EOF")));
    lock = region(F_UNLCK, 0, 0);
    fcntl(fd, F_SETLK, &lock);
    is_text(lines(), "");
    flock(fd, LOCK_EX);
    is_text(lines(), line("FLOCK  ADVISORY  WRITE", getpid(), "0 EOF"));
    flock(fd, LOCK_UN);
    lock = region(F_RDLCK, 1, 1);
    fcntl(fd, F_OFD_SETLK, &lock);
    is_text(lines(), line("OFDLCK ADVISORY  READ", -1, "1 1"));
    close(dup(fd)); /* which takes POSIX' locks only */
    is_text(lines(), line("OFDLCK ADVISORY  READ", -1, "1 1"));
    lock.l_type = F_UNLCK;
    fcntl(fd, F_OFD_SETLK, &lock);
    lock.l_type = F_RDLCK;
    fcntl(fd, F_SETLK, &lock);
    close(dup(fd));
    is_text(lines(), "");
}

static void wait_flock(int own)
{
    flock(own, LOCK_SH);
}

static void wait_posix(int own)
{
    struct flock lock = region(F_RDLCK, 4, 1);
    fcntl(own, F_SETLKW, &lock);
}

static void wait_ofd(int own)
{
    struct flock lock = region(F_WRLCK, 0, 0);
    fcntl(own, F_OFD_SETLKW, &lock);
}

/* One that waits is there by the time that it is told of. */
static void waiting(const char *kind, const char *blocked, const char *range,
    void wait(int own), bool is_ofd)
{
    char wanted[512], prefixed[64];
    fflush(NULL);
    pid_t child = fork();
    if (!child) {
        int own = open("locked", O_RDWR);
        wait(own);
        _exit(0);
    }
    snprintf(prefixed, sizeof prefixed, "=-> %s", blocked);
    snprintf(wanted, sizeof wanted, "%s%s",
        line(kind, getpid(), wait == wait_flock ? "0 EOF" : "3 6"),
        line(prefixed, is_ofd ? -1 : child, range));
    for (int i = 0; i < 20000 && strcmp(lines(), wanted); i++)
        usleep(1000);
    is_text(lines(), wanted);
}

static void done(void)
{
    int status;
    wait(&status);
    is(status, 0);
    is_text(lines(), "");
}

static void waited_for(void)
{
    struct flock lock = region(F_WRLCK, 3, 4), none = region(F_UNLCK, 0, 0);
    flock(fd, LOCK_EX);
    waiting("FLOCK  ADVISORY  WRITE", "FLOCK  ADVISORY  READ", "0 EOF",
        wait_flock, false);
    flock(fd, LOCK_UN);
    done();
    fcntl(fd, F_SETLK, &lock);
    waiting("POSIX  ADVISORY  WRITE", "POSIX  ADVISORY  READ", "4 4", wait_posix,
        false);
    fcntl(fd, F_SETLK, &none);
    done();
    fcntl(fd, F_SETLK, &lock);
    waiting("POSIX  ADVISORY  WRITE", "OFDLCK ADVISORY  WRITE", "0 EOF", wait_ofd,
        true);
    fcntl(fd, F_SETLK, &none);
    done();
}

/* Who waits is ended; then he is there no more. */
static void given_up(void)
{
    flock(fd, LOCK_EX);
    waiting("FLOCK  ADVISORY  WRITE", "FLOCK  ADVISORY  READ", "0 EOF",
        wait_flock, false);
    pid_t child = atoi(strstr(lines(), "READ ") + 5);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    is_text(lines(), line("FLOCK  ADVISORY  WRITE", getpid(), "0 EOF"));
    flock(fd, LOCK_UN);
    is_text(lines(), "");
}

/* A lock whose taker has ended is its still. */
static void left_behind(void)
{
    fflush(NULL);
    pid_t child = fork();
    if (!child)
        _exit(flock(fd, LOCK_SH));
    waitpid(child, NULL, 0);
    const char *wanted = line("FLOCK  ADVISORY  READ", child, "0 EOF");
    is_text(lines(), wanted);
    ok(strstr(fdinfo_from(fd, "lock:"), wanted));
    int other = open("locked", O_RDWR);
    fails_with(EAGAIN, flock(other, LOCK_EX | LOCK_NB));
    close(other);
    flock(fd, LOCK_UN);
}

/* More than fit anywhere at once. */
static void many(void)
{
    enum { COUNT = 500 };
    int found = 0;
    for (int i = 0; i < COUNT; i++) {
        struct flock lock = region(F_WRLCK, 2 * i, 1);
        fcntl(fd, F_SETLK, &lock);
    }
    const char *at = whole("/proc/locks");
    while ((at = strstr(at, file_words())))
        at++, found++;
    is(found, COUNT);
    struct flock none = region(F_UNLCK, 0, 0);
    fcntl(fd, F_SETLK, &none);
    is_text(lines(), "");
}

static void lock_and_wait(int seed)
{
    int own = open("locked", O_RDWR);
    for (int i = 0; i < 300; i++) {
        struct flock lock = region(i % 3 ? F_WRLCK : F_RDLCK, seed, 3 + i % 5);
        fcntl(own, F_SETLKW, &lock);
        flock(own, i % 2 ? LOCK_SH : LOCK_EX);
        lock = region(F_UNLCK, i % 7, i % 4);
        fcntl(own, F_SETLK, &lock);
        flock(own, LOCK_UN);
    }
    _exit(0);
}

/* Read while locks come and go. */
static void beside(void)
{
    enum { CHILDREN = 4 };
    int status, left = CHILDREN, bad = 0;
    fflush(NULL);
    for (int i = 0; i < CHILDREN; i++)
        if (!fork())
            lock_and_wait(i);
    while (left) {
        const char *at = lines();
        for (; *at; at += strcspn(at, "\n") + 1)
            bad += !strstr(at, "ADVISORY  ");
        while (left && waitpid(-1, &status, WNOHANG) > 0)
            left--, bad += status;
    }
    is(bad, 0);
    is_text(lines(), "");
}

static void run(void)
{
    fd = open("locked", O_RDWR | O_CREAT, 0600);
    held();
    waited_for();
    given_up();
    left_behind();
    many();
    beside();
    struct stat s;
    stat("/proc/locks", &s);
    is(s.st_mode, 0100444);
    close(fd);
    unlink("locked");
}
TEST_MAIN
