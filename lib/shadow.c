/* SPDX-License-Identifier: MIT */
/* Checked accesses: the shadow itself, and what the compiler calls.
 *
 * Nothing here is compiled with checks.  Until shadow_begin the shadow may be
 * one page for all addresses, so what is written there means nothing, and
 * nothing is reported. */
#include "lib/shadow.h"

#include "arch/atomic.h"
#include "arch/boot.h"
#include "arch/pagetable.h"
#include "arch/shadow.h"
#include "lib/log.h"
#include "lib/shadow_report.h"

enum { GRAIN = 8 };

static bool has_begun;
static uint64_t (*page_alloc)(void);
static uint64_t pages; /* [atomic] */

extern void (*const init_array_start[])(void), (*const init_array_end[])(void);

static inline uint8_t *shadow_of(const void *at)
{
    return (uint8_t *)(((uintptr_t)at / GRAIN) + SHADOW_OFFSET);
}

uint8_t shadow_at(const void *at)
{
    return *shadow_of(at);
}

void shadow_poison(const void *at, size_t bytes, enum shadow_kind kind)
{
    memory_fill(shadow_of(at), kind, (bytes + GRAIN - 1) / GRAIN);
}

void shadow_unpoison(const void *at, size_t bytes)
{
    uint8_t *shadow = shadow_of(at);
    memory_fill(shadow, 0, bytes / GRAIN);
    if (bytes % GRAIN)
        shadow[bytes / GRAIN] = bytes % GRAIN;
}

/* ------------------------------------------------------------ at boot */

void shadow_set_pages(uint64_t (*alloc)(void))
{
    page_alloc = alloc;
}

uint64_t shadow_pages(void)
{
    return atomic_load(&pages);
}

static bool cover_page(uintptr_t shadow)
{
    uint64_t physical = page_alloc();
    if (!physical)
        return false;
    if (pagetable_map_kernel(
            shadow, physical, PAGE_BYTES, ACCESS_READ | ACCESS_WRITE))
        return false;
    atomic_add(&pages, 1);
    return true;
}

bool shadow_cover(uintptr_t address, size_t bytes)
{
    if (!page_alloc)
        return true; /* shadow_boot_ranges has it */
    uintptr_t from = (uintptr_t)shadow_of((void *)address);
    uintptr_t to = (uintptr_t)shadow_of((void *)(address + bytes - 1)) + 1;
    for (from = align_down(from, PAGE_BYTES); from < to; from += PAGE_BYTES)
        if (!shadow_is_own(from) && !cover_page(from))
            return false;
    return true;
}

void shadow_begin(void)
{
    shadow_seal();
    has_begun = true;
    for (void (*const *each)(void) = init_array_start; each < init_array_end;
         each++)
        (*each)();
}

/* ------------------------------------------------------------ checking */

static inline bool is_allowed(uintptr_t address, size_t bytes)
{
    int8_t shadow = *shadow_of((void *)address);
    return likely(!shadow) ||
        (shadow > 0 && (int8_t)(address % GRAIN + bytes - 1) < shadow);
}

/* The first address of a range that is forbidden, or 0. */
static uintptr_t first_forbidden(uintptr_t address, size_t bytes)
{
    uintptr_t end = address + bytes;
    if (address < LINEAR_BASE || end < address)
        return address;
    while (address < end) {
        uintptr_t grain = align_down(address, GRAIN);
        uintptr_t next = min(grain + GRAIN, end);
        if (unlikely(!is_allowed(address, next - address))) {
            int8_t shadow = *shadow_of((void *)address);
            return shadow > 0 ? max(address, grain + shadow) : address;
        }
        address = next;
    }
    return 0;
}

static void check(uintptr_t address, size_t bytes, bool is_write, void *from)
{
    if (unlikely(!has_begun || !bytes))
        return;
    uintptr_t bad = first_forbidden(address, bytes);
    if (unlikely(bad))
        shadow_report_access(
            &(struct bad_access){ bad, bytes, is_write, (uintptr_t)from });
}

void shadow_check_read(const void *at, size_t bytes)
{
    check((uintptr_t)at, bytes, false, __builtin_return_address(0));
}

void shadow_check_write(const void *at, size_t bytes)
{
    check((uintptr_t)at, bytes, true, __builtin_return_address(0));
}

/* memcpy and its kin are checked here, whoever calls them. */

void *memcpy(void *to, const void *from, size_t bytes);
void *memcpy(void *to, const void *from, size_t bytes)
{
    check((uintptr_t)from, bytes, false, __builtin_return_address(0));
    check((uintptr_t)to, bytes, true, __builtin_return_address(0));
    return memory_copy(to, from, bytes);
}

void *memmove(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes)
{
    check((uintptr_t)from, bytes, false, __builtin_return_address(0));
    check((uintptr_t)to, bytes, true, __builtin_return_address(0));
    return memory_move(to, from, bytes);
}

