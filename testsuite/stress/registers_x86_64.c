/* SPDX-License-Identifier: MIT */
/* What a program can do with the CPU: instructions it may not use, registers
 * that hold nonsense when the kernel comes in or goes out, signal frames that
 * were changed on purpose. */
#include "registers.h"

#define RUN(name, ...)                                                         \
    static void name(void *data)                                               \
    {                                                                          \
        uint64_t bad = 0x8000000000000000;                                     \
        __asm__ volatile(__VA_ARGS__ : "+r"(bad) : : "rax", "rbx", "rcx",      \
            "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc");    \
        _exit(0);                                                              \
    }

RUN(halts, "hlt")
RUN(clears_interrupts, "cli")
RUN(sets_interrupts, "sti")
RUN(reads_port, "in $0x80, %%al")
RUN(writes_port, "out %%al, $0x80")
RUN(reads_cr0, "mov %%cr0, %%rax")
RUN(writes_cr3, "mov %%rax, %%cr3")
RUN(writes_cr4, "mov %%rax, %%cr4")
RUN(writes_dr7, "mov %%rax, %%dr7")
RUN(reads_msr, "mov $0xc0000080, %%ecx; rdmsr")
RUN(writes_msr, "mov $0xc0000080, %%ecx; xor %%eax, %%eax; cdq; wrmsr")
RUN(loads_gdt, "lgdt (%%rsp)")
RUN(loads_idt, "lidt (%%rsp)")
RUN(loads_task, "mov $0x40, %%eax; ltr %%ax")
RUN(swaps_gs, "swapgs")
RUN(returns_from_call, "xor %%ecx, %%ecx; sysretq")
RUN(undefined, "ud2")
RUN(breaks, "int3")
RUN(divides, "xor %%edx, %%edx; xor %%ecx, %%ecx; div %%ecx")
RUN(interrupt_0, "int $0")
RUN(interrupt_2, "int $2")
RUN(interrupt_8, "int $8")
RUN(interrupt_14, "int $14")
RUN(interrupt_32, "int $0x20")
RUN(interrupt_129, "int $0x81")
RUN(interrupt_240, "int $0xf0")
RUN(interrupt_255, "int $0xff")
RUN(reads_nothing, "mov (%0), %%rax")
RUN(jumps_nowhere, "jmp *%0")
RUN(jumps_to_kernel, "mov $0xffffffff80000000, %%rax; jmp *%%rax")
RUN(pushes_nowhere, "mov %0, %%rsp; push %%rax")
RUN(pushes_to_kernel, "mov $0xffffffff80000000, %%rsp; push %%rax")
RUN(loads_kernel_segment, "mov $0x10, %%eax; mov %%ax, %%ds")
RUN(loads_far_segment, "mov $0xfff8, %%eax; mov %%ax, %%es")
RUN(loads_task_segment, "mov $0x40, %%eax; mov %%ax, %%fs")
RUN(loads_stack_segment, "xor %%eax, %%eax; mov %%ax, %%ss")
RUN(returns_far, "push $0x10; push $0; lretq")
RUN(returns_to_kernel, "push $0x10; push $0; push $0; push $8; push $0; iretq")
RUN(returns_to_nowhere,
    "mov %%ss, %%eax; push %%rax; push %%rsp; pushf; mov %%cs, %%eax;"
    "push %%rax; push %0; iretq")
RUN(writes_read_only, "lea 1f(%%rip), %%rax; movb $0, (%%rax); 1: nop")
RUN(runs_data, "lea -64(%%rsp), %%rax; jmp *%%rax")
RUN(traces_itself,
    "pushf; orl $0x100, (%%rsp); popf; nop; nop")
RUN(traces_a_call,
    "pushf; orl $0x100, (%%rsp); popf; mov $39, %%eax; syscall; nop")
RUN(sets_xcr, "xor %%eax, %%eax; xor %%edx, %%edx; xor %%ecx, %%ecx; xsetbv")

