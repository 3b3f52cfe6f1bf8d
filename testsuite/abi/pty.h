/* SPDX-License-Identifier: MIT */
/* Pseudo terminals for tests. */
#ifndef PTY_H
#define PTY_H

#include "who.h"

#include <asm/ioctls.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

enum { PATIENCE_MS = 20000 };

struct pty {
    int master, slave;
    char path[32];
};

/* Both ends; neither becomes anybody's terminal. */
static inline struct pty open_pty(void)
{
    struct pty pty = { -1, -1, "" };
    int zero = 0, number = -1;
    pty.master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    ioctl(pty.master, TIOCSPTLCK, &zero);
    ioctl(pty.master, TIOCGPTN, &number);
    snprintf(pty.path, sizeof pty.path, "/dev/pts/%d", number);
    pty.slave = open(pty.path, O_RDWR | O_NOCTTY);
    if (pty.master < 0 || pty.slave < 0)
        note("no pty: %s", strerror(errno));
    return pty;
}

static inline void close_pty(struct pty *pty)
{
    close(pty->slave);
    close(pty->master);
}

static inline void set_modes(int fd, tcflag_t input, tcflag_t output,
    tcflag_t local)
{
    struct termios modes;
    tcgetattr(fd, &modes);
    modes.c_iflag = input, modes.c_oflag = output, modes.c_lflag = local;
    if (tcsetattr(fd, TCSANOW, &modes))
        note("tcsetattr: %s", strerror(errno));
}

/* Is there something to read within so many milliseconds? */
static inline bool comes(int fd, int milliseconds)
{
    struct pollfd item = { fd, POLLIN, 0 };
    return poll(&item, 1, milliseconds) == 1 && item.revents & POLLIN;
}

/* What is there to be read, as text with its unprintables named.  As long as it
 * is shorter than what is wanted more is awaited; then, for a moment, what must
 * not come. */
static inline const char *awaited(int fd, const char *wanted)
{
    static char text[20000];
    char raw[4096];
    size_t used = 0;
    ssize_t got;
    while (comes(fd, used < strlen(wanted) ? PATIENCE_MS : 30) &&
        (got = read(fd, raw, sizeof raw)) > 0)
        for (ssize_t i = 0; i < got && used < sizeof text - 8; i++) {
            unsigned char c = raw[i];
            if (c == '\n')
                used += sprintf(text + used, "\\n");
            else if (c == '\r')
                used += sprintf(text + used, "\\r");
            else if (c == '\b')
                used += sprintf(text + used, "\\b");
            else if (c < 32 || c > 126)
                used += sprintf(text + used, "<%d>", c);
            else
                text[used++] = c;
        }
    text[used] = 0;
    return text;
}

#define is_awaited(fd, wanted) is_text(awaited(fd, wanted), wanted)

static inline void type(int master, const char *text)
{
    if (write(master, text, strlen(text)) < 0)
        note("write to the master: %s", strerror(errno));
}

#endif
