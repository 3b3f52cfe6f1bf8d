/* SPDX-License-Identifier: MIT */
/* rseq: a stretch of code that is cut short begins again at its abort address,
 * whose signature must be right. */
#include "tap.h"

#include <linux/membarrier.h>
#include <linux/rseq.h>
#include <pthread.h>
#include <sched.h>
#include <sys/time.h>

#define SIGNATURE 0x53053053

static struct rseq area __attribute__((aligned(32)));
static volatile int must_stop, handled;

static long sequence(int flags)
{
    return syscall(SYS_rseq, &area, 32, flags, SIGNATURE);
}

/* Spins inside until it is cut short: 1; or until must_stop: 0. */
#define SECTION(signature, version)                                            \
    ({                                                                         \
        int was_cut = 0;                                                       \
        __asm__ volatile(".pushsection .data\n"                                \
                         ".balign 32\n"                                        \
                         "1: .long " version ", 0\n"                           \
                         ".quad 2f, 3f - 2f, 4f\n"                             \
                         ".popsection\n"                                       \
                         "leaq 1b(%%rip), %%rax\n"                             \
                         "movq %%rax, 8(%[area])\n"                            \
                         "2: pause\n"                                          \
                         "cmpl $0, %[stop]\n"                                  \
                         "je 2b\n"                                             \
                         "3: jmp 5f\n"                                         \
                         ".long " signature "\n"                               \
                         "4: movl $1, %[cut]\n"                                \
                         "5:\n"                                                \
                         : [cut] "+r"(was_cut)                                 \
                         : [area] "r"(&area), [stop] "m"(must_stop)            \
                         : "rax", "memory", "cc");                             \
        was_cut;                                                               \
    })

static void handler(int signal)
{
    (void)signal;
    handled++;
    must_stop = 1;
}

static void after_a_moment(void)
{
    struct itimerval soon = { .it_value = { 0, 50000 } };
    must_stop = handled = 0;
    setitimer(ITIMER_REAL, &soon, NULL);
}

static void cut_short(void)
{
    struct sigaction action = { .sa_handler = handler };
    sigaction(SIGALRM, &action, NULL);
    is(sequence(0), 0);
    after_a_moment();
    is(SECTION("0x53053053", "0"), 1);
    while (!handled)
        pause();
    is(area.rseq_cs, 0); /* it is left behind */
    is(sequence(1), 0);
    /* Not registered it is code like any other. */
    after_a_moment();
    is(SECTION("0x53053053", "0"), 0);
    is(handled, 1);
    area.rseq_cs = 0;
}

static volatile int cuts;

static void *is_inside(void *none)
{
    sequence(0);
    while (!must_stop)
        cuts += SECTION("0x53053053", "0");
    sequence(1);
    return none;
}

/* membarrier cuts short whoever is inside, though nothing else disturbs him. */
static void cut_by_others(void)
{
    pthread_t thread;
    must_stop = 0;
    is(syscall(SYS_membarrier,
           MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ, 0, 0),
        0);
    pthread_create(&thread, NULL, is_inside, NULL);
    for (int i = 0; i < 50; i++) {
        while (!*(volatile uint64_t *)&area.rseq_cs)
            sched_yield();
        int before = cuts;
        syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, 0, 0);
        while (cuts == before)
            sched_yield();
    }
    must_stop = 1;
    pthread_join(thread, NULL);
    ok(cuts >= 50);
}

static int status_of(int which)
{
    int status;
    pid_t child = fork();
    if (!child) {
        sequence(0);
        after_a_moment();
        if (which == 0)
            _exit(SECTION("0x53053054", "0")); /* another signature */
        if (which == 1)
            _exit(SECTION("0x53053053", "1")); /* another version */
        if (which == 2)
            area.rseq_cs = 16; /* nothing is there */
        if (which == 3)
            area.rseq_cs = -4096;
        for (;;)
            usleep(1000);
    }
    waitpid(child, &status, 0);
    return status & 0x7f;
}

static void run(void)
{
    cut_by_others();
    tap_limit_off();
    cut_short();
    for (int i = 0; i < 4; i++)
        is(status_of(i), SIGSEGV);
}
TEST_MAIN