static void misaligned(void *data)
{
    static char room[16] __attribute__((aligned(16)));
    __asm__ volatile("pushf; orl $0x40000, (%%rsp); popf; mov %%eax, 1(%0);"
                     "pushf; andl $~0x40000, (%%rsp); popf"
                     :
                     : "r"(room)
                     : "memory", "cc");
    _exit(0);
}

static void floats(void *data)
{
    unsigned control = 0x1f80 & ~0x200;
    float zero = 0, one = 1;
    __asm__ volatile("ldmxcsr %0; divss %1, %2"
                     :
                     : "m"(control), "x"(zero), "x"(one));
    _exit(0);
}

static void x87(void *data)
{
    unsigned short control = 0x37f & ~4;
    __asm__ volatile("fldcw %0; fld1; fldz; fdivrp; fwait" : : "m"(control));
    _exit(0);
}

static void bad_mxcsr(void *data)
{
    unsigned control = 0xffffffff;
    __asm__ volatile("ldmxcsr %0" : : "m"(control));
    _exit(0);
}

/* Emulators differ, or leave out some exceptions. */
const struct program programs[] = {
    { "hlt", halts, SIGSEGV },
    { "cli", clears_interrupts, SIGSEGV },
    { "sti", sets_interrupts, SIGSEGV },
    { "in", reads_port, SIGSEGV },
    { "out", writes_port, SIGSEGV },
    { "mov from CR0", reads_cr0, SIGSEGV },
    { "mov to CR3", writes_cr3, SIGSEGV },
    { "mov to CR4", writes_cr4, SIGSEGV },
    { "mov to DR7", writes_dr7, SIGSEGV },
    { "rdmsr", reads_msr, SIGSEGV },
    { "wrmsr", writes_msr, SIGSEGV },
    { "lgdt", loads_gdt, SIGSEGV },
    { "lidt", loads_idt, SIGSEGV },
    { "ltr", loads_task, SIGSEGV },
    { "swapgs", swaps_gs, SIGSEGV },
    { "sysret", returns_from_call, SIGSEGV },
    { "xsetbv", sets_xcr, SIGSEGV },
    { "ud2", undefined, SIGILL },
    { "int3", breaks, SIGTRAP },
    { "div by zero", divides, SIGFPE },
    { "int 0", interrupt_0, SIGSEGV },
    { "int 2", interrupt_2, SIGSEGV },
    { "int 8", interrupt_8, SIGSEGV },
    { "int 14", interrupt_14, SIGSEGV },
    { "int 0x20", interrupt_32, SIGSEGV },
    { "int 0x81", interrupt_129, SIGSEGV },
    { "int 0xf0", interrupt_240, SIGSEGV },
    { "int 0xff", interrupt_255, SIGSEGV },
    { "a read of no address", reads_nothing, SIGSEGV },
    { "a jump to no address", jumps_nowhere, SIGSEGV },
    { "a jump into the kernel", jumps_to_kernel, SIGSEGV },
    { "a push to no address", pushes_nowhere, ANY },
    { "a push into the kernel", pushes_to_kernel, SIGSEGV },
    { "the kernel's segment", loads_kernel_segment, SIGSEGV },
    { "a segment that is not there", loads_far_segment, SIGSEGV },
    { "the task's segment", loads_task_segment, SIGSEGV },
    { "no stack segment", loads_stack_segment, SIGSEGV },
    { "lret to the kernel", returns_far, ANY },
    { "iret to the kernel", returns_to_kernel, ANY },
    { "iret to no address", returns_to_nowhere, ANY },
    { "a write to code", writes_read_only, SIGSEGV },
    { "code on the stack", runs_data, SIGSEGV },
    { "single steps", traces_itself, SIGTRAP },
    { "a call in single steps", traces_a_call, SIGTRAP },
    { "alignment checks", misaligned, ANY },
    { "an SSE exception", floats, ANY },
    { "an x87 exception", x87, ANY },
    { "reserved bits of MXCSR", bad_mxcsr, ANY },
};
const int program_count = sizeof programs / sizeof *programs;

