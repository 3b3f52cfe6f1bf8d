/* SPDX-License-Identifier: MIT */
/* Settings below /proc/sys that a test changes for all. */
#ifndef SETTING_H
#define SETTING_H

#include "proc.h"

struct setting {
    int fd;
    char before[32];
};

static inline struct setting setting_of(const char *path)
{
    struct setting setting = { open(path, O_WRONLY | O_CLOEXEC), "" };
    snprintf(setting.before, sizeof setting.before, "%.31s", whole(path));
    return setting;
}

/* 0, or the error below zero. */
static inline int say(const struct setting *setting, const char *value)
{
    return pwrite(setting->fd, value, strlen(value), 0) < 0 ? -errno : 0;
}

/* Someone sees to it that all is as before, however the test ends: until what
 * this gives is closed. */
static inline int guard(const struct setting *const *settings, int count)
{
    int ends[2];
    char byte;
    pipe2(ends, O_CLOEXEC);
    if (!fork()) {
        signal(SIGALRM, SIG_IGN);
        close(ends[1]);
        read(ends[0], &byte, 1);
        for (int i = 0; i < count; i++)
            say(settings[i], settings[i]->before);
        _exit(0);
    }
    close(ends[0]);
    return ends[1];
}

static inline void unguard(int until)
{
    close(until);
    wait(NULL);
}

#endif
