/* SPDX-License-Identifier: MIT */
/* prctl, option by option: what each takes and refuses, and which of them look
 * at the arguments that they have no use for. */
#include "who.h"

#include <linux/prctl.h>
#include <linux/securebits.h>

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)

enum { NOWHERE = 8 };

static long long word;
static char name[16];
#define AT(place) ((unsigned long)(place))

/* An error is negative, as the call gives it. */
static const struct row {
    const char *text;
    int option;
    unsigned long a, b, c, d;
    int result;
} rows[] = {
#define ROW(option, ...) { #option " " #__VA_ARGS__, option, __VA_ARGS__ }
    ROW(PR_SET_PDEATHSIG, 64, 1, 1, 1, 0),
    ROW(PR_SET_PDEATHSIG, 65, 0, 0, 0, -EINVAL),
    ROW(PR_SET_PDEATHSIG, 0, 0, 0, 0, 0),
    ROW(PR_GET_PDEATHSIG, AT(&word), 1, 1, 1, 0),
    ROW(PR_GET_PDEATHSIG, NOWHERE, 0, 0, 0, -EFAULT),
    ROW(PR_GET_DUMPABLE, 1, 1, 1, 1, 1),
    ROW(PR_SET_DUMPABLE, 2, 0, 0, 0, -EINVAL),
    ROW(PR_SET_DUMPABLE, 1, 1, 1, 1, 0),
    ROW(PR_GET_UNALIGN, AT(&word), 0, 0, 0, -EINVAL),
    ROW(PR_SET_UNALIGN, PR_UNALIGN_SIGBUS, 0, 0, 0, -EINVAL),
    ROW(PR_GET_KEEPCAPS, 1, 1, 1, 1, 0),
    ROW(PR_SET_KEEPCAPS, 2, 0, 0, 0, -EINVAL),
    ROW(PR_SET_KEEPCAPS, 0, 1, 1, 1, 0),
    ROW(PR_GET_FPEMU, AT(&word), 0, 0, 0, -EINVAL),
    ROW(PR_SET_FPEMU, PR_FPEMU_NOPRINT, 0, 0, 0, -EINVAL),
    ROW(PR_GET_FPEXC, AT(&word), 0, 0, 0, -EINVAL),
    ROW(PR_SET_FPEXC, PR_FP_EXC_DISABLED, 0, 0, 0, -EINVAL),
    ROW(PR_GET_TIMING, 1, 1, 1, 1, PR_TIMING_STATISTICAL),
    ROW(PR_SET_TIMING, PR_TIMING_STATISTICAL, 1, 1, 1, 0),
    ROW(PR_SET_TIMING, PR_TIMING_TIMESTAMP, 0, 0, 0, -EINVAL),
    ROW(PR_SET_NAME, AT("name"), 1, 1, 1, 0),
    ROW(PR_SET_NAME, NOWHERE, 0, 0, 0, -EFAULT),
    ROW(PR_GET_NAME, AT(name), 1, 1, 1, 0),
    ROW(PR_GET_NAME, NOWHERE, 0, 0, 0, -EFAULT),
    ROW(PR_GET_ENDIAN, AT(&word), 0, 0, 0, -EINVAL),
    ROW(PR_SET_ENDIAN, PR_ENDIAN_LITTLE, 0, 0, 0, -EINVAL),
    ROW(PR_GET_SECCOMP, 1, 1, 1, 1, 0),
    ROW(PR_SET_SECCOMP, 0, 0, 0, 0, -EINVAL),
    ROW(PR_SET_SECCOMP, 9, 0, 0, 0, -EINVAL),
    ROW(PR_CAPBSET_READ, 0, 1, 1, 1, 1),
    ROW(PR_CAPBSET_READ, 64, 0, 0, 0, -EINVAL),
    ROW(PR_CAPBSET_DROP, 64, 0, 0, 0, -EINVAL),
    ROW(PR_GET_SECUREBITS, 1, 1, 1, 1, 0),
    ROW(PR_SET_SECUREBITS, 0, 1, 1, 1, 0),
    ROW(PR_SET_SECUREBITS, 1 << 12, 0, 0, 0, -EPERM),
    ROW(PR_GET_TIMERSLACK, 1, 1, 1, 1, 50000),
    ROW(PR_SET_TIMERSLACK, 50000, 1, 1, 1, 0),
    ROW(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 0, 0, 0, 0),
    ROW(PR_MCE_KILL_GET, 0, 0, 0, 0, PR_MCE_KILL_DEFAULT),
    ROW(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0, 0),
    ROW(PR_MCE_KILL_GET, 0, 0, 0, 0, PR_MCE_KILL_EARLY),
    ROW(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_LATE, 0, 0, 0),
    ROW(PR_MCE_KILL_GET, 0, 0, 0, 0, PR_MCE_KILL_LATE),
    ROW(PR_MCE_KILL, PR_MCE_KILL_SET, 3, 0, 0, -EINVAL),
    ROW(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 1, 0, -EINVAL),
    ROW(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 1, -EINVAL),
    ROW(PR_MCE_KILL, PR_MCE_KILL_CLEAR, 1, 0, 0, -EINVAL),
    ROW(PR_MCE_KILL, 2, 0, 0, 0, -EINVAL),
    ROW(PR_MCE_KILL_GET, 1, 0, 0, 0, -EINVAL),
    ROW(PR_MCE_KILL_GET, 0, 0, 0, 1, -EINVAL),
    ROW(PR_MCE_KILL_GET, 0, 0, 0, 0, PR_MCE_KILL_LATE),
    ROW(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_DEFAULT, 0, 0, 0),
    ROW(PR_MCE_KILL_GET, 0, 0, 0, 0, PR_MCE_KILL_DEFAULT),
    ROW(PR_SET_CHILD_SUBREAPER, 0, 1, 1, 1, 0),
    ROW(PR_GET_CHILD_SUBREAPER, AT(&word), 1, 1, 1, 0),
    ROW(PR_GET_CHILD_SUBREAPER, NOWHERE, 0, 0, 0, -EFAULT),
    ROW(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0, 0),
    ROW(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0, -EINVAL),
    ROW(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 1, -EINVAL),
    ROW(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0, -EINVAL),
    ROW(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0, -EINVAL),
    ROW(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 1, -EINVAL),
    ROW(PR_GET_TID_ADDRESS, AT(&word), 1, 1, 1, 0),
    ROW(PR_GET_TID_ADDRESS, NOWHERE, 0, 0, 0, -EFAULT),
    ROW(PR_GET_THP_DISABLE, 0, 0, 0, 0, 0),
    ROW(PR_GET_THP_DISABLE, 1, 0, 0, 0, -EINVAL),
    ROW(PR_GET_THP_DISABLE, 0, 0, 0, 1, -EINVAL),
    ROW(PR_SET_THP_DISABLE, 5, 0, 0, 0, 0),
    ROW(PR_GET_THP_DISABLE, 0, 0, 0, 0, 1),
    ROW(PR_SET_THP_DISABLE, 0, 1, 0, 0, -EINVAL),
    ROW(PR_SET_THP_DISABLE, 0, 0, 0, 1, -EINVAL),
    ROW(PR_GET_THP_DISABLE, 0, 0, 0, 0, 1),
    ROW(PR_SET_THP_DISABLE, 0, 0, 0, 0, 0),
    ROW(PR_GET_THP_DISABLE, 0, 0, 0, 0, 0),
    ROW(PR_MPX_ENABLE_MANAGEMENT, 0, 0, 0, 0, -EINVAL),
    ROW(PR_MPX_DISABLE_MANAGEMENT, 0, 0, 0, 0, -EINVAL),
    ROW(PR_SET_FP_MODE, 0, 0, 0, 0, -EINVAL),
    ROW(PR_GET_FP_MODE, 0, 0, 0, 0, -EINVAL),
    ROW(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 1, 0, 0, 0),
    ROW(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 1, 1, 0, -EINVAL),
    ROW(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 1, 0, 1, -EINVAL),
    ROW(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 64, 0, 0, -EINVAL),
    ROW(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 1, 0, 0, -EPERM),
    ROW(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, 64, 0, 0, -EINVAL),
    ROW(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, 1, 0, 0, 0),
    ROW(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0, 0),
    ROW(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 1, 0, 0, -EINVAL),
    ROW(PR_CAP_AMBIENT, 0, 0, 0, 0, -EINVAL),
    ROW(PR_CAP_AMBIENT, 5, 0, 0, 0, -EINVAL),
    ROW(PR_GET_SPECULATION_CTRL, 99, 0, 0, 0, -ENODEV),
    ROW(PR_GET_SPECULATION_CTRL, 0, 1, 0, 0, -EINVAL),
    ROW(PR_GET_SPECULATION_CTRL, 0, 0, 0, 1, -EINVAL),
    ROW(PR_SET_SPECULATION_CTRL, 99, 0, 0, 0, -ENODEV),
    ROW(PR_SET_SPECULATION_CTRL, 0, 0, 1, 0, -EINVAL),
    ROW(PR_SET_SPECULATION_CTRL, 0, 0, 0, 1, -EINVAL),
#ifdef __x86_64__
    ROW(PR_SET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, PR_SPEC_ENABLE, 0, 0,
        -ENXIO),
    ROW(PR_SET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH, 99, 0, 0, -ERANGE),
#else
    ROW(PR_SET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, PR_SPEC_ENABLE, 0, 0, 0),
    ROW(PR_SET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, 99, 0, 0, -ERANGE),
#endif
    ROW(PR_SET_MM, 99, 0, 0, 0, -EINVAL),
    ROW(PR_SET_VMA, 99, 0, 0, 0, -EINVAL),
    ROW(0, 0, 0, 0, 0, -EINVAL),
    ROW(9999, 0, 0, 0, 0, -EINVAL),
    ROW(-1, 0, 0, 0, 0, -EINVAL),
};

