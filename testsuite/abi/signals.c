/* SPDX-License-Identifier: MIT */
/* sigaction, sigprocmask, kill, sigsuspend, sigtimedwait, sigaltstack,
 * restarts, faults. */
#include "asleep.h"

#include <setjmp.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

static volatile sig_atomic_t count, last_code;
static void *volatile last_address;
static volatile pid_t last_pid;
static volatile int nested;

static void counts(int signal)
{
    (void)signal;
    count++;
}

static void tells(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    count++;
    last_code = info->si_code;
    last_address = info->si_addr;
    last_pid = info->si_pid;
}

static void handle(int signal, void (*handler)(int, siginfo_t *, void *),
    int flags)
{
    struct sigaction action = { .sa_sigaction = handler,
        .sa_flags = flags | SA_SIGINFO };
    sigaction(signal, &action, NULL);
}

static void numbers(void)
{
    struct sigaction action = { .sa_handler = SIG_IGN };
    fails_with(EINVAL, sigaction(SIGKILL, &action, NULL));
    fails_with(EINVAL, sigaction(SIGSTOP, &action, NULL));
    fails_with(EINVAL, sigaction(0, &action, NULL));
    fails_with(EINVAL, sigaction(65, &action, NULL));
    fails_with(EINVAL, kill(getpid(), 65));
    fails_with(ESRCH, kill(99999, 0));
    fails_with(EINVAL, syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, NULL, 4));
    fails_with(EINVAL, syscall(SYS_tgkill, -1, 1, 0));
    fails_with(ESRCH, syscall(SYS_tgkill, getpid(), 99999, 0));
    is(kill(getpid(), 0), 0);
}

static void delivered_with_info(void)
{
    handle(SIGUSR1, tells, 0);
    count = 0;
    is(kill(getpid(), SIGUSR1), 0);
    is(count, 1);
    is(last_code, SI_USER);
    ok(last_pid == getpid());
    is(raise(SIGUSR1), 0);
    is(last_code, SI_TKILL);
    union sigval value = { .sival_int = 77 };
    is(sigqueue(getpid(), SIGUSR1, value), 0);
    is(last_code, SI_QUEUE);
    is(count, 3);
}

static void masks(void)
{
    sigset_t set, old, pending;
    handle(SIGUSR1, tells, 0);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGKILL);
    is(sigprocmask(SIG_BLOCK, &set, &old), 0);
    sigprocmask(SIG_BLOCK, NULL, &old);
    ok(sigismember(&old, SIGUSR1) && !sigismember(&old, SIGKILL));
    count = 0;
    raise(SIGUSR1);
    raise(SIGUSR1);
    is(count, 0);
    is(sigpending(&pending), 0);
    ok(sigismember(&pending, SIGUSR1));
    is(sigprocmask(SIG_UNBLOCK, &set, NULL), 0);
    is(count, 1);
    fails_with(EINVAL, sigprocmask(9, &set, NULL));
}

static void real_time_queue(void)
{
    sigset_t set;
    siginfo_t info;
    struct timespec none = { 0, 0 };
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    for (int i = 0; i < 3; i++) {
        union sigval value = { .sival_int = i };
        sigqueue(getpid(), SIGRTMIN + 1, value);
    }
    sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 9 });
    is(sigtimedwait(&set, &info, &none), SIGRTMIN);
    is(info.si_value.sival_int, 9);
    for (int i = 0; i < 3; i++) {
        ok(sigtimedwait(&set, &info, &none) == SIGRTMIN + 1);
        is(info.si_value.sival_int, i);
    }
    fails_with(EAGAIN, sigtimedwait(&set, &info, &none));
    none.tv_nsec = 1000000000;
    fails_with(EINVAL, sigtimedwait(&set, &info, &none));
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void reset_and_defer(void)
{
    struct sigaction now;
    handle(SIGUSR2, tells, SA_RESETHAND);
    count = 0;
    raise(SIGUSR2);
    is(count, 1);
    sigaction(SIGUSR2, NULL, &now);
    ok(now.sa_handler == SIG_DFL);
}

static sigjmp_buf out;
static mcontext_t registers;
static void jumps(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    last_code = info->si_code;
    last_address = info->si_addr;
    registers = ((ucontext_t *)context)->uc_mcontext;
    siglongjmp(out, 1);
}

