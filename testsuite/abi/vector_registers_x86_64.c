/* SPDX-License-Identifier: MIT */
/* Vector registers: what a handler does with them its thread does not see, unless
 * the handler says so in its frame; threads that are interrupted all the time
 * keep theirs. */
#include "tap.h"

#include <cpuid.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

enum { REGISTERS = 16, BYTES = 32, LONGS = BYTES / 8, ROUNDS = 3000,
    THREADS = 4 };

/* As an FXSAVE area has it, and XSAVE's header and upper halves behind it. */
enum { XMM_AT = 160, MAGIC_AT = 464, FEATURES_AT = 512, UPPER_AT = 576 };
#define MAGIC1 0x46505853
#define MAGIC2 0x46505845

static bool has_upper; /* AVX, and the kernel saves it */

static void look(void)
{
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_AVX))
        return;
    __asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    has_upper = (a & 6) == 6;
}

#define EACH(what)                                                             \
    what(0) what(1) what(2) what(3) what(4) what(5) what(6) what(7) what(8)    \
    what(9) what(10) what(11) what(12) what(13) what(14) what(15)
#define STORE_LOW(i)  "movups %%xmm" #i ", " #i "*32(%0)\n"
#define STORE_FULL(i) "vmovups %%ymm" #i ", " #i "*32(%0)\n"
#define LOAD_LOW(i)   "movups " #i "*32(%0), %%xmm" #i "\n"
#define LOAD_FULL(i)  "vmovups " #i "*32(%0), %%ymm" #i "\n"
#define SPOILT                                                                 \
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",    \
        "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"

/* Fills all, makes the call and stores them: call -1 spins until *flag. */
#define AROUND(load, store)                                                    \
    __asm__ volatile(EACH(load)                                                \
        "cmpq $-1, %%rax\n"                                                    \
        "je 1f\n"                                                              \
        "syscall\n"                                                            \
        "jmp 2f\n"                                                             \
        "1: pause\n"                                                           \
        "cmpl $0, (%5)\n"                                                      \
        "je 1b\n"                                                              \
        "2:\n" EACH(store)                                                     \
        :                                                                      \
        : "r"(values), "a"(call), "D"(first), "S"(second), "d"(third),         \
        "r"(flag)                                                              \
        : "rcx", "r11", "memory", "cc", SPOILT)

static void around(uint64_t *values, long call, long first, long second,
    long third, volatile int *flag)
{
    if (has_upper)
        AROUND(LOAD_FULL, STORE_FULL);
    else
        AROUND(LOAD_LOW, STORE_LOW);
}

static void fill(uint64_t *values, uint64_t seed)
{
    for (int i = 0; i < REGISTERS * LONGS; i++)
        values[i] = seed * 0x9e3779b97f4a7c15 + i;
}

static bool are_as_filled(const uint64_t *values, uint64_t seed)
{
    for (int i = 0; i < REGISTERS * LONGS; i++)
        if (values[i] != seed * 0x9e3779b97f4a7c15 + i &&
            (has_upper || i % LONGS < 2))
            return false;
    return true;
}

static volatile int handled, edits;
static volatile bool frame_is_right;

static char *upper_of(char *area)
{
    uint32_t magic = *(uint32_t *)(area + MAGIC_AT);
    uint32_t bytes = *(uint32_t *)(area + MAGIC_AT + 16);
    frame_is_right = magic == MAGIC1 && *(uint64_t *)(area + MAGIC_AT + 8) & 4 &&
        *(uint64_t *)(area + FEATURES_AT) & 4 &&
        *(uint32_t *)(area + bytes) == MAGIC2;
    return area + UPPER_AT;
}

static void handler(int number, siginfo_t *info, void *context)
{
    uint64_t own[REGISTERS * LONGS];
    char *area = (char *)((ucontext_t *)context)->uc_mcontext.fpregs;
    (void)number, (void)info;
    fill(own, 99);
    around(own, SYS_getpid, 0, 0, 0, NULL); /* its own, all of them */
    if (edits) {
        *(uint64_t *)(area + XMM_AT + 3 * 16) = 0x1111;
        if (has_upper)
            *(uint64_t *)(upper_of(area) + 3 * 16) = 0x2222;
    }
    handled++;
}

