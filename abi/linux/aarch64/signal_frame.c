/* SPDX-License-Identifier: MIT */
/* The signal frame of aarch64: siginfo_t, struct ucontext with a row of records
 * in its room, and above them a pair of frame pointer and return address, so
 * that a debugger walks from the handler to what was interrupted.
 *
 * The hard part is the way back: everything in the frame may have been changed,
 * by right or by wrong.  The records are read one by one; the state of the
 * processor is refused if a program may not have it. */
#include <linux/signal.h>
#include <asm/sigcontext.h>
#include <asm/ucontext.h>

#include "abi/linux/altstack.h"
#include "abi/linux/siginfo.h"
#include "abi/linux/signal_frame.h"
#include "abi/linux/syscall_prototypes.h"
#include "abi/linux/aarch64/vdso_return.h"
#include "arch/boot.h"
#include "arch/trap.h"
#include "lib/string.h"
#include "mm/space.h"
#include "mm/user.h"

#define PSTATE_BRANCH_TYPE 0xc00ull

enum { ROOM_BYTES = sizeof(((struct sigcontext *)0)->__reserved) };
enum { EXTRA_BYTES_MOST = 1 << 18 };

struct signal_frame {
    siginfo_t info;
    struct ucontext context;
};
static_assert(sizeof(struct signal_frame) == 4688, "rt_sigframe of aarch64");
static_assert(offsetof(struct signal_frame, context) == 128, "si is before uc");

struct link_record {
    uint64_t frame_pointer, return_address;
};

