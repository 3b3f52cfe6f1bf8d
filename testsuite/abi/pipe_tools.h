/* SPDX-License-Identifier: MIT */
/* For the tests of pipes. */
#ifndef PIPE_TOOLS_H
#define PIPE_TOOLS_H

#include "tap.h"

#include <poll.h>
#include <sys/ioctl.h>

static char data[140000] __attribute__((aligned(4096)));
static char got[140000] __attribute__((aligned(4096), unused));

static inline void fill_data(void)
{
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = i * 31 + i / 256;
}

/* FIONREAD. */
static inline int there(int fd)
{
    int bytes = -1;
    ioctl(fd, FIONREAD, &bytes);
    return bytes;
}

static inline int ready(int fd, int events)
{
    struct pollfd item = { .fd = fd, .events = events };
    poll(&item, 1, 0);
    return item.revents;
}

static inline void close_both(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

#endif
