/* SPDX-License-Identifier: MIT */
/* What becomes of a call that waits when a signal's handler runs, with and without
 * SA_RESTART, and when its process is stopped and goes on: it waits again (w),
 * fails with EINTR (e), or ends otherwise. */
#ifndef RESTARTS_H
#define RESTARTS_H

#include "futex_tools.h"

#include <sys/socket.h>
#include <sys/stat.h>

static struct shared {
    volatile int is_ready, handled, is_over, error;
    volatile uint32_t word, lock;
} *shared;

static char page[65536];
static const struct timespec long_time = { 100, 0 };

/* All is made; from here on it sleeps in the one call. */
static void ready(void)
{
    shared->is_ready = 1;
}

static int pipe_end(int which)
{
    int ends[2];
    pipe(ends);
    return ends[which];
}

static int pair_end(int kind)
{
    int ends[2];
    socketpair(AF_UNIX, kind, 0, ends);
    return ends[0];
}

static void fill(int fd)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
    while (write(fd, page, sizeof page) > 0 || write(fd, page, 1) > 0)
        ;
    fcntl(fd, F_SETFL, 0);
}

static long reads(int fd)
{
    ready();
    return read(fd, page, 512);
}

static inline long writes(int fd)
{
    fill(fd);
    ready();
    return write(fd, page, 4096);
}

/* What happens by a handler, by one with SA_RESTART, by a stop. */
struct row {
    long (*call)(void);
    const char *outcome, *name;
};

static void handler(int signal) { (void)signal, shared->handled++; }

static pid_t begin(const struct row *row, int flags)
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
    memset(shared, 0, sizeof *shared);
    volatile pid_t child = fork();
    if (!child) {
        sigaction(SIGUSR1, &action, NULL);
        errno = 0;
        shared->error = row->call() < 0 ? errno : 0;
        shared->is_over = 1;
        for (;;)
            pause();
    }
    while (!shared->is_ready)
        usleep(1000);
    wait_asleep(&child);
    return child;
}

static char look(pid_t child)
{
    while (!shared->is_over) {
        long state = stat_field(child, 3);
        if ((state == 'S' || state == 'D') && !shared->is_over)
            return 'w';
        usleep(1000);
    }
    return shared->error == EINTR ? 'e' : shared->error ? '?' : '0';
}

static void end(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    unlink("fifo");
}

static char by_handler(const struct row *row, int flags)
{
    pid_t child = begin(row, flags);
    kill(child, SIGUSR1);
    while (!shared->handled)
        usleep(1000);
    char outcome = look(child);
    end(child);
    return outcome;
}

static char by_stop(const struct row *row)
{
    pid_t child = begin(row, 0);
    int status;
    kill(child, SIGSTOP);
    waitpid(child, &status, WUNTRACED);
    kill(child, SIGCONT);
    waitpid(child, &status, WCONTINUED);
    char outcome = look(child);
    end(child);
    return outcome;
}

static void try_all(const struct row *rows, size_t count)
{
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        char got[4] = { by_handler(row, 0), by_handler(row, SA_RESTART),
            by_stop(row), 0 };
        if (!tap_case(!strcmp(got, row->outcome), row->name))
            note("%s, not %s", got, row->outcome);
    }
}
#endif
