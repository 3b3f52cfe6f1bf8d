/* SPDX-License-Identifier: MIT */
/* Splices of failures_events.c, which must not lose a byte. */
#ifndef FAILURES_SPLICE_H
#define FAILURES_SPLICE_H

#include "failures.h"
#include <sys/socket.h>

/* Bytes on their way are on one side or the other: all are, or EDOM. */
static int splice_it(int nth, const int from[2], const int to[2])
{
    static char data[9000], got[9000];
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = i * 7 + i / 256;
    if (write(from[1], data, sizeof data) != sizeof data)
        return -1;
    wish(nth);
    ssize_t result = splice(from[0], NULL, to[1], NULL, 65536, 0);
    int error = errno;
    close(from[1]), close(to[1]);
    ssize_t there = 0, more;
    while ((more = read(to[0], got + there, sizeof got - there)) > 0)
        there += more;
    while ((more = read(from[0], got + there, sizeof got - there)) > 0)
        there += more;
    bool is_whole = there == sizeof data && !memcmp(data, got, sizeof data);
    close(from[0]), close(to[0]);
    errno = is_whole ? error : EDOM;
    return is_whole ? result : -1;
}

static int try_splice_in(int nth)
{
    int from[2], to[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, from) || pipe(to))
        return -1;
    return splice_it(nth, from, to);
}

static int try_splice_through(int nth)
{
    int from[2], to[2];
    if (pipe(from) || pipe(to))
        return -1;
    return splice_it(nth, from, to);
}

static int try_splice_out(int nth)
{
    int from[2], to[2];
    if (pipe(from) || socketpair(AF_UNIX, SOCK_STREAM, 0, to))
        return -1;
    return splice_it(nth, from, to);
}

#endif
