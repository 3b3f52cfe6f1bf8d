/* SPDX-License-Identifier: MIT */
/* The report of a bad access: what, where, by whom; then what mm/ knows of the
 * memory, and the shadow around.  It ends in a panic. */
#include "lib/shadow_report.h"

#include "arch/atomic.h"
#include "arch/boot.h"
#include "arch/cpu.h"
#include "lib/format.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/shadow.h"
#include "lib/symbols.h"

enum { ROW_BYTES = 16, ROWS_AROUND = 2, GRAIN = 8 };

static void (*describe)(const void *at);
static unsigned reporter; /* CPU + 1 */

static const struct {
    uint8_t kind;
    const char *text;
} kinds[] = {
    { SHADOW_STACK_LEFT, "before a variable on the stack" },
    { SHADOW_STACK_MIDDLE, "between variables on the stack" },
    { SHADOW_STACK_RIGHT, "behind a variable on the stack" },
    { SHADOW_OUT_OF_SCOPE, "a variable whose scope has ended" },
    { SHADOW_STACK_FREE, "the stack of a thread that has ended" },
    { SHADOW_GLOBAL, "behind a global variable" },
    { SHADOW_HEAP_AROUND, "beside a heap block" },
    { SHADOW_HEAP_FREE, "a heap block that was freed" },
    { SHADOW_PAGE_AROUND, "behind a large heap block" },
    { SHADOW_PAGE_FREE, "a page that was freed" },
};

static const char *kind_text(uintptr_t address)
{
    if (address < LINEAR_BASE)
        return "not an address of the kernel";
    uint8_t kind = shadow_at((void *)address);
    if (kind && kind < GRAIN) /* the end of something: what follows says */
        kind = shadow_at((void *)(address + GRAIN));
    for (size_t i = 0; i < array_size(kinds); i++)
        if (kinds[i].kind == kind)
            return kinds[i].text;
    return "beyond the end of something";
}

void shadow_set_describe(void (*function)(const void *at))
{
    describe = function;
}

static void print_shadow(uintptr_t address)
{
    uintptr_t row_bytes = ROW_BYTES * GRAIN;
    uintptr_t at =
        align_down(address, row_bytes) - ROWS_AROUND * row_bytes;
    for (unsigned row = 0; row <= 2 * ROWS_AROUND; row++, at += row_bytes) {
        char text[4 * ROW_BYTES];
        size_t bytes = 0;
        for (unsigned i = 0; i < ROW_BYTES; i++) {
            uintptr_t grain = at + i * GRAIN;
            bool is_it = grain == align_down(address, GRAIN);
            bytes += format(text + bytes, sizeof text - bytes,
                is_it ? "[%02x]" : " %02x", shadow_at((void *)grain));
        }
        log_at(LOG_EMERGENCY, "  %016lx%s", at, text);
    }
}

static void print_memory(uintptr_t address)
{
    if (address < LINEAR_BASE)
        return;
    if (describe)
        describe((void *)address);
    shadow_describe_global(address);
    log_at(LOG_EMERGENCY, "Shadow of the memory around:");
    print_shadow(address);
}

/* One CPU reports; what it does meanwhile is not looked at. */
static bool begin(void)
{
    unsigned me = cpu_id() + 1;
    if (panic_is_under_way() || atomic_load(&reporter) == me)
        return false;
    while (!atomic_replace(&reporter, 0u, me))
        cpu_relax(); /* until that one's panic stops us */
    return true;
}

void shadow_report_access(const struct bad_access *access)
{
    uint64_t offset = 0;
    if (!begin())
        return;
    const char *name = symbol_find(access->from, &offset);
    const char *what = kind_text(access->address);
    log_at(LOG_EMERGENCY, "Bad access: %s of %zu bytes at %016lx: %s",
        access->is_write ? "write" : "read", access->bytes, access->address,
        what);
    log_at(LOG_EMERGENCY, "by %s+0x%lx", name ? name : "?",
        (unsigned long)offset);
    print_memory(access->address);
    panic("bad %s in %s: %s", access->is_write ? "write" : "read",
        name ? name : "?", what);
}

noreturn_fn void shadow_report(const void *at, const char *what)
{
    if (begin()) {
        log_at(LOG_EMERGENCY, "Bad memory at %p: %s", at, what);
        print_memory((uintptr_t)at);
    }
    panic("%s", what);
}