static void by_itself(void)
{
    uint64_t values[REGISTERS * LONGS];
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
    sigaction(SIGUSR1, &action, NULL);
    long me = getpid(), tid = syscall(SYS_gettid);
    handled = 0;
    fill(values, 5);
    around(values, SYS_tgkill, me, tid, SIGUSR1, NULL);
    is(handled, 1);
    ok(are_as_filled(values, 5));
    edits = 1;
    frame_is_right = true;
    around(values, SYS_tgkill, me, tid, SIGUSR1, NULL);
    edits = 0;
    ok(frame_is_right);
    is(values[3 * LONGS], 0x1111);
    is(values[3 * LONGS + 1] == 5 * 0x9e3779b97f4a7c15 + 3 * LONGS + 1, 1);
    if (has_upper)
        values[3 * LONGS + 2] -= 0x2222;
    is(has_upper ? values[3 * LONGS + 2] : 0, 0);
}

static sigjmp_buf out;
static void jumps(int number)
{
    uint64_t own[REGISTERS * LONGS];
    (void)number;
    fill(own, 98);
    around(own, SYS_getpid, 0, 0, 0, NULL);
    siglongjmp(out, 1);
}

/* Left by a jump: the next call and the next signal are as usual. */
static void left_by_jumps(void)
{
    uint64_t values[REGISTERS * LONGS];
    volatile int good = 0;
    signal(SIGUSR2, jumps);
    for (volatile int i = 0; i < 200; i++) {
        if (!sigsetjmp(out, 1))
            raise(SIGUSR2);
        fill(values, i);
        around(values, SYS_getppid, 0, 0, 0, NULL);
        good += are_as_filled(values, i);
    }
    is(good, 200);
}

/* On a stack of its own that nobody has touched, as Go's threads have it. */
static void on_fresh_stacks(void)
{
    uint64_t values[REGISTERS * LONGS];
    struct sigaction action = { .sa_sigaction = handler,
        .sa_flags = SA_SIGINFO | SA_ONSTACK };
    int good = 0;
    long me = getpid(), tid = syscall(SYS_gettid);
    sigaction(SIGUSR1, &action, NULL);
    for (int i = 0; i < 50; i++) {
        stack_t fresh = { .ss_size = 65536 };
        fresh.ss_sp = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        sigaltstack(&fresh, NULL);
        fill(values, i);
        around(values, SYS_tgkill, me, tid, SIGUSR1, NULL);
        good += are_as_filled(values, i);
        stack_t off = { .ss_flags = SS_DISABLE };
        sigaltstack(&off, NULL);
        munmap(fresh.ss_sp, 65536);
    }
    is(good, 50);
}

static volatile int tids[THREADS], stop[THREADS], wrong;

static void *spins(void *data)
{
    intptr_t own = (intptr_t)data;
    uint64_t values[REGISTERS * LONGS];
    tids[own] = syscall(SYS_gettid);
    fill(values, 1000 + own);
    around(values, -1, 0, 0, 0, &stop[own]);
    if (!are_as_filled(values, 1000 + own))
        __atomic_add_fetch(&wrong, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

/* All at once, interrupted as Go's preemption does it. */
static void under_fire(void)
{
    pthread_t threads[THREADS];
    for (intptr_t i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, spins, (void *)i);
        while (!tids[i])
            sched_yield();
    }
    handled = 0;
    for (int i = 0; i < ROUNDS; i++)
        syscall(SYS_tgkill, getpid(), tids[i % THREADS], SIGUSR1);
    for (int i = 0; i < THREADS; i++)
        stop[i] = 1;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ok(handled > 0);
    is(wrong, 0);
}

/* What a child begins with. */
static void forked(void)
{
    uint64_t values[REGISTERS * LONGS];
    long me = getpid();
    int status;
    fill(values, 7);
    around(values, SYS_fork, 0, 0, 0, NULL);
    if (getpid() != me)
        _exit(are_as_filled(values, 7) ? 7 : 8);
    ok(are_as_filled(values, 7));
    wait(&status);
    is(status, 7 << 8);
}

static void run(void)
{
    look();
    by_itself();
    left_by_jumps();
    on_fresh_stacks();
    under_fire();
    forked();
}
TEST_MAIN