void *memset(void *at, int byte, size_t bytes);
void *memset(void *at, int byte, size_t bytes)
{
    check((uintptr_t)at, bytes, true, __builtin_return_address(0));
    return memory_fill(at, byte, bytes);
}

/* ------------------------------------------- what compiled code calls */

static void report(uintptr_t at, size_t bytes, bool is_write, void *from)
{
    if (has_begun)
        shadow_report_access(
            &(struct bad_access){ at, bytes, is_write, (uintptr_t)from });
}

#define SIZE(n)                                                                \
    void __asan_report_load##n##_noabort(uintptr_t at);                        \
    void __asan_report_load##n##_noabort(uintptr_t at)                         \
    {                                                                          \
        report(at, n, false, __builtin_return_address(0));                     \
    }                                                                          \
    void __asan_report_store##n##_noabort(uintptr_t at);                       \
    void __asan_report_store##n##_noabort(uintptr_t at)                        \
    {                                                                          \
        report(at, n, true, __builtin_return_address(0));                      \
    }                                                                          \
    void __asan_load##n##_noabort(uintptr_t at);                               \
    void __asan_load##n##_noabort(uintptr_t at)                                \
    {                                                                          \
        check(at, n, false, __builtin_return_address(0));                      \
    }                                                                          \
    void __asan_store##n##_noabort(uintptr_t at);                              \
    void __asan_store##n##_noabort(uintptr_t at)                               \
    {                                                                          \
        check(at, n, true, __builtin_return_address(0));                       \
    }
SIZE(1)
SIZE(2)
SIZE(4)
SIZE(8)
SIZE(16)

#define ANY_SIZE(name, function, is_write)                                     \
    void __asan_##name(uintptr_t at, size_t bytes);                            \
    void __asan_##name(uintptr_t at, size_t bytes)                             \
    {                                                                          \
        function(at, bytes, is_write, __builtin_return_address(0));            \
    }
ANY_SIZE(report_load_n_noabort, report, false)
ANY_SIZE(report_store_n_noabort, report, true)
ANY_SIZE(loadN_noabort, check, false)
ANY_SIZE(storeN_noabort, check, true)

/* A function that does not return leaves frames behind.  Those below are used
 * again where a thread goes back to user code, from the top of its stack. */
void __asan_handle_no_return(void);
void __asan_handle_no_return(void)
{
    uintptr_t at = (uintptr_t)__builtin_frame_address(0);
    if (!has_begun || at < STACKS_BASE || at >= STACKS_END)
        return;
    uintptr_t top = align_down(at, KERNEL_STACK_BYTES) + KERNEL_STACK_BYTES;
    shadow_unpoison((void *)at, top - at);
}

/* A variable whose scope ends, and begins again. */
void __asan_poison_stack_memory(const void *at, size_t bytes);
void __asan_poison_stack_memory(const void *at, size_t bytes)
{
    shadow_poison(at, bytes, SHADOW_OUT_OF_SCOPE);
}

void __asan_unpoison_stack_memory(const void *at, size_t bytes);
void __asan_unpoison_stack_memory(const void *at, size_t bytes)
{
    shadow_unpoison(at, bytes);
}

struct global { /* as the compiler lays it out */
    const void *at;
    size_t bytes, bytes_with_red_zone;
    const char *name, *module;
    uintptr_t is_dynamic, place, indicator;
};

enum { MODULES_MAX = 1024 };
static struct {
    const struct global *globals;
    size_t count;
} modules[MODULES_MAX];
static unsigned module_count;

void __asan_register_globals(const struct global *globals, size_t count);
void __asan_register_globals(const struct global *globals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *at = globals[i].at;
        size_t whole = align_up(globals[i].bytes, GRAIN);
        shadow_poison(
            at + whole, globals[i].bytes_with_red_zone - whole, SHADOW_GLOBAL);
        shadow_unpoison(at, globals[i].bytes);
    }
    if (module_count == MODULES_MAX)
        return;
    modules[module_count].globals = globals;
    modules[module_count++].count = count;
}

void shadow_describe_global(uintptr_t address)
{
    for (unsigned m = 0; m < module_count; m++)
        for (size_t i = 0; i < modules[m].count; i++) {
            const struct global *global = &modules[m].globals[i];
            size_t offset = address - (uintptr_t)global->at;
            if (offset < global->bytes_with_red_zone)
                log_at(LOG_EMERGENCY, "It lies %zu bytes from the start of "
                    "%s of %zu bytes, of %s", offset, global->name,
                    global->bytes, global->module);
        }
}

void __asan_unregister_globals(const struct global *globals, size_t count);
void __asan_unregister_globals(const struct global *globals, size_t count)
{
}
