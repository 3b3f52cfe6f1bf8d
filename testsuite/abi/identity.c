/* SPDX-License-Identifier: MIT */
/* Users and groups: every set call by table, for root and for others; groups,
 * filesystem ids, securebits; capabilities and what they let one do. */
#include "asleep.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* Raw calls: the library's go to all threads, and hide nothing. */
enum call { SETUID, SETREUID, SETRESUID, SETFSUID, SETGID, SETREGID, SETRESGID,
    SETFSGID };
static const long numbers[] = { SYS_setuid, SYS_setreuid, SYS_setresuid,
    SYS_setfsuid, SYS_setgid, SYS_setregid, SYS_setresgid, SYS_setfsgid };

enum { KEEP = -1 };
struct ids {
    int real, effective, saved, fs;
};
static const struct row {
    struct ids before;
    enum call call;
    int arguments[3];
    int result; /* errno, or 0 */
    struct ids after;
} rows[] = {
    { { 0, 0, 0, 0 }, SETUID, { 5 }, 0, { 5, 5, 5, 5 } },
    { { 5, 0, 5, 0 }, SETUID, { 7 }, 0, { 7, 7, 7, 7 } },
    { { 5, 6, 7, 6 }, SETUID, { 5 }, 0, { 5, 5, 7, 5 } },
    { { 5, 6, 7, 6 }, SETUID, { 7 }, 0, { 5, 7, 7, 7 } },
    { { 5, 6, 7, 6 }, SETUID, { 6 }, EPERM, { 5, 6, 7, 6 } },
    { { 5, 6, 7, 6 }, SETUID, { 0 }, EPERM, { 5, 6, 7, 6 } },
    { { 0, 6, 7, 6 }, SETUID, { 0 }, 0, { 0, 0, 7, 0 } },
    { { 0, 0, 0, 0 }, SETUID, { KEEP }, EINVAL, { 0, 0, 0, 0 } },
    { { 0, 0, 0, 0 }, SETREUID, { 5, 6 }, 0, { 5, 6, 6, 6 } },
    { { 0, 0, 0, 0 }, SETREUID, { KEEP, 6 }, 0, { 0, 6, 6, 6 } },
    { { 0, 0, 0, 0 }, SETREUID, { 5, KEEP }, 0, { 5, 0, 0, 0 } },
    { { 0, 0, 0, 0 }, SETREUID, { KEEP, 0 }, 0, { 0, 0, 0, 0 } },
    { { 0, 0, 0, 0 }, SETREUID, { KEEP, KEEP }, 0, { 0, 0, 0, 0 } },
    { { 5, 6, 7, 6 }, SETREUID, { 6, 5 }, 0, { 6, 5, 5, 5 } },
    { { 5, 6, 7, 6 }, SETREUID, { KEEP, 7 }, 0, { 5, 7, 7, 7 } },
    { { 5, 6, 7, 6 }, SETREUID, { KEEP, 5 }, 0, { 5, 5, 7, 5 } },
    { { 5, 6, 7, 6 }, SETREUID, { 7, KEEP }, EPERM, { 5, 6, 7, 6 } },
    { { 5, 6, 7, 6 }, SETREUID, { 5, KEEP }, 0, { 5, 6, 6, 6 } },
    { { 5, 6, 7, 6 }, SETREUID, { KEEP, 8 }, EPERM, { 5, 6, 7, 6 } },
    { { 0, 0, 0, 0 }, SETRESUID, { 5, 6, 7 }, 0, { 5, 6, 7, 6 } },
    { { 0, 0, 0, 0 }, SETRESUID, { KEEP, KEEP, 7 }, 0, { 0, 0, 7, 0 } },
    { { 5, 6, 7, 6 }, SETRESUID, { 7, 5, 6 }, 0, { 7, 5, 6, 5 } },
    { { 5, 6, 7, 6 }, SETRESUID, { 6, 6, 6 }, 0, { 6, 6, 6, 6 } },
    { { 5, 6, 7, 6 }, SETRESUID, { KEEP, KEEP, 8 }, EPERM, { 5, 6, 7, 6 } },
    { { 5, 6, 7, 6 }, SETRESUID, { 0, KEEP, KEEP }, EPERM, { 5, 6, 7, 6 } },
    { { 0, 0, 0, 9 }, SETRESUID, { KEEP, KEEP, KEEP }, 0, { 0, 0, 0, 9 } },
    { { 0, 0, 0, 9 }, SETRESUID, { KEEP, 0, KEEP }, 0, { 0, 0, 0, 0 } },
    { { 0, 0, 0, 0 }, SETFSUID, { 5 }, 0, { 0, 0, 0, 5 } },
    { { 5, 6, 7, 6 }, SETFSUID, { 5 }, 6, { 5, 6, 7, 5 } },
    { { 5, 6, 7, 6 }, SETFSUID, { 7 }, 6, { 5, 6, 7, 7 } },
    { { 5, 6, 7, 6 }, SETFSUID, { 8 }, 6, { 5, 6, 7, 6 } },
    { { 5, 6, 7, 6 }, SETFSUID, { KEEP }, 6, { 5, 6, 7, 6 } },
};

