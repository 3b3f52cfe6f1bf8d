/* SPDX-License-Identifier: MIT */
/* Modes and owners in /proc: those of the system's files can be changed and
 * stay so, for all who ask; others refuse, or forget. */
#include "proc.h"
#include "tap.h"

static bool is_owned_by(const char *path, uid_t uid, gid_t gid)
{
    struct stat s;
    return !stat(path, &s) && s.st_uid == uid && s.st_gid == gid;
}

static void changed(const char *path, unsigned usual)
{
    is(mode_of(path), usual);
    is(chmod(path, 0600), 0);
    is(mode_of(path), 0600);
    is(chown(path, USER, GROUP), 0);
    ok(is_owned_by(path, USER, GROUP));
    is(mode_of(path), 0600);
    become(OTHER, OTHER_GROUP);
    fails_with(EACCES, open(path, O_RDONLY));
    fails_with(EPERM, chmod(path, 0666));
    fails_with(EPERM, chown(path, OTHER, -1));
    become(USER, GROUP);
    int fd = open(path, O_RDONLY);
    ok(fd >= 0);
    close(fd);
    is(chmod(path, 0640), 0);
    fails_with(EPERM, chown(path, OTHER, -1));
    become_root();
    is(mode_of(path), 0640);
    pid_t child = fork();
    if (!child)
        _exit(mode_of(path) != 0640 || !is_owned_by(path, USER, GROUP));
    int status;
    waitpid(child, &status, 0);
    is(status, 0);
    is(chown(path, 0, 0), 0);
    fd = open(path, O_RDONLY);
    is(fchmod(fd, usual), 0);
    close(fd);
    is(mode_of(path), usual);
    ok(is_owned_by(path, 0, 0));
}

static void refused(void)
{
    static const char *const never[] = { "/proc/self", "/proc/1", "/proc/sys",
        "/proc/sys/kernel", "/proc/sys/kernel/hostname" };
    static const char *const owner_only[] = { "/proc/self/status",
        "/proc/self/comm", "/proc/self/fd", "/proc/self/maps", "/proc/mounts" };
    for (unsigned i = 0; i < sizeof never / sizeof *never; i++) {
        fails_with(EPERM, chmod(never[i], 0600));
        fails_with(EPERM, chown(never[i], USER, GROUP));
    }
    for (unsigned i = 0; i < sizeof owner_only / sizeof *owner_only; i++) {
        fails_with(EPERM, chmod(owner_only[i], 0600));
        is(chown(owner_only[i], USER, GROUP), 0);
        ok(is_owned_by(owner_only[i], 0, 0));
    }
}

static void run(void)
{
    changed("/proc/meminfo", 0444);
    changed("/proc/version", 0444);
    changed("/proc/locks", 0444);
    is(chmod("/proc", 0500), 0);
    is(mode_of("/proc"), 0500);
    become(USER, GROUP);
    fails_with(EACCES, open("/proc/version", O_RDONLY));
    become_root();
    is(chmod("/proc", 0555), 0);
    refused();
    is(utimensat(AT_FDCWD, "/proc/meminfo", NULL, 0), 0);
    is(truncate("/proc/meminfo", 0), 0);
}
TEST_MAIN
