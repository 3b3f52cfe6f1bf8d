/* SPDX-License-Identifier: MIT */
/* For those who are to do something to others that wait. */
#ifndef ASLEEP_H
#define ASLEEP_H

#include "tap.h"

/* Until the thread's state in /proc is that letter, or it is gone. */
static inline void until_state(int tid, char state)
{
    char path[64], text[128] = "", wanted[] = { ')', ' ', state, ' ', 0 };
    snprintf(path, sizeof path, "/proc/%d/stat", tid);
    for (;;) {
        int fd = open(path, O_RDONLY);
        ssize_t got = read(fd, text, sizeof text - 1);
        close(fd);
        text[got < 0 ? 0 : got] = '\0';
        if (got < 0 || strstr(text, wanted))
            return;
        usleep(1000);
    }
}

/* Until the thread sleeps in a call. */
static inline void until_asleep(int tid)
{
    until_state(tid, 'S');
}

#endif
