/* SPDX-License-Identifier: MIT */
/* The end.  The CPU that comes first reports; another that comes meanwhile
 * waits to be stopped, and a second panic of the reporting one only ends. */
#include "lib/panic.h"

#include "arch/atomic.h"
#include "arch/cpu.h"
#include "arch/irq.h"
#include "arch/power.h"
#include "arch/smp.h"
#include "arch/trap.h"
#include "lib/format.h"
#include "lib/log.h"
#include "lib/symbols.h"

enum { MESSAGE_BYTES = 256, BACKTRACE_MOST = 32 };

static unsigned reporter; /* CPU + 1 */
static char message[MESSAGE_BYTES];
static unsigned backtrace_lines;
static noreturn_fn void (*end)(void);
static void (*report)(void);

void panic_set_end(noreturn_fn void (*function)(void))
{
    end = function;
}

void panic_set_report(void (*function)(void))
{
    report = function;
}

bool panic_is_under_way(void)
{
    return atomic_load(&reporter) != 0;
}

static noreturn_fn void finish(void)
{
    noreturn_fn void (*go_on)(void) = end;
    end = NULL; /* it gets one chance */
    if (go_on)
        go_on();
    power_fail();
    power_halt();
}

static void show_address(uintptr_t address)
{
    if (backtrace_lines++ >= BACKTRACE_MOST)
        return;
    uint64_t offset = 0;
    const char *name = symbol_find(address, &offset);
    log_at(LOG_EMERGENCY, "  %016lx %s+0x%lx", address, name ? name : "?",
        (unsigned long)offset);
}

static noreturn_fn void panic_with(
    const struct frame *frame, const char *how, va_list list)
{
    irq_save();
    if (!atomic_replace(&reporter, 0u, cpu_id() + 1)) {
        if (atomic_load(&reporter) == cpu_id() + 1)
            finish();
        for (;;)
            cpu_relax();
    }
    smp_stop_others();
    format_list(message, sizeof message, how, list);
    log_at(LOG_EMERGENCY, "Kernel panic on CPU %u: %s", cpu_id(), message);
    if (frame)
        frame_print(frame);
    trap_backtrace(frame, show_address);
    if (report)
        report();
    log_at(LOG_EMERGENCY, "---[ end Kernel panic: %s ]---", message);
    finish();
}

void panic(const char *how, ...)
{
    va_list list;
    va_start(list, how);
    panic_with(NULL, how, list);
}

void panic_at(const struct frame *frame, const char *how, ...)
{
    va_list list;
    va_start(list, how);
    panic_with(frame, how, list);
}
