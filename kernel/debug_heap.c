/* SPDX-License-Identifier: MIT */
/* Who has the heap's blocks, and pages: a line for each chain of callers that
 * allocated some since the beginning of the period, the largest number first.  A period
 * begins when something is written to /proc/tenon-heap; a test that loses
 * something finds here who got it, and so does the power-off. */
#include "kernel/debug.h"

#include "lib/errno.h"
#include "lib/format.h"
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

static void count(void *data, callers who, size_t bytes)
{
    struct owners *owners = data;
    unsigned i = 0;
    while (i < owners->count && owners->rows[i].who != who)
        i++;
    if (i == OWNERS_MAX) {
        owners->is_full = true;
        return;
    }
    if (i == owners->count)
        owners->rows[owners->count++].who = who;
    owners->rows[i].blocks++;
    owners->rows[i].bytes += bytes;
}

static struct owners *owners_new(void)
{
    struct owners *owners = heap_alloc_zeroed(sizeof *owners);
    if (!owners)
        return NULL;
    heap_guard_visit(count, owners);
    page_guard_visit(count, owners);
    return owners;
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
    char name[NAME_BYTES];
    callers_name(owners->rows[most].who, name, sizeof name);
    format(line, capacity, "%u blocks, %zu bytes: %s",
        owners->rows[most].blocks, owners->rows[most].bytes, name);
    owners->rows[most].blocks = 0;
    return true;
}

int show_heap(struct text *text, const struct proc_subject *subject)
{
    struct owners *owners = owners_new();
    char line[NAME_BYTES + 80];
    if (!owners)
        return -ENOMEM;
    while (next_line(owners, line, sizeof line))
        text_print(text, "%s\n", line);
    heap_free(owners);
    return 0;
}

int store_heap(const char *value, const struct proc_subject *subject)
{
    has_begun = true;
    heap_guard_begin_period();
    page_guard_begin_period();
    return 0;
}

void debug_power_off(void)
{
    char line[NAME_BYTES + 80];
    struct owners *owners = has_begun ? owners_new() : NULL;
    if (!owners)
        return;
    log_notice("Never given back, of what was allocated since:");
    for (unsigned i = 0;
         i < TOLD_AT_END && next_line(owners, line, sizeof line); i++)
        log_notice("  %s", line);
    heap_free(owners);
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
