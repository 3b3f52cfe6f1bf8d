/* SPDX-License-Identifier: MIT */
/* Registers for the panic report. */
#include "arch/cpu.h"
#include "arch/trap.h"
#include "lib/log.h"
#include "machine/registers.h"

void frame_print(const struct frame *f)
{
    log_error("pc  %016lx sp  %016lx state %08lx", f->pc, f->sp, f->pstate);
    for (unsigned i = 0; i < 28; i += 4)
        log_error("x%-2u %016lx %016lx %016lx %016lx", i, f->x[i],
            f->x[i + 1], f->x[i + 2], f->x[i + 3]);
    log_error("x28 %016lx x29 %016lx x30 %016lx", f->x[28], f->x[29],
        f->x[30]);
    log_error("esr %08lx far %016lx ttbr0 %016lx cpu %u call %ld",
        f->syndrome, f->fault_address, register_read(ttbr0_el1), cpu_id(),
        (long)f->call);
}