/* All of the context but the room for records. */
struct context_head {
    uint64_t flags;
    void *link;
    stack_t stack;
    signal_set blocked;
    unsigned char unused[128 - sizeof(signal_set)];
    uint64_t fault_address aligned_to(16);
    uint64_t x[31], sp, pc, pstate;
    uint64_t records[] aligned_to(16);
};
#define same_place(mine, theirs)                                               \
    static_assert(offsetof(struct context_head, mine) ==                       \
            offsetof(struct ucontext, theirs), #mine " is " #theirs)
same_place(stack, uc_stack);
same_place(blocked, uc_sigmask);
same_place(fault_address, uc_mcontext.fault_address);
same_place(x, uc_mcontext.regs);
same_place(pstate, uc_mcontext.pstate);
same_place(records, uc_mcontext.__reserved);

static_assert(sizeof(struct fpsimd_context) == 528, "as aarch64 lays it out");
enum { VECTORS_AT = offsetof(struct fpsimd_context, vregs) };

size_t signal_frame_bytes(void)
{
    enum { ALIGNMENT = 16 };
    return sizeof(struct signal_frame) + sizeof(struct link_record) + ALIGNMENT;
}

static int write_fp(char __user *to)
{
    fpu_sync(&current->context);
    const struct fpu_state *state = fpu_area(&current->context);
    const uint32_t head[] = { FPSIMD_MAGIC, sizeof(struct fpsimd_context),
        state->status, state->control };
    static_assert(sizeof head == VECTORS_AT, "the words before the vectors");
    if (user_write(to, head, sizeof head))
        return -EFAULT;
    return user_write(to + VECTORS_AT, state->vectors, sizeof state->vectors);
}

static bool has_cause(const struct signal_info *info)
{
    return info->shape == SHAPE_FAULT && info->fault.error;
}

/* FP state, what faulted, the end. */
static int write_records(char __user *to, const struct signal_info *info)
{
    struct {
        struct esr_context cause;
        uint64_t end[2];
    } rest = { .end = { 0, 0 } };
    if (write_fp(to))
        return -EFAULT;
    to += sizeof(struct fpsimd_context);
    if (!has_cause(info))
        return user_write(to, rest.end, sizeof rest.end);
    rest.cause.head.magic = ESR_MAGIC;
    rest.cause.head.size = sizeof rest.cause;
    rest.cause.esr = info->fault.error;
    return user_write(to, &rest, sizeof rest);
}

static int write_head(struct context_head __user *to,
    const struct frame *frame, const struct signal_info *info,
    signal_set blocked)
{
    struct context_head head;
    memset(&head, 0, sizeof head);
    altstack_save(&head.stack, frame_sp(frame));
    head.blocked = blocked;
    memcpy(head.x, frame->x, sizeof head.x);
    head.sp = frame->sp;
    head.pc = frame->pc;
    head.pstate = frame->pstate;
    if (has_cause(info))
        head.fault_address = info->fault.address;
    return user_write(to, &head, sizeof head);
}

static int write_link(
    struct link_record __user *to, const struct frame *frame)
{
    struct link_record record = { frame->x[29], frame->x[30] };
    return user_write(to, &record, sizeof record);
}

static int write_info(siginfo_t __user *to, const struct signal_info *info)
{
    siginfo_t record;
    siginfo_from_native(&record, info);
    return user_write(to, &record, sizeof record);
}

int enter_handler(struct frame *frame, const struct signal_info *info,
    const struct action *action, signal_set blocked)
{
    uintptr_t lowest;
    uintptr_t top = altstack_choose(action, frame_sp(frame), &lowest);
    uintptr_t link = align_down(top - sizeof(struct link_record), 16ul);
    uintptr_t at = link - align_up(sizeof(struct signal_frame), 16ul);
    if (at < lowest || at > top ||
        !user_range_is_ok((void __user *)at, top - at))
        return -EFAULT;
    void __user *their_info = user_member(at, struct signal_frame, info);
    void __user *context = user_member(at, struct signal_frame, context);
    char __user *records = user_member(
        at, struct signal_frame, context.uc_mcontext.__reserved);
    if (write_head(context, frame, info, blocked) ||
        write_records(records, info) ||
        write_link((struct link_record __user *)link, frame))
        return -EFAULT;
    if (action->flags & ACTION_INFO) {
        if (write_info(their_info, info))
            return -EFAULT;
        frame->x[1] = (uintptr_t)their_info;
        frame->x[2] = (uintptr_t)context;
    }
    altstack_disarm();
    frame->x[0] = info->number;
    frame->x[29] = link;
    frame->x[30] = action->flags & ACTION_RESTORER
        ? action->restorer
        : vdso_return(current->space);
    frame_set_sp(frame, at);
    frame_set_ip(frame, action->handler);
    frame->pstate &= ~PSTATE_BRANCH_TYPE;
    frame_make_safe(frame);
    frame_forget_call(frame);
    return 0;
}

/* ------------------------------------------------------------ the way back */

static int read_fp(const char __user *at)
{
    uint32_t head[VECTORS_AT / sizeof(uint32_t)];
    struct fpu_state *state = fpu_area(&current->context);
    fpu_sync(&current->context);
    if (user_read(head, at, sizeof head) ||
        user_read(state->vectors, at + VECTORS_AT, sizeof state->vectors))
        return -EFAULT;
    state->status = head[2];
    state->control = head[3];
    fpu_reload(&current->context);
    return 0;
}

/* Rows of records, as far as they were read. */
struct rows {
    const char __user *base;
    size_t bytes, at;
    const char __user *fp;
    bool has_extra;
};

/* The rows go on in a place of their own, right behind the record that says so
 * and an end.  Nothing that this kernel writes is there, but a program may. */
static bool go_on_behind(struct rows *rows, size_t record_bytes)
{
    struct extra_context record;
    struct _aarch64_ctx end;
    const char __user *at = rows->base + rows->at;
    const char __user *behind = at + record_bytes + sizeof end * 2;
    if (rows->has_extra || record_bytes < sizeof record ||
        rows->bytes - rows->at - record_bytes < sizeof end * 2 ||
        user_read(&record, at, sizeof record) ||
        user_read(&end, at + record_bytes, sizeof end))
        return false;
    if (end.magic || end.size || record.datap != (uintptr_t)behind ||
        record.datap & 15 || record.size & 15 || record.size > EXTRA_BYTES_MOST)
        return false;
    *rows = (struct rows){
        .base = behind, .bytes = record.size, .fp = rows->fp, .has_extra = true };
    return true;
}

static bool take_row(struct rows *rows, const struct _aarch64_ctx *head)
{
    if (head->magic == EXTRA_MAGIC)
        return go_on_behind(rows, head->size);
    if (head->magic == FPSIMD_MAGIC) {
        if (rows->fp || head->size < sizeof(struct fpsimd_context))
            return false;
        rows->fp = rows->base + rows->at;
    } else if (head->magic != ESR_MAGIC) {
        return false;
    }
    rows->at += head->size;
    return head->size >= sizeof *head;
}

/* Finds the FP record among the rows; NULL: they are not as they should be. */
static const char __user *find_fp(const char __user *room)
{
    struct rows rows = { .base = room, .bytes = ROOM_BYTES };
    struct _aarch64_ctx head;
    while (rows.bytes - rows.at >= sizeof head && rows.at % 16 == 0) {
        if (user_read(&head, rows.base + rows.at, sizeof head) ||
            head.size > rows.bytes - rows.at)
            return NULL;
        if (!head.magic)
            return head.size ? NULL : rows.fp;
        if (!take_row(&rows, &head))
            return NULL;
    }
    return NULL;
}

static bool restore_registers(
    struct frame *frame, const struct context_head *from)
{
    memcpy(frame->x, from->x, sizeof frame->x);
    frame->sp = from->sp;
    frame->pc = from->pc;
    frame->pstate = from->pstate;
    frame_forget_call(frame);
    bool is_good = frame_state_is_safe(frame);
    frame_make_safe(frame);
    return is_good;
}

/* It is large, and gone before the records are looked at. */
static not_inlined int restore_head(
    struct frame *frame, uintptr_t sp, stack_t *stack)
{
    struct context_head head;
    if (sp % 16 ||
        user_read(&head, user_member(sp, struct signal_frame, context),
            sizeof head))
        return -EFAULT;
    signal_set_blocked(head.blocked);
    *stack = head.stack;
    return restore_registers(frame, &head) ? 0 : -EFAULT;
}

static int leave_handler(struct frame *frame)
{
    uintptr_t sp = frame_sp(frame);
    stack_t stack;
    if (restore_head(frame, sp, &stack))
        return -EFAULT;
    const char __user *fp = find_fp(user_member(
        sp, struct signal_frame, context.uc_mcontext.__reserved));
    if (!fp || read_fp(fp))
        return -EFAULT;
    altstack_restore(&stack, frame_sp(frame));
    return 0;
}

/* As a fault of the stack pointer's, which is where the frame should be. */
static void refuse(uintptr_t sp)
{
    char byte;
    bool is_there = !user_read(&byte, (const char __user *)sp, 1);
    struct signal_info info = {
        .number = SIGSEGV,
        .code = is_there ? SEGV_ACCERR : SEGV_MAPERR,
        .shape = SHAPE_FAULT,
        .fault = { .address = sp },
    };
    signal_force(&info);
}

long sys_rt_sigreturn(void)
{
    struct frame *frame = context_user_frame(&current->context);
    uintptr_t sp = frame_sp(frame);
    if (leave_handler(frame))
        refuse(sp);
    return frame_result(frame); /* whatever the frame says x0 was */
}
