/* SPDX-License-Identifier: MIT */
/* Being someone else for a while, and short words for what tests of files do
 * all the time.  Only the effective ids change, so that root can come back. */
#ifndef WHO_H
#define WHO_H

#include "tap.h"

#include <grp.h>
#include <sys/stat.h>
#include <time.h>

enum { USER = 1000, OTHER = 2000, GROUP = 1000, OTHER_GROUP = 2000 };

static inline void become_root(void)
{
    if (seteuid(0) || setegid(0) || setgroups(0, NULL))
        _exit(97);
}

static inline void become(uid_t uid, gid_t gid)
{
    become_root();
    if (setegid(gid) || seteuid(uid))
        _exit(97);
}

static inline void become_member(uid_t uid, gid_t gid, gid_t also)
{
    become_root();
    if (setgroups(1, &also) || setegid(gid) || seteuid(uid))
        _exit(97);
}

/* A regular file that is empty, of mode and owner whatever the umask. */
static inline void make_file(const char *path, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    if (fd < 0 || fchmod(fd, mode))
        note("cannot make %s: %s", path, strerror(errno));
    close(fd);
}

static inline void make_file_of(
    const char *path, mode_t mode, uid_t uid, gid_t gid)
{
    make_file(path, 0600);
    if (chown(path, uid, gid) || chmod(path, mode))
        note("cannot give %s away: %s", path, strerror(errno));
}

static inline void make_directory_of(
    const char *path, mode_t mode, uid_t uid, gid_t gid)
{
    if (mkdir(path, 0700) || chown(path, uid, gid) || chmod(path, mode))
        note("cannot make directory %s: %s", path, strerror(errno));
}

/* Until the clock that files' times are taken from has moved on: a tick that a
 * busy host delays may be long. */
static inline void until_tick(void)
{
    struct timespec start, now;
    clock_gettime(CLOCK_REALTIME_COARSE, &start);
    do {
        usleep(5000);
        clock_gettime(CLOCK_REALTIME_COARSE, &now);
    } while (now.tv_sec == start.tv_sec && now.tv_nsec == start.tv_nsec);
}

static inline bool exists(const char *path)
{
    struct stat status;
    return !lstat(path, &status);
}

/* The permission bits; -1: it is not there. */
static inline int mode_of(const char *path)
{
    struct stat status;
    return lstat(path, &status) ? -1 : (int)(status.st_mode & 07777);
}

static inline int type_of(const char *path)
{
    struct stat status;
    return lstat(path, &status) ? -1 : (int)(status.st_mode & S_IFMT);
}

static inline long links_of(const char *path)
{
    struct stat status;
    return lstat(path, &status) ? -1 : (long)status.st_nlink;
}

static inline long long size_of(const char *path)
{
    struct stat status;
    return lstat(path, &status) ? -1 : (long long)status.st_size;
}

#endif
