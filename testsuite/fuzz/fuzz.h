/* SPDX-License-Identifier: MIT */
/* The fuzzer: system calls made of the argument words of the kernel's own
 * table, from a seed, so that the same seed makes the same calls.
 *
 *     calls.awk   the table of calls and words
 *     values.c    a value for a word
 *     memory.c    pointers: page edges, holes, and what they point to
 *     place.c     a directory of its own, and descriptors of every kind
 *     confine.c   what must not be called, and why
 *     survive.c   many at once: the kernel must go on and lose nothing
 *     differ.c    few, one after the other: two kernels must say the same */
#ifndef FUZZ_H
#define FUZZ_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ------------------------------------------------------------- the table */

enum { FUZZ_NUMBERS = 512, ARGUMENTS = 6 };

struct flag_name { /* as abi/linux/strace.h has it */
    unsigned long value;
    const char *name; /* NULL: the table's end */
};

enum fuzz_kind { KIND_WORD, KIND_LONG, KIND_POINTER };
enum fuzz_manner { MANNER_PLAIN, MANNER_FLAGS, MANNER_ONE };

struct fuzz_word {
    const char *name;
    enum fuzz_kind kind;
    enum fuzz_manner manner;
    const struct flag_name *names;
};

struct fuzz_argument {
    int word; /* of fuzz_words */
    const char *name;
};

enum fuzz_state { STATE_NONE, STATE_PART, STATE_WHOLE };

struct fuzz_call {
    const char *name; /* NULL: there is no call of this number */
    enum fuzz_state state;
    int count;
    struct fuzz_argument arguments[ARGUMENTS];
};

extern const struct fuzz_word fuzz_words[];
extern const int fuzz_word_path;
extern const struct fuzz_call fuzz_calls[FUZZ_NUMBERS];

/* The call of this name; NULL if this CPU has none. */
const struct fuzz_call *fuzz_call_find(const char *name);

/* ------------------------------------------------------------- one fuzzer */

struct fuzz {
    uint64_t random;
    bool is_root;
    bool is_differ; /* nothing that comes out differently each time */
    bool is_whole;  /* nothing that is here only in part */
    long last;      /* what a call gave that was no error */
    long child;     /* the last child, or 0 */
};

uint64_t fuzz_random(struct fuzz *fuzz);
static inline unsigned fuzz_below(struct fuzz *fuzz, unsigned limit)
{
    return fuzz_random(fuzz) % limit;
}
static inline bool fuzz_chance(struct fuzz *fuzz, unsigned percent)
{
    return fuzz_below(fuzz, 100) < percent;
}
/* A number that breaks what is not careful. */
long fuzz_hostile(struct fuzz *fuzz);
long fuzz_small(struct fuzz *fuzz);

/* A value for each argument, and what it points to. */
void fuzz_arguments(
    struct fuzz *fuzz, const struct fuzz_call *call, long values[ARGUMENTS]);

/* The number of a call that this fuzzer may make. */
int fuzz_choose(struct fuzz *fuzz);

/* Makes it.  A child that shares memory ends at once, one with its own goes on
 * for a little and ends. */
long fuzz_make(struct fuzz *fuzz, int number, const long values[ARGUMENTS]);
/* What it gives is the number of a process, another one everywhere. */
bool fuzz_gives_pid(int number);

/* EBADF, say. */
const char *fuzz_error_name(int error);

/* `name(0x1, 0x2)` into text. */
void fuzz_print(char *text, size_t size, int number, const long *values);

/* ----------------------------------------------------------------- memory */

/* Where calls that map and unmap play. */
#define PLAY       ((char *)0x50000000)
#define PLAY_PAGES 64
enum { PAGE = 4096 };

/* Maps what pointers point to; once in a process, before the first call. */
void memory_set_up(void);
char *memory_pointer(struct fuzz *fuzz);
/* One with room for this many bytes: before a hole, or not. */
char *memory_room(struct fuzz *fuzz, size_t bytes);
/* Some words behind a pointer, if it may be written to. */
void memory_fill(struct fuzz *fuzz, char *at);
long memory_address(struct fuzz *fuzz); /* of pages, for mmap's family */
bool memory_is_play(long address);
bool memory_is_text(long address); /* some bytes there can be read */

/* ------------------------------------------------------------------ place */

/* A directory that is full of things, as root of the caller and of all that it
 * starts; place_leave removes it, by who still has the old root. */
bool place_make(const char *path);
/* Its urandom gives zeros: what is read there is read again by later calls. */
void place_forget_random(const char *path);
void place_enter(const char *path);
void place_leave(const char *path);
/* The descriptors, and nothing else is open. */
void place_open(struct fuzz *fuzz);
int place_fd(struct fuzz *fuzz);
const char *place_name(struct fuzz *fuzz);
void place_drop_rights(void);
/* What one fuzzer may use up, and an alarm that makes it go on when it waits. */
void place_set_limits(int alarm_ms);
/* Ends the caller anywhere but in a guest made for tests. */
void place_must_be_guest(void);

/* ---------------------------------------------------------------- confine */

enum fuzz_mode { MODE_ROOT, MODE_NOBODY, MODE_DIFFER };
bool confine_allows(const char *name, enum fuzz_mode mode);

/* CPU/raw.S: the call; where it comes back with 0, in a child perhaps on
 * another stack or on the parent's, the child ends without using either. */
long raw_call_child_ends(long number, const long values[ARGUMENTS]);

#endif
