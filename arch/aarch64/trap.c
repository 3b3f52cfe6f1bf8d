/* SPDX-License-Identifier: MIT */
/* Exceptions: what they mean for user code, and for the kernel.
 *
 * The hard problem is to tell a fault that a program caused, by the address it
 * gave to a call, from one that only a bug can cause: a row in the exception
 * table decides. */
#include "arch/trap.h"
#include "arch/common/fixup.h"
#include "arch/common/shadow.h"
#include "arch/irq.h"
#include "kernel/entry.h"
#include "lib/panic.h"
#include "lib/signals.h"
#include "machine/cpu_local.h"
#include "machine/layout.h"
#include "machine/registers.h"
#include "machine/tlb.h"
#include "machine/traps.h"
#include "machine/user_access.h"

enum { /* of the syndrome of an abort */
    ABORT_STATUS = 0x3f,
    ABORT_WRITE = 0x40,
    ABORT_CACHE = 0x100, /* by maintenance, which counts as a write */
    ABORT_TOLD = (int)0xfe000140, /* class, length, and the two above */
    STATUS_LEVEL = 3,
    STATUS_ADDRESS_SIZE = 0x00,
    STATUS_TRANSLATION = 0x04,
    STATUS_ACCESS_FLAG = 0x08,
    STATUS_PERMISSION = 0x0c,
    STATUS_ALIGNMENT = 0x21,
};

/* Codes that only this CPU needs: TRAP_HWBKPT, BUS_OBJERR, FPE_FLTUNK. */
enum { TRAP_HARDWARE = 4, BUS_OBJECT = 3, FLOAT_UNKNOWN = 14 };

enum where { AT_CODE, AT_FAULT, AT_STACK };

struct meaning {
    const char *name;
    int signal, code;
    enum where where; /* si_addr */
};

static const struct meaning meanings[64] = {
    [CLASS_UNKNOWN] = { "undefined instruction", SIGILL, ILL_ILLOPC, AT_CODE },
    [CLASS_FP_TRAP] = { "no FPU", SIGILL, ILL_ILLOPC, AT_CODE },
    [CLASS_BRANCH_TARGET] = { "branch target", SIGILL, ILL_ILLOPC, AT_CODE },
    [CLASS_ILLEGAL_STATE] = { "illegal state", SIGILL, ILL_ILLOPC, AT_CODE },
    [CLASS_REGISTER] = { "system register", SIGILL, ILL_ILLOPC, AT_CODE },
    [CLASS_SVE] = { "no SVE", SIGILL, ILL_ILLOPC, AT_CODE },
    [CLASS_POINTER_AUTHENTICATION] = { "pointer authentication", SIGILL,
        ILL_ILLOPN, AT_CODE },
    [CLASS_SME] = { "no SME", SIGILL, ILL_ILLOPC, AT_CODE },
    [CLASS_CODE_KERNEL] = { "execution fault", 0, 0, AT_CODE },
    [CLASS_PC_ALIGNMENT] = { "unaligned code", SIGBUS, BUS_ADRALN, AT_FAULT },
    [CLASS_DATA_KERNEL] = { "data fault", 0, 0, AT_CODE },
    [CLASS_SP_ALIGNMENT] = { "unaligned stack", SIGBUS, BUS_ADRALN, AT_STACK },
    [CLASS_FP_ERROR] = { "FPU error", SIGFPE, 0, AT_CODE },
    [CLASS_BREAKPOINT] = { "breakpoint", SIGTRAP, TRAP_HARDWARE, AT_CODE },
    [CLASS_STEP] = { "step", SIGTRAP, TRAP_TRACE, AT_CODE },
    [CLASS_WATCHPOINT] = { "watchpoint", SIGTRAP, TRAP_HARDWARE, AT_FAULT },
    [CLASS_BRK] = { "BRK", SIGTRAP, TRAP_BRKPT, AT_CODE },
};

static unsigned class_of(const struct frame *frame)
{
    return frame->syndrome >> 26 & 0x3f;
}

static const char *name_of(unsigned class)
{
    return meanings[class].name ? meanings[class].name : "unknown exception";
}

/* The first of the exceptions that the syndrome says have come. */
static int float_code(uint64_t syndrome)
{
    if (!(syndrome & 1 << 23))
        return FLOAT_UNKNOWN; /* it does not say */
    return syndrome & 0x01   ? FPE_FLTINV
           : syndrome & 0x02 ? FPE_FLTDIV
           : syndrome & 0x04 ? FPE_FLTOVF
           : syndrome & 0x08 ? FPE_FLTUND
                             : FPE_FLTRES;
}

/* What is no access has no syndrome for the program. */
static unsigned long told_syndrome(const struct frame *frame)
{
    switch (class_of(frame)) {
    case CLASS_CODE_USER:
    case CLASS_DATA_USER:
    case CLASS_PC_ALIGNMENT:
    case CLASS_SP_ALIGNMENT:
        return frame->syndrome;
    }
    return 0;
}

static void raise(
    struct frame *frame, int signal, int code, uintptr_t address)
{
    struct exception exception = { .signal = signal,
        .code = code,
        .address = address,
        .vector = class_of(frame),
        .error = told_syndrome(frame) };
    on_exception(frame, &exception);
}

