/* SPDX-License-Identifier: MIT */
/* Which call is made next, and making it. */
#include "fuzz.h"
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CHILD_CALLS = 8 };

/* These end the caller, or wait for somebody: in so many of a hundred times
 * that they were chosen. */
static const struct {
    const char *name;
    unsigned percent;
} rare[] = {
    { "exit", 5 },
    { "exit_group", 5 },
    { "execve", 15 },
    { "execveat", 15 },
    { "rt_sigreturn", 5 },
    { "pause", 10 },
    { "rt_sigsuspend", 20 },
    { "fork", 20 },
    { "sync", 20 },
    { "vhangup", 20 },
};

static bool is_wanted(struct fuzz *fuzz, const char *name)
{
    enum fuzz_mode mode = fuzz->is_differ ? MODE_DIFFER
        : fuzz->is_root                   ? MODE_ROOT
                                          : MODE_NOBODY;
    if (!confine_allows(name, mode))
        return false;
    for (unsigned i = 0; i < sizeof rare / sizeof rare[0]; i++)
        if (!strcmp(rare[i].name, name))
            return fuzz_chance(fuzz, rare[i].percent);
    return true;
}

static bool is_here(struct fuzz *fuzz, const struct fuzz_call *call)
{
    if (call->state == STATE_WHOLE)
        return true;
    if (call->state == STATE_PART)
        return !fuzz->is_whole;
    return !fuzz->is_differ && fuzz_chance(fuzz, 5);
}

/* By number, so that a seed means the same when other calls are added. */
int fuzz_choose(struct fuzz *fuzz)
{
    for (;;) {
        int number = fuzz_below(fuzz, FUZZ_NUMBERS);
        const struct fuzz_call *call = &fuzz_calls[number];
        if (!call->name) {
            if (!fuzz->is_differ && fuzz_chance(fuzz, 1))
                return number;
        } else if (is_here(fuzz, call) && is_wanted(fuzz, call->name)) {
            return number;
        }
    }
}

const struct fuzz_call *fuzz_call_find(const char *name)
{
    for (int i = 0; i < FUZZ_NUMBERS; i++)
        if (fuzz_calls[i].name && !strcmp(fuzz_calls[i].name, name))
            return &fuzz_calls[i];
    return NULL;
}

static void child_goes_on(struct fuzz *fuzz)
{
    fuzz->random ^= 0x5555;
    for (int i = 0; i < CHILD_CALLS && !fuzz->is_differ; i++) {
        long values[ARGUMENTS];
        int number = fuzz_choose(fuzz);
        fuzz_arguments(fuzz, &fuzz_calls[number], values);
        if (number != SYS_clone && number != SYS_clone3)
            syscall(number, values[0], values[1], values[2], values[3],
                values[4], values[5]);
    }
    _exit(0);
}

bool fuzz_gives_pid(int number)
{
    static const char *const names[] = { "fork", "clone", "clone3", "wait4",
        "getpid", "gettid", "getppid", "getsid", "getpgid", "getpgrp", "setsid",
        "set_tid_address" };
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!strcmp(names[i], fuzz_calls[number].name))
            return true;
    return false;
}

long fuzz_make(struct fuzz *fuzz, int number, const long v[ARGUMENTS])
{
    static const struct fuzz_call *the_fork;
    if (!the_fork)
        the_fork = fuzz_call_find("fork");
    if (number == SYS_clone || number == SYS_clone3) {
        long child = raw_call_child_ends(number, v);
        if (child > 0)
            fuzz->child = child;
        return child;
    }
    pid_t self = getpid();
    long result = syscall(number, v[0], v[1], v[2], v[3], v[4], v[5]);
    if (the_fork && &fuzz_calls[number] == the_fork) {
        if (result == 0 && getpid() != self)
            child_goes_on(fuzz);
        fuzz->child = result;
    }
    if (result > 0 && !(fuzz->is_differ && fuzz_gives_pid(number)))
        fuzz->last = result;
    /* What later calls read there must be the same each time. */
    if (number == SYS_getrandom && fuzz->is_differ && result > 0)
        memset((void *)v[0], 0, result);
    return result;
}

const char *fuzz_error_name(int error)
{
    extern const struct flag_name names_errno[];
    for (int i = 0; names_errno[i].name; i++)
        if (names_errno[i].value == (unsigned)error)
            return names_errno[i].name;
    return "?";
}

void fuzz_print(char *text, size_t size, int number, const long *values)
{
    const struct fuzz_call *call = &fuzz_calls[number];
    int at = snprintf(text, size, "%s(", call->name ? call->name : "?");
    for (int i = 0; i < call->count && at < (int)size; i++) {
        bool is_path = call->arguments[i].word == fuzz_word_path;
        at += snprintf(text + at, size - at, "%s%s=%#lx", i ? ", " : "",
            call->arguments[i].name, values[i]);
        if (at < (int)size && is_path && memory_is_text(values[i]))
            at += snprintf(text + at, size - at, "'%.12s'", (char *)values[i]);
    }
    if (at < (int)size)
        snprintf(text + at, size - at, ")");
}
