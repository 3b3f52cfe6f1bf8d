/* SPDX-License-Identifier: MIT */
/* sched_*: affinity, policies and priorities; nice values; getcpu. */
#include "tap.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

/* As the kernel has it; its header would define struct sched_param again. */
struct sched_attr {
    uint32_t size, sched_policy;
    uint64_t sched_flags;
    int32_t sched_nice;
    uint32_t sched_priority;
    uint64_t sched_runtime, sched_deadline, sched_period;
    uint32_t sched_util_min, sched_util_max;
};

#define SCHED_BATCH_ 3
#define SCHED_IDLE_  5

static int cpus;

static long get_affinity(pid_t pid, size_t size, void *mask)
{
    return syscall(SYS_sched_getaffinity, pid, size, mask);
}

static long set_affinity(pid_t pid, size_t size, const void *mask)
{
    return syscall(SYS_sched_setaffinity, pid, size, mask);
}

static void affinity(void)
{
    unsigned long mask[16], all[16] = { 0 }, old[16];
    memset(mask, 0xff, sizeof mask);
    long bytes = get_affinity(0, sizeof mask, mask);
    ok(bytes >= 8 && bytes % 8 == 0); /* what it wrote, no more */
    ok(mask[bytes / 8] == ~0ul);
    memcpy(all, mask, bytes);
    memcpy(old, all, sizeof old);
    cpus = 0;
    for (int i = 0; i < bytes * 8; i++)
        cpus += all[i / 64] >> i % 64 & 1;
    ok(cpus >= 1);
    ok(all[0] & 1);
    ok(cpus == sysconf(_SC_NPROCESSORS_ONLN));
    fails_with(EINVAL, get_affinity(0, 0, mask));
    fails_with(EINVAL, get_affinity(0, 7, mask));
    fails_with(EINVAL, get_affinity(0, 12, mask));
    fails_with(EFAULT, get_affinity(0, sizeof mask, (void *)8));
    fails_with(ESRCH, get_affinity(99999999, sizeof mask, mask));
    fails_with(ESRCH, get_affinity(-1, sizeof mask, mask));
    mask[0] = 1;
    is(set_affinity(0, 8, mask), 0);
    ok(get_affinity(0, 128, mask) == bytes && mask[0] == 1);
    unsigned cpu = 77, node = 77;
    is(syscall(SYS_getcpu, &cpu, &node, NULL), 0);
    is(cpu, 0);
    is(node, 0);
    unsigned char one = 1;
    is(set_affinity(0, 1, &one), 0); /* shorter is filled with zeros */
    memset(mask, 0, sizeof mask);
    fails_with(EINVAL, set_affinity(0, sizeof mask, mask));
    fails_with(EINVAL, set_affinity(0, 0, mask));
    mask[0] = 1ul << 63;
    fails_with(EINVAL, set_affinity(0, 8, mask)); /* no such CPU */
    fails_with(EFAULT, set_affinity(0, 8, (void *)8));
    mask[0] = 1;
    fails_with(ESRCH, set_affinity(99999999, 8, mask));
    memset(mask, 0xff, sizeof mask);
    is(set_affinity(0, sizeof mask, mask), 0); /* those there are */
    get_affinity(0, 128, mask);
    ok(!memcmp(mask, old, bytes));
}

static void affinity_is_handed_down(void)
{
    unsigned long mask[16] = { 0 };
    long bytes = get_affinity(0, 128, mask);
    unsigned long old = mask[0];
    mask[0] = 1;
    set_affinity(0, bytes, mask);
    pid_t child = fork();
    if (!child) {
        get_affinity(0, 128, mask);
        _exit(mask[0] == 1 ? 3 : 4);
    }
    int status;
    waitpid(child, &status, 0);
    is(status, 3 << 8);
    mask[0] = old;
    set_affinity(0, bytes, mask);
    /* Each CPU can be had. */
    bool all_right = true;
    for (int i = 0; i < 64; i++) {
        if (!(old >> i & 1))
            continue;
        unsigned cpu = 99;
        mask[0] = 1ul << i;
        set_affinity(0, bytes, mask);
        for (int j = 0; j < 100; j++) {
            sched_yield();
            syscall(SYS_getcpu, &cpu, NULL, NULL);
            all_right &= cpu == (unsigned)i;
        }
    }
    ok(all_right);
    mask[0] = old;
    set_affinity(0, bytes, mask);
}

