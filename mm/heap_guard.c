/* SPDX-License-Identifier: MIT */
/* Red zones, quarantine, and who had a block: see mm/heap_guard.h.  The note at
 * the end of a slot stays after the block was freed, for a report. */
#include "mm/heap_guard.h"

#ifdef CONFIG_KASAN

#include "arch/atomic.h"
#include "arch/cpu.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/shadow.h"
#include "mm/heap.h"
#include "mm/pages.h"

struct note {
    uint32_t bytes; /* asked for */
    uint16_t slot_bytes;
    uint8_t maker_cpu, freer_cpu;
    callers maker, freer; /* freer 0: it lives */
    uint16_t mark;
    bool is_live;
    uint8_t period; /* in which it was allocated */
};
static_assert(sizeof(struct note) == 16, "half of what a slot has");

enum { NOTE_MARK = 0x6e74 };

static uint8_t period;

static struct note *note_of(const void *block, size_t slot_bytes)
{
    return (struct note *)((char *)block + slot_bytes - sizeof(struct note));
}

void *heap_guard_slab(void *slab, size_t bytes)
{
    shadow_poison(slab, bytes, SHADOW_HEAP_AROUND);
    return (char *)slab + HEAP_LEAD_BYTES;
}

void heap_guard_take(void *block, size_t bytes, size_t slot_bytes)
{
    *note_of(block, slot_bytes) = (struct note){
        .bytes = bytes,
        .slot_bytes = slot_bytes,
        .maker_cpu = cpu_id(),
        .maker = callers_note(),
        .mark = NOTE_MARK,
        .is_live = true,
        .period = atomic_load(&period),
    };
    shadow_poison(block, slot_bytes, SHADOW_HEAP_AROUND);
    shadow_unpoison(block, bytes);
}

void heap_guard_free(void *block, size_t misplaced, size_t slot_bytes)
{
    struct note *note = note_of(block, slot_bytes);
    if (misplaced)
        shadow_report(block, "what is freed does not begin a heap block");
    if (shadow_at(block) == SHADOW_HEAP_FREE)
        shadow_report(block, "a heap block is freed twice");
    if (note->mark != NOTE_MARK)
        shadow_report(block, "what is freed is not a heap block");
    note->is_live = false;
    note->freer = callers_note();
    note->freer_cpu = cpu_id();
    shadow_poison(block, slot_bytes - HEAP_GUARD_BYTES, SHADOW_HEAP_FREE);
}

void heap_guard_large(void *block, size_t bytes, size_t whole)
{
    size_t end = align_up(bytes, (size_t)8);
    shadow_poison((char *)block + end, whole - end, SHADOW_PAGE_AROUND);
    shadow_unpoison(block, bytes);
}

size_t heap_guard_size(const void *block, size_t slot_bytes)
{
    return note_of(block, slot_bytes)->bytes;
}

size_t heap_guard_large_size(const void *block, size_t whole)
{
    const char *start = block;
    size_t bytes = whole;
    while (bytes > 8 && shadow_at(start + bytes - 8) == SHADOW_PAGE_AROUND)
        bytes -= 8;
    return bytes - 8 + (shadow_at(start + bytes - 8) ?: 8);
}

void heap_quarantine_add(
    struct heap_quarantine *quarantine, void *block, size_t slot_bytes)
{
    *(void **)block = NULL;
    if (quarantine->last)
        *(void **)quarantine->last = block;
    else
        quarantine->first = block;
    quarantine->last = block;
    quarantine->bytes += slot_bytes;
}

void *heap_quarantine_take(struct heap_quarantine *quarantine, size_t most)
{
    void *block = quarantine->first;
    if (!block || quarantine->bytes <= most)
        return NULL;
    quarantine->first = *(void **)block;
    if (!quarantine->first)
        quarantine->last = NULL;
    quarantine->bytes -= heap_slot_bytes(block);
    return block;
}

/* ------------------------------------------------------------ accounts */

void heap_guard_begin_period(void)
{
    atomic_add(&period, 1);
}

static bool is_new(const struct note *note)
{
    return note->mark == NOTE_MARK && note->is_live &&
        note->period == atomic_load(&period);
}

static bool lies_in_heap(const void *at)
{
    uintptr_t address = (uintptr_t)at;
    if (address < LINEAR_BASE || address >= LINEAR_BASE + LINEAR_BYTES)
        return false;
    const struct page *page = page_described(pointer_to_physical(at));
    return page && page->use == PAGE_HEAP;
}

bool heap_guard_is_new(const void *at)
{
    const char *block = lies_in_heap(at) ? heap_slot_of(at) : NULL;
    return block && is_new(note_of(block, heap_slot_bytes(block)));
}

static void visit_slab(const struct page *slab,
    void (*visit)(void *data, callers who, size_t bytes), void *data)
{
    char *start = page_pointer(slab), *block;
    for (size_t at = HEAP_LEAD_BYTES; (block = heap_slot_of(start + at));
         at += heap_slot_bytes(start)) {
        const struct note *note = note_of(block, heap_slot_bytes(start));
        if (is_new(note))
            visit(data, note->maker, note->bytes);
    }
}

/* Read while others change it: an account, no more. */
void heap_guard_visit(
    void (*visit)(void *data, callers who, size_t bytes), void *data)
{
    const struct page *page;
    for (uint64_t at = 0; (page = pages_next(&at)); at += PAGE_BYTES)
        if (page->use == PAGE_HEAP && !heap_slot_of(page_pointer(page)))
            visit_slab(page, visit, data);
}

/* ------------------------------------------------------------ reports */

static void describe_slot(const char *at)
{
    const char *block = heap_slot_of(at);
    if (!block)
        return log_at(LOG_EMERGENCY, "It lies in a slab of the heap.");
    const struct note *note = note_of(block, heap_slot_bytes(block));
    if (note->mark != NOTE_MARK)
        return log_at(LOG_EMERGENCY, "It lies in a heap slot never used.");
    long offset = at - block;
    bool is_behind = offset >= (long)note->bytes;
    log_at(LOG_EMERGENCY, "It lies %ld bytes %s a heap block of %u bytes at %p",
        is_behind ? offset - (long)note->bytes : offset,
        is_behind ? "behind" : "inside", note->bytes, block);
    log_at(LOG_EMERGENCY, "allocated on CPU %u by", note->maker_cpu);
    callers_print(note->maker);
    if (!note->freer)
        return;
    log_at(LOG_EMERGENCY, "freed on CPU %u by", note->freer_cpu);
    callers_print(note->freer);
}

void heap_guard_describe(const void *at)
{
    uintptr_t address = (uintptr_t)at;
    if (address < LINEAR_BASE || address >= LINEAR_BASE + LINEAR_BYTES)
        return;
    struct page *page = page_described(pointer_to_physical(at));
    if (!page)
        return;
    if (page->use == PAGE_HEAP)
        return describe_slot(at);
    log_at(LOG_EMERGENCY, "It lies in a page that was allocated by");
    callers_print(page->maker);
    if (shadow_at(at) != SHADOW_PAGE_FREE)
        return;
    log_at(LOG_EMERGENCY, "and freed by");
    callers_print(page->freer);
}

#endif
