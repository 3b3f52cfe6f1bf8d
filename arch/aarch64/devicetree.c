/* SPDX-License-Identifier: MIT */
/* The device tree, by libfdt.  Everything is copied out of it at once: its
 * pages are RAM like all others afterwards. */
#include <libfdt.h>

#include "arch/boot.h"
#include "arch/common/boot_memory.h"
#include "lib/string.h"
#include "machine/machine.h"

/* What libfdt was compiled with; nobody returns over a changed guard here. */
uintptr_t __stack_chk_guard = 0x5afe0000c0de0000;
noreturn_fn void __stack_chk_fail(void);

enum { CELL_BYTES = 4, SHARED_LINES = 32, OWN_LINES = 16 };

struct machine machine = { .timer_line = 27 };

static const void *tree;

void __stack_chk_fail(void)
{
    for (;;)
        ;
}

/* ------------------------------------------------------------ properties */

/* A number of 1 or 2 cells. */
static uint64_t cells(const fdt32_t *at, int count)
{
    uint64_t value = 0;
    while (count-- > 0)
        value = value << 32 | fdt32_to_cpu(*at++);
    return value;
}

static uint64_t number(int node, const char *name)
{
    int bytes;
    const fdt32_t *at = fdt_getprop(tree, node, name, &bytes);
    return at ? cells(at, min(bytes / CELL_BYTES, 2)) : 0;
}

static bool is(int node, const char *name, const char *value)
{
    int bytes;
    const char *text = fdt_getprop(tree, node, name, &bytes);
    return text && bytes > 0 && !strcmp(text, value);
}

static bool is_enabled(int node)
{
    return !fdt_getprop(tree, node, "status", NULL) ||
           is(node, "status", "okay") || is(node, "status", "ok");
}

/* The `index`th range of a node's registers; no bytes: there is none. */
static struct device_range registers(int node, int index)
{
    int bytes, parent = fdt_parent_offset(tree, node);
    int address = fdt_address_cells(tree, parent);
    int size = fdt_size_cells(tree, parent);
    const fdt32_t *at = fdt_getprop(tree, node, "reg", &bytes);
    if (!at || address < 1 || size < 0 ||
        bytes / CELL_BYTES < (index + 1) * (address + size))
        return (struct device_range){ 0 };
    at += index * (address + size);
    return (struct device_range){ cells(at, address),
        cells(at + address, size) };
}

/* The `index`th interrupt of a node of the one controller there is: kind,
 * number, flags. */
static unsigned interrupt(int node, int index)
{
    int bytes;
    const fdt32_t *at = fdt_getprop(tree, node, "interrupts", &bytes);
    if (!at || bytes / CELL_BYTES < 3 * (index + 1))
        return 0;
    at += 3 * index;
    return fdt32_to_cpu(at[1]) +
           (fdt32_to_cpu(at[0]) ? OWN_LINES : SHARED_LINES);
}

/* ------------------------------------------------------------ memory */

static void read_memory(void)
{
    int node;
    fdt_for_each_subnode(node, tree, 0)
    {
        if (!is(node, "device_type", "memory") || !is_enabled(node))
            continue;
        struct device_range range;
        for (int i = 0; (range = registers(node, i)).bytes; i++)
            boot_add_ram(range.start, range.start + range.bytes);
    }
}

static void read_reserved(void)
{
    int node, parent = fdt_path_offset(tree, "/reserved-memory");
    for (int i = 0; i < fdt_num_mem_rsv(tree); i++) {
        uint64_t start, bytes;
        if (!fdt_get_mem_rsv(tree, i, &start, &bytes))
            boot_reserve(start, start + bytes);
    }
    if (parent < 0)
        return;
    fdt_for_each_subnode(node, tree, parent)
    {
        struct device_range range;
        for (int i = 0; (range = registers(node, i)).bytes; i++)
            boot_reserve(range.start, range.start + range.bytes);
    }
}

/* ------------------------------------------------------------ /chosen */

static void add_seed(int chosen, const char *name)
{
    int bytes;
    const void *seed = fdt_getprop(tree, chosen, name, &bytes);
    size_t room = sizeof boot_info.seed - boot_info.seed_bytes;
    if (!seed || bytes <= 0)
        return;
    room = min(room, (size_t)bytes);
    memcpy(boot_info.seed + boot_info.seed_bytes, seed, room);
    boot_info.seed_bytes += room;
}

