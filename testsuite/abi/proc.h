/* SPDX-License-Identifier: MIT */
/* Reading /proc in tests. */
#ifndef PROC_H
#define PROC_H

#include "who.h"

#include <ctype.h>

/* A whole file, NUL-ended; "" if it cannot be read. */
static inline const char *whole(const char *path)
{
    static char text[65536];
    size_t used = 0;
    ssize_t got;
    int fd = open(path, O_RDONLY);
    while (used < sizeof text - 1 &&
        (got = read(fd, text + used, sizeof text - 1 - used)) > 0)
        used += got;
    close(fd);
    text[used] = 0;
    return text;
}

/* What is told of a descriptor, from a word on; "" if that is not there. */
static inline const char *fdinfo_from(int fd, const char *word)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    const char *text = whole(path), *start = strstr(text, word);
    if (!*text)
        note("%s is not to be read", path);
    return start ? start : "";
}

/* The size of a file by reading. */
static inline size_t bytes_of(const char *path)
{
    char text[4096];
    size_t used = 0;
    ssize_t got;
    int fd = open(path, O_RDONLY);
    while ((got = read(fd, text, sizeof text)) > 0)
        used += got;
    close(fd);
    return used;
}

/* What follows "name:" and white space in a file of lines; NULL: no line. */
static inline const char *value_of(const char *path, const char *name)
{
    static char value[4096];
    size_t bytes = strlen(name);
    const char *line = whole(path);
    while (line && *line) {
        const char *end = strchr(line, '\n');
        if (!strncmp(line, name, bytes) && line[bytes] == ':') {
            const char *at = line + bytes + 1;
            while (*at == ' ' || *at == '\t')
                at++;
            size_t length = end ? (size_t)(end - at) : strlen(at);
            memcpy(value, at, length);
            value[length] = 0;
            return value;
        }
        line = end ? end + 1 : NULL;
    }
    return NULL;
}

static inline long long number_of(const char *path, const char *name)
{
    const char *value = value_of(path, name);
    return value ? strtoll(value, NULL, 10) : -1;
}

static inline const char *link_text(const char *path)
{
    static char text[4096];
    ssize_t bytes = readlink(path, text, sizeof text - 1);
    text[bytes < 0 ? 0 : bytes] = 0;
    return text;
}

/* Does text look like pattern? d: digits, x: hexadecimal digits, s: anything
 * but white space, each one or more; all else is itself. */
static inline bool looks_like(const char *text, const char *pattern)
{
    for (; *pattern; pattern++) {
        if (*pattern != '%') {
            if (*text++ != *pattern)
                return false;
            continue;
        }
        const char *start = text;
        switch (*++pattern) {
        case 'd':
            text += *text == '-';
            while (isdigit((unsigned char)*text))
                text++;
            break;
        case 'x':
            while (isxdigit((unsigned char)*text))
                text++;
            break;
        case 's':
            while (*text && !isspace((unsigned char)*text))
                text++;
            break;
        case '*':
            return true;
        }
        if (text == start)
            return false;
    }
    return !*text;
}

/* It ends when *until is closed. */
static inline pid_t child_that_waits(int *until)
{
    int ends[2];
    char byte;
    pipe(ends);
    pid_t child = fork();
    if (!child) {
        close(ends[1]);
        read(ends[0], &byte, 1);
        _exit(0);
    }
    close(ends[0]);
    *until = ends[1];
    return child;
}

#endif