static void user_exception(struct frame *frame)
{
    static const struct meaning unknown = { "", SIGILL, ILL_ILLOPC, AT_CODE };
    unsigned class = class_of(frame);
    const struct meaning *meaning = &meanings[class];
    if ((class == CLASS_UNKNOWN || class == CLASS_REGISTER) &&
        emulate_register_read(frame))
        return;
    if (!meaning->signal)
        meaning = &unknown;
    raise(frame, meaning->signal,
        class == CLASS_FP_ERROR ? float_code(frame->syndrome) : meaning->code,
        meaning->where == AT_FAULT   ? frame->fault_address
        : meaning->where == AT_STACK ? frame->sp
                                     : frame->pc);
}

/* ------------------------------------------------------------ aborts */

static unsigned status_of(const struct frame *frame)
{
    return frame->syndrome & ABORT_STATUS;
}

/* Without the level. */
static unsigned status_kind(const struct frame *frame)
{
    return status_of(frame) & ~STATUS_LEVEL;
}

static bool is_page_fault(const struct frame *frame)
{
    return status_kind(frame) <= STATUS_PERMISSION;
}

static bool is_code(const struct frame *frame)
{
    return class_of(frame) <= CLASS_CODE_KERNEL;
}

/* The top byte of user addresses is the program's own. */
static uintptr_t untagged(uint64_t address)
{
    return address & 1ull << 55 ? address : address & 0xffffffffffffff;
}

static struct fault fault_of(const struct frame *frame)
{
    bool writes = (frame->syndrome & (ABORT_WRITE | ABORT_CACHE)) == ABORT_WRITE;
    struct fault fault = { .address = untagged(frame->fault_address),
        .was_present = status_kind(frame) == STATUS_PERMISSION,
        .from_user = frame_is_user(frame),
        .kind = is_code(frame) ? FAULT_EXECUTE
                : writes       ? FAULT_WRITE
                               : FAULT_READ,
        .vector = class_of(frame),
        .error = frame->syndrome };
    /* Whether the kernel has something there is not the program's to know. */
    if (fault.from_user && fault.address >= USER_END)
        fault.error = (fault.error & (unsigned)ABORT_TOLD) | STATUS_TRANSLATION;
    return fault;
}

/* This CPU may remember an entry that had fewer rights. */
static void forget_stale(const struct fault *fault)
{
    if (fault->was_present)
        tlb_forget_page_here(fault->address);
}

static void user_abort(struct frame *frame)
{
    struct fault fault = fault_of(frame);
    if (is_page_fault(frame)) {
        on_fault(frame, &fault);
        forget_stale(&fault);
    } else if (status_of(frame) == STATUS_ALIGNMENT) {
        raise(frame, SIGBUS, BUS_ADRALN, fault.address);
    } else {
        raise(frame, SIGBUS, BUS_OBJECT, fault.address);
    }
}

static noreturn_fn void bad_kernel_abort(
    struct frame *frame, const struct fault *fault)
{
    panic_at(frame, "page fault in the kernel: %s of %#lx, %s",
        fault->kind == FAULT_EXECUTE ? "execution"
        : fault->kind == FAULT_WRITE ? "write"
                                     : "read",
        (unsigned long)frame->fault_address,
        !is_page_fault(frame)  ? "refused"
        : fault->was_present ? "forbidden"
                             : "not mapped");
}

static void kernel_abort(struct frame *frame)
{
    struct fault fault = fault_of(frame);
    const struct fixup *fixup =
        is_code(frame) ? NULL : fixup_find(frame->pc);
    if (!fixup && shadow_was_stale(fault.address))
        return forget_stale(&fault);
    if (!fixup)
        bad_kernel_abort(frame, &fault);
    if (fixup->kind == FIXUP_SERVED && is_page_fault(frame) &&
        fault.address < USER_END && on_fault(frame, &fault))
        return forget_stale(&fault);
    frame->pc = fixup->to;
}

/* ------------------------------------------------------------ the doors */

void trap_from_user(struct frame *frame)
{
    unsigned class = class_of(frame);
    irq_on();
    if (class == CLASS_DATA_USER || class == CLASS_CODE_USER)
        user_abort(frame);
    else
        user_exception(frame);
}

void trap_from_kernel(struct frame *frame)
{
    unsigned class = class_of(frame);
    if (class == CLASS_DATA_KERNEL || class == CLASS_CODE_KERNEL) {
        if (!(frame->pstate & PSTATE_INTERRUPT))
            irq_on();
        kernel_abort(frame);
        return;
    }
    const struct fixup *fixup = fixup_find(frame->pc);
    if (!fixup)
        panic_at(frame, "%s in the kernel, syndrome %#lx", name_of(class),
            (unsigned long)frame->syndrome);
    frame->pc = fixup->to;
}

void trap_no_room(struct frame *frame)
{
    if (frame->sp >= STACKS_BASE && frame->sp < DEVICES_END)
        panic_at(frame, "kernel stack overflow");
    panic_at(frame, "the kernel's stack pointer is %#lx",
        (unsigned long)frame->sp);
}

void trap_unexpected(struct frame *frame, unsigned kind)
{
    static const char *const kinds[] = { "exception on the wrong stack",
        "fast interrupt", "system error", "32-bit code" };
    panic_at(frame, "unexpected: %s, syndrome %#lx", kinds[kind],
        (unsigned long)frame->syndrome);
}
