/* SPDX-License-Identifier: MIT */
/* Every way out for want of memory: each operation is made again and again, and
 * the first, the second, the third … allocation it makes fails, until one time
 * none did.  It must succeed, or say that there is no memory, and lose nothing
 * (the runner counts).  Where allocations do not fail on demand, each operation
 * is made once. */
#ifndef FAILURES_H
#define FAILURES_H

#include "../abi/tap.h"

#include <sys/wait.h>

enum { TRIES_MAX = 3000 };

static int control = -1; /* of the kernel's failures; -1: there are none */

static void wish(int nth)
{
    char text[16];
    int bytes = snprintf(text, sizeof text, "%d\n", nth);
    if (control >= 0 && write(control, text, bytes) != bytes)
        _exit(90);
}

/* Did the last wish come true?  A child says so of its own. */
static int told_by_child = -1;
static bool was_granted(void)
{
    char text[16] = "";
    int told = told_by_child;
    told_by_child = -1;
    if (told >= 0)
        return told;
    if (control < 0)
        return false;
    if (pread(control, text, sizeof text - 1, 0) <= 0)
        _exit(91);
    return atoi(text) == 0;
}

static int close_it(int fd)
{
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return fd;
}

static void close_both(const int ends[2])
{
    close(ends[0]), close(ends[1]);
}

/* name(nth): what is there before, the one call that may fail, and what undoes
 * both, which sees the call's result. */
#define ATTEMPT(name, before, call, after)                                     \
    static int name(int nth)                                                   \
    {                                                                          \
        before;                                                                \
        wish(nth);                                                             \
        int result = call, error = errno;                                      \
        after;                                                                 \
        errno = error;                                                         \
        return result;                                                         \
    }
#define NOTHING (void)0
#define OPEN_LIKE(name, call) ATTEMPT(name, NOTHING, call, close_it(result))
/* With both ends of a pipe or a pair of sockets, made by `make`; with a file. */
#define WITH_ENDS(name, make, call)                                            \
    ATTEMPT(name, int ends[2]; if (make) return -1, call, close_both(ends))
#define WITH_FILE(name, call)                                                  \
    ATTEMPT(name, int fd = open("file", O_RDWR | O_CREAT, 0600), call,         \
        close(fd); unlink("file"))

static void wait_for_child(pid_t child)
{
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
}

struct operation {
    const char *name;
    int (*attempt)(int nth);
    int other_error; /* that the manual page has for it */
};

static void walk(const struct operation *operation)
{
    /* Of an exec that went well nobody tells whether it was to fail. */
    bool is_exec = !strncmp(operation->name, "execve", 6);
    unsigned in_a_row = 0;
    for (int nth = 1; nth < TRIES_MAX; nth++) {
        int result = operation->attempt(nth), error = errno;
        bool is_over = is_exec ? result >= 0 && ++in_a_row == 40
                               : !was_granted();
        if (result < 0)
            in_a_row = 0;
        if (result < 0 && error != ENOMEM && error != operation->other_error) {
            printf("# %s: allocation %d, errno %d\n", operation->name, nth,
                error);
            break;
        }
        if (is_over || control < 0) {
            tap_case(result >= 0, operation->name);
            return;
        }
    }
    tap_case(false, operation->name);
}

static void walk_all(const struct operation *operations, size_t many)
{
    control = open("/proc/tenon-fail", O_RDWR | O_CLOEXEC);
    for (size_t i = 0; i < many; i++)
        walk(&operations[i]);
    if (control >= 0)
        close(control);
}

#endif
