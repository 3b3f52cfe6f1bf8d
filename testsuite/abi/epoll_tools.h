/* SPDX-License-Identifier: MIT */
/* What the tests of epoll have in common: short names for its calls. */
#ifndef EPOLL_TOOLS_H
#define EPOLL_TOOLS_H

#include "tap.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

static struct epoll_event got[64];

static inline int add(int epoll, int fd, unsigned events, uint64_t data)
{
    struct epoll_event event = { .events = events, .data.u64 = data };
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static inline int change(int epoll, int fd, unsigned events, uint64_t data)
{
    struct epoll_event event = { .events = events, .data.u64 = data };
    return epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
}

static inline int del(int epoll, int fd)
{
    return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
}

static inline int now(int epoll)
{
    return epoll_wait(epoll, got, 64, 0);
}

static inline void put(int fd, uint64_t value)
{
    if (write(fd, &value, 8) != 8)
        note("write of %llu failed", (unsigned long long)value);
}

static inline uint64_t take(int fd)
{
    uint64_t value = 0;
    return read(fd, &value, 8) == 8 ? value : (uint64_t)-1;
}

#endif
