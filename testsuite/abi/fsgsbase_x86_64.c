/* SPDX-License-Identifier: MIT */
/* The bases of FS and GS, which programs may set themselves where the CPU and the
 * kernel let them: each thread has its own, over switches, calls and signals. */
#include "tap.h"

#include <asm/prctl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/auxv.h>

enum { THREADS = 4, ROUNDS = 300, MAY_SET = 2 };

static bool may_set;

static uint64_t read_gs(void)
{
    uint64_t base;
    if (!may_set) {
        syscall(SYS_arch_prctl, ARCH_GET_GS, &base);
        return base;
    }
    __asm__ volatile("rdgsbase %0" : "=r"(base));
    return base;
}

static void write_gs(uint64_t base)
{
    if (may_set)
        __asm__ volatile("wrgsbase %0" ::"r"(base));
    else
        syscall(SYS_arch_prctl, ARCH_SET_GS, base);
}

static volatile int handled;

/* A handler has what its thread has, and what it sets stays. */
static void handler(int signal)
{
    (void)signal;
    write_gs(read_gs() + 16);
    handled++;
}

static volatile int wrong;

static void *has_its_own(void *number)
{
    uint64_t base = 0x10000000 + ((uint64_t)(uintptr_t)number << 32), seen = 0;
    uint64_t fs;
    write_gs(base);
    for (int i = 0; i < ROUNDS; i++) {
        sched_yield();
        wrong += read_gs() != base;
        if (i % 16 == 0)
            usleep(100);
        syscall(SYS_arch_prctl, ARCH_GET_GS, &seen);
        wrong += seen != base;
        syscall(SYS_arch_prctl, ARCH_GET_FS, &fs);
        wrong += fs != (uint64_t)pthread_self();
        write_gs(base += 4096);
    }
    return NULL;
}

static void threads(void)
{
    pthread_t all[THREADS];
    for (intptr_t i = 0; i < THREADS; i++)
        pthread_create(&all[i], NULL, has_its_own, (void *)(i + 1));
    for (int i = 0; i < THREADS; i++)
        pthread_join(all[i], NULL);
    is(wrong, 0);
}

static void over_calls(void)
{
    int status;
    uint64_t seen = 0;
    signal(SIGUSR1, handler);
    write_gs(0x123450000);
    raise(SIGUSR1);
    is(handled, 1);
    is(read_gs(), 0x123450010);
    is(syscall(SYS_arch_prctl, ARCH_GET_GS, &seen), 0);
    is(seen, 0x123450010);
    pid_t child = fork();
    if (!child)
        _exit(read_gs() == 0x123450010 ? 3 : 4);
    waitpid(child, &status, 0);
    is(status, 3 << 8);
    is(syscall(SYS_arch_prctl, ARCH_SET_GS, 0x55550000), 0);
    is(read_gs(), 0x55550000);
    write_gs(0);
}

static void run(void)
{
    may_set = getauxval(AT_HWCAP2) & MAY_SET;
    over_calls();
    threads();
}
TEST_MAIN
