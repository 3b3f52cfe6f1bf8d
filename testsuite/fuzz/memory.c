/* SPDX-License-Identifier: MIT */
/* What pointers point to: pages in a row with holes between them, some shared
 * by all processes, one read-only, one of a file that is too short. */
#include "fuzz.h"
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BASE ((char *)0x40000000)
enum { DATA_PAGES = 16, WORDS_FILLED = 10 };

/* In pages from BASE; what is between them is a hole. */
enum { DATA = 1, READ_ONLY = 18, NO_RIGHTS = 20, SHARED = 22, SHORT_FILE = 25 };

static void map(int page, int pages, int rights, int flags, int fd)
{
    if (mmap(BASE + page * PAGE, pages * PAGE, rights, flags | MAP_FIXED, fd,
            0) == MAP_FAILED)
        _exit(95);
}

void memory_set_up(void)
{
    int plain = MAP_PRIVATE | MAP_ANONYMOUS, both = PROT_READ | PROT_WRITE;
    int file = memfd_create("short", 0);
    map(DATA, DATA_PAGES, both, plain, -1);
    map(READ_ONLY, 1, PROT_READ, plain, -1);
    map(NO_RIGHTS, 1, PROT_NONE, plain, -1);
    map(SHARED, 2, both, MAP_SHARED | MAP_ANONYMOUS, -1);
    memset(BASE + SHARED * PAGE, 0, 2 * PAGE);
    map(SHORT_FILE, 1, both, MAP_SHARED, file);
    close(file);
}

char *memory_room(struct fuzz *fuzz, size_t bytes)
{
    char *end = BASE + (DATA + DATA_PAGES) * PAGE;
    if (fuzz_chance(fuzz, 25))
        return end - bytes;
    return BASE + DATA * PAGE + fuzz_below(fuzz, 14 * PAGE) / 8 * 8;
}

static char *at_an_edge(struct fuzz *fuzz)
{
    static const int edges[] = { DATA, DATA + DATA_PAGES, READ_ONLY, SHARED };
    static const int before[] = { 0, 1, 2, 3, 4, 7, 8, 12, 16, 24, 32, 48, 64,
        96, 128, 144, 256, 4096 };
    int page = edges[fuzz_below(fuzz, 4)];
    return BASE + page * PAGE -
        before[fuzz_below(fuzz, sizeof before / sizeof before[0])];
}

char *memory_pointer(struct fuzz *fuzz)
{
    unsigned choice = fuzz_below(fuzz, 100);
    if (choice < 68)
        return memory_room(fuzz, 8 << fuzz_below(fuzz, 5));
    if (choice < 80)
        return at_an_edge(fuzz);
    if (choice < 84)
        return BASE + SHARED * PAGE + fuzz_below(fuzz, 64) * 4;
    if (choice < 90)
        return NULL;
    if (choice < 95) {
        static const int places[] = { 0, READ_ONLY, NO_RIGHTS, SHORT_FILE };
        return BASE + places[fuzz_below(fuzz, 4)] * PAGE +
            fuzz_below(fuzz, PAGE);
    }
    return (char *)fuzz_hostile(fuzz);
}

static long word(struct fuzz *fuzz)
{
    switch (fuzz_below(fuzz, 8)) {
    case 0:
        return (long)memory_room(fuzz, 64);
    case 1:
        return fuzz_hostile(fuzz);
    case 2:
        return place_fd(fuzz) | (long)fuzz_below(fuzz, 64) << 32;
    case 3:
        return fuzz_below(fuzz, 1000000);
    case 4:
        return fuzz_random(fuzz);
    }
    return fuzz_small(fuzz);
}

void memory_fill(struct fuzz *fuzz, char *at)
{
    char *start = BASE + DATA * PAGE, *end = start + DATA_PAGES * PAGE;
    if (at < start || at >= end)
        return;
    for (int i = 0; i < WORDS_FILLED && at + 8 <= end; i++, at += 8) {
        long value = word(fuzz);
        memcpy(at, &value, 8);
    }
}

long memory_address(struct fuzz *fuzz)
{
    unsigned choice = fuzz_below(fuzz, 100);
    long page = (long)PLAY + fuzz_below(fuzz, PLAY_PAGES) * PAGE;
    if (choice < 65)
        return page;
    if (choice < 80)
        return 0;
    if (choice < 85)
        return page + fuzz_below(fuzz, PAGE);
    if (choice < 97)
        return (long)memory_pointer(fuzz);
    return fuzz_hostile(fuzz);
}

bool memory_is_play(long address)
{
    return address >= (long)BASE &&
        address < (long)PLAY + 2l * PLAY_PAGES * PAGE;
}

bool memory_is_text(long address)
{
    return address >= (long)BASE + DATA * PAGE &&
        address < (long)BASE + (DATA + DATA_PAGES) * PAGE - 16;
}
