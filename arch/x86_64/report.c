/* SPDX-License-Identifier: MIT */
/* Registers for the panic report. */
#include "arch/cpu.h"
#include "arch/trap.h"
#include "lib/log.h"
#include "machine/registers.h"

void frame_print(const struct frame *f)
{
    log_error("rip %04lx:%016lx rsp %04lx:%016lx flags %08lx", f->cs, f->rip,
        f->ss, f->rsp, f->rflags);
    log_error("rax %016lx rbx %016lx rcx %016lx rdx %016lx", f->rax, f->rbx,
        f->rcx, f->rdx);
    log_error("rsi %016lx rdi %016lx rbp %016lx r8  %016lx", f->rsi, f->rdi,
        f->rbp, f->r8);
    log_error("r9  %016lx r10 %016lx r11 %016lx r12 %016lx", f->r9, f->r10,
        f->r11, f->r12);
    log_error("r13 %016lx r14 %016lx r15 %016lx err %016lx", f->r13, f->r14,
        f->r15, f->error);
    log_error("cr2 %016lx cr3 %016lx cr4 %08lx cpu %u call %ld", cr2_read(),
        cr3_read(), cr4_read(), cpu_id(), (long)f->call);
}