static void options(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        long result =
            raw(prctl, row->option, row->a, row->b, row->c, row->d);
        if (result < 0)
            result = -errno;
        if (!tap_case(result == row->result, row->text))
            note("%s: got %ld", row->text, result);
    }
}

static void of_user(void *none)
{
    (void)none;
    if (setresuid(USER, USER, USER))
        _exit(1);
    if (raw(prctl, PR_CAPBSET_DROP, 64, 0, 0, 0) != -1 || errno != EPERM)
        _exit(2);
    if (raw(prctl, PR_SET_SECUREBITS, 0, 0, 0, 0) != -1 || errno != EPERM)
        _exit(3);
}

static void locked(void *none)
{
    (void)none;
    if (raw(prctl, PR_SET_SECUREBITS, SECBIT_KEEP_CAPS_LOCKED, 0, 0, 0))
        _exit(1);
    if (raw(prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0) != -1 || errno != EPERM)
        _exit(2);
}

/* Machine checks are a thread's matter, huge pages those of a space: handed
 * down both, to programs too. */
static void handed_down(void *none)
{
    (void)none;
    raw(prctl, PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0);
    raw(prctl, PR_SET_THP_DISABLE, 1, 0, 0, 0);
    pid_t child = fork();
    int status;
    if (!child)
        _exit(raw(prctl, PR_MCE_KILL_GET, 0, 0, 0, 0) == PR_MCE_KILL_EARLY &&
                    raw(prctl, PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1
                ? 0
                : 1);
    waitpid(child, &status, 0);
    if (status)
        _exit(1);
    execl("/proc/self/exe", "prctl", "handed", NULL);
    _exit(2);
}

static void run(void)
{
    options();
    is(in_child(of_user, NULL), 0);
    is(in_child(locked, NULL), 0);
    is(in_child(handed_down, NULL), 0);
}

int main(int count, char **words)
{
    (void)words;
    if (count > 1)
        return raw(prctl, PR_MCE_KILL_GET, 0, 0, 0, 0) != PR_MCE_KILL_EARLY ||
            raw(prctl, PR_GET_THP_DISABLE, 0, 0, 0, 0) != 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    tap_limit();
    run();
    printf("1..%d\n", tap_cases);
    return tap_failures != 0;
}
