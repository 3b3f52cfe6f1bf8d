/* SPDX-License-Identifier: MIT */
/* Vector registers, FPCR and FPSR: what a handler does with them its thread does
 * not see, unless the handler says so in its frame; threads that are interrupted
 * all the time keep theirs. */
#include "tap.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/ucontext.h>

enum { REGISTERS = 32, LONGS = REGISTERS * 2, ROUNDS = 3000, THREADS = 4,
    FPSR_FLAGS = 0x08000011,   /* QC, IXC, IOC */
    FPCR_MODES = 0x03c00000 }; /* DN, FZ, rounding to zero */

struct registers {
    uint64_t vector[LONGS];
    uint64_t fpsr, fpcr;
};

#define PAIRS(what)                                                            \
    what(0, 1) what(2, 3) what(4, 5) what(6, 7) what(8, 9) what(10, 11)        \
    what(12, 13) what(14, 15) what(16, 17) what(18, 19) what(20, 21)           \
    what(22, 23) what(24, 25) what(26, 27) what(28, 29) what(30, 31)
#define STORE(i, j) "stp q" #i ", q" #j ", [%0, #" #i "*16]\n"
#define LOAD(i, j)  "ldp q" #i ", q" #j ", [%0, #" #i "*16]\n"
#define SPOILT                                                                 \
    "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11",  \
        "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21",  \
        "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31"

/* Fills all, makes the call and stores them: call -1 spins until *flag.  What the
 * compiler's own code expects of FPCR is put back. */
static long around(struct registers *r, long call, long first, long second,
    long third, volatile int *flag)
{
    register long x8 __asm__("x8") = call;
    register long x0 __asm__("x0") = first;
    register long x1 __asm__("x1") = second;
    register long x2 __asm__("x2") = third;
    uint64_t usual;
    __asm__ volatile("mrs %5, fpcr\n" PAIRS(LOAD)
                     "msr fpsr, %6\n"
                     "msr fpcr, %7\n"
                     "cmn x8, #1\n"
                     "b.eq 1f\n"
                     "svc #0\n"
                     "b 2f\n"
                     "1: yield\n"
                     "ldr w9, [%8]\n"
                     "cbz w9, 1b\n"
                     "2:\n"
                     "mrs x9, fpsr\n"
                     "mrs x10, fpcr\n"
                     "msr fpcr, %5\n"
                     "str x9, [%0, #512]\n"
                     "str x10, [%0, #520]\n" PAIRS(STORE)
                     : "+r"(r), "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x8),
                     "=&r"(usual)
                     : "r"(r->fpsr), "r"(r->fpcr), "r"(flag)
                     : "x9", "x10", "memory", "cc", SPOILT);
    return x0;
}

static void fill(struct registers *r, uint64_t seed)
{
    for (int i = 0; i < LONGS; i++)
        r->vector[i] = seed * 0x9e3779b97f4a7c15 + i;
    r->fpsr = seed & 1 ? FPSR_FLAGS : 1;
    r->fpcr = seed & 1 ? FPCR_MODES : 0;
}

static bool are_as_filled(const struct registers *r, uint64_t seed)
{
    struct registers same;
    fill(&same, seed);
    return !memcmp(r, &same, sizeof same);
}

static volatile int handled, edits;
static volatile bool frame_is_right;

static struct fpsimd_context *record_of(ucontext_t *context)
{
    struct _aarch64_ctx *head =
        (struct _aarch64_ctx *)context->uc_mcontext.__reserved;
    while (head->magic && head->magic != FPSIMD_MAGIC)
        head = (struct _aarch64_ctx *)((char *)head + head->size);
    frame_is_right = head->magic == FPSIMD_MAGIC &&
        head->size == sizeof(struct fpsimd_context);
    return (struct fpsimd_context *)head;
}

static void handler(int number, siginfo_t *info, void *context)
{
    struct registers own;
    (void)number, (void)info;
    fill(&own, 99);
    around(&own, SYS_getpid, 0, 0, 0, NULL); /* its own, all of them */
    if (edits) {
        struct fpsimd_context *record = record_of(context);
        record->vregs[3] = ((__uint128_t)0x2222 << 64) | 0x1111;
        record->fpsr = 2;
        record->fpcr = 0x400000;
    }
    handled++;
}

static void by_itself(void)
{
    struct registers r;
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
    sigaction(SIGUSR1, &action, NULL);
    long me = getpid(), tid = syscall(SYS_gettid);
    for (int seed = 4; seed < 8; seed++) {
        handled = 0;
        fill(&r, seed);
        around(&r, SYS_tgkill, me, tid, SIGUSR1, NULL);
        is(handled, 1);
        ok(are_as_filled(&r, seed));
    }
    edits = 1;
    fill(&r, 5);
    around(&r, SYS_tgkill, me, tid, SIGUSR1, NULL);
    edits = 0;
    ok(frame_is_right);
    is(r.vector[6], 0x1111);
    is(r.vector[7], 0x2222);
    is(r.vector[8] == 5 * 0x9e3779b97f4a7c15 + 8, 1);
    is(r.fpsr, 2);
    is(r.fpcr, 0x400000);
}

static sigjmp_buf out;
static void jumps(int number)
{
    struct registers own;
    (void)number;
    fill(&own, 98);
    around(&own, SYS_getpid, 0, 0, 0, NULL);
    siglongjmp(out, 1);
}

/* Left by a jump: the next call and the next signal are as usual. */
static void left_by_jumps(void)
{
    struct registers r;
    volatile int good = 0;
    signal(SIGUSR2, jumps);
    for (volatile int i = 0; i < 200; i++) {
        if (!sigsetjmp(out, 1))
            raise(SIGUSR2);
        fill(&r, i);
        around(&r, SYS_getppid, 0, 0, 0, NULL);
        good += are_as_filled(&r, i);
    }
    is(good, 200);
}

/* On a stack of its own that nobody has touched, as Go's threads have it. */
static void on_fresh_stacks(void)
{
    struct registers r;
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
        fill(&r, i);
        around(&r, SYS_tgkill, me, tid, SIGUSR1, NULL);
        good += are_as_filled(&r, i);
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
    struct registers r;
    tids[own] = syscall(SYS_gettid);
    fill(&r, 1000 + own);
    around(&r, -1, 0, 0, 0, &stop[own]);
    if (!are_as_filled(&r, 1000 + own))
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
    struct registers r;
    int status;
    fflush(stdout);
    fill(&r, 7);
    if (!around(&r, SYS_clone, SIGCHLD, 0, 0, NULL))
        _exit(are_as_filled(&r, 7) ? 7 : 8);
    ok(are_as_filled(&r, 7));
    wait(&status);
    is(status, 7 << 8);
}

static void run(void)
{
    by_itself();
    left_by_jumps();
    on_fresh_stacks();
    under_fire();
    forked();
}
TEST_MAIN
