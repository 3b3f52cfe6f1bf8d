/* SPDX-License-Identifier: MIT */
/* The mount that everything hangs from. */
#include "tap.h"

#include <sys/mount.h>

static void run(void)
{
    fails_with(EINVAL, umount("/"));
    fails_with(EINVAL, umount2("/", MNT_FORCE));
    fails_with(EINVAL, umount2("/", MNT_EXPIRE));
    fails_with(EINVAL, umount2("/", MNT_EXPIRE | MNT_DETACH));
    fails_with(EINVAL, umount2("/", 0x100));
    fails_with(EINVAL, umount("/proc/self"));
    fails_with(ENOENT, umount("/nowhere"));
    ok(!access("/dev/null", F_OK));
}
TEST_MAIN