#ifdef __x86_64__
static void traps(void)
{
    volatile char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE |
        MAP_ANONYMOUS, -1, 0);
    if (!sigsetjmp(out, 1))
        page[1] = 1;
    is(registers.gregs[REG_TRAPNO], 14);
    is(registers.gregs[REG_ERR], 6); /* a program's write, to nothing */
    ok(registers.gregs[REG_CR2] == (long)page + 1);
    last_code = page[0];
    if (!sigsetjmp(out, 1))
        page[2] = 1;
    is(registers.gregs[REG_ERR], 7); /* a page is there */
    ok(registers.gregs[REG_CR2] == (long)page + 2);
    munmap((void *)page, 4096);
    if (!sigsetjmp(out, 1))
        last_code = page[3];
    is(registers.gregs[REG_ERR], 4);
    if (!sigsetjmp(out, 1))
        last_code = *(volatile char *)0xffffc00000000000ul;
    is(registers.gregs[REG_ERR], 5); /* whatever is there */
    is(last_code, SEGV_MAPERR);
    if (!sigsetjmp(out, 1))
        __asm__ volatile("hlt");
    is(registers.gregs[REG_TRAPNO], 13);
    is(registers.gregs[REG_ERR], 0);
}
#else
/* The ESR record after that of the FP state, or 0. */
static unsigned long syndrome(void)
{
    const unsigned *record = (const unsigned *)registers.__reserved;
    if (record[0] != 0x46508001 || record[1] != 528)
        return 0;
    record += 528 / 4;
    return record[0] == 0x45535201 && record[1] == 16
        ? *(const unsigned long *)(record + 2)
        : 0;
}

static void traps(void)
{
    volatile char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE |
        MAP_ANONYMOUS, -1, 0);
    if (!sigsetjmp(out, 1))
        page[1] = 1;
    is(syndrome() >> 26, 0x24); /* data, of a program */
    is(syndrome() & 0x7c, 0x44); /* a write, to nothing */
    is(registers.fault_address, (long)page + 1);
    last_code = page[0];
    if (!sigsetjmp(out, 1))
        page[2] = 1;
    is(syndrome() & 0x7c, 0x4c); /* a page is there */
    munmap((void *)page, 4096);
    if (!sigsetjmp(out, 1))
        last_code = page[3];
    is(syndrome() & 0x7c, 0x04);
    if (!sigsetjmp(out, 1))
        last_code = *(volatile char *)0xffffc00000000000ul;
    is(syndrome() & 0x7c, 0x04); /* whatever is there */
    is(last_code, SEGV_MAPERR);
    if (!sigsetjmp(out, 1))
        ((void (*)(void))8)();
    is(syndrome() >> 26, 0x20); /* code */
    if (!sigsetjmp(out, 1))
        __asm__ volatile("udf #0");
    is(last_code, ILL_ILLOPC);
    ok(last_address == (void *)registers.pc);
    is(syndrome(), 0);
    if (!sigsetjmp(out, 1))
        __asm__ volatile("brk #1");
    is(last_code, TRAP_BRKPT);
    ok(last_address == (void *)registers.pc);
    if (!sigsetjmp(out, 1))
        __asm__ volatile("mrs x0, ttbr0_el1" ::: "x0");
    is(last_code, ILL_ILLOPC);
    if (!sigsetjmp(out, 1))
        __asm__ volatile("adr x1, 1f; add x1, x1, #2; br x1; 1: nop" ::: "x1");
    is(last_code, BUS_ADRALN);
    ok(last_address == (void *)registers.pc && registers.pc % 4 == 2);
    unsigned long id = 0;
    __asm__ volatile("mrs %0, midr_el1" : "=r"(id)); /* answered by the kernel */
    is(id >> 16 & 15, 15);
}
#endif

static void faults(void)
{
    char *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
        0);
    handle(SIGSEGV, jumps, 0);
    handle(SIGFPE, jumps, 0);
    handle(SIGILL, jumps, 0);
    handle(SIGBUS, jumps, 0);
    handle(SIGTRAP, jumps, 0);
    if (!sigsetjmp(out, 1))
        *(volatile char *)16 = 1;
    is(last_code, SEGV_MAPERR);
    ok(last_address == (void *)16);
    if (!sigsetjmp(out, 1))
        *(volatile char *)(page + 4100) = 1;
    is(last_code, SEGV_ACCERR);
    ok(last_address == page + 4100);
    last_code = 0;
    if (!sigsetjmp(out, 1))
        ((void (*)(void))page)();
    is(last_code, SEGV_ACCERR);
    ok(last_address == page);
    int fd = open("short", O_RDWR | O_CREAT, 0600);
    ftruncate(fd, 100);
    char *file = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
    if (!sigsetjmp(out, 1))
        last_code = file[5000];
    is(last_code, BUS_ADRERR);
    ok(last_address == file + 5000);
    close(fd);
    unlink("short");
#ifdef __x86_64__
    if (!sigsetjmp(out, 1))
        __asm__ volatile("xor %%ecx, %%ecx; mov $1, %%eax; cltd; idiv %%ecx" ::
                : "eax", "ecx", "edx");
    is(last_code, FPE_INTDIV);
    if (!sigsetjmp(out, 1))
        __asm__ volatile("ud2");
    is(last_code, ILL_ILLOPN);
    if (!sigsetjmp(out, 1))
        __asm__ volatile("int3");
    is(last_code, SI_KERNEL);
    if (!sigsetjmp(out, 1))
        __asm__ volatile("hlt");
    is(last_code, SI_KERNEL);
    if (!sigsetjmp(out, 1))
        *(volatile char *)0x8000000000000000ul = 1;
    is(last_code, SI_KERNEL);
    ok(last_address == NULL);
