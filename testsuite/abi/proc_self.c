/* SPDX-License-Identifier: MIT */
/* /proc/self: status, stat, statm, cmdline, environ, comm, limits, links. */
#include "asleep.h"
#include "proc.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/auxv.h>
#include <time.h>

#define STATUS "/proc/self/status"

static char wanted[512];

static void status_names(void)
{
    prctl(PR_SET_NAME, "a \\b\nc");
    is_text(value_of(STATUS, "Name"), "a \\\\b\\nc");
    prctl(PR_SET_NAME, "proc_self");
    is_text(value_of(STATUS, "Name"), "proc_self");
    umask(0137);
    is_text(value_of(STATUS, "Umask"), "0137");
    umask(022);
    is_text(value_of(STATUS, "State"), "R (running)");
    is(number_of(STATUS, "Tgid"), getpid());
    is(number_of(STATUS, "Pid"), getpid());
    is(number_of(STATUS, "PPid"), getppid());
    is(number_of(STATUS, "TracerPid"), 0);
    is(number_of(STATUS, "Ngid"), 0);
    is(number_of(STATUS, "NStgid"), getpid());
    is(number_of(STATUS, "NSpid"), getpid());
    is(number_of(STATUS, "NSpgid"), getpgrp());
    is(number_of(STATUS, "NSsid"), getsid(0));
    is(number_of(STATUS, "Threads"), 1);
}

static void status_credentials(void)
{
    gid_t groups[3] = { 30, 10, 20 };
    setgroups(3, groups);
    is_text(value_of(STATUS, "Groups"), "10 20 30 ");
    setgroups(0, NULL);
    is_text(value_of(STATUS, "Groups"), "");
    setresgid(-1, 5, -1);
    setresuid(-1, 7, -1);
    is_text(value_of(STATUS, "Uid"), "0\t7\t0\t7");
    is_text(value_of(STATUS, "Gid"), "0\t5\t0\t5");
    is_text(value_of(STATUS, "CapEff"), "0000000000000000");
    setresuid(-1, 0, -1);
    setresgid(-1, 0, -1);
    is_text(value_of(STATUS, "CapEff"), "000001ffffffffff");
    is_text(value_of(STATUS, "CapPrm"), "000001ffffffffff");
    is_text(value_of(STATUS, "CapBnd"), "000001ffffffffff");
    is_text(value_of(STATUS, "CapInh"), "0000000000000000");
    is_text(value_of(STATUS, "CapAmb"), "0000000000000000");
    is(number_of(STATUS, "NoNewPrivs"), 0);
    is(number_of(STATUS, "Seccomp"), 0);
}

static void nothing(int number)
{
    (void)number;
}

static void status_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1), sigaddset(&set, SIGUSR2), sigaddset(&set, 40);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGUSR2, SIG_IGN);
    signal(SIGHUP, nothing);
    kill(getpid(), SIGUSR1);
    syscall(SYS_tgkill, getpid(), getpid(), 40);
    is_text(value_of(STATUS, "SigBlk"), "0000008000000a00");
    is_text(value_of(STATUS, "ShdPnd"), "0000000000000200");
    is_text(value_of(STATUS, "SigPnd"), "0000008000000000");
    is_text(value_of(STATUS, "SigIgn"), "0000000000000800");
    ok(strtoull(value_of(STATUS, "SigCgt"), NULL, 16) & 1);
    ok(looks_like(value_of(STATUS, "SigQ"), "%d/%d"));
    signal(SIGUSR1, SIG_IGN);
    signal(40, SIG_IGN);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    signal(SIGUSR1, SIG_DFL), signal(SIGUSR2, SIG_DFL), signal(40, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
}