static void call_with_flags(void *data)
{
    /* Direction, nested task, alignment checks, ID: none of the kernel's. */
    __asm__ volatile("pushf; orl $0x244400, (%%rsp); popf; mov $39, %%eax;"
                     "syscall; pushf; andl $~0x244400, (%%rsp); popf"
                     :
                     :
                     : "rax", "rcx", "r11", "memory", "cc");
    _exit(0);
}

void call_without_stack(void *data)
{
    __asm__ volatile("mov %0, %%rsp; mov $39, %%eax; syscall; mov $60, %%eax;"
                     "xor %%edi, %%edi; syscall"
                     :
                     : "r"(data)
                     : "rax", "rcx", "r11", "memory");
}

static void signal_without_stack(void *data)
{
    struct sigaction action = { .sa_handler = on_bad_stack };
    sigaction(SIGUSR1, &action, NULL);
    pid_t self = getpid();
    __asm__ volatile("mov %0, %%rsp; syscall; ud2"
                     :
                     : "r"(data), "a"(SYS_kill), "D"(self), "S"(SIGUSR1)
                     : "rcx", "r11", "memory");
}

/* A thread that starts with registers of its maker's choice. */
static void clone_nowhere(void *data)
{
    syscall(SYS_clone, 0x10f00 /* a thread */, data, NULL, NULL, NULL);
    struct timespec nap = { 0, 20000000 };
    nanosleep(&nap, NULL);
    _exit(0);
}

static void tls_nowhere(void *data)
{
    syscall(SYS_arch_prctl, 0x1001 /* SET_GS */, data);
    syscall(SYS_arch_prctl, 0x1002 /* SET_FS */, data);
    syscall(SYS_getpid);
    syscall(SYS_exit_group, 0);
}

void *const addresses[] = {
    (void *)0, (void *)8, (void *)0x7ffffffff000, (void *)0x7fffffffffff,
    (void *)0x800000000000, (void *)0x7fffffffffffffff,
    (void *)0x8000000000000000, (void *)0xffff800000000000,
    (void *)0xffff800000001000, (void *)0xffffffff80000000,
    (void *)0xfffffffffffff000, (void *)0xfffffffffffffff8,
};
const int address_count = sizeof addresses / sizeof *addresses;

static void calls(void)
{
    is(in_child(call_with_flags, NULL), 0);
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
    static const int some[] = { REG_RIP, REG_RSP, REG_EFL, REG_CSGSFS,
        REG_ERR, REG_TRAPNO, REG_CR2, REG_RAX, REG_RCX, REG_R11 };
    int which = some[stress_random(&random_state) % 10];
    context->gregs[which] = random_word();
}

static void spoil_floats(mcontext_t *context)
{
    unsigned char *area = (void *)context->fpregs;
    if (!area)
        return;
    for (int n = 1 + stress_random(&random_state) % 8; n--;) {
        /* The old part, what says how large it is, the XSAVE header. */
        size_t at = 0;
        switch (stress_random(&random_state) % 4) {
        case 0:
            at = stress_random(&random_state) % 416;
            break;
        case 1:
            at = 464 + stress_random(&random_state) % 48;
            break;
        case 2:
            at = 512 + stress_random(&random_state) % 64;
            break;
        case 3:
            at = 24 + stress_random(&random_state) % 8;
        }
        area[at] = random_word();
    }
}

const char *const spoil_names[] = { "registers", "FP state",
    "a pointer to FP state" };
const int context_words = sizeof(ucontext_t) / 16;

void spoil_context(mcontext_t *context, int which)
{
    if (which == 0)
        spoil_general(context);
    else if (which == 1)
        spoil_floats(context);
    else
        context->fpregs = (void *)random_word();
}

void return_from(void *stack)
{
    __asm__ volatile("mov %0, %%rsp; syscall; ud2"
                     :
                     : "r"(stack), "a"(SYS_rt_sigreturn)
                     : "rcx", "r11", "memory");
}

static void run(void)
{
    instructions();
    calls();
    frames();
    no_frames();
}
TEST_MAIN
