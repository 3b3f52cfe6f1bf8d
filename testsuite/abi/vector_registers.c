/* SPDX-License-Identifier: MIT */
/* Vector registers, and what steers their unit: what a handler does with them
 * its thread does not see, unless the handler says so in its frame; threads that
 * are interrupted all the time keep theirs.  The CPU's header has
 *
 *     struct registers
 *     void look(void)                  what there is of them
 *     void fill(r, seed)               values that follow from seed
 *     bool are_as_filled(r, seed)
 *     long around(r, call, first, second, third, flag)
 *          loads all, makes the call and stores them; call -1 spins until *flag
 *     void edit(context)               changes some in a handler's frame, and says
 *                                      in frame_is_right whether it is laid out well
 *     void test_edits(r, seed)         what became of that
 */
#include "tap.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/ucontext.h>

enum { ROUNDS = 3000, THREADS = 4 };

static volatile bool frame_is_right;

#ifdef __x86_64__
#include "vector_registers_x86_64.h"
#else
#include "vector_registers_aarch64.h"
#endif

static volatile int handled, edits;

static void handler(int number, siginfo_t *info, void *context)
{
    struct registers own;
    (void)number, (void)info;
    fill(&own, 99);
    around(&own, SYS_getpid, 0, 0, 0, NULL); /* its own, all of them */
    if (edits)
        edit(context);
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
    test_edits(&r, 5);
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
    look();
    by_itself();
    left_by_jumps();
    on_fresh_stacks();
    under_fire();
    forked();
}
TEST_MAIN