static void status_memory(void)
{
    long long before = number_of(STATUS, "VmSize");
    long long resident = number_of(STATUS, "VmRSS");
    long long anonymous = number_of(STATUS, "RssAnon");
    char *at = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    is(number_of(STATUS, "VmSize") - before, 8192);
    memset(at, 1, 4 << 20);
    /* Linux counts in batches. */
    ok(number_of(STATUS, "VmRSS") - resident >= 4096 - 512);
    ok(number_of(STATUS, "RssAnon") - anonymous >= 4096 - 512);
    ok(number_of(STATUS, "VmHWM") >= number_of(STATUS, "VmRSS"));
    ok(number_of(STATUS, "VmPeak") >= number_of(STATUS, "VmSize"));
    ok(number_of(STATUS, "VmData") >= 8192);
    ok(number_of(STATUS, "VmStk") >= 100);
    ok(number_of(STATUS, "VmExe") > 0);
    is(number_of(STATUS, "VmLck"), 0);
    mlock(at, 8192);
    is(number_of(STATUS, "VmLck"), 8);
    is(number_of(STATUS, "VmSwap"), 0);
    ok(number_of(STATUS, "VmPTE") > 0);
    munmap(at, 8 << 20);
    is(number_of(STATUS, "VmSize"), before);
    ok(number_of(STATUS, "VmPeak") >= before + 8192);
    ok(value_of(STATUS, "voluntary_ctxt_switches") != NULL);
    ok(value_of(STATUS, "nonvoluntary_ctxt_switches") != NULL);
    ok(looks_like(value_of(STATUS, "Cpus_allowed"), "%x"));
    ok(value_of(STATUS, "Cpus_allowed_list")[0] == '0');
    is_text(value_of(STATUS, "Mems_allowed_list"), "0");
    ok(number_of(STATUS, "FDSize") >= 64);
}

/* The order of the lines, as far as tools rely on it. */
static void status_order(void)
{
    static const char *const names[] = { "Name", "Umask", "State", "Tgid",
        "Ngid", "Pid", "PPid", "TracerPid", "Uid", "Gid", "FDSize", "Groups",
        "NStgid", "NSpid", "NSpgid", "NSsid", "VmPeak", "VmSize", "VmLck",
        "VmPin", "VmHWM", "VmRSS", "RssAnon", "RssFile", "RssShmem", "VmData",
        "VmStk", "VmExe", "VmLib", "VmPTE", "VmSwap", "HugetlbPages",
        "CoreDumping", "THP_enabled", "Threads", "SigQ", "SigPnd", "ShdPnd",
        "SigBlk", "SigIgn", "SigCgt", "CapInh", "CapPrm", "CapEff", "CapBnd",
        "CapAmb", "NoNewPrivs", "Seccomp", "Seccomp_filters",
        "Cpus_allowed", "Cpus_allowed_list", "Mems_allowed",
        "Mems_allowed_list", "voluntary_ctxt_switches",
        "nonvoluntary_ctxt_switches" };
    const char *at = whole(STATUS);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char line[64];
        snprintf(line, sizeof line, "%s:\t", names[i]);
        const char *found = at;
        while (found && strncmp(found, line, strlen(line)))
            found = strchr(found, '\n') ? strchr(found, '\n') + 1 : NULL;
        if (tap_case(found, names[i]))
            at = found;
    }
}

enum { FIELDS = 52 };
static char fields[FIELDS + 1][64];

/* Splits /proc/self/stat: fields[3] is the third, as proc(5) counts. */
static int split(const char *path)
{
    char line[4096];
    strcpy(line, whole(path));
    char *name = strchr(line, '('), *end = strrchr(line, ')');
    if (!name || !end)
        return -1;
    *end = 0;
    snprintf(fields[1], sizeof *fields, "%.*s", (int)(name - line - 1), line);
    snprintf(fields[2], sizeof *fields, "%s", name + 1);
    int count = 2;
    for (char *word = strtok(end + 1, " \n"); word; word = strtok(NULL, " \n"))
        if (++count <= FIELDS)
            snprintf(fields[count], sizeof *fields, "%s", word);
    return count;
}

static long long field(int number)
{
    return strtoll(fields[number], NULL, 10);
}

