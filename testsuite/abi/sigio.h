/* SPDX-License-Identifier: MIT */
/* What signals say of files (O_ASYNC), as text: one word for each that is
 * pending. */
#ifndef SIGIO_H
#define SIGIO_H

#include "who.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <time.h>

enum { NEWS = 40 }; /* a real-time signal, of nobody else's */

static int news_fd; /* the one that is expected */

static inline sigset_t news_set(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGIO);
    sigaddset(&set, SIGURG);
    sigaddset(&set, NEWS);
    return set;
}

/* They wait until they are asked for. */
static inline void block_news(void)
{
    sigset_t set = news_set();
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static inline size_t word_of(const siginfo_t *info, char *to, size_t room)
{
    static const struct {
        const char *name;
        long band;
    } codes[] = {
        [POLL_IN] = { "in", 0x41 },
        [POLL_OUT] = { "out", 0x304 },
        [POLL_MSG] = { "message", 0x441 },
        [POLL_ERR] = { "error", 0x8 },
        [POLL_PRI] = { "urgent", 0x82 },
        [POLL_HUP] = { "hangup", 0x18 },
    };
    const char *signal = info->si_signo == SIGIO ? "SIGIO "
        : info->si_signo == SIGURG               ? "SIGURG "
                                                 : "";
    int code = info->si_code;
    if (code == SI_KERNEL)
        return snprintf(to, room, "%splain ", signal);
    if (code < POLL_IN || code > POLL_HUP)
        return snprintf(to, room, "%scode%d ", signal, code);
    size_t used = snprintf(to, room, "%s%s ", signal, codes[code].name);
    if (info->si_band != codes[code].band)
        used += snprintf(to + used, room - used, "band%lx ", info->si_band);
    if (info->si_fd != news_fd)
        used += snprintf(to + used, room - used, "fd%d ", info->si_fd);
    return used;
}

/* Those that are there; the first is waited for. */
static inline const char *news_within(int seconds)
{
    static char text[4000];
    siginfo_t info;
    sigset_t set = news_set();
    struct timespec wait = { seconds, 0 };
    size_t used = 0;
    text[0] = 0;
    while (used < sizeof text - 100 && sigtimedwait(&set, &info, &wait) > 0) {
        used += word_of(&info, text + used, sizeof text - used);
        wait.tv_sec = 0;
    }
    if (used)
        text[used - 1] = 0;
    return text;
}

static inline const char *news(void)
{
    return news_within(0);
}

/* From now on fd tells us, by that signal (0: plainly). */
static inline void tell_us(int fd, int signal)
{
    news_fd = fd;
    if (fcntl(fd, F_SETSIG, signal) || fcntl(fd, F_SETOWN, getpid()) ||
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC))
        note("cannot be told of %d: %s", fd, strerror(errno));
}

static inline void tell_no_more(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_ASYNC);
}

static inline bool is_async(int fd)
{
    return fcntl(fd, F_GETFL) & O_ASYNC;
}

#endif
