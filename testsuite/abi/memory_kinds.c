/* SPDX-License-Identifier: MIT */
/* Every call that takes a range of addresses, on every kind of range: which say
 * yes, and what the others say.  A row is a call, a column a kind. */
#include "letters.h"
#include "memory_calls.h"
#include "who.h"
#include <sys/mman.h>
#include <sys/stat.h>

enum {
    PAGE = 4096,
    ANONYMOUS = MAP_PRIVATE | MAP_ANONYMOUS,
    NOT_OVER = 0x100000, /* MAP_FIXED_NOREPLACE */
    READ_WRITE = PROT_READ | PROT_WRITE,
};

/* The range, in the middle of where nothing is; and what the calls need. */
static char *at, *away;
static size_t size;
static int file, file_to_read, short_file, zero, ends[2];
static char bytes[64];
static struct stat status;

static int fail(int error)
{
    errno = error;
    return -1;
}

static int alternative_stack(void)
{
    stack_t stack = { .ss_sp = at, .ss_size = 2 * size };
    return sigaltstack(&stack, NULL);
}

static void *map(char *where, int rights, int flags, int fd)
{
    return mmap(where, 2 * PAGE, rights, flags | MAP_FIXED, fd, 0);
}

/* Kinds. */
static void touched(void)
{
    map(at, READ_WRITE, ANONYMOUS, -1);
    at[0] = at[PAGE] = 1;
}
static void fresh(void) { map(at, READ_WRITE, ANONYMOUS, -1); }
static void to_read(void) { map(at, PROT_READ, ANONYMOUS, -1); }
static void to_run(void) { map(at, PROT_READ | PROT_EXEC, ANONYMOUS, -1); }
static void to_write(void) { map(at, PROT_WRITE, ANONYMOUS, -1); }
static void closed(void) { map(at, PROT_NONE, ANONYMOUS, -1); }
static void shared(void)
{
    map(at, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
}
static void file_private(void) { map(at, READ_WRITE, MAP_PRIVATE, file); }
static void file_shared(void) { map(at, READ_WRITE, MAP_SHARED, file); }
static void file_looked_at(void)
{
    map(at, PROT_READ, MAP_SHARED, file_to_read);
}
static void past_end(void) { map(at, READ_WRITE, MAP_SHARED, short_file); }
static void grows(void)
{
    map(at, READ_WRITE, ANONYMOUS | MAP_GROWSDOWN, -1);
}
static void locked(void)
{
    fresh();
    mlock(at, size);
}
static void two(void)
{
    fresh();
    mprotect(at + PAGE, PAGE, PROT_READ);
}
static void hole(void) { }
static void front(void)
{
    fresh();
    munmap(at + PAGE, PAGE);
}
static void back(void)
{
    fresh();
    munmap(at, PAGE);
}
static void hole_inside(void)
{
    map(at, READ_WRITE, ANONYMOUS, -1);
    map(at + 2 * PAGE, READ_WRITE, ANONYMOUS, -1);
    munmap(at + PAGE, PAGE);
    size = 3 * PAGE;
}
static void odd(void)
{
    fresh();
    at += 100;
    size = PAGE;
}
static void empty(void)
{
    fresh();
    size = 0;
}
static void part(void)
{
    fresh();
    size = 100;
}
static void nothing(void) { at = NULL; }
static void of_kernel(void) { at = (char *)0xffffffff81000000; }
static void wraps(void) { at = (char *)-(long)PAGE; }
static const struct kind {
    const char *name;
    void (*make)(void);
} kinds[] = {
#define KIND(name) { #name, name }
    KIND(touched), KIND(fresh), KIND(to_read), KIND(to_run), KIND(to_write),
    KIND(closed), KIND(shared), KIND(file_private), KIND(file_shared),
    KIND(file_looked_at), KIND(past_end), KIND(grows), KIND(locked),
    KIND(two), KIND(hole), KIND(front), KIND(back), KIND(hole_inside),
    KIND(odd), KIND(empty), KIND(part), KIND(nothing), KIND(of_kernel),
    KIND(wraps),
};
enum { KINDS = sizeof kinds / sizeof *kinds };

ROWS_OF_CALLS

static char try(int row, int kind, char *middle)
{
    at = middle;
    size = 2 * PAGE;
    munmap(middle - 16 * PAGE, 64 * PAGE);
    away = middle + 32 * PAGE;
    map(away, READ_WRITE, ANONYMOUS, -1);
    kinds[kind].make();
    errno = 0;
    long result = do_call(row);
    int error = errno;
    read(ends[0], bytes, 8);
    munlockall();
    return result == -1 && error ? letter_of(error) : '.';
}

/* By a child, so that nothing is left of it; by another one after a kind that
 * ends the first. */
static void try_in_child(int row, char *got, char *middle)
{
    for (int i = 0; i < KINDS; i++) {
        pid_t child = fork();
        if (!child) {
            for (; i < KINDS; i++)
                got[i] = try(row, i, middle);
            _exit(0);
        }
        waitpid(child, NULL, 0);
        while (i < KINDS && got[i] != '!')
            i++;
    }
}

static void try_row(int row, char *got, char *middle)
{
    const char *expected = rows[row].expected[0];
    memset(got, '!', KINDS);
    got[KINDS] = 0;
    try_in_child(row, got, middle);
    for (int i = 0; i < KINDS; i++)
        letter_is(rows[row].text, kinds[i].name, got[i], expected, i);
    note_row(rows[row].text, got, expected);
}

static void run(void)
{
    char *got = mmap(NULL, PAGE, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *area = mmap(NULL, 64 * PAGE, PROT_NONE, ANONYMOUS, -1, 0);
    file = open("f", O_RDWR | O_CREAT, 0600);
    ftruncate(file, 8 * PAGE);
    file_to_read = open("f", O_RDONLY);
    short_file = open("short", O_RDWR | O_CREAT, 0600);
    ftruncate(short_file, PAGE);
    zero = open("/dev/zero", O_RDWR);
    pipe2(ends, O_NONBLOCK);
    become(USER, GROUP); /* root may have the first page */
    for (int i = 0; i < ROWS; i++)
        try_row(i, got, area + 16 * PAGE);
    become_root();
    unlink("f"), unlink("short");
}
TEST_MAIN