static void ranges(void)
{
    static const struct {
        int policy, least, most;
    } rows[] = {
        { SCHED_OTHER, 0, 0 },
        { SCHED_FIFO, 1, 99 },
        { SCHED_RR, 1, 99 },
        { SCHED_BATCH_, 0, 0 },
        { SCHED_IDLE_, 0, 0 },
        { 6, 0, 0 }, /* deadline */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        is(sched_get_priority_min(rows[i].policy), rows[i].least);
        is(sched_get_priority_max(rows[i].policy), rows[i].most);
    }
    fails_with(EINVAL, sched_get_priority_min(4));
    fails_with(EINVAL, sched_get_priority_max(-1));
    fails_with(EINVAL, sched_get_priority_max(7));
}

/* The library hides these calls: they are per thread. */
static long set_policy(pid_t pid, int policy, int priority)
{
    struct sched_param param = { .sched_priority = priority };
    return syscall(SYS_sched_setscheduler, pid, policy, &param);
}

static long get_policy(pid_t pid)
{
    return syscall(SYS_sched_getscheduler, pid);
}

static int get_priority(void)
{
    struct sched_param param = { .sched_priority = -1 };
    syscall(SYS_sched_getparam, 0, &param);
    return param.sched_priority;
}

static void policies(void)
{
    struct sched_param param = { 0 };
    is(get_policy(0), SCHED_OTHER);
    is(get_priority(), 0);
    fails_with(EINVAL, set_policy(0, SCHED_OTHER, 1));
    fails_with(EINVAL, set_policy(0, SCHED_FIFO, 0));
    fails_with(EINVAL, set_policy(0, SCHED_FIFO, 100));
    fails_with(EINVAL, set_policy(0, SCHED_RR, -1));
    fails_with(EINVAL, set_policy(0, 4, 0));
    fails_with(EINVAL, set_policy(0, -1, 0));
    fails_with(EINVAL, set_policy(-1, SCHED_OTHER, 0));
    fails_with(ESRCH, set_policy(99999999, SCHED_OTHER, 0));
    fails_with(EINVAL, syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, NULL));
    fails_with(EFAULT, syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, 8));
    fails_with(EINVAL, syscall(SYS_sched_getparam, 0, NULL));
    fails_with(EFAULT, syscall(SYS_sched_getparam, 0, 8));
    fails_with(EINVAL, syscall(SYS_sched_getparam, -1, &param));
    fails_with(ESRCH, syscall(SYS_sched_getparam, 99999999, &param));
    fails_with(EINVAL, get_policy(-1));
    fails_with(ESRCH, get_policy(99999999));
    static const struct {
        int policy, priority;
    } good[] = { { SCHED_FIFO, 1 }, { SCHED_RR, 99 }, { SCHED_BATCH_, 0 },
        { SCHED_IDLE_, 0 }, { SCHED_OTHER, 0 } };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        is(set_policy(0, good[i].policy, good[i].priority), 0);
        is(get_policy(0), good[i].policy);
        is(get_priority(), good[i].priority);
    }
    is(set_policy(0, SCHED_FIFO, 5), 0);
    param.sched_priority = 7;
    is(syscall(SYS_sched_setparam, 0, &param), 0);
    is(get_policy(0), SCHED_FIFO);
    is(get_priority(), 7);
    param.sched_priority = 0;
    fails_with(EINVAL, syscall(SYS_sched_setparam, 0, &param));
    fails_with(EINVAL, syscall(SYS_sched_setparam, 0, NULL));
    sched_yield();
    is(set_policy(0, SCHED_OTHER, 0), 0);
}