#endif
    traps();
    munmap(page, 8192);
    munmap(file, 8192);
    signal(SIGSEGV, SIG_DFL);
    signal(SIGFPE, SIG_DFL);
    signal(SIGILL, SIG_DFL);
    signal(SIGBUS, SIG_DFL);
    signal(SIGTRAP, SIG_DFL);
}

static void crashes(void *data)
{
    (void)data;
    *(volatile int *)8 = 1;
}

static void restarts(void)
{
    int ends[2];
    char byte;
    struct sigaction action = { .sa_handler = counts };
    pipe(ends);
    sigaction(SIGUSR1, &action, NULL);
    count = 0;
    pid_t me = getpid(), child = fork();
    if (!child) {
        until_asleep(me);
        kill(me, SIGUSR1);
        _exit(0);
    }
    fails_with(EINTR, read(ends[0], &byte, 1));
    is(count, 1);
    waitpid(child, NULL, 0);
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, NULL);
    child = fork();
    if (!child) {
        until_asleep(me);
        kill(me, SIGUSR1);
        usleep(50000);
        write(ends[1], "x", 1);
        _exit(0);
    }
    is(read(ends[0], &byte, 1), 1);
    is(count, 2);
    waitpid(child, NULL, 0);
    child = fork();
    if (!child) {
        until_asleep(me);
        kill(me, SIGUSR1);
        _exit(0);
    }
    struct timespec wanted = { 20, 0 }, left;
    fails_with(EINTR, nanosleep(&wanted, &left));
    ok(left.tv_sec < 20 && left.tv_sec >= 10);
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
}

static void suspends(void)
{
    sigset_t set, none;
    handle(SIGUSR1, tells, 0);
    sigemptyset(&none);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    count = 0;
    raise(SIGUSR1);
    fails_with(EINTR, sigsuspend(&none));
    is(count, 1);
    sigprocmask(SIG_BLOCK, NULL, &set);
    ok(sigismember(&set, SIGUSR1));
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static char *volatile where;
static void finds_stack(int signal, siginfo_t *info, void *context)
{
    char here;
    (void)signal, (void)info, (void)context;
    where = &here;
    stack_t now;
    sigaltstack(NULL, &now);
    nested = now.ss_flags;
}

static void alternate_stack(void)
{
    static char stack[65536];
    stack_t wanted = { .ss_sp = stack, .ss_size = 100 }, old;
    fails_with(ENOMEM, sigaltstack(&wanted, NULL));
    wanted.ss_size = sizeof stack;
    wanted.ss_flags = 99;
    fails_with(EINVAL, sigaltstack(&wanted, NULL));
    wanted.ss_flags = 0;
    is(sigaltstack(&wanted, &old), 0);
    ok(old.ss_flags & SS_DISABLE);
    handle(SIGUSR1, finds_stack, SA_ONSTACK);
    raise(SIGUSR1);
    ok(where > stack && where < stack + sizeof stack);
    is(nested, SS_ONSTACK);
    wanted.ss_flags = SS_DISABLE;
    is(sigaltstack(&wanted, NULL), 0);
}

static void edits(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info;
    ucontext_t *user = context;
    sigaddset(&user->uc_sigmask, SIGUSR2);
}

static void context_is_honoured(void)
{
    sigset_t now;
    handle(SIGUSR1, edits, 0);
    raise(SIGUSR1);
    sigprocmask(SIG_BLOCK, NULL, &now);
    ok(sigismember(&now, SIGUSR2));
    ok(!sigismember(&now, SIGUSR1));
    sigprocmask(SIG_UNBLOCK, &now, NULL);
}

static void timers(void)
{
    struct itimerval value = { { 0, 10000 }, { 0, 10000 } }, none = { 0 }, old;
    tap_limit_off();
    handle(SIGALRM, tells, 0);
    count = 0;
    /* Nothing is printed meanwhile: a write may be interrupted too. */
    int started = setitimer(ITIMER_REAL, &value, NULL);
    while (!started && count < 3)
        pause();
    int stopped = setitimer(ITIMER_REAL, &none, &old);
    is(started, 0);
    is(stopped, 0);
    ok(count >= 3);
    is(last_code, SI_KERNEL);
    is(old.it_interval.tv_usec, 10000);
    fails_with(EINVAL, setitimer(9, &value, NULL));
    is(alarm(100), 0);
    unsigned remaining = alarm(0);
    ok(remaining <= 100 && remaining > 80);
}

static void run(void)
{
    numbers();
    delivered_with_info();
    masks();
    real_time_queue();
    reset_and_defer();
    faults();
    is(in_child(crashes, NULL) & 0x7f, SIGSEGV);
    restarts();
    suspends();
    alternate_stack();
    context_is_honoured();
    timers();
}
TEST_MAIN
