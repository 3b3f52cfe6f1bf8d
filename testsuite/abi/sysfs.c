/* SPDX-License-Identifier: MIT */
/* /sys: the few names that programs look for everywhere. */
#include "proc.h"

#include <sched.h>
#include <sys/statfs.h>

/* Positions end where those of files without O_LARGEFILE did. */
static void far_away(void)
{
    static const struct {
        const char *path;
        bool ends;
    } rows[] = {
        { "/sys", true },
        { "/sys/devices/system/cpu", true },
        { "/sys/devices/system/cpu/online", true },
        { "/proc", true },
        { "/proc/self", true },
        { "/proc/self/fd", true },
        { "/proc/self/fdinfo", true },
        { "/proc/self/task", true },
        { "/proc/sys", true },
        { "/proc/sys/kernel", true },
        { "/proc/self/auxv", true },
        { "/proc/self/cmdline", true },
        { "/proc/self/environ", true },
        { "/proc/self/oom_adj", true },
        { "/proc/self/loginuid", true },
        { "/proc/self/coredump_filter", true },
        { "/proc/self/oom_score_adj", false },
        { "/proc/self/stat", false },
        { "/proc/self/mounts", false },
        { "/proc/sys/kernel/ostype", false },
        { "/proc/sys/kernel/hostname", false },
        { "/proc/version", false },
        { "/dev/pts", false },
        { "/tmp", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[64];
        int fd = open(rows[i].path, O_RDONLY);
        bool near = lseek(fd, 0x7fffffff, SEEK_SET) == 0x7fffffff;
        bool far = lseek(fd, 0x80000000, SEEK_SET) == 0x80000000;
        bool very = lseek(fd, INT64_MAX, SEEK_SET) == INT64_MAX;
        snprintf(text, sizeof text, "the end of %s", rows[i].path);
        if (!tap_case(near && far != rows[i].ends && very == far, text))
            note("near %d, far %d, very far %d", near, far, very);
        close(fd);
    }
}

static void run(void)
{
    far_away();
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
