/* SPDX-License-Identifier: MIT */
/* Short sequences of calls, one caller, the same for the same seed: what they
 * give is printed, and two kernels must print the same.
 *
 * A sequence draws a few calls first and then makes only those, so that they
 * meet each other.  FUZZ_SEED=7 FUZZ_SEQUENCES=1 FUZZ_SHOW=1 makes one, and
 * says what it calls with which arguments. */
#include "fuzz.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STEPS = 16, KINDS = 6, SEQUENCES = 120, NAP_MS = 10, QUIET_NAPS = 250 };
static const char place[] = "/tmp/t/place";

static struct trace {
    int begun, made;
    int numbers[STEPS];
    long results[STEPS]; /* or -errno */
    char texts[STEPS][300]; /* before the call changes what it is given */
} *trace;

static int setting(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
}

static void sequence(uint64_t seed)
{
    struct fuzz fuzz = { .random = seed, .is_differ = true,
        .is_whole = !setting("FUZZ_PARTS", 0) };
    int kinds[KINDS];
    long values[ARGUMENTS];
    fuzz_random(&fuzz);
    memory_set_up();
    place_enter(place);
    place_open(&fuzz);
    if (fuzz_chance(&fuzz, 60))
        place_drop_rights();
    place_set_limits(100);
    for (int i = 0; i < KINDS; i++)
        kinds[i] = fuzz_choose(&fuzz);
    for (int i = 0; i < STEPS; i++) {
        int number = kinds[fuzz_below(&fuzz, KINDS)];
        fuzz_arguments(&fuzz, &fuzz_calls[number], values);
        fuzz_print(trace->texts[i], sizeof trace->texts[i], number, values);
        trace->numbers[i] = number;
        trace->begun = i + 1;
        errno = 0;
        long result = fuzz_make(&fuzz, number, values);
        trace->results[i] = result == -1 && errno ? -errno : result;
        trace->made = i + 1;
    }
    _exit(0);
}

static void nap(void)
{
    const struct timespec time = { 0, NAP_MS * 1000000 };
    nanosleep(&time, NULL);
}

/* Its wait status; -1 if it was ended because it came no further. */
static int wait_for(pid_t child)
{
    int status, quiet = 0, seen = 0;
    while (waitpid(child, &status, WNOHANG) != child) {
        quiet = seen == trace->begun ? quiet + 1 : 0;
        seen = trace->begun;
        if (quiet > QUIET_NAPS) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            return -1;
        }
        nap();
    }
    return status;
}

/* A lock's word may say the number of a thread that one kernel alone has. */
static bool is_nobody(const char *text, long result)
{
    enum { OPERATION = 0x7f, LOCK_PI = 6, LOCK_PI2 = 13 };
    const char *at = strstr(text, "operation=");
    long operation = at ? strtol(strchr(at, '=') + 1, NULL, 0) & OPERATION : 0;
    bool waits = operation == LOCK_PI || operation == LOCK_PI2;
    return result == -EPERM || result == -ESRCH ||
        (waits && result == -ETIMEDOUT);
}

/* Addresses that the kernel chose, and numbers of processes, have a word. */
static void print_result(char *text, size_t size, int i, pid_t child)
{
    long result = trace->results[i];
    const char *name = fuzz_calls[trace->numbers[i]].name;
    bool is_pid = result == child && !strcmp("ioctl", name);
    is_pid |= result > 0 && fuzz_gives_pid(trace->numbers[i]);
    if (is_pid)
        snprintf(text, size, "PID");
    else if (!strcmp(name, "futex") && is_nobody(trace->texts[i], result))
        snprintf(text, size, "NOBODY");
    else if (result < 0 && result > -4096)
        snprintf(text, size, "-%s", fuzz_error_name(-result));
    else if (!strcmp(name, "brk"))
        snprintf(text, size, "ADDRESS");
    else if (memory_is_play(result) || (result >= 0 && result < 1l << 32))
        snprintf(text, size, "%#lx", result);
    else
        snprintf(text, size, "ADDRESS");
}

static void print(uint64_t seed, int number, int status, pid_t child)
{
    char result[40];
    if (setting("FUZZ_SHOW", 0))
        for (int i = 0; i < trace->begun; i++) {
            print_result(result, sizeof result, i, child);
            printf("# %s = %s\n", trace->texts[i],
                i < trace->made ? result : "?");
        }
    printf("ok %d - seed %llu:", number, (unsigned long long)seed);
    for (int i = 0; i < trace->made; i++) {
        print_result(result, sizeof result, i, child);
        printf(" %s=%s", fuzz_calls[trace->numbers[i]].name, result);
    }
    if (trace->begun > trace->made)
        printf(" %s", fuzz_calls[trace->numbers[trace->made]].name);
    if (status == -1)
        printf(" sleeps\n");
    else if (WIFSIGNALED(status))
        printf(" dies of %d\n", WTERMSIG(status));
    else
        printf(" exits %d\n", WEXITSTATUS(status));
}

static void run(uint64_t seed, int number)
{
    memset(trace, 0, sizeof *trace);
    if (!place_make(place)) {
        printf("not ok %d - seed %llu: a place\n", number,
            (unsigned long long)seed);
        return;
    }
    place_forget_random(place);
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        setpgid(0, 0);
        sequence(seed);
    }
    int status = wait_for(child);
    kill(-1, SIGKILL);
    while (waitpid(-1, NULL, __WALL) > 0)
        ;
    place_leave(place);
    print(seed, number, status, child);
}

int main(void)
{
    int number = 0, many = setting("FUZZ_SEQUENCES", 0);
    uint64_t seed = setting("FUZZ_SEED", 1);
    char line[200];
    unsigned long long recorded;
    place_must_be_guest();
    setvbuf(stdout, NULL, _IOLBF, 0);
    trace = mmap(NULL, sizeof *trace, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    FILE *file = many ? NULL : fopen("/tests/fuzz/seeds", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "differ %llu", &recorded) == 1)
            run(recorded, ++number);
    if (file)
        fclose(file);
    for (int i = 0; i < (many ? many : SEQUENCES); i++)
        run(seed + i, ++number);
    printf("1..%d\n", number);
    return 0;
}
