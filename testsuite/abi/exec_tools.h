/* SPDX-License-Identifier: MIT */
/* Running programs and hearing what they say, for the tests of exec. */
#ifndef EXEC_TOOLS_H
#define EXEC_TOOLS_H

#include "tap.h"

#include <sys/stat.h>

#define TELL "/tests/helper/tell"

/* A file with these bytes. */
static inline void put_file(
    const char *path, const void *bytes, size_t size, mode_t mode)
{
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size ||
        fchmod(fd, mode) || close(fd))
        note("cannot write %s: %s", path, strerror(errno));
}

static inline void put_text(const char *path, const char *text, mode_t mode)
{
    put_file(path, text, strlen(text), mode);
}

static inline void copy_file(const char *from, const char *to, mode_t mode)
{
    static char block[65536];
    ssize_t got;
    unlink(to);
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT, 0600);
    while ((got = read(in, block, sizeof block)) > 0)
        if (write(out, block, got) != got)
            note("cannot write %s", to);
    close(in);
    fchmod(out, mode);
    close(out);
}

static uid_t exec_user; /* whom a child becomes before it tries */

static inline void become(uid_t user)
{
    if (user && (setresgid(user, user, user) || setresuid(user, user, user)))
        _exit(102);
}

/* What a child that runs `body` writes to its standard output, up to the end
 * of the line; if exec failed, why. */
static char said[8192];
static int said_status;

static inline const char *hear(void (*body)(void *), void *data)
{
    int ends[2];
    size_t length = 0;
    ssize_t got;
    fflush(stdout);
    if (pipe(ends))
        return "no pipe";
    pid_t child = fork();
    if (!child) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        alarm(tap_seconds());
        become(exec_user);
        body(data);
        dprintf(1, "%s", strerror(errno));
        _exit(101);
    }
    close(ends[1]);
    while ((got = read(ends[0], said + length, sizeof said - 1 - length)) > 0)
        length += got;
    close(ends[0]);
    while (waitpid(child, &said_status, 0) < 0)
        if (errno != EINTR)
            return "no child";
    while (length && said[length - 1] == '\n')
        length--;
    said[length] = 0;
    return said;
}

struct exec_words {
    const char *path;
    char **arguments, **environment;
};

static inline void exec_words(void *data)
{
    struct exec_words *words = data;
    execve(words->path, words->arguments, words->environment);
}

/* What a program says; arguments are given as a list. */
#define WORDS(...) ((char *[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })
static inline const char *run_program(
    const char *path, char **arguments, char **environment)
{
    struct exec_words words = { path, arguments, environment };
    return hear(exec_words, &words);
}

/* The errno of execve in a child; 0: it ran. */
static inline int exec_error(
    const char *path, char **arguments, char **environment)
{
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        alarm(tap_seconds());
        int null = open("/dev/null", O_RDWR);
        dup2(null, 1);
        become(exec_user);
        execve(path, arguments, environment);
        _exit(errno);
    }
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

#endif
