/* SPDX-License-Identifier: MIT */
/* Exceptions: what they mean for user code, and for the kernel.
 *
 * The hard problem is to tell a fault that a program caused, by the address it
 * gave to a call, from one that only a bug can cause: a row in the exception
 * table decides.  And IRETQ to a user state that the CPU refuses faults in the
 * kernel, but means the program: its frame is put together again. */
#include "arch/common/fixup.h"
#include "arch/context.h"
#include "arch/irq.h"
#include "arch/trap.h"
#include "kernel/entry.h"
#include "lib/errno.h"
#include "lib/panic.h"
#include "lib/signals.h"
#include "machine/cpu_local.h"
#include "machine/layout.h"
#include "machine/registers.h"
#include "arch/common/shadow.h"
#include "machine/smp_stop.h"
#include "machine/traps.h"
#include "machine/user_access.h"

enum { /* of the error code of a page fault */
    ERROR_PRESENT = 1,
    ERROR_WRITE = 2,
    ERROR_USER = 4,
    ERROR_RESERVED = 8,
    ERROR_FETCH = 16,
};

enum { TRAP_HARDWARE = 4 }; /* si_code TRAP_HWBKPT */

extern const char user_iret[];

struct meaning {
    const char *name;
    int signal, code;
    bool has_address; /* si_addr is the instruction's */
};

static const struct meaning meanings[32] = {
    [0] = { "division error", SIGFPE, FPE_INTDIV, true },
    [1] = { "debug trap", SIGTRAP, TRAP_TRACE, true },
    [2] = { "NMI", 0, 0, false },
    [3] = { "breakpoint", SIGTRAP, SI_KERNEL, false },
    [4] = { "overflow", SIGSEGV, SI_KERNEL, false },
    [5] = { "bound exceeded", SIGSEGV, SI_KERNEL, false },
    [6] = { "invalid instruction", SIGILL, ILL_ILLOPN, true },
    [7] = { "no FPU", SIGILL, ILL_ILLOPN, true },
    [8] = { "double fault", 0, 0, false },
    [9] = { "FPU segment overrun", SIGFPE, SI_KERNEL, false },
    [10] = { "invalid TSS", SIGSEGV, SI_KERNEL, false },
    [11] = { "segment not present", SIGBUS, SI_KERNEL, false },
    [12] = { "stack segment fault", SIGBUS, SI_KERNEL, false },
    [13] = { "general protection fault", SIGSEGV, SI_KERNEL, false },
    [14] = { "page fault", SIGSEGV, SI_KERNEL, false },
    [16] = { "FPU error", SIGFPE, 0, true },
    [17] = { "alignment check", SIGBUS, BUS_ADRALN, false },
    [18] = { "machine check", 0, 0, false },
    [19] = { "SIMD error", SIGFPE, 0, true },
    [21] = { "control protection", SIGSEGV, SI_KERNEL, false },
};

static const char *name_of(unsigned vector)
{
    const char *name =
        vector < array_size(meanings) ? meanings[vector].name : NULL;
    return name ? name : "unknown exception";
}

/* The first unmasked one of the exceptions that are flagged; 0: none. */
static int float_code(unsigned vector)
{
    struct context *context = cpu_local()->context;
    if (!context || !context->fpu)
        return 0;
    fpu_sync(context);
    const unsigned char *area = fpu_area(context);
    unsigned flags;
    if (vector == VECTOR_FPU) {
        flags = *(const uint16_t *)(area + 2) & ~*(const uint16_t *)area;
    } else {
        uint32_t mxcsr = *(const uint32_t *)(area + 24);
        flags = mxcsr & ~(mxcsr >> 7);
    }
    return flags & 0x01   ? FPE_FLTINV
           : flags & 0x04 ? FPE_FLTDIV
           : flags & 0x08 ? FPE_FLTOVF
           : flags & 0x12 ? FPE_FLTUND
           : flags & 0x20 ? FPE_FLTRES
                          : 0;
}

static int debug_code(void)
{
    uint64_t reason = dr6_read();
    dr6_write(0xffff0ff0);
    return reason & 0x4000 ? TRAP_TRACE
           : reason & 0xf  ? TRAP_HARDWARE
                           : TRAP_BRKPT; /* INT1 */
}

static void user_exception(struct frame *frame, unsigned vector)
{
    static const struct meaning unknown = { "", SIGSEGV, SI_KERNEL, false };
    const struct meaning *meaning = &unknown;
    if (vector < array_size(meanings) && meanings[vector].signal)
        meaning = &meanings[vector];
    struct exception exception = { .signal = meaning->signal,
        .code = meaning->code,
        .address = meaning->has_address ? frame->rip : 0,
        .vector = vector,
        .error = frame->error };

    if (vector == VECTOR_DOUBLE_FAULT || vector == VECTOR_MACHINE_CHECK)
        panic_at(frame, "%s", name_of(vector));
    if (vector == VECTOR_NMI)
        return smp_nmi();
    if (vector == VECTOR_DEBUG)
        exception.code = debug_code();
    if (vector == VECTOR_FPU || vector == VECTOR_SIMD) {
        exception.code = float_code(vector);
        if (!exception.code)
            return; /* gone meanwhile: try again */
    }
    irq_on();
    on_exception(frame, &exception);
}

