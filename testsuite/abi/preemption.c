/* SPDX-License-Identifier: MIT */
/* Who runs when several want one CPU: real-time threads at once and in order,
 * those that yield behind their equals, round-robin ones in turn; the others by
 * their weight. */
#include "futex_tools.h"

#include <sys/resource.h>

enum { NOTES = 64 };
static volatile int notes[NOTES], note_count;

static void writes_down(int what)
{
    if (note_count < NOTES)
        notes[note_count++] = what;
}

static void stay_here(void)
{
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    sched_setaffinity(0, sizeof first, &first);
}

static void set_policy(int policy, int priority)
{
    struct sched_param param = { .sched_priority = priority };
    if (syscall(SYS_sched_setscheduler, 0, policy, &param))
        _exit(90);
}

static bool notes_are(const int *expected, int count)
{
    bool are = note_count == count;
    for (int i = 0; i < count; i++)
        are &= notes[i] == expected[i];
    if (!are)
        for (int i = 0; i < note_count; i++)
            note("%d: %d", i, notes[i]);
    return are;
}

/* Runs body(i) in threads on CPU 0, made by one that none of them goes before. */
static pthread_t threads[4];
struct start {
    void *(*body)(void *);
    int count;
};

static void *makes_all(void *data)
{
    struct start *start = data;
    stay_here();
    set_policy(SCHED_FIFO, 60);
    for (intptr_t i = 0; i < start->count; i++)
        pthread_create(&threads[i], NULL, start->body, (void *)i);
    for (int i = 0; i < start->count; i++)
        pthread_join(threads[i], NULL);
    return NULL;
}

static void run_all(void *(*body)(void *), int count)
{
    struct start start = { body, count };
    pthread_t maker;
    note_count = 0;
    pthread_create(&maker, NULL, makes_all, &start);
    pthread_join(maker, NULL);
}

/* Three equals. Who makes himself less urgent is the first of those that he joins;
 * a yield is a place at the end. */
static void *yields(void *number)
{
    set_policy(SCHED_FIFO, 20);
    for (int i = 0; i < 3; i++) {
        writes_down((intptr_t)number);
        sched_yield();
    }
    return NULL;
}

static volatile uint32_t word;
static volatile bool is_over;
static volatile long rounds[3];

static void turn(int number)
{
    rounds[number]++;
}

/* After 800 ms, or later if who must have had a turn by then had none: where the
 * host is busy ticks are rare. */
enum { LEAST_NAPS = 40, MOST_NAPS = 1000, NAP_US = 20000 };
static volatile bool are_in_turn;

static void ends_it(void)
{
    set_policy(SCHED_FIFO, 50);
    for (int i = 0; i < MOST_NAPS; i++) {
        bool is_enough = rounds[1] && (rounds[0] || !are_in_turn);
        if (i >= LEAST_NAPS && is_enough)
            break;
        usleep(NAP_US);
    }
    is_over = true;
}

/* Equals that never sleep. The third thread ends it. */
static void *spins(void *data)
{
    int number = (intptr_t)data;
    if (number == 2) {
        ends_it();
        return NULL;
    }
    set_policy(SCHED_RR, 20);
    while (!is_over)
        turn(number);
    return NULL;
}

static void *spins_first(void *data)
{
    int number = (intptr_t)data;
    if (number == 2)
        return spins(data);
    set_policy(SCHED_FIFO, 20);
    while (!is_over)
        turn(number);
    return NULL;
}

static void real_time(void)
{
    static const int in_turn[] = { 2, 1, 0, 2, 1, 0, 2, 1, 0 };
    run_all(yields, 3);
    ok(notes_are(in_turn, 9));
    is_over = false;
    rounds[0] = rounds[1] = 0;
    are_in_turn = true;
    run_all(spins, 3);
    ok(rounds[0] > 0 && rounds[1] > 0);
    is_over = false;
    rounds[0] = rounds[1] = 0;
    are_in_turn = false;
    run_all(spins_first, 3);
    ok(rounds[1] > 0 && rounds[0] == 0);
}

