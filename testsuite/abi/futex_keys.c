/* SPDX-License-Identifier: MIT */
/* Where futexes lie: memory of a process alone, and of several by fork, by files,
 * by memfd, by other addresses; what becomes of who waits when his memory goes.
 * And the time that is left after a stop. */
#include "futex_tools.h"

static struct shared {
    volatile int woken[4];
} *shared;

static pid_t start(volatile uint32_t *word, int operation, int number)
{
    volatile pid_t child = fork();
    if (!child) {
        long result = futex(word, operation, 0, NULL, NULL, 0);
        shared->woken[number] = result ? errno : -1;
        _exit(0);
    }
    wait_asleep(&child);
    return child;
}

static void end(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

/* Is who waits on one found through the other? */
static bool reaches(volatile uint32_t *from, volatile uint32_t *to)
{
    shared->woken[0] = 0;
    pid_t child = start(from, FUTEX_WAIT, 0);
    long woken = futex(to, FUTEX_WAKE, 9, NULL, NULL, 0);
    while (woken == 1 && !shared->woken[0])
        usleep(500);
    bool is_right = woken == 1 ? shared->woken[0] == -1 : !shared->woken[0];
    end(child);
    return woken == 1 && is_right;
}

static void *map(size_t bytes, int flags, int fd, off_t at)
{
    return mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, at);
}

static void places(void)
{
    int file = open("words", O_RDWR | O_CREAT | O_TRUNC, 0600);
    int memory = memfd_create("words", 0);
    ftruncate(file, 12288);
    ftruncate(memory, 12288);
    uint32_t *own = map(4096, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint32_t *both = map(8192, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *own = 0;
    ok(!reaches(own, own)); /* each has its own after fork */
    ok(reaches(both, both));
    ok(!reaches(both, both + 1));
    ok(!reaches(both, both + 1024)); /* the same place in another page */
    for (int i = 0; i < 2; i++) {
        int fd = i ? memory : file;
        uint32_t *one = map(12288, MAP_SHARED, fd, 0);
        uint32_t *other = map(4096, MAP_SHARED, fd, 8192);
        uint32_t *copy = map(4096, MAP_PRIVATE, fd, 8192);
        ok(reaches(one + 2048 + 5, other + 5));
        ok(!reaches(one + 5, other + 5));
        ok(!reaches(one + 2048 + 5, copy + 5));
        copy[5] = 0; /* from here on it is its own */
        ok(!reaches(copy + 5, copy + 5));
        ok(reaches(other + 5, one + 2048 + 5));
        munmap(one, 12288), munmap(other, 4096), munmap(copy, 4096);
    }
    close(file), close(memory);
    munmap(own, 4096), munmap(both, 8192);
}

/* Moved to a word of another kind, a waiter is found there. */
static void requeued(void)
{
    uint32_t *both = map(8192, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t first = start(both, FUTEX_WAIT, 0), second = start(both, FUTEX_WAIT, 1);
    shared->woken[0] = shared->woken[1] = 0;
    is(futex(both, FUTEX_CMP_REQUEUE, 1, (void *)1, both + 1030, 0), 2);
    while (!shared->woken[0])
        usleep(500);
    is(shared->woken[0], -1);
    is(futex(both, FUTEX_WAKE, 9, NULL, NULL, 0), 0);
    is(futex(both + 1030, FUTEX_WAKE, 9, NULL, NULL, 0), 1);
    while (!shared->woken[1])
        usleep(500);
    is(shared->woken[1], -1);
    end(first), end(second);
    munmap(both, 8192);
}

static uint32_t *word;
static volatile int tid, result;

static void *waits(void *none)
{
    tid = my_tid();
    result = futex(word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0) ? errno : -1;
    return none;
}

/* The memory goes, and other memory comes there: a private wait stays. */
static void unmapped(void)
{
    pthread_t thread;
    word = map(4096, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *word = 0;
    pthread_create(&thread, NULL, waits, NULL);
    wait_asleep(&tid);
    munmap(word, 4096);
    is(futex(word, FUTEX_WAKE_PRIVATE, 9, NULL, NULL, 0), 1);
    pthread_join(thread, NULL);
    is(result, -1);
}

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

/* Stopped half-way it waits on for the rest, and not from the start again. */
static void time_left(void)
{
    enum { WAIT_MS = 1000 };
    int status;
    uint32_t *both = map(4096, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    volatile pid_t child = fork();
    if (!child) {
        struct timespec patience = { WAIT_MS / 1000, 0 };
        long long begun = now_ms();
        bool timed_out = futex(both, FUTEX_WAIT, 0, &patience, NULL, 0) == -1 &&
            errno == ETIMEDOUT;
        long long took = now_ms() - begun;
        _exit(!timed_out ? 1 : took < WAIT_MS ? 2 : 3);
    }
    wait_asleep(&child);
    for (int i = 0; i < 3; i++) {
        kill(child, SIGSTOP);
        waitpid(child, &status, WUNTRACED);
        if (!WIFSTOPPED(status))
            break;
        kill(child, SIGCONT);
    }
    if (WIFSTOPPED(status))
        waitpid(child, &status, 0);
    is(status, 3 << 8);
    munmap(both, 4096);
}

static void run(void)
{
    shared = map(4096, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    places();
    requeued();
    unmapped();
    time_left();
}
TEST_MAIN
