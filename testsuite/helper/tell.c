/* SPDX-License-Identifier: MIT */
/* A program to be run by exec tests: says what the environment's TELL asks for,
 * one thing of it a line.  Without TELL: its arguments. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

extern char **environ;
extern void _start(void);

static void arguments(int count, char **words)
{
    for (int i = 0; i < count; i++)
        printf("[%s]", words[i]);
    printf("%s\n", words[count] ? " not ended" : "");
}

/* For long lists: how many, and of how many bytes. */
static void sizes(int count, char **words)
{
    size_t bytes = 0;
    int more = 0;
    for (int i = 0; i < count; i++)
        bytes += strlen(words[i]);
    for (char **word = environ; *word; word++, more++)
        bytes += strncmp(*word, "TELL=", 5) ? strlen(*word) : 0;
    printf("%d %d %zu\n", count, more, bytes);
}

static void environment(void)
{
    for (char **word = environ; *word; word++)
        if (strncmp(*word, "TELL=", 5))
            printf("[%s]", *word);
    printf("\n");
}

static void descriptors(void)
{
    for (int fd = 0; fd < 64; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            printf("[%d]", fd);
    printf("\n");
}

static void identity(void)
{
    uid_t u[3];
    gid_t g[3];
    getresuid(u, u + 1, u + 2);
    getresgid(g, g + 1, g + 2);
    printf("%d %d %d, %d %d %d, secure %lu, new %d, dump %d\n", u[0], u[1],
        u[2], g[0], g[1], g[2], getauxval(AT_SECURE),
        prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), prctl(PR_GET_DUMPABLE));
}

static void capabilities(void)
{
    struct {
        uint32_t version;
        int pid;
    } head = { 0x20080522, 0 };
    struct {
        uint32_t effective, permitted, inheritable;
    } data[2] = { 0 };
    syscall(SYS_capget, &head, data);
    printf("e %x p %x i %x, keep %d, ambient %d\n", data[0].effective & 0xff,
        data[0].permitted & 0xff, data[0].inheritable & 0xff,
        prctl(PR_GET_KEEPCAPS),
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 1, 0, 0));
}

static void signals(void)
{
    struct sigaction action;
    sigset_t set;
    stack_t stack;
    for (int i = 1; i < 32; i++)
        if (!sigaction(i, NULL, &action) && action.sa_handler != SIG_DFL)
            printf("%d %s, ", i,
                action.sa_handler == SIG_IGN ? "ignored" : "handled");
    sigprocmask(0, NULL, &set);
    for (int i = 1; i < 32; i++)
        if (sigismember(&set, i))
            printf("%d blocked, ", i);
    sigpending(&set);
    for (int i = 1; i < 32; i++)
        if (sigismember(&set, i))
            printf("%d pending, ", i);
    sigaltstack(NULL, &stack);
    printf("stack %d\n", stack.ss_flags);
}

static bool is_readable(unsigned long at, int bytes)
{
    int ends[2];
    if (pipe(ends))
        return false;
    bool is = write(ends[1], (void *)at, bytes) == bytes;
    close(ends[0]);
    close(ends[1]);
    return is;
}

static void auxiliary(void)
{
    unsigned long platform = getauxval(AT_PLATFORM);
    unsigned long headers = getauxval(AT_PHDR);
    printf("page %lu, ticks %lu, phent %lu, flags %lu, base %lu, "
           "entry %d, name %s, platform %d, headers %d, random %d, "
           "hwcap %d, frame %d, ids %lu %lu %lu %lu, secure %lu\n",
        getauxval(AT_PAGESZ), getauxval(AT_CLKTCK), getauxval(AT_PHENT),
        getauxval(AT_FLAGS), getauxval(AT_BASE),
        getauxval(AT_ENTRY) == (unsigned long)_start,
        (char *)getauxval(AT_EXECFN), platform && *(char *)platform,
        headers && ((uint32_t *)headers)[0] < 8 && getauxval(AT_PHNUM) > 2,
        is_readable(getauxval(AT_RANDOM), 16), getauxval(AT_HWCAP) != 0,
        getauxval(AT_MINSIGSTKSZ) >= 1024, getauxval(AT_UID),
        getauxval(AT_EUID), getauxval(AT_GID), getauxval(AT_EGID),
        getauxval(AT_SECURE));
}

static void numbers(void)
{
    int tasks = 0;
    DIR *directory = opendir("/proc/self/task");
    while (directory && readdir(directory))
        tasks++;
    printf("%d %d\n", getpid() == (int)syscall(SYS_gettid), tasks - 2);
}

static void process(void)
{
    char name[17] = "";
    int death = -1;
    struct itimerval timer;
    struct rlimit limit;
    errno = 0;
    prctl(PR_GET_NAME, name);
    prctl(PR_GET_PDEATHSIG, &death);
    getitimer(ITIMER_REAL, &timer);
    getrlimit(RLIMIT_CORE, &limit);
    bool has_timer = !syscall(SYS_timer_getoverrun, 0);
    printf("name %s, death %d, alarm %d, timer %d, nice %d, umask %o, "
           "limit %d\n",
        name, death, timer.it_value.tv_sec != 0, has_timer,
        getpriority(PRIO_PROCESS, 0), umask(0), (int)limit.rlim_cur);
}

static void say(const char *what, int count, char **words)
{
    static const struct {
        const char *name;
        void (*say)(void);
    } things[] = {
        { "environment", environment },
        { "descriptors", descriptors },
        { "identity", identity },
        { "capabilities", capabilities },
        { "signals", signals },
        { "auxiliary", auxiliary },
        { "numbers", numbers },
        { "process", process },
    };
    if (!strcmp(what, "sizes"))
        sizes(count, words);
    for (size_t i = 0; i < sizeof things / sizeof *things; i++)
        if (!strcmp(what, things[i].name))
            things[i].say();
}

int main(int count, char **words)
{
    const char *what = getenv("TELL");
    if (!what)
        arguments(count, words);
    else
        say(what, count, words);
    return 0;
}
