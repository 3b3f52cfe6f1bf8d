/* SPDX-License-Identifier: MIT */
/* rseq: an area of each thread's that says which CPU it is on, and stretches of
 * code that begin again elsewhere when the thread was interrupted in them.
 *
 * Whoever was switched away, moved, or is to run a handler comes by here before
 * it runs user code again: WORK_RESUMED. */
#include <linux/rseq.h>

#include "abi/linux/arguments.h"
#include "abi/linux/rseq.h"
#include "arch/atomic.h"
#include "arch/smp.h"
#include "arch/trap.h"
#include "kernel/signal.h"
#include "kernel/thread.h"

static struct rseq __user *own_area(void)
{
    return (struct rseq __user *)current->task.rseq;
}

static bool is_user_address(uint64_t address)
{
    return address < USER_END;
}

/* The stretch that the thread says it is in; *section zero: none. */
static int read_section(struct rseq_cs *section)
{
    uint64_t at;
    uint32_t signature;
    if (user_read(&at, &own_area()->rseq_cs, sizeof at))
        return -EFAULT;
    *section = (struct rseq_cs){ 0 };
    if (!at)
        return 0;
    if (!is_user_address(at))
        return -EINVAL;
    if (user_read(section, (const void __user *)at, sizeof *section))
        return -EFAULT;
    uint64_t start = section->start_ip, bytes = section->post_commit_offset;
    if (section->version || start + bytes < start ||
        !is_user_address(start) || !is_user_address(start + bytes) ||
        !is_user_address(section->abort_ip) ||
        section->abort_ip - start < bytes)
        return -EINVAL;
    /* So that nobody is sent to code that was not meant for it. */
    if (user_read(&signature,
            (const void __user *)(section->abort_ip - sizeof signature),
            sizeof signature))
        return -EFAULT;
    return signature == current->task.rseq_signature ? 0 : -EINVAL;
}

static int leave_section(struct frame *frame)
{
    const uint64_t none = 0;
    struct rseq_cs section;
    uint32_t flags;
    int error = read_section(&section);
    if (error)
        return error;
    uint64_t inside = frame_ip(frame) - section.start_ip;
    bool is_in = inside < section.post_commit_offset;
    if (is_in && user_read(&flags, &own_area()->flags, sizeof flags))
        return -EFAULT;
    if (is_in && (section.flags || flags))
        return -EINVAL; /* wishes not to be sent back: no more granted */
    if (user_write(&own_area()->rseq_cs, &none, sizeof none))
        return -EFAULT;
    if (is_in)
        frame_set_ip(frame, section.abort_ip);
    return 0;
}

static int tell_cpu(uint32_t start, uint32_t cpu)
{
    const uint32_t both[] = { start, cpu };
    return user_write(&own_area()->cpu_id_start, both, sizeof both);
}

void rseq_resumed(struct frame *frame)
{
    if (!current->task.rseq)
        return;
    const unsigned cpu = cpu_id();
    if (!leave_section(frame) && !tell_cpu(cpu, cpu))
        return;
    struct signal_info info;
    signal_info_kernel(&info, SIGSEGV);
    signal_force(&info);
}

static long unregister(uintptr_t area, unsigned bytes, uint32_t signature)
{
    if (!current->task.rseq || current->task.rseq != area ||
        bytes != sizeof(struct rseq))
        return -EINVAL;
    if (current->task.rseq_signature != signature)
        return -EPERM;
    if (tell_cpu(0, RSEQ_CPU_ID_UNINITIALIZED))
        return -EFAULT;
    thread_set_rseq(0, 0);
    return 0;
}

long sys_rseq(
    void __user *at, unsigned bytes, int flags, unsigned signature)
{
    uintptr_t area = (uintptr_t)at;
    if (flags == RSEQ_FLAG_UNREGISTER)
        return unregister(area, bytes, signature);
    if (flags)
        return -EINVAL;
    if (current->task.rseq) {
        if (current->task.rseq != area || bytes != sizeof(struct rseq))
            return -EINVAL;
        return current->task.rseq_signature == signature ? -EBUSY : -EPERM;
    }
    if (area % __alignof__(struct rseq) || bytes != sizeof(struct rseq))
        return -EINVAL;
    if (!user_range_is_ok(at, bytes))
        return -EFAULT;
    thread_set_rseq(area, signature);
    return 0;
}