static struct ids now(bool of_group)
{
    int r[3] = { 0 };
    syscall(of_group ? SYS_getresgid : SYS_getresuid, r, r + 1, r + 2);
    int fs = syscall(of_group ? SYS_setfsgid : SYS_setfsuid, KEEP);
    return (struct ids){ r[0], r[1], r[2], fs };
}

/* In a child that begins with the row's ids. */
static int check_row(const struct row *row, bool for_groups)
{
    enum call call = row->call + (for_groups ? SETGID - SETUID : 0);
    const struct ids *before = &row->before;
    syscall(for_groups ? SYS_setresgid : SYS_setresuid, before->real,
        before->effective, before->saved);
    syscall(for_groups ? SYS_setfsgid : SYS_setfsuid, before->fs);
    /* A group's changes are root's affair alone. */
    if (for_groups && before->effective)
        syscall(SYS_setresuid, 1000, 1000, 1000);
    long result = syscall(numbers[call], row->arguments[0], row->arguments[1],
        row->arguments[2]);
    int error = result == -1 ? errno : result;
    struct ids is = now(for_groups);
    if (error != row->result)
        return 1;
    return memcmp(&is, &row->after, sizeof is) ? 2 : 0;
}

static void table(bool for_groups)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fflush(stdout);
        pid_t child = fork();
        if (!child)
            _exit(check_row(&rows[i], for_groups));
        int status;
        waitpid(child, &status, 0);
        if (!is(status, 0))
            note("row %zu, %s", i, for_groups ? "groups" : "users");
    }
}

/* A case in a process of its own: exit code 0, or the line that failed. */
#define need(claim)                                                            \
    do                                                                         \
        if (!(claim)) {                                                        \
            printf("# %s:%d: %s (errno %d)\n", __FILE__, __LINE__, #claim,     \
                errno);                                                        \
            fflush(stdout);                                                    \
            _exit(1);                                                          \
        }                                                                      \
    while (0)

static void alone(void (*body)(void), const char *name)
{
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        alarm(tap_seconds());
        body();
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    tap_case(status == 0, name);
}

static void getters(void)
{
    uid_t u[3];
    fails_with(EFAULT, syscall(SYS_getresuid, 8, u, u));
    fails_with(EFAULT, syscall(SYS_getresuid, u, 8, u));
    fails_with(EFAULT, syscall(SYS_getresgid, u, u, 8));
    is(getuid(), 0);
    is(geteuid(), 0);
    is(getgid(), 0);
    is(getegid(), 0);
}

