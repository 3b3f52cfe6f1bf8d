/* SPDX-License-Identifier: MIT */
/* What a program can do with the CPU: instructions it may not use, registers
 * that hold nonsense when the kernel comes in or goes out, signal frames that
 * were changed on purpose. */
#include "registers.h"

#define RUN(name, text)                                                        \
    static void name(void *data)                                               \
    {                                                                          \
        register uint64_t bad __asm__("x9") = 0x0000800000000000ul << 4;       \
        __asm__ volatile(text                                                  \
                         : "+r"(bad)                                           \
                         :                                                     \
                         : "x0", "x1", "x2", "x8", "x30", "memory", "cc");     \
        _exit(0);                                                              \
    }

RUN(masks_interrupts, "msr daifset, #2")
RUN(reads_masks, "mrs x0, daif")
RUN(reads_root, "mrs x0, ttbr0_el1")
RUN(writes_root, "msr ttbr0_el1, xzr")
RUN(writes_vectors, "msr vbar_el1, xzr")
RUN(reads_control, "mrs x0, sctlr_el1")
RUN(writes_control, "msr sctlr_el1, xzr")
RUN(writes_stack, "msr sp_el0, xzr")
RUN(writes_thread, "msr tpidrro_el0, xzr")
RUN(writes_kernel_thread, "msr tpidr_el1, xzr")
RUN(selects_stack, "msr spsel, #1")
RUN(writes_alarm, "msr cntv_ctl_el0, xzr")
RUN(returns, "eret")
RUN(calls_hypervisor, "hvc #0")
RUN(calls_firmware, "smc #0")
RUN(calls_debugger, "hlt #0xf000")
RUN(forgets_tlb, "tlbi vmalle1")
RUN(forgets_code, "ic iallu")
RUN(cleans_by_set, "dc cisw, xzr")
RUN(throws_data_away, "mov x0, sp; dc ivac, x0")
RUN(translates, "mov x0, sp; at s1e1r, x0")
RUN(undefined, "udf #0")
RUN(breaks, "brk #0")
RUN(reads_nothing, "ldr x0, [x9]")
RUN(reads_kernel, "mov x0, #0xffff000000000000; ldr x0, [x0]")
RUN(writes_kernel, "mov x0, #0xffffffff80000000; str x0, [x0]")
RUN(jumps_nowhere, "br x9")
RUN(jumps_to_kernel, "mov x0, #0xffffffff80000000; br x0")
RUN(jumps_aside, "adr x0, 1f; add x0, x0, #2; br x0; 1: nop")
RUN(pushes_nowhere, "mov sp, x9; str x0, [sp, #-16]!")
RUN(leans_stack, "mov x0, sp; sub x0, x0, #8; mov sp, x0; ldr x0, [sp]")
RUN(writes_code, "adr x0, 1f; str w0, [x0]; 1: nop")
RUN(runs_data, "sub x0, sp, #64; br x0")
RUN(vectors_wide, ".inst 0x04bf5000") /* SVE: RDVL x0, #0 */
RUN(zeroes_nothing, "dc zva, x9")
RUN(cleans_nothing, "dc cvau, x9")
RUN(cleans_kernel, "mov x0, #0xffffffff80000000; dc civac, x0")
RUN(exclusive_nowhere, "ldaxr x0, [x9]")
RUN(reads_old_id, "mrs x0, id_aa64pfr0_el1")
RUN(reads_id, "mrs xzr, midr_el1")
RUN(waits, "yield; sevl; wfe")
RUN(floats_trap, "mov x0, #0x1f00; msr fpcr, x0; fmov d0, #1.0;"
                 "fsub d1, d0, d0; fdiv d0, d0, d1")
RUN(all_of_fpcr, "mov x0, #-1; msr fpcr, x0; msr fpsr, x0")
RUN(conditions, "mov x0, #-1; msr nzcv, x0")

/* Models differ, and emulators leave out some checks. */
const struct program programs[] = {
    { "msr daifset", masks_interrupts, SIGILL },
    { "mrs daif", reads_masks, SIGILL },
    { "mrs ttbr0", reads_root, SIGILL },
    { "msr ttbr0", writes_root, SIGILL },
    { "msr vbar", writes_vectors, SIGILL },
    { "mrs sctlr", reads_control, SIGILL },
    { "msr sctlr", writes_control, SIGILL },
    { "msr sp_el0", writes_stack, SIGILL },
    { "msr tpidrro_el0", writes_thread, SIGILL },
    { "msr tpidr_el1", writes_kernel_thread, SIGILL },
    { "msr spsel", selects_stack, SIGILL },
    { "msr cntv_ctl", writes_alarm, SIGILL },
    { "eret", returns, SIGILL },
    { "hvc", calls_hypervisor, SIGILL },
    { "smc", calls_firmware, SIGILL },
    { "hlt", calls_debugger, SIGILL },
    { "tlbi", forgets_tlb, SIGILL },
    { "ic iallu", forgets_code, SIGILL },
    { "dc cisw", cleans_by_set, SIGILL },
    { "dc ivac", throws_data_away, SIGILL },
    { "at", translates, SIGILL },
    { "udf", undefined, SIGILL },
    { "brk", breaks, SIGTRAP },
    { "a read of no address", reads_nothing, SIGSEGV },
    { "a read of the kernel", reads_kernel, SIGSEGV },
    { "a write to the kernel", writes_kernel, SIGSEGV },
    { "a jump to no address", jumps_nowhere, SIGSEGV },
    { "a jump into the kernel", jumps_to_kernel, SIGSEGV },
    { "a jump between instructions", jumps_aside, SIGBUS },
    { "a push to no address", pushes_nowhere, SIGSEGV },
    { "a stack that leans", leans_stack, ANY },
    { "a write to code", writes_code, SIGSEGV },
    { "code on the stack", runs_data, SIGSEGV },
    { "SVE", vectors_wide, ANY },
    { "dc zva of no address", zeroes_nothing, SIGSEGV },
    { "dc cvau of no address", cleans_nothing, ANY },
    { "dc civac of the kernel", cleans_kernel, ANY },
    { "ldaxr of no address", exclusive_nowhere, SIGSEGV },
    { "mrs id_aa64pfr0", reads_old_id, 0 },
    { "mrs midr to nowhere", reads_id, 0 },
    { "yield and wfe", waits, 0 },
    { "an FP exception", floats_trap, ANY },
    { "all of FPCR", all_of_fpcr, 0 },
    { "all conditions", conditions, 0 },
};
const int program_count = sizeof programs / sizeof *programs;

