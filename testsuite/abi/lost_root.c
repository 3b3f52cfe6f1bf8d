/* SPDX-License-Identifier: MIT */
/* A process whose root directory is in a mount that was taken away. */
#include "who.h"

#include <sys/mount.h>

static ssize_t bytes_of(int directory, const char *name)
{
    static char text[65536];
    int fd = openat(directory, name, O_RDONLY);
    if (fd < 0)
        return -1;
    ssize_t bytes = read(fd, text, sizeof text);
    close(fd);
    return bytes;
}

static void run(void)
{
    int self = open("/proc/self", O_PATH | O_DIRECTORY);
    mkdir("m", 0755);
    is(mount("none", "m", "tmpfs", 0, NULL), 0);
    mkdir("m/inside", 0755);
    is(chdir("m"), 0);
    is(chroot("."), 0);
    ok(bytes_of(self, "mounts") > 0);
    is(umount2("/", MNT_DETACH), 0);
    ok(exists("/inside"));
    ok(!exists("/proc"));
    /* None of the mounts that there are can be reached from here. */
    is(bytes_of(self, "mounts"), 0);
    is(bytes_of(self, "mountinfo"), 0);
    is(bytes_of(self, "mountstats"), 0);
    ok(mount("none", "/inside", "tmpfs", 0, NULL) == -1);
    ok(mount("/inside", "/inside", NULL, MS_BIND, NULL) == -1);
    fails_with(EINVAL, umount("/"));
    is(mkdir("/inside/more", 0755), 0);
    is(rmdir("/inside/more"), 0);
    close(self);
}
TEST_MAIN