static void groups(void)
{
    gid_t set[] = { 9, 3, 9, 7 }, got[8];
    static gid_t many[65537];
    need(setgroups(4, set) == 0);
    need(getgroups(0, NULL) == 4);
    need(getgroups(8, got) == 4);
    need(got[0] == 3 && got[1] == 7 && got[2] == 9 && got[3] == 9);
    need(getgroups(3, got) == -1 && errno == EINVAL);
    need(getgroups(-1, got) == -1 && errno == EINVAL);
    need(syscall(SYS_getgroups, 8, 8) == -1 && errno == EFAULT);
    need(syscall(SYS_setgroups, 65537, many) == -1 && errno == EINVAL);
    need(syscall(SYS_setgroups, -1, many) == -1 && errno == EINVAL);
    need(syscall(SYS_setgroups, 2, 8) == -1 && errno == EFAULT);
    need(syscall(SYS_setgroups, 65536, many) == 0);
    need(getgroups(0, NULL) == 65536);
    need(setgroups(0, NULL) == 0);
    need(getgroups(0, NULL) == 0);
    setresuid(1000, 1000, 1000);
    need(setgroups(0, NULL) == -1 && errno == EPERM);
    need(setgroups(1, set) == -1 && errno == EPERM);
}

static void groups_count(void)
{
    gid_t set[] = { 44 };
    close(open("grouped", O_CREAT | O_RDWR, 0600));
    chown("grouped", 0, 44);
    chmod("grouped", 0060);
    setgroups(1, set);
    setresgid(1000, 1000, 1000);
    setresuid(1000, 1000, 1000);
    need(open("grouped", O_RDWR) >= 0);
    need(chmod("grouped", 0666) == -1 && errno == EPERM);
}

static void filesystem_ids(void)
{
    struct stat status;
    setfsgid(23);
    setfsuid(22);
    int fd = open("owned", O_CREAT | O_RDWR, 0600);
    need(fd >= 0);
    need(!fstat(fd, &status));
    need(status.st_uid == 22 && status.st_gid == 23);
    /* They are others' now, and root's power over files is gone. */
    setfsuid(0);
    close(open("roots", O_CREAT | O_RDWR, 0600));
    setfsuid(22);
    need(open("roots", O_RDWR) == -1 && errno == EACCES);
    need(chown("owned", 5, 5) == -1 && errno == EPERM);
    need(kill(1, 0) == 0); /* but not the other powers */
    setfsuid(0);
    need(open("roots", O_RDWR) >= 0);
}

struct header {
    uint32_t version;
    int pid;
};
struct data {
    uint32_t effective, permitted, inheritable;
};

static struct data get(void)
{
    struct header head = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct data data[2] = { { 0 } };
    syscall(SYS_capget, &head, data);
    return data[0];
}

static int set(uint32_t effective, uint32_t permitted, uint32_t inheritable)
{
    struct header head = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct data data[2] = { { effective, permitted, inheritable } };
    return syscall(SYS_capset, &head, data);
}

static void over_set_calls(void)
{
    need(get().effective == UINT32_MAX && get().permitted == UINT32_MAX);
    need(get().inheritable == 0);
    need(!setresuid(-1, 1000, -1)); /* effective ones go and come back */
    need(get().effective == 0 && get().permitted == UINT32_MAX);
    need(!setresuid(-1, 0, -1));
    need(get().effective == UINT32_MAX);
    need(!setresuid(1000, 1000, 0));
    need(get().effective == 0 && get().permitted == UINT32_MAX);
    need(!setresuid(-1, -1, 1000)); /* the last root is gone */
    need(get().effective == 0 && get().permitted == 0);
}

static void kept(void)
{
    need(prctl(PR_GET_KEEPCAPS) == 0);
    need(prctl(PR_SET_KEEPCAPS, 2) == -1 && errno == EINVAL);
    need(prctl(PR_SET_KEEPCAPS, 1) == 0);
    need(prctl(PR_GET_KEEPCAPS) == 1);
    need(prctl(PR_GET_SECUREBITS) == SECBIT_KEEP_CAPS);
    setresuid(1000, 1000, 1000);
    need(get().effective == 0 && get().permitted == UINT32_MAX);
    need(set(1 << CAP_KILL, 1 << CAP_KILL, 0) == 0);
    need(kill(1, 0) == 0);
    need(set(1 << CAP_CHOWN, 1 << CAP_CHOWN, 0) == -1 && errno == EPERM);
    need(set(1 << CAP_KILL | 1, 1 << CAP_KILL, 0) == -1 && errno == EPERM);
    need(set(0, 1 << CAP_KILL, 0) == 0);
    need(kill(1, 0) == -1 && errno == EPERM);
    need(set(1 << CAP_KILL, 1 << CAP_KILL, 1 << CAP_KILL) == 0);
    need(set(0, 0, 1) == -1 && errno == EPERM);
    need(set(0, 0, 0) == 0);
    need(set(0, 0, 1 << CAP_KILL) == -1 && errno == EPERM);
}