static void stat_fields(void)
{
    struct timespec now;
    prctl(PR_SET_NAME, "a) b");
    is(split("/proc/self/stat"), FIELDS);
    is_text(fields[2], "a) b");
    prctl(PR_SET_NAME, "proc_self");
    split("/proc/self/stat");
    is(field(1), getpid());
    is_text(fields[3], "R");
    is(field(4), getppid());
    is(field(5), getpgrp());
    is(field(6), getsid(0));
    is(field(7), 0);
    is(field(8), -1);
    is(field(18), 20);
    is(field(19), 0);
    is(field(20), 1);
    is(field(21), 0);
    clock_gettime(CLOCK_BOOTTIME, &now);
    ok(field(22) > 0 && field(22) <= now.tv_sec * 100 + now.tv_nsec / 10000000);
    is(field(23), number_of(STATUS, "VmSize") * 1024);
    ok(field(24) > 0 && field(24) < 10000);
    ok(field(26) && field(27) > field(26));
    ok(field(28) > field(26));
    is(field(38), SIGCHLD);
    ok(field(39) >= 0 && field(39) < 64);
    is(field(40), 0);
    is(field(41), 0);
    ok(field(45) && field(46) > field(45));
    is(field(47), (long)sbrk(0) & ~0xfff ? field(47) : -1);
    ok(field(48) && field(49) > field(48) && field(50) == field(49));
    ok(field(51) > field(50));
    is(field(52), 0);
    setpriority(PRIO_PROCESS, 0, 5);
    split("/proc/self/stat");
    is(field(18), 25);
    is(field(19), 5);
    setpriority(PRIO_PROCESS, 0, 0);
    long long user = field(14), system = field(15);
    clock_t start = clock();
    while (clock() - start < CLOCKS_PER_SEC / 5)
        ;
    split("/proc/self/stat");
    ok(field(14) + field(15) > user + system);
    long long pages[7];
    is(sscanf(whole("/proc/self/statm"), "%lld %lld %lld %lld %lld %lld %lld",
           &pages[0], &pages[1], &pages[2], &pages[3], &pages[4], &pages[5],
           &pages[6]), 7);
    is(pages[0] * 4, number_of(STATUS, "VmSize"));
    ok(pages[1] > 0 && pages[3] > 0 && pages[5] > 0);
    is(pages[4], 0);
    is(pages[6], 0);
}

enum { STOPS = 300 };

static void stat_of_children(void *data)
{
    (void)data;
    char path[64];
    int status;
    pid_t zombie = fork();
    if (!zombie)
        _exit(0);
    siginfo_t info;
    waitid(P_PID, zombie, &info, WEXITED | WNOWAIT);
    snprintf(path, sizeof path, "/proc/%d/stat", zombie);
    if (split(path) != FIELDS || strcmp(fields[3], "Z") || field(23))
        _exit(1);
    snprintf(path, sizeof path, "/proc/%d/status", zombie);
    if (strcmp(value_of(path, "State"), "Z (zombie)") ||
        value_of(path, "VmSize"))
        _exit(2);
    snprintf(path, sizeof path, "/proc/%d/cmdline", zombie);
    if (bytes_of(path))
        _exit(3);
    snprintf(path, sizeof path, "/proc/%d/exe", zombie);
    if (readlink(path, wanted, sizeof wanted) != -1 || errno != ENOENT)
        _exit(4);
    waitpid(zombie, &status, 0);
    if (exists(path))
        _exit(5);
    pid_t sleeper = fork();
    if (!sleeper) {
        pause();
        _exit(0);
    }
    snprintf(path, sizeof path, "/proc/%d/stat", sleeper);
    until_asleep(sleeper);
    if (split(path) != FIELDS || strcmp(fields[3], "S"))
        _exit(6);
    for (int i = 0; i < STOPS; i++) {
        kill(sleeper, SIGCONT);
        kill(sleeper, SIGSTOP);
        waitpid(sleeper, &status, WUNTRACED);
        split(path);
        if (strcmp(fields[3], "T"))
            _exit(7);
    }
    int fd = open(path, O_RDONLY);
    kill(sleeper, SIGKILL);
    waitpid(sleeper, &status, 0);
    char byte;
    if (read(fd, &byte, 1) != -1 || errno != ESRCH)
        _exit(8);
    if (open(path, O_RDONLY) != -1 || errno != ENOENT)
        _exit(9);
}

