/* SPDX-License-Identifier: MIT */
/* Fuzzers by the dozen, processes and threads, some of root: whatever they do,
 * the kernel goes on, all of them can be ended, and nothing is lost.
 *
 * Without more it makes the rounds of /tests/fuzz/seeds.  The command line may
 * say FUZZ_SECONDS=600 FUZZ_SEED=7, rounds with the seeds 7, 8 … until the time
 * is over, or FUZZ_ROUNDS=1 FUZZ_SEED=7.  FUZZ_WORKERS=1 FUZZ_THREADS=1
 * FUZZ_CALLS=500 make a round smaller, FUZZ_SHOW=1 says each call before it is
 * made. */
#include "fuzz.h"
#include "../guest/counts.h"
#include <errno.h>
#include <pthread.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS_MAX = 8, NAP_MS = 10, QUIET_NAPS = 12, ROUND_SECONDS = 20 };
enum { CONSOLE = 200 }; /* beyond what the calls reach */
static const char place[] = "/tmp/t/place";

static int workers = 3, threads = 2, calls = 3000;
static bool is_shown;
static int console;
static int cases, failures;

struct worker {
    pid_t pid;
    int number, lives, quiet;
    unsigned seen;
};
static struct shared {
    unsigned made[WORKERS_MAX]; /* calls that were begun */
} *shared;

struct life { /* of a thread of a worker */
    struct fuzz fuzz;
    int number;
};

static int setting(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
}

/* --------------------------------------------------------------- a worker */

static void show(int number, const long *values)
{
    char text[400];
    fuzz_print(text, sizeof text - 1, number, values);
    strcat(text, "\n");
    write(console, text, strlen(text));
}

static void *live(void *data)
{
    struct life *life = data;
    unsigned *made = &shared->made[life->number];
    while (__atomic_add_fetch(made, 1, __ATOMIC_RELAXED) < (unsigned)calls) {
        long values[ARGUMENTS];
        int number = fuzz_choose(&life->fuzz);
        fuzz_arguments(&life->fuzz, &fuzz_calls[number], values);
        if (is_shown)
            show(number, values);
        fuzz_make(&life->fuzz, number, values);
    }
    return NULL;
}

static void work(const struct worker *worker, uint64_t seed)
{
    static struct life lives[8];
    static char stacks[8][32768];
    struct life *own = &lives[0];
    own->fuzz.random =
        seed * 1000003 + worker->number * 1009 + worker->lives * 17;
    own->number = worker->number;
    own->fuzz.is_root = worker->number % 3 == 1;
    fuzz_random(&own->fuzz);
    console = dup2(1, CONSOLE);
    place_enter(place);
    place_open(&own->fuzz);
    if (!is_shown)
        close(CONSOLE);
    place_set_limits(20);
    if (!own->fuzz.is_root)
        place_drop_rights();
    for (int i = 1; i < threads; i++) {
        pthread_t thread;
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstack(&attributes, stacks[i], sizeof stacks[i]);
        lives[i] = *own;
        lives[i].fuzz.random += i * 7919;
        pthread_create(&thread, &attributes, live, &lives[i]);
    }
    live(own);
    _exit(0);
}

/* ---------------------------------------------------------------- a round */

static void start(struct worker *worker, uint64_t seed)
{
    worker->quiet = 0;
    worker->lives++;
    fflush(stdout);
    worker->pid = fork();
    if (!worker->pid) {
        setpgid(0, 0);
        work(worker, seed);
    }
}

static bool is_done(const struct worker *worker)
{
    return shared->made[worker->number] >= (unsigned)calls;
}

/* One that makes no more calls sleeps for ever, or is stopped: it is ended. */
static void watch(struct worker *worker)
{
    unsigned made = shared->made[worker->number];
    worker->quiet = made == worker->seen ? worker->quiet + 1 : 0;
    worker->seen = made;
    if (worker->pid > 0 && worker->quiet > QUIET_NAPS)
        kill(worker->pid, SIGKILL);
}

static void reap(struct worker *all)
{
    pid_t ended;
    while ((ended = waitpid(-1, NULL, WNOHANG | __WALL)) > 0)
        for (int i = 0; i < workers; i++)
            if (all[i].pid == ended)
                all[i].pid = 0;
}

