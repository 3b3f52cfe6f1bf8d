/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_FULL NO_ACQUIRE */
/* Shootdowns: CPUs load page tables and leave them, lazily too, while entries
 * are taken away; who has flushed finds nobody on the page any more, and who
 * destroys the tables nobody on them. */
#define WHOLE_TABLES
#include "interrupts.h"
#include "arch/common/tables_loaded.c"
#include "arch/x86_64/pagetable.c"

enum { ROUNDS = 1500, SPACES = 2, ADDRESS = 0x10000 };

struct cpu_local cpu_locals[CPU_MAX];
static struct space {
    struct pagetable table;
    pte_t entry;      /* the only one */
    unsigned pages[2]; /* plain: one is there, the other is free */
} spaces[SPACES];

/* ----------------------------------------------------------------- the MMU */

static __thread uint64_t root; /* loaded: 1 + the space's number, or 0 */
static __thread pte_t known;   /* by the TLB, or 0 */
uint64_t kernel_root, pte_no_execute;
const struct table_pages *table_pages;
char *hosted_ram, *hosted_page_array;

static uint64_t cr3_read(void)
{
    return root;
}

static void cr3_write(uint64_t value)
{
    root = value;
    known = 0;
}

static uint64_t cr4_read(void)
{
    return 0;
}

static void cr4_write(uint64_t value)
{
}

static void page_invalidate(uintptr_t address)
{
    known = 0;
}

/* ---------------------------------------------------------- the other CPUs */

static unsigned at_work = CPUS - 1; /* [atomic] */

/* A program's access; for as long as it likes. */
static void use_page(void)
{
    if (!root || cpu_local()->is_lazy)
        return;
    struct space *space = &spaces[root - 1];
    if (!known) /* what it leads to is read by it, so in order */
        known = __atomic_load_n(&space->entry, __ATOMIC_ACQUIRE);
    if (known & PTE_PRESENT)
        must(space->pages[known >> PAGE_SHIFT & 1] == 4711);
}

static void run_programs(void)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned next = races_random(SPACES + 1);
        unsigned long irq_state = irq_save();
        pagetable_switch(next < SPACES ? &spaces[next].table : NULL);
        irq_restore(irq_state);
        for (unsigned j = races_random(6); j; j--) {
            use_page();
            cpu_relax();
        }
    }
    pagetable_switch(NULL);
    __atomic_fetch_sub(&at_work, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&at_work, __ATOMIC_RELAXED) < CPUS)
        cpu_relax();
}

/* --------------------------------------------------------- who changes them */

static void change(struct space *space)
{
    struct flush flush;
    flush_init(&flush, &space->table);
    unsigned page = pte_take(&space->entry) >> PAGE_SHIFT & 1;
    flush_add(&flush, ADDRESS, ADDRESS + PAGE_BYTES);
    flush_finish(&flush);
    space->pages[page] = 0; /* somebody else's now */
    space->pages[!page] = 4711;
    pte_install(&space->entry,
        pte_make(!page << PAGE_SHIFT, ACCESS_READ | ACCESS_USER));
}

void tables_free(uint64_t freed)
{
    spaces[freed - 1].pages[0] = spaces[freed - 1].pages[1] = 0;
}

static void work(unsigned cpu)
{
    cpu_local()->id = cpu;
    races_relaxed = take_interrupt;
    if (cpu)
        return run_programs();
    while (__atomic_load_n(&at_work, __ATOMIC_RELAXED)) {
        change(&spaces[races_random(SPACES)]);
        cpu_relax();
    }
    for (unsigned i = 0; i < SPACES; i++) {
        pagetable_destroy(&spaces[i].table);
        must(!spaces[i].table.cpus);
    }
    __atomic_store_n(&at_work, CPUS, __ATOMIC_RELAXED);
}

int main(void)
{
    for (unsigned i = 0; i < SPACES; i++) {
        spaces[i].table.root = i + 1;
        spaces[i].pages[0] = 4711;
        spaces[i].entry = pte_make(0, ACCESS_READ | ACCESS_USER);
    }
    races_run(CPUS, work);
}
