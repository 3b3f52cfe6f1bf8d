/* SPDX-License-Identifier: MIT */
/* membarrier, and the parts of rseq that need no assembly. */
#include "tap.h"

#include <linux/membarrier.h>
#include <linux/rseq.h>
#include <pthread.h>
#include <sched.h>

enum { SIGNATURE = 0x53053053 };

static long barrier(int command, unsigned flags, int cpu)
{
    return syscall(SYS_membarrier, command, flags, cpu);
}

static void registrations(void)
{
    static const int commands[] = { MEMBARRIER_CMD_PRIVATE_EXPEDITED,
        MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE,
        MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ };
    is(barrier(MEMBARRIER_CMD_QUERY, 0, 0), 0x1ff);
    fails_with(EINVAL, barrier(MEMBARRIER_CMD_QUERY, 1, 0));
    fails_with(EINVAL, barrier(1 << 9, 0, 0));
    fails_with(EINVAL, barrier(-1, 0, 0));
    fails_with(EINVAL, barrier(3, 0, 0));
    is(barrier(MEMBARRIER_CMD_GLOBAL, 0, 0), 0);
    is(barrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0), 0);
    is(barrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, 0, 0), 0);
    is(barrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0), 0);
    for (int i = 0; i < 3; i++) {
        int enter = commands[i] << 1;
        fails_with(EPERM, barrier(commands[i], 0, 0));
        fails_with(EINVAL, barrier(enter, 1, 0));
        is(barrier(enter, 0, 0), 0);
        is(barrier(enter, 0, 0), 0);
        is(barrier(commands[i], 0, 0), 0);
    }
    fails_with(EINVAL, barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 1, 0));
    is(barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, 1, 0), 0);
    is(barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, 1, 9999), 0);
    fails_with(EINVAL, barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, 2, 0));
    /* A child has it too; a new program does not. */
    int status;
    pid_t child = fork();
    if (!child)
        _exit(barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) ? 1 : 3);
    waitpid(child, &status, 0);
    is(status, 3 << 8);
}

/* Dekker's: each writes one word and reads the other; with the barrier on one
 * side alone, never do both read the old. */
static volatile int x, y, seen, round_no, done;

static void *fast_side(void *none)
{
    int last = 0;
    while (!done) {
        int now = round_no;
        if (now == last)
            continue;
        last = now;
        x = 1;
        __asm__ volatile("" ::: "memory");
        seen = y ? 1 : 2;
        __asm__ volatile("" ::: "memory");
        __atomic_store_n(&round_no, -now, __ATOMIC_SEQ_CST);
        last = -now;
    }
    return none;
}

static void orders(void)
{
    pthread_t thread;
    bool all_right = true;
    pthread_create(&thread, NULL, fast_side, NULL);
    for (int i = 1; i <= 500; i++) {
        x = y = 0;
        seen = 0;
        __atomic_store_n(&round_no, i, __ATOMIC_SEQ_CST);
        y = 1;
        barrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
        int saw = x;
        while (__atomic_load_n(&round_no, __ATOMIC_SEQ_CST) != -i)
            sched_yield();
        all_right &= saw == 1 || seen == 1;
    }
    ok(all_right);
    done = 1;
    pthread_join(thread, NULL);
}

static struct rseq area __attribute__((aligned(32)));
static struct rseq other __attribute__((aligned(32)));

static long sequence(void *at, unsigned bytes, int flags, uint32_t signature)
{
    return syscall(SYS_rseq, at, bytes, flags, signature);
}

static void *registers(void *none)
{
    long first = sequence(&other, 32, 0, SIGNATURE);
    long last = sequence(&other, 32, 1, SIGNATURE);
    return first || last ? none : &area;
}

static void areas(void)
{
    void *unaligned = (char *)&other + 8, *result;
    pthread_t thread;
    fails_with(EINVAL, sequence(&area, 32, 1, SIGNATURE));
    fails_with(EINVAL, sequence(&area, 32, 2, SIGNATURE));
    fails_with(EINVAL, sequence(&area, 31, 0, SIGNATURE));
    fails_with(EINVAL, sequence(unaligned, 32, 0, SIGNATURE));
    fails_with(EFAULT, sequence((void *)-4096l, 32, 0, SIGNATURE));
    area.cpu_id = RSEQ_CPU_ID_UNINITIALIZED;
    is(sequence(&area, 32, 0, SIGNATURE), 0);
    ok((int)area.cpu_id >= 0 && area.cpu_id == area.cpu_id_start);
    fails_with(EBUSY, sequence(&area, 32, 0, SIGNATURE));
    fails_with(EPERM, sequence(&area, 32, 0, SIGNATURE + 1));
    fails_with(EINVAL, sequence(&other, 32, 0, SIGNATURE));
    fails_with(EINVAL, sequence(&area, 33, 0, SIGNATURE));
    fails_with(EINVAL, sequence(&other, 32, 1, SIGNATURE));
    fails_with(EPERM, sequence(&area, 32, 1, SIGNATURE + 1));
    fails_with(EINVAL, sequence(&area, 32, 3, SIGNATURE));
    pthread_create(&thread, NULL, registers, NULL);
    pthread_join(thread, &result);
    ok(result == &area); /* a new thread has none */
    int status;
    pid_t child = fork();
    if (!child)
        _exit(sequence(&area, 32, 0, SIGNATURE) == -1 && errno == EBUSY ? 3
                                                                        : 1);
    waitpid(child, &status, 0);
    is(status, 3 << 8);
}

static void follows_the_cpu(void)
{
    unsigned long old[16] = { 0 }, mask[16] = { 0 };
    bool all_right = true;
    long bytes = syscall(SYS_sched_getaffinity, 0, sizeof old, old);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 64; i++) {
            if (!(old[0] >> i & 1))
                continue;
            mask[0] = 1ul << i;
            syscall(SYS_sched_setaffinity, 0, bytes, mask);
            all_right &= *(volatile unsigned *)&area.cpu_id == (unsigned)i;
            all_right &= area.cpu_id_start == (unsigned)i;
        }
    }
    ok(all_right);
    syscall(SYS_sched_setaffinity, 0, bytes, old);
    is(sequence(&area, 32, 1, SIGNATURE), 0);
    is((int)area.cpu_id, RSEQ_CPU_ID_UNINITIALIZED);
    is(area.cpu_id_start, 0);
    fails_with(EINVAL, sequence(&area, 32, 1, SIGNATURE));
}

static void run(void)
{
    registrations();
    orders();
    areas();
    follows_the_cpu();
}
TEST_MAIN
