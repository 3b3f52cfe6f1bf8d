/* SPDX-License-Identifier: MIT */
/* Who has the heap's blocks, and pages: a line for each chain of callers that
 * allocated some since the beginning of the period, the largest number first; and
 * who took references to such blocks that were not put, and who put others'.  A
 * period begins when something is written to /proc/tenon-heap; a test that loses
 * something finds here who got it, and so does the power-off. */
#include "kernel/debug.h"

#include "lib/errno.h"
#include "lib/format.h"
#include "lib/holders.h"
#include "lib/log.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/heap_guard.h"
#include "mm/page_guard.h"

#ifdef CONFIG_KASAN

enum { OWNERS_MAX = 512, NAME_BYTES = 400, TOLD_AT_END = 100 };

struct owners {
    unsigned count;
    bool is_full;
    struct {
        callers who;
        unsigned blocks;
        size_t bytes;
    } rows[OWNERS_MAX];
};

static bool has_begun;

static void add(
    struct owners *owners, callers who, unsigned blocks, size_t bytes)
{
    unsigned i = 0;
    while (i < owners->count && owners->rows[i].who != who)
        i++;
    if (i == OWNERS_MAX) {
        owners->is_full = true;
        return;
    }
    if (i == owners->count)
        owners->rows[owners->count++].who = who;
    owners->rows[i].blocks += blocks;
    owners->rows[i].bytes += bytes;
}

static void count(void *data, callers who, size_t bytes)
{
    add(data, who, 1, bytes);
}

static void count_taken(
    void *data, const struct refcount *refs, callers who, int balance)
{
    if (balance > 0 && heap_guard_is_new(refs))
        add(data, who, balance, 0);
}

static void count_put(
    void *data, const struct refcount *refs, callers who, int balance)
{
    if (balance < 0 && heap_guard_is_new(refs))
        add(data, who, -balance, 0);
}

static void find_blocks(struct owners *owners)
{
    heap_guard_visit(count, owners);
    page_guard_visit(count, owners);
}

static void find_taken(struct owners *owners)
{
    owners->is_full = holders_visit(count_taken, owners) > 0;
}

static void find_put(struct owners *owners)
{
    owners->is_full = holders_visit(count_put, owners) > 0;
}

/* The next line, of those not told yet; false at the end. */
static bool next_line(struct owners *owners, char *line, size_t capacity)
{
    unsigned most = 0;
    for (unsigned i = 1; i < owners->count; i++)
        if (owners->rows[i].blocks > owners->rows[most].blocks)
            most = i;
    if (!owners->count || !owners->rows[most].blocks)
        return false;
    char name[NAME_BYTES], bytes[24] = "";
    callers_name(owners->rows[most].who, name, sizeof name);
    if (owners->rows[most].bytes)
        format(bytes, sizeof bytes, ", %zu bytes", owners->rows[most].bytes);
    format(line, capacity, "%u%s: %s", owners->rows[most].blocks, bytes, name);
    owners->rows[most].blocks = 0;
    return true;
}

static const struct account {
    const char *title;
    void (*find)(struct owners *owners);
} accounts[] = {
    { "Blocks and pages never given back, by who allocated them:",
        find_blocks },
    { "References to them that stayed, by who took them:", find_taken },
    { "References to them that others had taken, by who put them:", find_put },
};

/* Says one account, by say(to, line). */
static int tell(const struct account *account, unsigned most,
    void (*say)(void *to, const char *line), void *to)
{
    char line[NAME_BYTES + 80];
    struct owners *owners = heap_alloc_zeroed(sizeof *owners);
    if (!owners)
        return -ENOMEM;
    account->find(owners);
    say(to, account->title);
    for (unsigned i = 0; i < most && next_line(owners, line, sizeof line); i++)
        say(to, line);
    if (owners->is_full)
        say(to, "and more, for which there was no room");
    heap_free(owners);
    return 0;
}

static void say_in_text(void *text, const char *line)
{
    text_print(text, "%s\n", line);
}

static void say_in_log(void *nobody, const char *line)
{
    log_notice("  %s", line);
}

int show_heap(struct text *text, const struct proc_subject *subject)
{
    for (size_t i = 0; i < array_size(accounts); i++)
        if (tell(&accounts[i], OWNERS_MAX, say_in_text, text))
            return -ENOMEM;
    return 0;
}

int store_heap(const char *value, const struct proc_subject *subject)
{
    has_begun = true;
    heap_guard_begin_period();
    page_guard_begin_period();
    holders_begin();
    return 0;
}

void debug_power_off(void)
{
    for (size_t i = 0; has_begun && i < array_size(accounts); i++)
        (void)tell(&accounts[i], TOLD_AT_END, say_in_log, NULL);
}

#else

int show_heap(struct text *text, const struct proc_subject *subject)
{
    return -ENOSYS;
}

int store_heap(const char *value, const struct proc_subject *subject)
{
    return -ENOSYS;
}

void debug_power_off(void)
{
}

#endif
