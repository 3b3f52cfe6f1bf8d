/* SPDX-License-Identifier: MIT */
/* What the tests of inotify have in common: events as lines of text. */
#ifndef INOTIFY_H
#define INOTIFY_H

#include "tap.h"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

static const struct {
    uint32_t bit;
    const char *name;
} event_names[] = {
    { IN_ACCESS, "access" }, { IN_MODIFY, "modify" }, { IN_ATTRIB, "attrib" },
    { IN_CLOSE_WRITE, "written" }, { IN_CLOSE_NOWRITE, "closed" },
    { IN_OPEN, "open" }, { IN_MOVED_FROM, "from" }, { IN_MOVED_TO, "to" },
    { IN_CREATE, "create" }, { IN_DELETE, "delete" },
    { IN_DELETE_SELF, "deleted" }, { IN_MOVE_SELF, "moved" },
    { IN_UNMOUNT, "unmount" }, { IN_Q_OVERFLOW, "overflow" },
    { IN_IGNORED, "ignored" },
};

static uint32_t last_cookie;

/* All that is queued: "open x/ access closed ", a name behind its event, a
 * directory's event with a slash. */
static inline const char *told(int fd)
{
    static char text[4096], buffer[8192] __attribute__((aligned(8)));
    ssize_t bytes;
    text[0] = '\0';
    while ((bytes = read(fd, buffer, sizeof buffer)) > 0) {
        for (char *at = buffer; at < buffer + bytes;) {
            struct inotify_event *event = (void *)at;
            for (unsigned i = 0; i < sizeof event_names / sizeof *event_names;
                 i++)
                if (event->mask & event_names[i].bit)
                    strcat(text, event_names[i].name);
            if (event->mask & IN_ISDIR)
                strcat(text, "/");
            if (event->len) {
                strcat(text, ":");
                strcat(text, event->name);
            }
            strcat(text, " ");
            if (event->cookie)
                last_cookie = event->cookie;
            at += sizeof *event + event->len;
        }
    }
    return text;
}

#endif
