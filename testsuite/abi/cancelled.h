/* SPDX-License-Identifier: MIT */
/* Waits that a signal ends, or that are made again after it: for the
 * cancelled*.c.  Each is made by a child, which is found asleep. */
#ifndef CANCELLED_H
#define CANCELLED_H

#include "tap.h"

#include <sched.h>

enum { FDS = 4 };

/* What the row is about, made before the child is. */
static int fds[FDS], report[2];
static char data[70000];

struct row {
    const char *name;
    void (*make)(void);
    long (*wait)(void);
    bool is_made_again;
};

static void handle(int signal)
{
    char byte = 'h';
    (void)signal;
    write(report[1], &byte, 1);
}

static void child_waits(const struct row *row, int flags)
{
    struct sigaction action = { .sa_handler = handle, .sa_flags = flags };
    sigaction(SIGUSR1, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    write(report[1], "w", 1);
    char byte = row->wait() >= 0 ? 'r' : errno == EINTR ? 'i' : 'e';
    write(report[1], &byte, 1);
    _exit(0);
}

static char state_of(pid_t child)
{
    char path[64], line[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", child);
    int fd = open(path, O_RDONLY);
    read(fd, line, sizeof line - 1);
    close(fd);
    char *at = strrchr(line, ')');
    return at ? at[2] : 0;
}

/* Asleep, in its wait: or ended. */
static char settle(pid_t child)
{
    char state;
    while ((state = state_of(child)) != 'S' && state != 'Z')
        sched_yield();
    return state;
}

static char told(void)
{
    char byte = 0;
    read(report[0], &byte, 1);
    return byte;
}

static void undo(void)
{
    if (fds[3] < -1) {
        kill(-fds[3], SIGKILL);
        waitpid(-fds[3], NULL, 0);
    }
    for (int i = 0; i < FDS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    unlink("fifo");
    unlink("file");
}

/* 'i': interrupted; 'S': it waits again; anything else is wrong. */
static char after_signal(const struct row *row, int flags)
{
    for (int i = 0; i < FDS; i++)
        fds[i] = -1;
    row->make();
    pipe(report);
    pid_t child = fork();
    if (!child)
        child_waits(row, flags);
    char state = 'w' == told() ? settle(child) : 0;
    if (state == 'S') {
        kill(child, SIGUSR1);
        state = told() == 'h' ? settle(child) : 0;
        if (state == 'Z')
            state = told();
    }
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    if (state == 'S' && (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL))
        state = 0;
    close(report[0]);
    close(report[1]);
    undo();
    return state;
}

static void walk_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        char without = after_signal(row, 0);
        char with = after_signal(row, SA_RESTART);
        char wanted = row->is_made_again ? 'S' : 'i';
        if (without != 'i' || with != wanted)
            note("%s: %d, with SA_RESTART %d", row->name, without, with);
        tap_case(without == 'i' && with == wanted, row->name);
    }
}

#endif