static void fixed_up_or_not(void)
{
    need(prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) == 0);
    setresuid(1000, 1000, 1000);
    need(get().effective == UINT32_MAX && get().permitted == UINT32_MAX);
}

static void secure_bits(void)
{
    need(prctl(PR_GET_SECUREBITS) == 0);
    need(prctl(PR_SET_SECUREBITS, 1 << 12) == -1 && errno == EPERM);
    need(prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED) == 0);
    need(prctl(PR_GET_SECUREBITS) == (SECBIT_NOROOT | SECBIT_NOROOT_LOCKED));
    need(prctl(PR_SET_SECUREBITS, 0) == -1 && errno == EPERM);
    need(prctl(PR_SET_SECUREBITS, SECBIT_NOROOT) == -1 && errno == EPERM);
    need(set(0, UINT32_MAX, 0) == 0);
    need(prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED) ==
            -1 && errno == EPERM);
}

static void bounding(void)
{
    need(prctl(PR_CAPBSET_READ, CAP_KILL) == 1);
    need(prctl(PR_CAPBSET_DROP, CAP_KILL) == 0);
    need(prctl(PR_CAPBSET_READ, CAP_KILL) == 0);
    need(prctl(PR_CAPBSET_READ, 63) == -1 && errno == EINVAL);
    need(prctl(PR_CAPBSET_DROP, 63) == -1 && errno == EINVAL);
    need(get().permitted & 1 << CAP_KILL); /* not of what one has */
    need(set(UINT32_MAX, UINT32_MAX, 1 << CAP_KILL) == -1 && errno == EPERM);
    need(set(0, UINT32_MAX, 0) == 0);
    need(prctl(PR_CAPBSET_DROP, CAP_CHOWN) == -1 && errno == EPERM);
}

static int ambient(int how, int capability)
{
    return prctl(PR_CAP_AMBIENT, how, capability, 0, 0);
}

static void ambient_set(void)
{
    need(ambient(PR_CAP_AMBIENT_IS_SET, CAP_KILL) == 0);
    need(ambient(PR_CAP_AMBIENT_RAISE, CAP_KILL) == -1 && errno == EPERM);
    need(set(-1, -1, 1 << CAP_KILL) == 0);
    need(ambient(PR_CAP_AMBIENT_RAISE, CAP_KILL) == 0);
    need(ambient(PR_CAP_AMBIENT_IS_SET, CAP_KILL) == 1);
    need(ambient(PR_CAP_AMBIENT_RAISE, 63) == -1 && errno == EINVAL);
    need(ambient(77, CAP_KILL) == -1 && errno == EINVAL);
    need(ambient(PR_CAP_AMBIENT_CLEAR_ALL, 1) == -1 && errno == EINVAL);
    need(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 5, 1, 0) == -1 &&
        errno == EINVAL);
    need(ambient(PR_CAP_AMBIENT_LOWER, CAP_KILL) == 0);
    need(ambient(PR_CAP_AMBIENT_IS_SET, CAP_KILL) == 0);
    need(ambient(PR_CAP_AMBIENT_RAISE, CAP_KILL) == 0);
    need(set(-1, -1, 0) == 0); /* goes with the inheritable one */
    need(ambient(PR_CAP_AMBIENT_IS_SET, CAP_KILL) == 0);
    need(set(-1, -1, 1 << CAP_KILL) == 0);
    need(ambient(PR_CAP_AMBIENT_RAISE, CAP_KILL) == 0);
    need(ambient(PR_CAP_AMBIENT_CLEAR_ALL, 0) == 0);
    need(ambient(PR_CAP_AMBIENT_IS_SET, CAP_KILL) == 0);
    prctl(PR_SET_SECUREBITS, SECBIT_NO_CAP_AMBIENT_RAISE);
    need(ambient(PR_CAP_AMBIENT_RAISE, CAP_KILL) == -1 && errno == EPERM);
}

