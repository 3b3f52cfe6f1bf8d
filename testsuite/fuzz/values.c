/* SPDX-License-Identifier: MIT */
/* A value for each argument word.  Words that are not in the table here are
 * filled after their C type, or from the names of their flags. */
#include "fuzz.h"
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define array_size(a) (sizeof(a) / sizeof((a)[0]))

uint64_t fuzz_random(struct fuzz *fuzz)
{
    uint64_t z = fuzz->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

long fuzz_hostile(struct fuzz *fuzz)
{
    static const long values[] = {
        -1, -2, -100, INT32_MAX, INT32_MIN, UINT32_MAX, INT64_MAX, INT64_MIN,
        0x10000, 0x7fffffffe000, 0x7ffffffff000, 0x7fffffffffff,
        0x800000000000, 0xffff800000000000, 0xffffffff80000000,
        0xfffffffffffff000, 0xdeadbeefdeadbeef, 1l << 31, 1l << 32, 1l << 40,
        1l << 62, 65535, 65536, 0x7fffffff000, 4095, 4097,
    };
    long value = values[fuzz_below(fuzz, array_size(values))];
    /* Where user addresses end depends on the CPU, and whether Linux uses it. */
    bool is_doubtful = value >= 0x7fffffffe000 && value < 1l << 57;
    return fuzz->is_differ && is_doubtful ? -1 : value;
}

long fuzz_small(struct fuzz *fuzz)
{
    return fuzz_chance(fuzz, 60) ? fuzz_below(fuzz, 8) : fuzz_below(fuzz, 80);
}

static long flags_of(struct fuzz *fuzz, const struct flag_name *names)
{
    unsigned many = 0, wanted = fuzz_below(fuzz, 4);
    long value = 0;
    while (names[many].name)
        many++;
    for (unsigned i = 0; i < wanted; i++)
        value |= names[fuzz_below(fuzz, many)].value;
    if (fuzz_chance(fuzz, 4))
        value |= 1l << fuzz_below(fuzz, 32);
    return fuzz_chance(fuzz, 2) ? fuzz_hostile(fuzz) : value;
}

static long one_of(struct fuzz *fuzz, const struct flag_name *names)
{
    unsigned many = 0;
    while (names[many].name)
        many++;
    if (fuzz_chance(fuzz, 4))
        return fuzz_chance(fuzz, 50) ? fuzz_small(fuzz) : fuzz_hostile(fuzz);
    return names[fuzz_below(fuzz, many)].value;
}

/* ---------------------------------------------------------- words by name */

static long a_size(struct fuzz *fuzz)
{
    static const long sizes[] = { 0, 1, 2, 4, 8, 8, 8, 12, 16, 24, 32, 64, 88,
        128, 144, 255, 256, 4095, 4096, 4097, 8192, 65536, 1 << 20 };
    if (fuzz_chance(fuzz, 8))
        return fuzz_hostile(fuzz);
    return sizes[fuzz_below(fuzz, array_size(sizes))];
}

static long an_offset(struct fuzz *fuzz)
{
    static const long offsets[] = { 0, 0, 0, 1, 7, 8, 100, 4095, 4096, 8192,
        65536, 1 << 20, -1, -4096, 1l << 31, 1l << 32, 1l << 40 };
    if (fuzz_chance(fuzz, 8))
        return fuzz_hostile(fuzz);
    return offsets[fuzz_below(fuzz, array_size(offsets))];
}

static long a_fd(struct fuzz *fuzz)
{
    return place_fd(fuzz);
}

static long a_directory(struct fuzz *fuzz)
{
    return fuzz_chance(fuzz, 60) ? AT_FDCWD : place_fd(fuzz);
}

/* Never anybody but the fuzzers themselves. */
static long a_pid(struct fuzz *fuzz)
{
    switch (fuzz_below(fuzz, fuzz->is_root || fuzz->is_differ ? 5 : 8)) {
    case 0:
        return 0;
    case 1:
        return getpid();
    case 2:
        return syscall(SYS_gettid);
    case 3:
        return fuzz->child && !fuzz->is_differ ? fuzz->child : getpid();
    case 4:
        return fuzz_chance(fuzz, 50) ? INT32_MAX : INT32_MIN;
    case 5:
        return -getpid();
    case 6:
        return getpid() + (int)fuzz_below(fuzz, 8) - 4;
    }
    return fuzz_hostile(fuzz);
}

static long an_id(struct fuzz *fuzz)
{
    static const long ids[] = { -1, 0, 65534, 65534, 1, 1000, -2, 1 << 20 };
    return ids[fuzz_below(fuzz, array_size(ids))];
}

static long a_mode(struct fuzz *fuzz)
{
    static const long modes[] = { 0777, 0644, 0, 0700, 07777, 0040755, 0100644,
        0010666, 0020666, 0140777, 0120777, 0060600, -1 };
    return modes[fuzz_below(fuzz, array_size(modes))];
}

/* Those that may be written to by anybody. */
static long a_device(struct fuzz *fuzz)
{
    static const long devices[] = { 0, 0x103, 0x105, 0x107, 0x108, 0x109,
        0x502, -1, 1l << 40 };
    return devices[fuzz_below(fuzz, array_size(devices))];
}

static long a_signal(struct fuzz *fuzz)
{
    if (fuzz_chance(fuzz, 50))
        return SIGURG;
    if (fuzz_chance(fuzz, 10))
        return fuzz_hostile(fuzz);
    return fuzz_below(fuzz, 66);
}

static long a_pointer(struct fuzz *fuzz)
{
    char *at = memory_pointer(fuzz);
    memory_fill(fuzz, at);
    return (long)at;
}

static long a_path(struct fuzz *fuzz)
{
    const char *name = place_name(fuzz);
    size_t bytes = strlen(name) + 1;
    if (fuzz_chance(fuzz, 6))
        return (long)memory_pointer(fuzz);
    char *at = memory_room(fuzz, bytes);
    /* Before the hole, now and then without its end. */
    if (fuzz_chance(fuzz, 2))
        bytes--;
    memcpy(at, name, bytes);
    return (long)at;
}

static long strings(struct fuzz *fuzz)
{
    long *at = (long *)memory_room(fuzz, 32);
    if (fuzz_chance(fuzz, 10))
        return (long)memory_pointer(fuzz);
    for (int i = 0; i < 3; i++)
        at[i] = a_path(fuzz);
    at[fuzz_below(fuzz, 4)] = 0;
    at[3] = 0;
    return (long)at;
}

static long a_time(struct fuzz *fuzz)
{
    long *at = (long *)memory_room(fuzz, 16);
    if (fuzz_chance(fuzz, 15))
        return (long)memory_pointer(fuzz);
    at[0] = fuzz_chance(fuzz, 85) ? 0 : fuzz_hostile(fuzz);
    at[1] = fuzz_chance(fuzz, 85) ? fuzz_below(fuzz, 2) * 1000
                                  : fuzz_hostile(fuzz);
    return (long)at;
}

static long a_set(struct fuzz *fuzz)
{
    static const long sets[] = { 0, -1, 1, 1 << 13, 1 << 22, 1l << 63 };
    long *at = (long *)memory_room(fuzz, 8);
    if (fuzz_chance(fuzz, 10))
        return (long)memory_pointer(fuzz);
    *at = sets[fuzz_below(fuzz, array_size(sets))];
    return (long)at;
}

static long an_operation(struct fuzz *fuzz)
{
    static const long extra[] = { 0, 0, 128, 128, 256, 384 };
    extern const struct flag_name names_futexop[];
    return one_of(fuzz, names_futexop) |
        extra[fuzz_below(fuzz, array_size(extra))];
}

static long an_address(struct fuzz *fuzz)
{
    return memory_address(fuzz);
}

static long anything(struct fuzz *fuzz)
{
    switch (fuzz_below(fuzz, 4)) {
    case 0:
        return fuzz_hostile(fuzz);
    case 1:
        return a_pointer(fuzz);
    }
    return fuzz_small(fuzz);
}

/* ------------------------------------------------------ arguments by name */

static long a_vector(struct fuzz *fuzz)
{
    long *at = (long *)memory_room(fuzz, 64);
    if (fuzz_chance(fuzz, 10))
        return (long)memory_pointer(fuzz);
    for (int i = 0; i < 8; i += 2) {
        at[i] = (long)memory_pointer(fuzz);
        at[i + 1] = fuzz_chance(fuzz, 95) ? fuzz_below(fuzz, 300)
                                          : fuzz_hostile(fuzz);
    }
    return (long)at;
}

static long poll_descriptors(struct fuzz *fuzz)
{
    int *at = (int *)memory_room(fuzz, 64);
    if (fuzz_chance(fuzz, 10))
        return (long)memory_pointer(fuzz);
    for (int i = 0; i < 16; i += 2) {
        at[i] = place_fd(fuzz);
        at[i + 1] = fuzz_below(fuzz, 1 << 12);
    }
    return (long)at;
}

/* In the comparison only the family that is there: others say so. */
static long a_family(struct fuzz *fuzz)
{
    extern const struct flag_name names_family[];
    return fuzz->is_differ ? 1 : one_of(fuzz, names_family);
}

/* What passes on a CPU clock while its owner sleeps is the scheduler's matter. */
static long a_clock(struct fuzz *fuzz)
{
    extern const struct flag_name names_clock[];
    long clock = one_of(fuzz, names_clock);
    bool is_of_cpu = clock == CLOCK_PROCESS_CPUTIME_ID ||
        clock == CLOCK_THREAD_CPUTIME_ID;
    return fuzz->is_differ && is_of_cpu ? CLOCK_MONOTONIC : clock;
}

/* How long the sequence has run by then is the scheduler's matter. */
static long a_resource(struct fuzz *fuzz)
{
    extern const struct flag_name names_resource[];
    long resource = one_of(fuzz, names_resource);
    return fuzz->is_differ && resource == RLIMIT_CPU ? RLIMIT_FSIZE : resource;
}

static long milliseconds(struct fuzz *fuzz)
{
    return fuzz_chance(fuzz, 80) ? fuzz_below(fuzz, 3) : fuzz_hostile(fuzz);
}

static long eight(struct fuzz *fuzz)
{
    return fuzz_chance(fuzz, 90) ? 8 : a_size(fuzz);
}

static const struct {
    const char *word, *argument;
    long (*make)(struct fuzz *fuzz);
} makers[] = {
    { "in", "vector", a_vector },
    { "pollfds", NULL, poll_descriptors },
    { "int", "timeout_ms", milliseconds },
    { "inout", "timeout", a_time },
    { "address", "timeout", a_time },
    { "size", "set_bytes", eight },
    { "size", "mask_bytes", eight },
    { "address", "argument", anything },
    { "int", "status", fuzz_small },
    { "clock", NULL, a_clock },
    { "family", NULL, a_family },
    { "resource", NULL, a_resource },
    { "int", "who", a_pid },
    { "size", NULL, a_size },
    { "offset", NULL, an_offset },
    { "fd", NULL, a_fd },
    { "dirfd", NULL, a_directory },
    { "pid", NULL, a_pid },
    { "uid", NULL, an_id },
    { "gid", NULL, an_id },
    { "mode", NULL, a_mode },
    { "device", NULL, a_device },
    { "sig", NULL, a_signal },
    { "path", NULL, a_path },
    { "strings", NULL, strings },
    { "timespec", NULL, a_time },
    { "sigset", NULL, a_set },
    { "futexop", NULL, an_operation },
    { "address", NULL, an_address },
    { "ulong", NULL, anything },
    { "long", NULL, anything },
};

static long plain(struct fuzz *fuzz, enum fuzz_kind kind)
{
    if (kind == KIND_POINTER)
        return a_pointer(fuzz);
    if (kind == KIND_LONG)
        return anything(fuzz);
    return fuzz_chance(fuzz, 80) ? fuzz_small(fuzz) : fuzz_hostile(fuzz);
}

static long value_for(struct fuzz *fuzz, const struct fuzz_argument *argument)
{
    const struct fuzz_word *word = &fuzz_words[argument->word];
    for (unsigned i = 0; i < array_size(makers); i++)
        if (!strcmp(makers[i].word, word->name) &&
            (!makers[i].argument ||
                !strcmp(makers[i].argument, argument->name)))
            return makers[i].make(fuzz);
    if (word->manner == MANNER_FLAGS)
        return flags_of(fuzz, word->names);
    if (word->manner == MANNER_ONE)
        return one_of(fuzz, word->names);
    return plain(fuzz, word->kind);
}

void fuzz_arguments(
    struct fuzz *fuzz, const struct fuzz_call *call, long values[ARGUMENTS])
{
    for (int i = 0; i < ARGUMENTS; i++)
        values[i] = i < call->count ? value_for(fuzz, &call->arguments[i]) : 0;
}