static void read_chosen(int chosen)
{
    int bytes;
    const char *line = fdt_getprop(tree, chosen, "bootargs", &bytes);
    if (line && bytes > 0)
        string_copy(boot_info.command_line, line,
            min((size_t)bytes, (size_t)COMMAND_LINE_BYTES));
    uint64_t start = number(chosen, "linux,initrd-start");
    uint64_t end = number(chosen, "linux,initrd-end");
    if (end > start) {
        boot_info.initrd_start = start;
        boot_info.initrd_bytes = end - start;
    }
    add_seed(chosen, "rng-seed");
    add_seed(chosen, "kaslr-seed");
}

/* "/pl011@9000000", "serial0", either perhaps with ":115200". */
static int find_console(int chosen)
{
    char path[128];
    int bytes;
    const char *text = fdt_getprop(tree, chosen, "stdout-path", &bytes);
    int node = -1;
    if (text && bytes > 0 && bytes < (int)sizeof path) {
        memcpy(path, text, bytes);
        path[bytes - 1] = '\0';
        char *options = strchr(path, ':');
        if (options)
            *options = '\0';
        node = fdt_path_offset(tree, path);
    }
    if (node >= 0 && !fdt_node_check_compatible(tree, node, "arm,pl011"))
        return node;
    return fdt_node_offset_by_compatible(tree, -1, "arm,pl011");
}

static void read_console(int chosen)
{
    int node = find_console(chosen);
    if (node < 0)
        return;
    machine.console = registers(node, 0);
    machine.console_line = interrupt(node, 0);
}

/* ------------------------------------------------------------ the rest */

static void read_rtc(void)
{
    int node = fdt_node_offset_by_compatible(tree, -1, "arm,pl031");
    if (node >= 0)
        machine.rtc = registers(node, 0);
}

static const char *read_gic(void)
{
    static const char *const v2[] = { "arm,cortex-a15-gic", "arm,gic-400",
        "arm,cortex-a9-gic" };
    int node = fdt_node_offset_by_compatible(tree, -1, "arm,gic-v3");
    machine.gic_is_v3 = node >= 0;
    for (unsigned i = 0; node < 0 && i < array_size(v2); i++)
        node = fdt_node_offset_by_compatible(tree, -1, v2[i]);
    if (node < 0)
        return "it names no interrupt controller that is known";
    machine.gic_distributor = registers(node, 0);
    machine.gic_registers = registers(node, 1);
    return machine.gic_registers.bytes ? NULL
                                       : "its interrupt controller is nowhere";
}

static void read_timer(void)
{
    int node = fdt_node_offset_by_compatible(tree, -1, "arm,armv8-timer");
    if (node < 0)
        node = fdt_node_offset_by_compatible(tree, -1, "arm,armv7-timer");
    unsigned line = node >= 0 ? interrupt(node, 2) : 0;
    if (line)
        machine.timer_line = line;
}

static void read_power(void)
{
    static const char *const versions[] = { "arm,psci-1.0", "arm,psci-0.2" };
    int node = -1;
    for (unsigned i = 0; node < 0 && i < array_size(versions); i++)
        node = fdt_node_offset_by_compatible(tree, -1, versions[i]);
    if (node >= 0)
        machine.power_call =
            is(node, "method", "smc") ? POWER_BY_SMC : POWER_BY_HVC;
}

static void read_cpus(void)
{
    int node, parent = fdt_path_offset(tree, "/cpus");
    if (parent < 0)
        return;
    fdt_for_each_subnode(node, tree, parent)
    {
        if (!is(node, "device_type", "cpu") || !is_enabled(node) ||
            machine.cpu_count == CPU_MAX)
            continue;
        machine.cpus[machine.cpu_count++] = registers(node, 0).start;
    }
}

const char *device_tree_read(uint64_t physical)
{
    tree = physical_to_pointer(physical);
    if (fdt_check_header(tree))
        return "there is none where the loader says";
    int chosen = fdt_path_offset(tree, "/chosen");
    read_console(chosen);
    read_memory();
    read_reserved();
    read_chosen(chosen);
    read_rtc();
    read_timer();
    read_power();
    read_cpus();
    return read_gic();
}