static int policy_of_child(void)
{
    pid_t child = fork();
    if (!child)
        _exit(get_policy(0));
    int status;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

enum { RESET = 0x40000000 };

static void handed_down(void)
{
    is(set_policy(0, SCHED_RR, 5), 0);
    is(policy_of_child(), SCHED_RR);
    is(set_policy(0, SCHED_RR | RESET, 5), 0);
    is(get_policy(0), SCHED_RR | RESET);
    is(policy_of_child(), SCHED_OTHER);
    is(set_policy(0, SCHED_OTHER, 0), 0);
    is(set_policy(0, SCHED_BATCH_, 0), 0);
    is(policy_of_child(), SCHED_BATCH_);
    is(set_policy(0, SCHED_OTHER, 0), 0);
}

static void intervals(void)
{
    struct timespec time = { 7, 7 };
    is(set_policy(0, SCHED_FIFO, 5), 0);
    is(syscall(SYS_sched_rr_get_interval, 0, &time), 0);
    is(time.tv_sec | time.tv_nsec, 0);
    is(set_policy(0, SCHED_RR, 5), 0);
    is(syscall(SYS_sched_rr_get_interval, 0, &time), 0);
    is(time.tv_nsec, 100000000);
    is(set_policy(0, SCHED_OTHER, 0), 0);
    fails_with(EINVAL, syscall(SYS_sched_rr_get_interval, -1, &time));
    fails_with(ESRCH, syscall(SYS_sched_rr_get_interval, 99999999, &time));
    fails_with(EFAULT, syscall(SYS_sched_rr_get_interval, 0, 8));
}

static void attributes(void)
{
    struct sched_attr attr = { 0 };
    enum { SIZE = 48 };
    is(syscall(SYS_sched_getattr, 0, &attr, SIZE, 0), 0);
    is(attr.sched_policy, SCHED_OTHER);
    is(attr.sched_nice, 0);
    is(attr.size, SIZE);
    fails_with(EINVAL, syscall(SYS_sched_getattr, 0, &attr, SIZE - 1, 0));
    fails_with(EINVAL, syscall(SYS_sched_getattr, 0, &attr, SIZE, 1));
    fails_with(EINVAL, syscall(SYS_sched_getattr, 0, NULL, SIZE, 0));
    fails_with(EINVAL, syscall(SYS_sched_getattr, -1, &attr, SIZE, 0));
    fails_with(ESRCH, syscall(SYS_sched_getattr, 99999999, &attr, SIZE, 0));
    memset(&attr, 0, sizeof attr);
    attr.size = SIZE;
    attr.sched_policy = SCHED_FIFO;
    attr.sched_priority = 9;
    is(syscall(SYS_sched_setattr, 0, &attr, 0), 0);
    is(get_policy(0), SCHED_FIFO);
    is(get_priority(), 9);
    attr.sched_priority = 0;
    fails_with(EINVAL, syscall(SYS_sched_setattr, 0, &attr, 0));
    fails_with(EINVAL, syscall(SYS_sched_setattr, 0, &attr, 1));
    fails_with(EINVAL, syscall(SYS_sched_setattr, 0, NULL, 0));
    attr.sched_policy = SCHED_OTHER;
    attr.sched_nice = 5;
    is(syscall(SYS_sched_setattr, 0, &attr, 0), 0);
    is(getpriority(PRIO_PROCESS, 0), 5);
    attr.size = 0;
    attr.sched_nice = 0;
    is(syscall(SYS_sched_setattr, 0, &attr, 0), 0); /* the first version */
    is(getpriority(PRIO_PROCESS, 0), 0);
    attr.size = 20;
    fails_with(E2BIG, syscall(SYS_sched_setattr, 0, &attr, 0));
    attr.size = SIZE;
    attr.sched_flags = 1ull << 40;
    fails_with(EINVAL, syscall(SYS_sched_setattr, 0, &attr, 0));
    attr.sched_flags = 1; /* reset on fork */
    is(syscall(SYS_sched_setattr, 0, &attr, 0), 0);
    is(get_policy(0), SCHED_OTHER | RESET);
    attr.sched_flags = 0;
    is(syscall(SYS_sched_setattr, 0, &attr, 0), 0);
}

static void nice_values(void)
{
    is(getpriority(PRIO_PROCESS, 0), 0);
    is(setpriority(PRIO_PROCESS, 0, 30), 0);
    is(getpriority(PRIO_PROCESS, 0), 19);
    is(setpriority(PRIO_PROCESS, 0, -50), 0);
    is(getpriority(PRIO_PROCESS, 0), -20);
    is(setpriority(PRIO_PROCESS, 0, 0), 0);
    fails_with(EINVAL, setpriority(3, 0, 0));
    fails_with(EINVAL, getpriority(-1, 0));
    fails_with(ESRCH, getpriority(PRIO_PROCESS, 99999999));
    fails_with(ESRCH, setpriority(PRIO_PROCESS, 99999999, 0));
    fails_with(ESRCH, getpriority(PRIO_PGRP, 99999999));
    fails_with(ESRCH, getpriority(PRIO_USER, 4567));
    is(syscall(SYS_getpriority, PRIO_PROCESS, 0), 20); /* 20 - nice */
    pid_t child = fork();
    if (!child) {
        setpgid(0, 0);
        for (;;)
            pause();
    }
    setpgid(child, child);
    is(setpriority(PRIO_PROCESS, child, 7), 0);
    is(getpriority(PRIO_PGRP, child), 7);
    is(setpriority(PRIO_PGRP, child, 6), 0);
    is(getpriority(PRIO_PROCESS, child), 6);
    is(getpriority(PRIO_PGRP, 0), 0);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    child = fork();
    if (!child) {
        setresuid(1000, 1000, 1000);
        bool is_right = getpriority(PRIO_USER, 1000) == 0 &&
            getpriority(PRIO_USER, 0) == 0 &&
            setpriority(PRIO_PROCESS, 0, 5) == 0 &&
            setpriority(PRIO_PROCESS, 0, 4) == -1 && errno == EACCES &&
            setpriority(PRIO_PROCESS, 1, 5) == -1 && errno == EPERM &&
            nice(3) == 8 &&
            set_policy(0, SCHED_FIFO, 1) == -1 && errno == EPERM &&
            set_policy(getppid(), SCHED_BATCH_, 0) == -1 && errno == EPERM &&
            set_policy(0, SCHED_BATCH_, 0) == 0 &&
            set_policy(0, SCHED_IDLE_, 0) == 0 &&
            set_affinity(getppid(), 8, &(unsigned long){ 1 }) == -1 &&
            errno == EPERM;
        _exit(is_right ? 5 : 6);
    }
    int status;
    waitpid(child, &status, 0);
    is(status, 5 << 8);
}

/* Each thread has its own. */
static void *is_nice(void *none)
{
    setpriority(PRIO_PROCESS, 0, 11);
    return none;
}

static volatile bool stop;
static volatile int spinner;
static void *spins(void *none)
{
    spinner = syscall(SYS_gettid);
    while (!stop)
        ;
    return none;
}

static void of_threads(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, is_nice, NULL);
    pthread_join(thread, NULL);
    is(getpriority(PRIO_PROCESS, 0), 0);
    pthread_create(&thread, NULL, spins, NULL);
    while (!spinner)
        sched_yield();
    is(setpriority(PRIO_PROCESS, spinner, 3), 0);
    is(getpriority(PRIO_PROCESS, spinner), 3);
    is(getpriority(PRIO_PROCESS, 0), 0);
    is(set_policy(spinner, SCHED_BATCH_, 0), 0);
    is(get_policy(spinner), SCHED_BATCH_);
    is(get_policy(0), SCHED_OTHER);
    stop = true;
    pthread_join(thread, NULL);
}

/* One CPU: whoever has the higher priority runs, first come, first served. */
static volatile int order[8], places;
static void *notes_place(void *number)
{
    set_policy(0, SCHED_FIFO, 10 + (intptr_t)number);
    order[__sync_fetch_and_add(&places, 1)] = (intptr_t)number;
    return NULL;
}

static void *makes_them(void *none)
{
    pthread_t threads[3];
    unsigned long mask[16] = { 1 };
    set_affinity(0, sizeof mask, mask);
    set_policy(0, SCHED_FIFO, 50);
    for (intptr_t i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, notes_place, (void *)i);
    /* None of them has run: we were never idle. */
    if (places)
        order[7] = 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    return none;
}

static void real_time(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, makes_them, NULL);
    pthread_join(thread, NULL);
    is(places, 3);
    is(order[7], 0);
}

static void run(void)
{
    affinity();
    affinity_is_handed_down();
    ranges();
    policies();
    handed_down();
    intervals();
    attributes();
    nice_values();
    of_threads();
    real_time();
}
TEST_MAIN