static void cap_calls(void)
{
    struct header head = { 0x12345678, 0 };
    struct data data[2];
    fails_with(EINVAL, syscall(SYS_capget, &head, data));
    is(head.version, _LINUX_CAPABILITY_VERSION_3);
    head.version = 0;
    is(syscall(SYS_capget, &head, NULL), 0); /* asks for the version */
    is(head.version, _LINUX_CAPABILITY_VERSION_3);
    head.version = 0;
    fails_with(EINVAL, syscall(SYS_capset, &head, data));
    head = (struct header){ _LINUX_CAPABILITY_VERSION_3, -1 };
    fails_with(EINVAL, syscall(SYS_capget, &head, data));
    head.pid = 99999999;
    fails_with(ESRCH, syscall(SYS_capget, &head, data));
    head.pid = 1;
    is(syscall(SYS_capget, &head, data), 0);
    is(data[0].permitted, UINT32_MAX);
    fails_with(EPERM, syscall(SYS_capset, &head, data));
    head.pid = getpid();
    is(syscall(SYS_capget, &head, data), 0);
    is(syscall(SYS_capset, &head, data), 0);
    fails_with(EFAULT, syscall(SYS_capget, 8, data));
    fails_with(EFAULT, syscall(SYS_capget, &head, 8));
    fails_with(EFAULT, syscall(SYS_capset, 8, data));
    fails_with(EFAULT, syscall(SYS_capset, &head, 8));
    for (unsigned version = _LINUX_CAPABILITY_VERSION_1;;
         version = _LINUX_CAPABILITY_VERSION_2) {
        head = (struct header){ version, 0 };
        is(syscall(SYS_capget, &head, data), 0);
        if (version == _LINUX_CAPABILITY_VERSION_2)
            break;
    }
}

/* Each user's processes are counted; root's are not limited. */
static void too_many(void)
{
    setrlimit(RLIMIT_NPROC, &(struct rlimit){ 2, 2 });
    need(!setresuid(4321, 4321, 4321));
    pid_t first = fork();
    if (!first) {
        pause();
        _exit(0);
    }
    need(first > 0);
    need(fork() == -1 && errno == EAGAIN);
    kill(first, SIGKILL);
    waitpid(first, NULL, 0);
    pid_t again = fork();
    if (!again)
        _exit(0);
    need(again > 0);
    waitpid(again, NULL, 0);
}

/* Set calls by one who would have too many leave it to execve to refuse. */
static void too_many_to_run(void)
{
    pid_t other = fork();
    if (!other) {
        setresuid(4322, 4322, 4322);
        pause();
    }
    until_asleep(other);
    setrlimit(RLIMIT_NPROC, &(struct rlimit){ 1, 1 });
    need(!setresuid(4322, 4322, 4322));
    need(execl("/bin/true", "true", NULL) == -1 && errno == EAGAIN);
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
    execl("/bin/true", "true", NULL);
    _exit(1);
}

static void run(void)
{
    chmod(".", 0777);
    umask(0);
    table(false);
    table(true);
    getters();
    cap_calls();
#define ALONE(name) alone(name, #name)
    ALONE(groups);
    ALONE(groups_count);
    ALONE(filesystem_ids);
    ALONE(over_set_calls);
    ALONE(kept);
    ALONE(fixed_up_or_not);
    ALONE(secure_bits);
    ALONE(bounding);
    ALONE(ambient_set);
    ALONE(too_many);
    ALONE(too_many_to_run);
}
TEST_MAIN