/* The registers of the fault are the user's already but for the five words
 * that IRETQ was to load.  They overlap with where they go. */
static struct frame *frame_of_iret(const struct frame *fault)
{
    struct frame whole = *fault;
    const uint64_t *words = (const uint64_t *)fault->rsp;
    whole.rip = words[0];
    whole.cs = words[1];
    whole.rflags = words[2];
    whole.rsp = words[3];
    whole.ss = words[4];
    struct frame *frame = (struct frame *)cpu_local()->stack_top - 1;
    *frame = whole;
    return frame;
}

static struct frame *kernel_exception(struct frame *frame, unsigned vector)
{
    if (frame->rip == (uint64_t)user_iret) {
        frame = frame_of_iret(frame);
        user_exception(frame, VECTOR_GENERAL_PROTECTION);
        return frame;
    }
    const struct fixup *fixup = fixup_find(frame->rip);
    if (!fixup)
        panic_at(frame, "%s in the kernel, error %#lx", name_of(vector),
            (unsigned long)frame->error);
    frame->rip = fixup->to;
    return frame;
}

static noreturn_fn void bad_kernel_fault(
    struct frame *frame, uintptr_t address)
{
    panic_at(frame, "page fault in the kernel: %s of %#lx, %s",
        frame->error & ERROR_FETCH   ? "execution"
        : frame->error & ERROR_WRITE ? "write"
                                     : "read",
        address, frame->error & ERROR_PRESENT ? "forbidden" : "not mapped");
}

static void kernel_page_fault(struct frame *frame, const struct fault *fault)
{
    const struct fixup *fixup = fixup_find(frame->rip);
    if (!fixup && shadow_was_stale(fault->address))
        return;
    if (!fixup)
        bad_kernel_fault(frame, fault->address);
    if (fixup->kind == FIXUP_SERVED && fault->address < USER_END &&
        on_fault(frame, fault))
        return;
    frame->rip = fixup->to;
}

static struct fault fault_of(const struct frame *frame)
{
    struct fault fault = { .address = cr2_read(),
        .was_present = frame->error & ERROR_PRESENT,
        .from_user = frame_is_user(frame),
        .kind = frame->error & ERROR_FETCH   ? FAULT_EXECUTE
                : frame->error & ERROR_WRITE ? FAULT_WRITE
                                             : FAULT_READ,
        .vector = VECTOR_PAGE_FAULT,
        .error = frame->error };
    /* Whether the kernel has something there is not the program's to know. */
    if (fault.from_user && fault.address >= USER_END)
        fault.error |= ERROR_PRESENT;
    return fault;
}

/* An access to the program's memory with the kernel's rights, which SMAP does
 * not let it use there: TCG makes those of far returns so, and would again. */
static bool is_refused(const struct frame *frame)
{
    return (frame->error & (ERROR_PRESENT | ERROR_USER)) == ERROR_PRESENT;
}

static struct frame *page_fault(struct frame *frame)
{
    struct fault fault = fault_of(frame);
    if (frame->error & ERROR_RESERVED)
        panic_at(frame, "a page table is damaged: address %#lx",
            fault.address);
    if (fault.from_user && is_refused(frame)) {
        user_exception(frame, VECTOR_GENERAL_PROTECTION);
        return frame;
    }
    if (fault.from_user) {
        irq_on();
        on_fault(frame, &fault);
        return frame;
    }
    if (frame->rip == (uint64_t)user_iret)
        return kernel_exception(frame, VECTOR_PAGE_FAULT);
    if (frame->rflags & RFLAGS_INTERRUPT)
        irq_on();
    kernel_page_fault(frame, &fault);
    return frame;
}

struct frame *trap_handle(struct frame *frame, unsigned vector)
{
    if (vector == VECTOR_PAGE_FAULT)
        return page_fault(frame);
    if (!frame_is_user(frame))
        return kernel_exception(frame, vector);
    user_exception(frame, vector);
    return frame;
}

/* A push onto a guard page cannot be told by a page fault on that stack. */
void trap_handle_apart(struct frame *frame, unsigned vector)
{
    if (vector == VECTOR_NMI)
        return smp_nmi();
    uintptr_t address = cr2_read();
    if (vector == VECTOR_DOUBLE_FAULT && address >= STACKS_BASE &&
        address - frame->rsp + PAGE_BYTES < 2 * PAGE_BYTES)
        panic_at(frame, "kernel stack overflow");
    if (vector == VECTOR_DEBUG) {
        dr6_write(0xffff0ff0);
        frame->rflags &= ~RFLAGS_TRAP;
        return;
    }
    panic_at(frame, "%s in the kernel", name_of(vector));
}
