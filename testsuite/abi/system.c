/* SPDX-License-Identifier: MIT */
/* uname, host names, sysinfo, getrandom, prctl, personality, arch_prctl, and
 * calls that do not exist. */
#include "cpu.h"
#include "tap.h"

#include <linux/random.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#ifdef __x86_64__
#include <asm/prctl.h>
#endif

/* Calls as somebody who is not root: the child's exit status. */
static int as_user(int (*body)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        setresgid(1000, 1000, 1000);
        setresuid(1000, 1000, 1000);
        _exit(body());
    }
    int status;
    waitpid(child, &status, 0);
    return status;
}

static int may_not(void)
{
    char name[] = "x";
    if (sethostname(name, 1) != -1 || errno != EPERM)
        return 1;
    if (setdomainname(name, 1) != -1 || errno != EPERM)
        return 2;
    if (reboot(RB_DISABLE_CAD) != -1 || errno != EPERM)
        return 3;
    return 0;
}

static void names(void)
{
    struct utsname names;
    is(uname(&names), 0);
    is_text(names.sysname, "Linux");
    ok(!strncmp(names.release, "6.1.", 4));
    ok(strlen(names.version) > 0);
    is_text(names.machine, CPU_NAME);
    fails_with(EFAULT, syscall(SYS_uname, 8));
    is(sethostname("tenon.test", 10), 0);
    is(setdomainname("domain", 6), 0);
    uname(&names);
    is_text(names.nodename, "tenon.test");
    is_text(names.domainname, "domain");
    is(sethostname("abcdef", 3), 0);
    uname(&names);
    is_text(names.nodename, "abc");
    char name[65], longest[66];
    is(gethostname(name, sizeof name), 0);
    is_text(name, "abc");
    memset(longest, 'x', sizeof longest);
    is(sethostname(longest, 64), 0);
    uname(&names);
    is(strlen(names.nodename), 64);
    fails_with(EINVAL, sethostname(longest, 65));
    fails_with(EINVAL, sethostname(longest, -1));
    fails_with(EFAULT, syscall(SYS_sethostname, 8, 4));
    is(sethostname("", 0), 0);
    uname(&names);
    is_text(names.nodename, "");
    is(sethostname("(none)", 6), 0);
    is(setdomainname("(none)", 6), 0);
    is(as_user(may_not), 0);
    fails_with(EINVAL, syscall(SYS_reboot, 1, 2, 3, 0));
    fails_with(EINVAL, reboot(0x77777777));
    const unsigned first = 0xfee1dead, second = 672274793;
    const unsigned restart_with = 0xa1b2c3d4;
    fails_with(EFAULT, syscall(SYS_reboot, first, second, restart_with, 8));
    fails_with(EINVAL, syscall(SYS_setdomainname, "x", 65));
    fails_with(EINVAL, syscall(SYS_setdomainname, "x", -1));
    fails_with(EINVAL, syscall(SYS_sethostname, "x", 65));
    fails_with(EFAULT, syscall(SYS_setdomainname, 8, 1));
}

static void totals(void)
{
    struct sysinfo info;
    is(sysinfo(&info), 0);
    ok(info.uptime > 0);
    ok(info.mem_unit > 0);
    unsigned long long total = info.totalram * (unsigned long long)info.mem_unit;
    ok(total > 32 << 20 && total < 1ull << 40);
    ok(info.freeram > 0 && info.freeram < info.totalram);
    ok(info.procs > 1);
    fails_with(EFAULT, syscall(SYS_sysinfo, 8));
}

static void random_bytes(void)
{
    unsigned char a[512] = { 0 }, b[512] = { 0 };
    is(syscall(SYS_getrandom, a, 0, 0), 0);
    is(syscall(SYS_getrandom, a, 256, 0), 256);
    is(syscall(SYS_getrandom, b, 256, GRND_NONBLOCK), 256);
    ok(memcmp(a, b, 256));
    is(syscall(SYS_getrandom, b, 256, GRND_RANDOM), 256);
    is(syscall(SYS_getrandom, b, 256, GRND_INSECURE), 256);
    fails_with(EINVAL, syscall(SYS_getrandom, a, 1, 8));
    fails_with(EINVAL,
        syscall(SYS_getrandom, a, 1, GRND_INSECURE | GRND_RANDOM));
    fails_with(EFAULT, syscall(SYS_getrandom, 8, 1, 0));
    char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(page + 4096, 4096);
    is(syscall(SYS_getrandom, page, 8192, 0), 4096);
    fails_with(EFAULT, syscall(SYS_getrandom, page + 4096, 1, 0));
    int ones = 0; /* not all of one kind */
    for (int i = 0; i < 256; i++)
        ones += __builtin_popcount(a[i]);
    ok(ones > 700 && ones < 1350);
}

