/* SPDX-License-Identifier: MIT */
/* /sys: the few names that programs look for everywhere. */
#include "proc.h"

#include <sched.h>
#include <sys/statfs.h>

static void run(void)
{
    static const char *const directories[] = { "/sys/block", "/sys/bus",
        "/sys/class", "/sys/dev", "/sys/dev/block", "/sys/devices",
        "/sys/devices/system", "/sys/devices/system/cpu",
        "/sys/devices/system/cpu/cpu0", "/sys/fs", "/sys/kernel" };
    struct stat s;
    struct statfs t;
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
        tap_case(!stat(directories[i], &s) && S_ISDIR(s.st_mode),
            directories[i]);
    statfs("/sys", &t);
    is(t.f_type, 0x62656572);
    cpu_set_t set;
    int last = 0;
    sched_getaffinity(0, sizeof set, &set);
    for (int i = 0; i < 64; i++)
        if (CPU_ISSET(i, &set))
            last = i;
    char wanted[32];
    snprintf(wanted, sizeof wanted, last ? "0-%d\n" : "0\n", last);
    is_text(whole("/sys/devices/system/cpu/online"), wanted);
    is_text(whole("/sys/devices/system/cpu/present"), wanted);
    ok(looks_like(whole("/sys/devices/system/cpu/possible"), wanted) ||
        looks_like(whole("/sys/devices/system/cpu/possible"), "0-%d\n"));
    stat("/sys/devices/system/cpu/online", &s);
    is(s.st_mode, S_IFREG | 0444);
    is(s.st_size, 4096);
    fails_with(EACCES, open("/sys/new", O_RDWR | O_CREAT, 0600));
    fails_with(EPERM, mkdir("/sys/new", 0755));
    fails_with(EPERM, unlink("/sys/devices/system/cpu/online"));
}
TEST_MAIN