void call_without_stack(void *data)
{
    register long number __asm__("x8") = SYS_getpid;
    register long first __asm__("x0") = 0;
    __asm__ volatile("mov sp, %2; svc #0; mov x8, #93; mov x0, #0; svc #0"
                     : "+r"(first), "+r"(number)
                     : "r"(data)
                     : "memory");
}

static void signal_without_stack(void *data)
{
    struct sigaction action = { .sa_handler = on_bad_stack };
    sigaction(SIGUSR1, &action, NULL);
    register long number __asm__("x8") = SYS_kill;
    register long self __asm__("x0") = getpid();
    register long signal __asm__("x1") = SIGUSR1;
    __asm__ volatile("mov sp, %3; svc #0; udf #0"
                     : "+r"(self)
                     : "r"(number), "r"(signal), "r"(data)
                     : "memory");
}

/* A thread that starts with registers of its maker's choice. */
static void clone_nowhere(void *data)
{
    syscall(SYS_clone, 0x90f00 /* a thread, its TLS */, data, NULL, data, NULL);
    struct timespec nap = { 0, 20000000 };
    nanosleep(&nap, NULL);
    _exit(0);
}

static void tls_nowhere(void *data)
{
    register long number __asm__("x8") = SYS_getpid;
    register long first __asm__("x0") = 0;
    __asm__ volatile("msr tpidr_el0, %2; svc #0; mov x8, #94; mov x0, #0;"
                     "svc #0"
                     : "+r"(first), "+r"(number)
                     : "r"(data)
                     : "memory");
}

void *const addresses[] = {
    (void *)0, (void *)8, (void *)0xfffffffff000, (void *)0xffffffffffff,
    (void *)0x1000000000000, (void *)0x7fffffffffffffff,
    (void *)0x8000000000000000, (void *)0xffff000000000000,
    (void *)0xffff800000001000, (void *)0xffffffff80000000,
    (void *)0xfffffffffffff000, (void *)0xfffffffffffffff8,
};
const int address_count = sizeof addresses / sizeof *addresses;

static void calls(void)
{
    ok(try_addresses(call_without_stack));
    ok(try_addresses(signal_without_stack));
    ok(try_addresses(handler_nowhere));
    ok(try_addresses(stack_nowhere));
    ok(try_addresses(clone_nowhere));
    ok(try_addresses(tls_nowhere));
}

/* Signal frames. */

static void spoil_general(mcontext_t *context)
{
    switch (stress_random(&random_state) % 4) {
    case 0:
        context->pc = random_word();
        break;
    case 1:
        context->sp = random_word();
        break;
    case 2:
        context->pstate = random_word();
        break;
    case 3:
        context->regs[stress_random(&random_state) % 31] = random_word();
    }
}

/* Magics and sizes of the records, or what is in them. */
static void spoil_records(mcontext_t *context)
{
    static const uint32_t magics[] = { 0x46508001, 0x45535201, 0x45585401,
        0x53564501, 0x54366345, 0 };
    static const unsigned places[] = { 0, 4, 528, 532, 544, 548, 1000 };
    unsigned char *room = (void *)context->__reserved;
    for (int n = 1 + stress_random(&random_state) % 4; n--;) {
        unsigned at = places[stress_random(&random_state) % 7];
        uint32_t word = stress_random(&random_state) % 2
            ? magics[stress_random(&random_state) % 6]
            : stress_random(&random_state) % 4352;
        memcpy(room + at, &word, sizeof word);
    }
}

const char *const spoil_names[] = { "registers", "records",
    "nothing but a byte for records" };
const int context_words = 160;

void spoil_context(mcontext_t *context, int which)
{
    if (which == 0)
        spoil_general(context);
    else if (which == 1)
        spoil_records(context);
    else
        memset((void *)context->__reserved, stress_random(&random_state),
            4096);
}

void return_from(void *stack)
{
    register long number __asm__("x8") = SYS_rt_sigreturn;
    __asm__ volatile("mov sp, %0; svc #0; udf #0"
                     :
                     : "r"(stack), "r"(number)
                     : "memory");
}

static void run(void)
{
    instructions();
    calls();
    frames();
    no_frames();
}
TEST_MAIN