static void strings(void)
{
    const char *text = whole("/proc/self/cmdline");
    is_text(text, "/tests/abi/proc_self");
    is(bytes_of("/proc/self/cmdline"), strlen("/tests/abi/proc_self") + 1);
    is_text(whole("/proc/self/comm"), "proc_self\n");
    int fd = open("/proc/self/comm", O_WRONLY);
    is(write(fd, "a name that is too long", 23), 23);
    close(fd);
    is_text(whole("/proc/self/comm"), "a name that is \n");
    char name[16];
    prctl(PR_GET_NAME, name);
    is_text(name, "a name that is ");
    prctl(PR_SET_NAME, "proc_self");
    text = whole("/proc/self/environ");
    ok(!strncmp(text, "PATH=", 5) || strlen(text) > 0);
    ok(bytes_of("/proc/self/environ") > strlen(getenv("PATH")));
    ok(bytes_of("/proc/self/auxv") % 16 == 0);
    unsigned long pair[2];
    bool found = false;
    fd = open("/proc/self/auxv", O_RDONLY);
    while (read(fd, pair, sizeof pair) == sizeof pair)
        found |= pair[0] == AT_PAGESZ && pair[1] == 4096;
    close(fd);
    ok(found);
    ok(looks_like(whole("/proc/self/personality"), "%x\n"));
    is_text(whole("/proc/self/oom_score_adj"), "0\n");
    fd = open("/proc/self/oom_score_adj", O_RDWR);
    is(write(fd, "500\n", 4), 4);
    fails_with(EINVAL, pwrite(fd, "1001", 4, 0));
    fails_with(EINVAL, pwrite(fd, "x", 1, 0));
    close(fd);
    is_text(whole("/proc/self/oom_score_adj"), "500\n");
    fd = open("/proc/self/oom_score_adj", O_WRONLY);
    write(fd, "0", 1);
    close(fd);
    ok(looks_like(whole("/proc/self/oom_score"), "%d\n"));
    is_text(whole("/proc/1/oom_score"), "0\n");
}

static void limit_lines(void)
{
    struct rlimit limit = { 1234, 5678 };
    setrlimit(RLIMIT_NOFILE, &limit);
    const char *text = whole("/proc/self/limits");
    ok(!strncmp(text, "Limit                     Soft Limit           "
                      "Hard Limit           Units     \n", 79));
    ok(strstr(text, "Max open files            1234                 "
                    "5678                 files     \n"));
    ok(strstr(text, "Max cpu time              unlimited            "
                    "unlimited            seconds   \n"));
    static const char *const names[] = { "Max file size", "Max data size",
        "Max stack size", "Max core file size", "Max resident set",
        "Max processes", "Max locked memory", "Max address space",
        "Max file locks", "Max pending signals", "Max msgqueue size",
        "Max nice priority", "Max realtime priority", "Max realtime timeout" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        tap_case(strstr(text, names[i]), names[i]);
}

static void links(void)
{
    char path[64];
    snprintf(wanted, sizeof wanted, "%d", getpid());
    is_text(link_text("/proc/self"), wanted);
    snprintf(wanted, sizeof wanted, "%d/task/%d", getpid(), getpid());
    is_text(link_text("/proc/thread-self"), wanted);
    is_text(link_text("/proc/self/exe"), "/tests/abi/proc_self");
    is_text(link_text("/proc/self/cwd"), "/tmp/t");
    is_text(link_text("/proc/self/root"), "/");
    is_text(link_text("/proc/mounts"), "self/mounts");
    struct stat a, b;
    stat("/proc/self/exe", &a), stat("/tests/abi/proc_self", &b);
    ok(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
    lstat("/proc/self/exe", &a);
    is(a.st_mode, S_IFLNK | 0777);
    snprintf(path, sizeof path, "/proc/%d/task/%d/status", getpid(), getpid());
    is(number_of(path, "Pid"), getpid());
    ok(!exists("/proc/self/task/1"));
    ok(exists("/proc/1/stat"));
    fails_with(ENOENT, open("/proc/4000000/stat", O_RDONLY));
    fails_with(ENOENT, open("/proc/0/stat", O_RDONLY));
    fails_with(ENOENT, open("/proc/01/stat", O_RDONLY));
    struct stat s;
    stat("/proc/self/", &s);
    is(s.st_mode, S_IFDIR | 0555);
    is(s.st_uid, 0);
    lstat("/proc/self", &s);
    is(s.st_mode, S_IFLNK | 0777);
}

static void run(void)
{
    status_names();
    status_credentials();
    status_signals();
    status_memory();
    status_order();
    stat_fields();
    is(in_child(stat_of_children, NULL), 0);
    strings();
    limit_lines();
    links();
}
TEST_MAIN