static void *named(void *name)
{
    prctl(PR_SET_NAME, "thread");
    prctl(PR_GET_NAME, name);
    return NULL;
}

static void names_of_threads(void)
{
    char name[17] = "";
    pthread_t thread;
    is(prctl(PR_SET_NAME, "a name"), 0);
    is(prctl(PR_GET_NAME, name), 0);
    is_text(name, "a name");
    is(prctl(PR_SET_NAME, "0123456789abcdefgh"), 0);
    is(prctl(PR_GET_NAME, name), 0);
    is_text(name, "0123456789abcde");
    is(prctl(PR_SET_NAME, ""), 0);
    is(prctl(PR_GET_NAME, name), 0);
    is_text(name, "");
    prctl(PR_SET_NAME, "first");
    pthread_create(&thread, NULL, named, name);
    pthread_join(thread, NULL);
    is_text(name, "thread");
    prctl(PR_GET_NAME, name);
    is_text(name, "first");
    fails_with(EFAULT, prctl(PR_SET_NAME, 8));
    fails_with(EFAULT, prctl(PR_GET_NAME, 8));
}

static void bits(void)
{
    is(prctl(PR_GET_DUMPABLE), 1);
    is(prctl(PR_SET_DUMPABLE, 0), 0);
    is(prctl(PR_GET_DUMPABLE), 0);
    fails_with(EINVAL, prctl(PR_SET_DUMPABLE, 2));
    fails_with(EINVAL, prctl(PR_SET_DUMPABLE, -1));
    is(prctl(PR_SET_DUMPABLE, 1), 0);
    is(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
    fails_with(EINVAL, prctl(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0));
    fails_with(EINVAL, prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
    fails_with(EINVAL, prctl(PR_SET_NO_NEW_PRIVS, 2, 0, 0, 0));
    fails_with(EINVAL, prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0));
    fails_with(EINVAL, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 1));
    pid_t child = fork();
    if (!child) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        int status;
        child = fork();
        if (!child) /* children have it */
            _exit(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
        waitpid(child, &status, 0);
        _exit(WEXITSTATUS(status) + 1);
    }
    int status;
    waitpid(child, &status, 0);
    is(status, 2 << 8);
    is(prctl(PR_GET_TIMERSLACK), 50000);
    is(prctl(PR_SET_TIMERSLACK, 1234), 0);
    is(prctl(PR_GET_TIMERSLACK), 1234);
    child = fork();
    if (!child) { /* its parent's is its default */
        prctl(PR_SET_TIMERSLACK, 5);
        prctl(PR_SET_TIMERSLACK, 0);
        _exit(prctl(PR_GET_TIMERSLACK) == 1234 ? 3 : 4);
    }
    waitpid(child, &status, 0);
    is(status, 3 << 8);
    is(prctl(PR_SET_TIMERSLACK, 0), 0);
    is(prctl(PR_GET_TIMERSLACK), 50000);
    is(prctl(PR_GET_TIMING), 0);
    is(prctl(PR_SET_TIMING, 0), 0);
    fails_with(EINVAL, prctl(PR_SET_TIMING, 1));
    is(prctl(PR_GET_SECCOMP), 0);
    is(prctl(PR_GET_KEEPCAPS), 0);
    fails_with(EINVAL, prctl(9999));
    fails_with(EINVAL, prctl(-1));
    fails_with(EINVAL, prctl(PR_GET_ENDIAN, 8));
    is(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0), PR_MCE_KILL_DEFAULT);
    is(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 0);
    int *address = NULL;
    is(prctl(PR_GET_TID_ADDRESS, &address), 0);
    ok(address != NULL);
}

