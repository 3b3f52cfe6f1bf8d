/* SPDX-License-Identifier: MIT */
/* Which CPU has which space's page tables loaded.  A kernel thread runs on those
 * of whoever ran before; no CPU has them loaded any more when they are freed. */
#include "arch/common/tables.h"
#include "arch/irq.h"
#include "arch/smp.h"
#include "machine/cpu_local.h"

/* The new table's mask has us before we load it and the old one's until we
 * have left: whoever changes either meanwhile sends us a flush. */
void pagetable_switch(struct pagetable *table)
{
    struct cpu_local *cpu = cpu_local();
    struct pagetable *old = cpu->table;
    cpu->is_lazy = !table;
    if (!table || table == old)
        return;
    cpu_mask self = (cpu_mask)1 << cpu->id;
    atomic_or(&table->cpus, self);
    cpu->table = table;
    table_load(table);
    if (old)
        atomic_and(&old->cpus, ~self);
}

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
    /* Who is not there any more has left it: pagetable_switch, table_leave. */
    cpu_mask cpus = atomic_load_acquire(&table->cpus);
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
