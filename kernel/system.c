/* SPDX-License-Identifier: MIT */
/* The system as a whole: its names and its end. */
#include "kernel/system.h"

#include "arch/atomic.h"
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/power.h"
#include "kernel/abi.h"
#include "kernel/debug.h"
#include "kernel/options.h"
#include "kernel/process.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/string.h"

static struct spinlock names_lock = SPINLOCK_INIT(RANK_LEAF);
static struct system_names names = {
    .system = "Linux",
    .node = "(none)",
    .release = "6.1.0",
    .version = "#1 SMP Tenon 0.1",
    .domain = "(none)",
};
static bool restarts_at_once = true; /* [atomic] a flag */

void system_names(struct system_names *copy)
{
    spin_lock(&names_lock);
    *copy = names;
    spin_unlock(&names_lock);
    string_copy(copy->machine, cpu_platform(), sizeof copy->machine);
}

struct news {
    unsigned changes; /* [atomic] */
    struct wait_queue queue;
};
static struct news node_news = { .queue = WAIT_QUEUE_INIT(node_news.queue) };
static struct news domain_news = {
    .queue = WAIT_QUEUE_INIT(domain_news.queue),
};

static unsigned look_for(struct news *news, struct waiter *waiter)
{
    if (waiter)
        wait_queue_add(&news->queue, waiter);
    return atomic_load(&news->changes);
}

unsigned system_node_changes(struct waiter *waiter)
{
    return look_for(&node_news, waiter);
}

unsigned system_domain_changes(struct waiter *waiter)
{
    return look_for(&domain_news, waiter);
}

static void set_name(
    char *name, const char *wanted, size_t bytes, struct news *news)
{
    bytes = min(bytes, (size_t)SYSTEM_NAME_BYTES - 1);
    spin_lock(&names_lock);
    memset(name, 0, SYSTEM_NAME_BYTES);
    memcpy(name, wanted, bytes);
    spin_unlock(&names_lock);
    atomic_add(&news->changes, 1);
    wait_queue_wake_all(&news->queue, READY_ERROR | READY_PRIORITY);
}

void system_set_node(const char *name, size_t bytes)
{
    set_name(names.node, name, bytes, &node_news);
}

void system_set_domain(const char *name, size_t bytes)
{
    set_name(names.domain, name, bytes, &domain_news);
}

void system_end(enum system_end how)
{
    debug_power_off();
    switch (how) {
    case END_RESTART:
        log_at(LOG_EMERGENCY, "reboot: Restarting system");
        power_reset();
    case END_POWER_OFF:
        log_at(LOG_EMERGENCY, "reboot: Power down");
        power_off();
    case END_HALT:
        log_at(LOG_EMERGENCY, "reboot: System halted");
        break;
    }
    power_halt();
}

void system_set_ctrl_alt_del(bool restarts)
{
    atomic_store(&restarts_at_once, restarts);
}

bool system_ctrl_alt_del(void)
{
    struct process *first = process_first();
    struct signal_info info;
    if (atomic_load(&restarts_at_once))
        system_end(END_RESTART);
    signal_info_kernel(&info, SIGINT);
    return first && !signal_send_process(first, &info);
}

/* What panic= says. The way to leave an emulator with a status comes first. */
static noreturn_fn void end_after_panic(void)
{
    int timeout = system_panic_timeout();
    power_fail();
    if (!timeout)
        power_halt();
    if (timeout > 0) {
        log_at(LOG_EMERGENCY, "Rebooting in %d seconds..", timeout);
        uint64_t until = clock_ns() + timeout * NS_PER_SECOND;
        while (clock_ns() < until)
            cpu_relax();
    }
    power_reset();
}

static void report_program(void)
{
    struct thread *thread = current;
    log_at(LOG_EMERGENCY, "CPU %u ran %s (pid %d, thread %d)", cpu_id(),
        thread->comm[0] ? thread->comm : "nothing",
        process_number(thread->process), thread_number(thread));
    if (the_abi->report)
        the_abi->report();
}

void system_init_panic(void)
{
    panic_set_end(end_after_panic);
    panic_set_report(report_program);
}
