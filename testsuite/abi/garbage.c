/* SPDX-License-Identifier: MIT */
/* Every call, known or not, with arguments that make no sense, by a user who
 * may do nothing: whatever it answers, and whatever becomes of the caller, the
 * system goes on.
 *
 * A child makes the calls of one number after the other and counts them in
 * shared memory; if it dies or sleeps over one, the next child goes on behind
 * that. */
#include "tap.h"
#include <grp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

enum { LAST = 500, STEP = 20, ROUNDS = 12, NOBODY = 65534, NAP_MS = 60 };

struct progress {
    int number, round;
};
static volatile struct progress *progress;
static char *memory;

static uint64_t seed;

static uint32_t random_number(void)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return seed >> 33;
}

static long random_argument(void)
{
    static const long hostile[] = {
        0, 1, 2, 3, 4, 7, 8, 16, 63, 64, 255, 4095, 4096, 65536, -1, -2, -100,
        INT32_MAX, INT32_MIN, UINT32_MAX, INT64_MAX, INT64_MIN, 0x10000,
        0x7ffffffff000, 0x7fffffffffff, 0x800000000000, 0xffff800000000000,
        0xffffffff80000000, 0xfffffffffffff000, 0xdeadbeefdeadbeef, 1l << 31,
        1l << 32, 1l << 40, 1l << 62,
    };
    uint32_t choice = random_number();
    if (choice % 3 == 0)
        return (long)memory + choice / 4 % 4096 / 8 * 8;
    if (choice % 17 == 1)
        return random_number() | (uint64_t)random_number() << 32;
    return hostile[choice / 4 % (sizeof hostile / sizeof hostile[0])];
}

static void choose_arguments(int number, int round, long a[6])
{
    static const long same[] = { 0, -1, 1 };
    seed = number * 1000 + round;
    random_number();
    for (int i = 0; i < 6; i++) {
        a[i] = random_argument();
        if (round < 3)
            a[i] = same[round];
        if (round == 3)
            a[i] = (long)memory;
    }
}

/* These have no caller to come back to, or would only make the test long. */
static bool is_left_out(int number)
{
#ifdef SYS_vfork
    if (number == SYS_vfork)
        return true;
#endif
    return number == SYS_rt_sigreturn;
}

static void call(int number, int round)
{
    long a[6];
    choose_arguments(number, round, a);
    pid_t self = getpid();
    syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (syscall(SYS_getpid) != self)
        _exit(0); /* a child of fork or clone */
}

static void body(int last)
{
    struct rlimit few = { 1 << 20, 1 << 20 };
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 16; fd++)
        dup2(null, fd);
    setrlimit(RLIMIT_FSIZE, &few);
    few.rlim_cur = few.rlim_max = 40;
    setrlimit(RLIMIT_NPROC, &few);
    few.rlim_cur = few.rlim_max = 32 << 20;
    setrlimit(RLIMIT_AS, &few);
    setgroups(0, NULL);
    if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
        _exit(1);
    while (progress->number < last) {
        int number = progress->number, round = progress->round++;
        if (round >= ROUNDS || is_left_out(number)) {
            progress->round = 0;
            progress->number++;
        } else {
            call(number, round);
        }
    }
}

/* Until it ends, or has not come further for a while. */
static void watch(pid_t child)
{
    const struct timespec nap = { 0, NAP_MS * 1000000 };
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    for (;;) {
        struct progress before = { progress->number, progress->round };
        bool was_quiet = sigtimedwait(&set, NULL, &nap) < 0;
        int status;
        if (waitpid(child, &status, WNOHANG) == child &&
            (WIFEXITED(status) || WIFSIGNALED(status)))
            return;
        if (was_quiet && progress->number == before.number &&
            progress->round == before.round)
            break;
    }
    kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) == child)
        ;
}

static bool survive(int first, int last)
{
    progress->number = first;
    progress->round = 0;
    for (int tries = 0; progress->number < last; tries++) {
        if (tries > ROUNDS * (last - first)) {
            note("no progress at call %d", progress->number);
            return false;
        }
        pid_t child = fork();
        if (child < 0) {
            note("fork: %s", strerror(errno));
            return false;
        }
        if (!child) {
            setpgid(0, 0);
            body(last);
            _exit(0);
        }
        watch(child);
        kill(-child, SIGKILL);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
    return true;
}

static void run(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    progress = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    /* Between holes, so that nothing is filled that lies beside it. */
    memory = mmap(NULL, 3 * 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                 0) + 65536;
    mprotect(memory, 65536, PROT_READ | PROT_WRITE);
    for (int i = 0; i < 65536; i++)
        memory[i] = random_number() % 5 ? random_number() : 0;
    for (int first = 0; first <= LAST; first += STEP) {
        char text[60];
        tap_limit();
        snprintf(text, sizeof text, "calls %d to %d", first, first + STEP - 1);
        tap_case(survive(first, first + STEP), text);
    }
    tap_limit();
    ok(!access("/", X_OK));
}
TEST_MAIN
