/* SPDX-License-Identifier: MIT */
/* What the fuzzer must not call, and why: not because the kernel could not
 * bear it, but because a test cannot go on after a power-off. */
#include "fuzz.h"
#include <string.h>

enum { NOT_ROOT = 1, NOT_DIFFER = 2, NEVER = 7 };

static const struct {
    const char *name;
    int where;
    const char *reason;
} confined[] = {
    { "vfork", NEVER, "a child of C code on its parent's stack" },

    { "reboot", NOT_ROOT, "it powers the machine off" },
    { "kill", NOT_ROOT, "-1 ends who watches the fuzzer" },
    { "tkill", NOT_ROOT, "any thread, the watcher's too" },
    { "tgkill", NOT_ROOT, "any thread, the watcher's too" },
    { "rt_sigqueueinfo", NOT_ROOT, "any process, the watcher too" },
    { "rt_tgsigqueueinfo", NOT_ROOT, "any thread, the watcher's too" },
    { "fcntl", NOT_ROOT, "F_SETOWN: any process, the watcher too" },
    { "setpriority", NOT_ROOT, "of all of root's processes" },
    { "sched_setscheduler", NOT_ROOT, "a real-time loop starves the watcher" },
    { "sched_setattr", NOT_ROOT, "a real-time loop starves the watcher" },
    { "chroot", NOT_ROOT, "a second one is the way out of the first" },
    { "pivot_root", NOT_ROOT, "it moves the root under everybody" },
    { "syslog", NOT_ROOT | NOT_DIFFER, "the console, and a log of its own" },
    { "clock_settime", NOT_ROOT, "other tests look at the clock" },
    { "settimeofday", NOT_ROOT, "other tests look at the clock" },
    { "adjtimex", NOT_ROOT, "other tests look at the clock" },
    { "clock_adjtime", NOT_ROOT, "other tests look at the clock" },
    { "sethostname", NOT_ROOT, "other tests look at the name" },
    { "setdomainname", NOT_ROOT, "other tests look at the name" },
    { "kexec_load", NOT_ROOT, "another kernel" },
    { "kexec_file_load", NOT_ROOT, "another kernel" },
    { "init_module", NOT_ROOT, "code of the kernel" },
    { "finit_module", NOT_ROOT, "code of the kernel" },
    { "delete_module", NOT_ROOT, "code of the kernel" },
    { "iopl", NOT_ROOT, "ports of devices" },
    { "ioperm", NOT_ROOT, "ports of devices" },
    { "swapoff", NOT_ROOT, "other programs' memory" },
    { "acct", NOT_ROOT, "a log of the whole machine" },
    { "quotactl", NOT_ROOT, "quotas of the whole machine" },
    { "bpf", NOT_ROOT, "programs that outlive the fuzzer" },
    { "ptrace", NOT_ROOT, "the watcher can be traced" },
    { "process_vm_writev", NOT_ROOT, "the watcher's memory" },
    { "setns", NOT_ROOT, "out of the place" },
    { "open_by_handle_at", NOT_ROOT, "out of the place" },
    { "name_to_handle_at", NOT_DIFFER, "a part of it is random" },

    { "time", NOT_DIFFER, "never the same twice" },
    { "times", NOT_DIFFER, "never the same twice" },
    { "alarm", NOT_DIFFER, "gives what is left of the fuzzer's own" },
    { "setitimer", NOT_DIFFER, "the fuzzer's own alarm is one" },
    { "rt_sigreturn", NOT_DIFFER, "goes where the stack says" },
    { "getdents", NOT_DIFFER, "the size of names in any order" },
    { "getdents64", NOT_DIFFER, "the size of names in any order" },
    { "fchmod", NOT_DIFFER, "files without names may share their rights" },
    { "fchown", NOT_DIFFER, "files without names may share their owner" },
    { "flock", NOT_DIFFER, "files without names may share their locks" },
#ifdef __aarch64__
    { "getrandom", NOT_DIFFER, "how much comes before a hole, to a word" },
#endif
    { "ioprio_get", NOT_DIFFER, "the kernel's own threads are root's" },
    { "getpriority", NOT_DIFFER, "the kernel's own threads are root's" },
    { "sched_rr_get_interval", NOT_DIFFER, "the scheduler's own matter" },
};

bool confine_allows(const char *name, enum fuzz_mode mode)
{
    static const int bits[] = {
        [MODE_ROOT] = NOT_ROOT, [MODE_NOBODY] = 4, [MODE_DIFFER] = NOT_DIFFER,
    };
    for (unsigned i = 0; i < sizeof confined / sizeof confined[0]; i++)
        if (!strcmp(confined[i].name, name))
            return !(confined[i].where & bits[mode]);
    return true;
}