static volatile int waits_now;
static void *wakes_at(void *data)
{
    set_policy(SCHED_FIFO, (intptr_t)data ? 30 : 10);
    waits_now++;
    while (!word)
        futex(&word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    writes_down((intptr_t)data);
    return NULL;
}

/* Two wait, one more and one less urgent than who wakes them. */
static void *wakes(void *none)
{
    pthread_t waiting[2];
    stay_here();
    set_policy(SCHED_FIFO, 20);
    word = waits_now = 0;
    for (intptr_t i = 0; i < 2; i++)
        pthread_create(&waiting[i], NULL, wakes_at, (void *)i);
    while (waits_now < 2)
        usleep(1000);
    usleep(20000);
    word = 1;
    futex(&word, FUTEX_WAKE_PRIVATE, 9, NULL, NULL, 0);
    writes_down(5);
    for (int i = 0; i < 2; i++)
        pthread_join(waiting[i], NULL);
    return none;
}

static void woken(void)
{
    static const int expected[] = { 1, 5, 0 };
    pthread_t thread;
    note_count = 0;
    pthread_create(&thread, NULL, wakes, NULL);
    pthread_join(thread, NULL);
    ok(notes_are(expected, 3));
}

static long long used_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

/* Two that compete on one CPU until one had enough: how much the other had. */
static volatile long long had_ns[2];
struct competitor {
    int number, nice, policy;
};

static void *competes(void *data)
{
    struct competitor *c = data;
    stay_here();
    set_policy(c->policy, 0);
    setpriority(PRIO_PROCESS, 0, c->nice);
    __sync_fetch_and_add(&waits_now, 1);
    while (waits_now < 2)
        sched_yield();
    long long start = used_ns();
    while (!is_over) {
        had_ns[c->number] = used_ns() - start;
        if (had_ns[c->number] > 600 * 1000000ll)
            is_over = true;
    }
    return NULL;
}

static void compete(struct competitor first, struct competitor second)
{
    pthread_t both[2];
    waits_now = 0;
    is_over = false;
    had_ns[0] = had_ns[1] = 0;
    pthread_create(&both[0], NULL, competes, &first);
    pthread_create(&both[1], NULL, competes, &second);
    pthread_join(both[0], NULL);
    pthread_join(both[1], NULL);
}

/* One of them wakes the other, who has to wait until the first one does. */
static void *wakes_equal(void *data)
{
    int number = (intptr_t)data;
    set_policy(SCHED_FIFO, 20);
    if (number == 0) {
        futex(&word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
        writes_down(1);
        return NULL;
    }
    while (futex(&word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) != 1)
        usleep(1000);
    for (volatile int i = 0; i < 100000; i++)
        ;
    getppid(); /* nor on the way back from a call */
    writes_down(0);
    return NULL;
}

static void equals(void)
{
    static const int expected[] = { 0, 1 };
    word = 0;
    run_all(wakes_equal, 2);
    ok(notes_are(expected, 2));
}

/* How much a usual one has of what the other has, in percent: in the long run, for
 * the time that the host takes from one of them is that one's. */
enum { ROUNDS = 5, NO_MOST = 0 };

static bool has_percent(int nice, int policy, long least, long most)
{
    long long usual = 0, other = 0;
    for (int i = 0; i < ROUNDS; i++) {
        compete((struct competitor){ 0, 0, SCHED_OTHER },
            (struct competitor){ 1, nice, policy });
        usual += had_ns[0], other += had_ns[1];
        if (usual * 100 > other * least &&
            (most == NO_MOST || usual * 100 < other * most))
            return true;
    }
    note("%lld ms, %lld ms", usual / 1000000, other / 1000000);
    return false;
}

static void weights(void)
{
    ok(has_percent(0, SCHED_OTHER, 50, 200));
    ok(has_percent(10, SCHED_OTHER, 400, 100000));
    ok(has_percent(0, SCHED_IDLE, 800, NO_MOST));
    ok(has_percent(0, SCHED_BATCH, 33, 300));
}

static void run(void)
{
    real_time();
    woken();
    equals();
    weights();
}
TEST_MAIN
