/* SPDX-License-Identifier: MIT */
/* cpuinfo, stat and interrupts. */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/irq.h"
#include "arch/smp.h"
#include "kernel/procfs_tree.h"
#include "lib/errno.h"
#include "mm/heap.h"
#include "sched/timer.h"

enum { CPU_TEXT_BYTES = 4096 };

int show_cpuinfo(struct text *text, const struct proc_subject *subject)
{
    char *buffer = heap_alloc(CPU_TEXT_BYTES);
    if (!buffer)
        return -ENOMEM;
    for (unsigned i = 0; i < cpu_count(); i++) {
        size_t bytes = cpu_describe(i, buffer, CPU_TEXT_BYTES);
        text_add(text, buffer, min(bytes, (size_t)CPU_TEXT_BYTES));
    }
    heap_free(buffer);
    return 0;
}

static void cpu_line(struct text *text, const struct sched_totals *t)
{
    text_print(text, "%lu 0 %lu %lu 0 0 0 0 0 0\n", proc_ticks(t->user_ns),
        proc_ticks(t->system_ns), proc_ticks(t->idle_ns));
}

int show_stat(struct text *text, const struct proc_subject *subject)
{
    struct sched_totals sum = { 0 }, one;
    for (unsigned i = 0; i < cpu_count(); i++) {
        sched_totals(i, &one);
        sum.user_ns += one.user_ns;
        sum.system_ns += one.system_ns;
        sum.idle_ns += one.idle_ns;
        sum.switches += one.switches;
        sum.running += one.running;
    }
    text_add_string(text, "cpu  ");
    cpu_line(text, &sum);
    for (unsigned i = 0; i < cpu_count(); i++) {
        sched_totals(i, &one);
        text_print(text, "cpu%u ", i);
        cpu_line(text, &one);
    }
    text_print(text, "intr %lu\n", irq_count());
    text_print(text, "ctxt %lu\n", sum.switches);
    text_print(text, "btime %lu\n",
        (uint64_t)(clock_real_ns() - clock_ns()) / (uint64_t)NS_PER_SECOND);
    text_print(text, "processes %d\n", pid_last());
    text_print(text, "procs_running %u\n", max(sum.running, 1u));
    text_add_string(text, "procs_blocked 0\n");
    text_add_string(text, "softirq 0 0 0 0 0 0 0 0 0 0 0\n");
    return 0;
}

/* Who raised them is not counted apart. */
int show_interrupts(struct text *text, const struct proc_subject *subject)
{
    text_add_string(text, "           ");
    for (unsigned i = 0; i < cpu_count(); i++)
        text_print(text, "CPU%-8u", i);
    text_add_string(text, "\n");
    return 0;
}
