/* SPDX-License-Identifier: MIT */
/* The three calls that programs older than the vDSO make by jumping to fixed
 * addresses at the top of memory.  Nothing is mapped there: the fault that the
 * jump causes is the call (Linux's vsyscall=xonly, its default). */
#include "abi/linux/vsyscall.h"

#include "abi/linux/arguments.h"
#include "lib/log.h"
#include "lib/string.h"

#define VSYSCALL_START 0xffffffffff600000UL
enum { VSYSCALL_STRIDE = 1024 };

static bool is_off;

void vsyscall_option(const char *value)
{
    is_off = !strcmp(value, "none");
    if (!is_off && strcmp(value, "xonly"))
        log_warning("vsyscall=%s is neither xonly nor none: xonly it is",
            value);
}

const char *vsyscall_map(void)
{
    return is_off ? ""
                  : "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0"
                    "                  [vsyscall]\n";
}

static long gettimeofday(const struct frame *frame)
{
    return sys_gettimeofday(
        (void __user *)frame->rdi, (void __user *)frame->rsi);
}

static long time(const struct frame *frame)
{
    return sys_time((void __user *)frame->rdi);
}

static long getcpu(const struct frame *frame)
{
    return sys_getcpu(
        (void __user *)frame->rdi, (void __user *)frame->rsi, NULL);
}

static long (*const calls[])(const struct frame *) = {
    gettimeofday, time, getcpu
};

bool vsyscall(struct frame *frame, const struct fault *fault)
{
    uintptr_t offset = fault->address - VSYSCALL_START;
    uint64_t back;
    if (is_off || fault->kind != FAULT_EXECUTE || frame->rip != fault->address
        || offset % VSYSCALL_STRIDE
        || offset / VSYSCALL_STRIDE >= array_size(calls))
        return false;
    if (user_read(&back, (void __user *)frame->rsp, sizeof back))
        return false;
    long result = calls[offset / VSYSCALL_STRIDE](frame);
    if (result == -EFAULT)
        return false; /* there is no errno to say it with */
    frame->rax = result;
    frame->rip = back;
    frame->rsp += sizeof back;
    return true;
}
