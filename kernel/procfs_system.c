/* SPDX-License-Identifier: MIT */
/* Files of /proc about the whole system, memory and CPUs excepted. */
#include "arch/clock.h"
#include "arch/pagetable.h"
#include "arch/smp.h"
#include "kernel/procfs_tree.h"
#include "lib/shadow.h"
#include "kernel/system.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/pages.h"
#include "vfs/device.h"
#include "vfs/entry.h"
#include "vfs/file_count.h"

int show_cmdline_of_boot(struct text *text, const struct proc_subject *subject)
{
    text_add_string(text, system_command_line());
    text_add_string(text, "\n");
    return 0;
}

/* Only what has a node to be opened. */
int show_devices(struct text *text, const struct proc_subject *subject)
{
    static const struct {
        unsigned major, minor;
        const char *name;
    } devices[] = {
        { 1, 3, "mem" },       { 4, 64, "ttyS" },      { 5, 0, "/dev/tty" },
        { 5, 1, "/dev/console" }, { 5, 2, "/dev/ptmx" }, { 204, 64, "ttyAMA" },
    };
    text_add_string(text, "Character devices:\n");
    for (unsigned i = 0; i < array_size(devices); i++)
        if (device_find(INODE_CHARACTER,
                device_number(devices[i].major, devices[i].minor)))
            text_print(text, "%3u %s\n", devices[i].major, devices[i].name);
    if (filesystem_type_find("devpts"))
        text_add_string(text, "136 pts\n");
    text_add_string(text, "\nBlock devices:\n");
    return 0;
}

int show_filesystems(struct text *text, const struct proc_subject *subject)
{
    const struct filesystem_type *type;
    for (unsigned i = 0; (type = filesystem_type_at(i)); i++)
        text_print(text, "%s\t%s\n", type->needs_no_device ? "nodev" : "",
            type->name);
    return 0;
}

int show_partitions(struct text *text, const struct proc_subject *subject)
{
    text_add_string(text, "major minor  #blocks  name\n\n");
    return 0;
}

int show_swaps(struct text *text, const struct proc_subject *subject)
{
    text_add_string(
        text, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
    return 0;
}

int show_uptime(struct text *text, const struct proc_subject *subject)
{
    uint64_t up = proc_ticks(clock_ns()), idle_ns = 0;
    for (unsigned i = 0; i < cpu_count(); i++) {
        struct sched_totals totals;
        sched_totals(i, &totals);
        idle_ns += totals.idle_ns;
    }
    uint64_t idle = proc_ticks(idle_ns);
    text_print(text, "%lu.%02lu %lu.%02lu\n", up / 100, up % 100, idle / 100,
        idle % 100);
    return 0;
}

int show_loadavg(struct text *text, const struct proc_subject *subject)
{
    uint32_t load[3];
    unsigned running = 0;
    sched_load(load);
    for (unsigned i = 0; i < cpu_count(); i++) {
        struct sched_totals totals;
        sched_totals(i, &totals);
        running += totals.running;
    }
    for (unsigned i = 0; i < 3; i++) {
        uint32_t value = load[i] + 65536 / 200; /* rounded */
        text_print(text, "%u.%02u ", value >> 16, (value & 0xffff) * 100 >> 16);
    }
    /* One that moved meanwhile was seen on both CPUs, or on none. */
    unsigned threads = thread_count();
    running = min(max(running, 1u), threads);
    text_print(text, "%u/%u %d\n", running, threads, pid_last());
    return 0;
}

int show_version(struct text *text, const struct proc_subject *subject)
{
    struct system_names *names = heap_alloc(sizeof *names);
    if (!names) {
        text->error = -ENOMEM;
        return 0;
    }
    system_names(names);
    text_print(text, "%s version %s (tenon@tenon) (gcc " __VERSION__ ") %s\n",
        names->system, names->release, names->version);
    heap_free(names);
    return 0;
}

static void show_heap(struct text *text)
{
    for (unsigned i = 0; i < heap_classes(); i++) {
        struct heap_class_totals totals;
        heap_class_totals(i, &totals);
        text_print(text, "heap_%lu %lu\n", totals.object_bytes, totals.used);
    }
}

/* What ends may leave more to be ended: an exit's last puts, say. */
static void let_all_end(void)
{
    enum { ROUNDS = 3 };
    for (unsigned i = 0; i < ROUNDS; i++) {
        work_drain();
        grace_drain();
    }
    work_drain();
}

/* For tests that look for what was lost: all that is merely kept goes first.
 * The heap counts by its objects, for one that lives may keep its whole slab;
 * the kernel's own page tables only grow, with the threads there ever were. */
int show_tenon(struct text *text, const struct proc_subject *subject)
{
    struct page_totals totals;
    names_drain();
    let_all_end();
    stacks_drain();
    heap_drain();
    pages_drain();
    page_totals(&totals);
    uint64_t own_tables = pagetable_kernel_pages();
    text_print(text, "free_pages %lu\n",
        totals.free + totals.heap + own_tables + shadow_pages());
    text_print(text, "table_pages %lu\n", totals.tables - own_tables);
    text_print(text, "anonymous_pages %lu\n", totals.anonymous);
    text_print(text, "store_pages %lu\n", totals.store);
    show_heap(text);
    text_print(text, "threads %u\n", thread_count());
    text_print(text, "processes %u\n", process_count());
    text_print(text, "pids %u\n", pid_count());
    text_print(text, "open_files %lu\n", file_count());
    text_print(text, "mounts %d\n", mount_count());
    return 0;
}