static void nap(void)
{
    const struct timespec time = { 0, NAP_MS * 1000000 };
    nanosleep(&time, NULL);
}

/* True if there is nobody left. */
static bool end_all(void)
{
    for (int naps = 0; naps < 3000; naps++) {
        kill(-1, SIGKILL);
        while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
            ;
        if (waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD)
            return true;
        nap();
    }
    return false;
}

static void play(uint64_t seed)
{
    struct worker all[WORKERS_MAX] = { 0 };
    time_t end = time(NULL) + ROUND_SECONDS;
    int left = workers;
    memset(shared, 0, sizeof *shared);
    for (int i = 0; i < workers; i++)
        all[i].number = i;
    while (left && time(NULL) < end) {
        left = 0;
        for (int i = 0; i < workers; i++) {
            if (!all[i].pid && !is_done(&all[i]))
                start(&all[i], seed);
            watch(&all[i]);
            left += !is_done(&all[i]);
        }
        nap();
        reap(all);
    }
}

static void say(bool is_ok, uint64_t seed, const char *what)
{
    printf("%sok %d - seed %llu: %s\n", is_ok ? "" : "not ", ++cases,
        (unsigned long long)seed, what);
    failures += !is_ok;
}

/* The debug build knows who allocated what is left of a period. */
static void begin_period(void)
{
    int fd = open("/proc/tenon-heap", O_WRONLY);
    if (fd < 0)
        return;
    write(fd, "x", 1);
    close(fd);
}

static void say_who_has_it(void)
{
    char line[512];
    FILE *list = fopen("/proc/tenon-heap", "r");
    while (list && fgets(line, sizeof line, list))
        printf("# %s", line);
    if (list)
        fclose(list);
}

static void one_round(uint64_t seed)
{
    static struct counts before, after;
    counts_settle(&before);
    begin_period();
    printf("# seed %llu\n", (unsigned long long)seed);
    fflush(stdout);
    if (!place_make(place)) {
        say(false, seed, "a place");
        return;
    }
    play(seed);
    say(end_all(), seed, "all were ended");
    place_leave(place);
    bool held = counts_wait(&before, &after);
    say(held, seed, "nothing was lost");
    if (held)
        return;
    counts_print(&before, &after, "# ");
    say_who_has_it();
}

/* Where the stack begins is random, and so is whether a call needs one page more
 * of it than the calls before did. */
static void touch_stack(void)
{
    volatile char room[65536];
    for (size_t i = 0; i < sizeof room; i += 4096)
        room[i] = 0;
}

/* What is spent once, by the first round, is spent before anything counts. */
static void rehearse(void)
{
    static struct counts before, after;
    int wanted = calls;
    touch_stack();
    printf("# a rehearsal\n");
    calls = 20;
    counts_spend();
    counts_settle(&before);
    if (place_make(place)) {
        play(0);
        end_all();
        place_leave(place);
    }
    counts_wait(&before, &after);
    calls = wanted;
}

/* Seeds of a file: `survive SEED`, and more that is for people. */
static void recorded(void)
{
    char line[200];
    unsigned long long seed;
    FILE *file = fopen("/tests/fuzz/seeds", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "survive %llu", &seed) == 1)
            one_round(seed);
    if (file)
        fclose(file);
}

int main(void)
{
    place_must_be_guest();
    setvbuf(stdout, NULL, _IOLBF, 0);
    workers = setting("FUZZ_WORKERS", workers);
    threads = setting("FUZZ_THREADS", threads);
    calls = setting("FUZZ_CALLS", calls);
    is_shown = setting("FUZZ_SHOW", 0);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    memory_set_up();
    rehearse();
    int seconds = setting("FUZZ_SECONDS", 0);
    uint64_t seed = setting("FUZZ_SEED", 1);
    time_t end = time(NULL) + seconds;
    int rounds = setting("FUZZ_ROUNDS", 0);
    if (!seconds && !rounds)
        recorded();
    while (rounds-- > 0 || time(NULL) < end)
        one_round(seed++);
    printf("1..%d\n", cases);
    return failures != 0;
}