static void personalities(void)
{
    is(personality(0xffffffff), 0);
    is(personality(ADDR_NO_RANDOMIZE), 0);
    is(personality(0xffffffff), ADDR_NO_RANDOMIZE);
    pid_t child = fork(); /* children have it */
    if (!child)
        _exit(personality(0xffffffff) == ADDR_NO_RANDOMIZE ? 3 : 4);
    int status;
    waitpid(child, &status, 0);
    is(status, 3 << 8);
    is(personality(0), ADDR_NO_RANDOMIZE);
    is(personality(0), 0);
}

/* Without randomness the same program has the same addresses each time. */
static void not_random(void)
{
    char maps[2][4096] = { "", "" };
    for (int i = 0; i < 2; i++) {
        int ends[2];
        pipe(ends);
        pid_t child = fork();
        if (!child) {
            personality(ADDR_NO_RANDOMIZE);
            dup2(ends[1], 1);
            execl("/bin/cat", "cat", "/proc/self/maps", NULL);
            _exit(1);
        }
        close(ends[1]);
        size_t length = 0;
        ssize_t got;
        while ((got = read(ends[0], maps[i] + length, 4000 - length)) > 0)
            length += got;
        close(ends[0]);
        waitpid(child, NULL, 0);
    }
    ok(strlen(maps[0]) > 100);
    is_text(maps[0], maps[1]);
}

static void registers(void)
{
#ifdef __x86_64__
    unsigned long base = 0, old = 0, value = 0;
    is(syscall(SYS_arch_prctl, ARCH_GET_FS, &old), 0);
    ok(old == *(unsigned long *)old); /* the library's own pointer */
    is(syscall(SYS_arch_prctl, ARCH_GET_GS, &base), 0);
    is(base, 0);
    static unsigned long word = 0x1234;
    is(syscall(SYS_arch_prctl, ARCH_SET_GS, &word), 0);
    asm volatile("mov %%gs:0, %0" : "=r"(value));
    is(value, 0x1234);
    pid_t child = fork();
    if (!child) {
        asm volatile("mov %%gs:0, %0" : "=r"(value));
        _exit(value == 0x1234 ? 3 : 4);
    }
    int status;
    waitpid(child, &status, 0);
    is(status, 3 << 8);
    usleep(10000);
    asm volatile("mov %%gs:0, %0" : "=r"(value));
    is(value, 0x1234);
    is(syscall(SYS_arch_prctl, ARCH_GET_GS, &base), 0);
    ok(base == (unsigned long)&word);
    is(syscall(SYS_arch_prctl, ARCH_SET_GS, 0), 0);
    fails_with(EPERM, syscall(SYS_arch_prctl, ARCH_SET_GS, -4096l));
    fails_with(EPERM, syscall(SYS_arch_prctl, ARCH_SET_FS, -4096l));
    fails_with(EFAULT, syscall(SYS_arch_prctl, ARCH_GET_FS, 8));
    fails_with(EINVAL, syscall(SYS_arch_prctl, 0x9999, 0));
#endif
}

static void no_such_call(void)
{
    fails_with(ENOSYS, syscall(460));
    fails_with(ENOSYS, syscall(999));
    fails_with(ENOSYS, syscall(100000));
    fails_with(ENOSYS, syscall(-1));
    fails_with(ENOSYS, syscall(0x7fffffff));
    fails_with(ENOSYS, syscall(SYS_read | 0x40000000));
#ifdef SYS_create_module
    fails_with(ENOSYS, syscall(SYS_create_module));
#endif
    /* The upper half of the number does not count, nor of an int. */
    is(syscall(SYS_getpid | 1ul << 40) == getpid(), 1);
    fails_with(EBADF, syscall(SYS_close, 1ul << 32 | 99));
    is(syscall(SYS_fcntl, 1ul << 32 | 1, F_GETFD), 0);
}

static void run(void)
{
    names();
    totals();
    random_bytes();
    names_of_threads();
    bits();
    personalities();
    not_random();
    registers();
    no_such_call();
}
TEST_MAIN
