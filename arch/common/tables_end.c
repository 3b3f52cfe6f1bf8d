/* SPDX-License-Identifier: MIT */
/* The end of a space's page tables: no CPU has them loaded any more, not even
 * for a kernel thread, when they are freed. */
#include "arch/common/tables.h"
#include "arch/irq.h"
#include "arch/smp.h"
#include "machine/cpu_local.h"

void table_leave(void *data)
{
    struct pagetable *table = data;
    struct cpu_local *cpu = cpu_local();
    if (cpu->table != table)
        return;
    table_unload();
    cpu->table = NULL;
    atomic_and(&table->cpus, ~((cpu_mask)1 << cpu->id));
}

void pagetable_destroy(struct pagetable *table)
{
    if (!table->root)
        return;
    cpu_mask cpus = atomic_load(&table->cpus);
    if (cpus) {
        unsigned long irq_state = irq_save();
        table_leave(table);
        irq_restore(irq_state);
        smp_call(cpus, table_leave, table);
    }
    table_forget(table);
    tables_free(table->root);
    *table = (struct pagetable){ 0 };
}
