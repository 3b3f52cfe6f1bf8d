/* SPDX-License-Identifier: MIT */
/* Mappings that change under the hands of many threads. */
#include "stress.h"
#include <setjmp.h>

enum { THREADS = 6, SPAN = 64 };

static char *area;
static _Thread_local sigjmp_buf escape;
static _Thread_local volatile int may_escape;

static void on_fault(int number)
{
    if (!may_escape)
        _exit(80 + number);
    siglongjmp(escape, 1);
}

static void catch_faults(void)
{
    struct sigaction action = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

/* Touches that may fail, and must not do anything worse. */
static void touch(volatile char *at, bool writes)
{
    if (!sigsetjmp(escape, 0)) {
        may_escape = 1;
        if (writes)
            *at = 1;
        else
            (void)*at;
    }
    may_escape = 0;
}

static void change(unsigned *random)
{
    char *at = area + stress_random(random) % SPAN * PAGE;
    size_t bytes = (1 + stress_random(random) % 8) * PAGE;
    if (at + bytes > area + SPAN * PAGE)
        bytes = PAGE;
    switch (stress_random(random) % 10) {
    case 0:
        munmap(at, bytes);
        break;
    case 1:
    case 2:
        mmap(at, bytes, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        break;
    case 3:
        mprotect(at, bytes, PROT_READ);
        break;
    case 4:
        mprotect(at, bytes, PROT_READ | PROT_WRITE);
        break;
    case 5:
        mprotect(at, bytes, PROT_NONE);
        break;
    case 6:
        madvise(at, bytes, MADV_DONTNEED);
        break;
    case 7:
        mmap(at, bytes, PROT_READ | PROT_WRITE,
            MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        break;
    case 8:
        mremap(at, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
            area + stress_random(random) % (SPAN - 8) * PAGE);
        break;
    case 9: {
        unsigned char vector[8];
        mincore(at, bytes, vector);
        break;
    }
    }
}

static void *storm(void *data)
{
    unsigned random =
        stress_seed() * 100 + __atomic_fetch_add((int *)data, 1, 5);
    while (stress_goes_on()) {
        change(&random);
        for (int i = 0; i < 8; i++)
            touch(area + stress_random(&random) % (SPAN * PAGE), i & 1);
        if (stress_random(&random) % 64 == 0) {
            /* The kernel looks as well. */
            char *at = area + stress_random(&random) % (SPAN * PAGE);
            int ends[2];
            pipe2(ends, O_NONBLOCK);
            write(ends[1], at, 2 * PAGE);
            read(ends[0], at, 2 * PAGE);
            close(ends[0]);
            close(ends[1]);
        }
    }
    return NULL;
}

static void storms(void)
{
    int number = 0;
    stress_begin();
    area = stress_map(SPAN * PAGE);
    ok(stress_threads(THREADS, storm, &number));
    munmap(area, SPAN * PAGE);
}

/* ------------------------------------------------------- copy on write */

/* Each thread counts up in pages of its own while the process forks: a child
 * sees one moment, the parent loses no step. */
static volatile long *steps;

static void *step(void *data)
{
    int own = __atomic_fetch_add((int *)data, 1, 5);
    volatile long *mine = steps + own * 2 * PAGE / sizeof *steps;
    volatile long *other = mine + PAGE / sizeof *steps;
    while (stress_goes_on())
        for (int i = 0; i < 50; i++) {
            (*mine)++;
            (*other)++;
            if (*mine != *other)
                _exit(70);
        }
    return NULL;
}

static bool is_a_moment(void)
{
    for (int i = 0; i < THREADS; i++) {
        long first = steps[i * 2 * PAGE / sizeof *steps];
        long second = steps[(i * 2 + 1) * PAGE / sizeof *steps];
        /* Between two stores at most. */
        if (first - second > 1 || first < second)
            return false;
    }
    return true;
}

static void *fork_on(void *data)
{
    while (stress_goes_on()) {
        pid_t child = fork();
        if (!child)
            _exit(is_a_moment() ? 0 : 1);
        int status = 1;
        if (child > 0)
            waitpid(child, &status, 0);
        if (status)
            *(int *)data = 1;
    }
    return NULL;
}

static void copies(void)
{
    int number = 0, is_wrong = 0;
    pthread_t forker;
    stress_begin();
    steps = stress_map(2 * THREADS * PAGE);
    pthread_create(&forker, NULL, fork_on, &is_wrong);
    ok(stress_threads(THREADS, step, &number));
    pthread_join(forker, NULL);
    is(is_wrong, 0);
    ok(is_a_moment());
    munmap((void *)steps, 2 * THREADS * PAGE);
}

/* All write the same shared pages, and the sum is right. */
static void add_up(int number)
{
    for (int i = 0; i < 2000; i++)
        __atomic_add_fetch((long *)(area + i % 16 * PAGE), 1, 5);
}

static void shared(void)
{
    bool held = true;
    stress_begin();
    do {
        area = stress_map_shared(16 * PAGE);
        held = stress_processes(6, add_up);
        for (int i = 0; i < 16; i++)
            held = held && *(long *)(area + i * PAGE) == 6 * 2000 / 16;
        munmap(area, 16 * PAGE);
    } while (held && stress_goes_on());
    tap_case(held, "six processes add up in shared pages");
}

/* ------------------------------------------------------------ truncate */

static int file;

static void *touch_file(void *data)
{
    unsigned random = __atomic_fetch_add((int *)data, 1, 5);
    while (stress_goes_on()) {
        touch(area + stress_random(&random) % (32 * PAGE), random & 4096);
        if (stress_random(&random) % 50 == 0) {
            char *at = mmap(NULL, 32 * PAGE, PROT_READ | PROT_WRITE,
                random & 8192 ? MAP_SHARED : MAP_PRIVATE, file, 0);
            touch(at + stress_random(&random) % (32 * PAGE), true);
            munmap(at, 32 * PAGE);
        }
    }
    return NULL;
}

static void *cut_file(void *data)
{
    unsigned random = stress_seed();
    char text[64] = "text";
    while (stress_goes_on()) {
        switch (stress_random(&random) % 4) {
        case 0:
            ftruncate(file, stress_random(&random) % (33 * PAGE));
            break;
        case 1:
            ftruncate(file, 32 * PAGE);
            break;
        case 2:
            pwrite(file, text, sizeof text,
                stress_random(&random) % (32 * PAGE));
            break;
        case 3:
            fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                stress_random(&random) % 32 * PAGE, 2 * PAGE);
        }
    }
    return NULL;
}

static void truncates(void)
{
    int number = 1;
    pthread_t cutter;
    stress_begin();
    file = open("cut", O_RDWR | O_CREAT | O_TRUNC, 0600);
    ftruncate(file, 32 * PAGE);
    area = mmap(NULL, 32 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    pthread_create(&cutter, NULL, cut_file, NULL);
    ok(stress_threads(THREADS, touch_file, &number));
    pthread_join(cutter, NULL);
    /* What is cut off is gone, and what comes back is zero. */
    ftruncate(file, 32 * PAGE);
    memset(area, 'x', 32 * PAGE);
    ftruncate(file, PAGE + 100);
    ftruncate(file, 32 * PAGE);
    is(area[PAGE + 99], 'x');
    is(area[PAGE + 100], 0);
    is(area[20 * PAGE], 0);
    munmap(area, 32 * PAGE);
    close(file);
    unlink("cut");
}

/* Break, stacks and big maps come and go. */
static void *map_and_go(void *data)
{
    while (stress_goes_on()) {
        char *at = mmap(NULL, 1l << 40, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (at == MAP_FAILED)
            return "no map";
        for (long i = 0; i < 40; i += 3)
            at[(1l << i) - 1] = 1;
        munmap(at, 1l << 40);
    }
    return NULL;
}

static void terabytes(void)
{
    stress_begin();
    ok(stress_threads(2, map_and_go, NULL));
    int made = 0;
    void *at[200];
    while (made < 200 &&
        (at[made] = mmap(NULL, 1l << 39, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) !=
            MAP_FAILED)
        made++;
    is(made, 200);
    while (made--)
        munmap(at[made], 1l << 39);
    fails_with(ENOMEM, (long)mmap(NULL, 1l << 48, PROT_NONE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
}

/* As many areas as may be, each its own. */
static void areas(void *data)
{
    char *at = mmap(NULL, 140000ul * PAGE, PROT_NONE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (long i = 0; i < 140000; i += 2)
        if (mprotect(at + i * PAGE, PAGE, PROT_READ))
            _exit(errno == ENOMEM && i > 60000 ? 0 : 1);
    _exit(2);
}

static void run(void)
{
    catch_faults();
    storms();
    copies();
    shared();
    truncates();
    terabytes();
    stress_begin();
    is(in_child(areas, NULL), 0);
}
TEST_MAIN
