/* SPDX-License-Identifier: MIT */
/* Four thousand threads, five hundred of them at a time, that come and go by
 * themselves (ten thousand where STRESS_SECONDS says that there is time); and the
 * end of all while new ones are made. */
#include "stress.h"
#include "../abi/proc.h"
#include <sched.h>

enum { AT_ONCE = 500, STACK_BYTES = 16384 };

static int all;
static volatile int begun, ended;
static pthread_attr_t how;

static void *comes_and_goes(void *data)
{
    __atomic_add_fetch(&begun, 1, __ATOMIC_SEQ_CST);
    if ((intptr_t)data & 1)
        sched_yield();
    __atomic_add_fetch(&ended, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

static int tasks(void)
{
    return number_of("/proc/self/status", "Threads");
}

/* Detached: each unmaps its stack and ends without one. */
static void by_themselves(void)
{
    pthread_t thread;
    int made = 0, failed = 0;
    alarm(10 * tap_seconds());
    begun = ended = 0;
    pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
    while (made < all && failed < all) {
        if (made - ended >= AT_ONCE)
            sched_yield();
        else if (pthread_create(&thread, &how, comes_and_goes,
                     (void *)(intptr_t)made))
            failed++, sched_yield(); /* those that end still count */
        else
            made++;
    }
    is(made, all);
    while (ended < made)
        sched_yield();
    is(begun, all);
    for (int i = 0; i < 20000 && tasks() > 1; i++)
        usleep(1000);
    is(tasks(), 1);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t has_come = PTHREAD_COND_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static bool is_open;

static void *waits_for_all(void *data)
{
    (void)data;
    pthread_mutex_lock(&mutex);
    begun++;
    pthread_cond_signal(&has_come);
    while (!is_open)
        pthread_cond_wait(&condition, &mutex);
    ended++;
    pthread_mutex_unlock(&mutex);
    return NULL;
}

/* Five hundred that are there at the same time. */
static bool one_crowd(void)
{
    static pthread_t threads[AT_ONCE];
    int made = 0;
    begun = ended = 0, is_open = false;
    while (made < AT_ONCE &&
        !pthread_create(&threads[made], &how, waits_for_all, NULL))
        made++;
    pthread_mutex_lock(&mutex);
    while (begun < made)
        pthread_cond_wait(&has_come, &mutex);
    bool are_there = tasks() >= made;
    is_open = true;
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < made; i++)
        pthread_join(threads[i], NULL);
    return made == AT_ONCE && are_there && ended == made;
}

static void together(void)
{
    alarm(10 * tap_seconds());
    pthread_attr_setdetachstate(&how, PTHREAD_CREATE_JOINABLE);
    int crowds = 0;
    while (crowds < all / AT_ONCE && one_crowd())
        crowds++;
    is(crowds, all / AT_ONCE);
}

/* Makes threads, and faults, until the end comes. */
static void *goes_on_making(void *data)
{
    for (;;) {
        pthread_t thread;
        pthread_create(&thread, &how, comes_and_goes, data);
        munmap(mmap(NULL, 65536, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0),
            65536);
        while (begun - ended > 60)
            sched_yield();
    }
    return NULL;
}

static void ends_amid(void *data)
{
    pthread_t thread;
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
    for (int i = 0; i < 4; i++)
        pthread_create(&thread, &how, goes_on_making, NULL);
    while (begun < 50)
        sched_yield();
    switch ((intptr_t)data) {
    case 0:
        _exit(3);
    case 1:
        kill(getpid(), SIGKILL);
        break;
    case 2:
        *(volatile char *)8 = 1;
        break;
    case 3:
        execl("/bin/true", "true", NULL);
    }
    for (;;)
        pause();
}

static void ends(void)
{
    static const int expected[] = { 3 << 8, SIGKILL, SIGSEGV, 0 };
    bool held = true;
    stress_begin();
    do
        for (intptr_t i = 0; held && i < 4; i++) {
            begun = ended = 0;
            held = (in_child(ends_amid, (void *)i) & ~0x80) == expected[i];
        }
    while (held && stress_goes_on());
    tap_case(held, "the end of all, while threads are made");
}

static void run(void)
{
    all = stress_seconds() < 10 ? 4000 : 10000;
    pthread_attr_init(&how);
    pthread_attr_setstacksize(&how, STACK_BYTES);
    by_themselves();
    together();
    ends();
}
TEST_MAIN
