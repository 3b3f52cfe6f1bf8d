/* SPDX-License-Identifier: MIT */
/* From the loader's device tree to kernel_main.
 *
 * All that the loader left in RAM is copied before any RAM is used, but for the
 * initrd, which stays where it is. */
#include "arch/boot.h"
#include "arch/common/boot_memory.h"
#include "arch/common/kernel_map.h"
#include "kernel/entry.h"
#include "lib/panic.h"
#include "machine/clock.h"
#include "machine/console.h"
#include "machine/cpu_local.h"
#include "machine/features.h"
#include "machine/gic.h"
#include "machine/machine.h"
#include "machine/empty_table.h"

void boot_main(uint64_t device_tree);
noreturn_fn void boot_switch_stack(uintptr_t top, void (*next)(void));

/* What start.S maps of RAM: the GiB of the image, and that of the tree. */
#define GIB (1ull << 30)
#define BOOT_MAPPED_MOST (512 * GIB)

static void read_device_tree(uint64_t at)
{
    /* QEMU starts an ELF without a word, with the tree where RAM begins. */
    if (!at)
        at = align_down(kernel_physical, GIB);
    const char *wrong = at < BOOT_MAPPED_MOST ? device_tree_read(at)
                                              : "it is out of reach";
    console_init_early();
    if (wrong)
        panic("the device tree cannot be used: %s", wrong);
}

static void go_on(void)
{
    kernel_main(&boot_info);
}

void boot_main(uint64_t device_tree)
{
    cpu_detect();
    cpu_init(0);
    read_device_tree(device_tree);
    uint64_t gib = align_down(kernel_physical, GIB);
    boot_make_map(gib, gib + GIB);
    console_init();
    user_table_load_empty();
    if (!cpu_make_stacks(0))
        panic("no memory for the stacks of the first CPU");
    gic_init();
    clock_init();
    cpu_locals[0].is_online = true;
    boot_switch_stack(cpu_locals[0].idle_stack_top, go_on);
}
