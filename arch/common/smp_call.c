/* SPDX-License-Identifier: MIT */
/* Calling other CPUs.
 *
 * A call waits with interrupts on, so two CPUs that call each other serve each
 * other.  Kernel code is not preempted: a CPU has one request at a time; whom
 * it is for is told by a bit.  The request is written before the bit is set,
 * and read after the bit was taken: both are atomics that order fully. */
#include "arch/common/smp_call.h"
#include "arch/atomic.h"
#include "arch/irq.h"
#include "arch/smp.h"
#include "lib/panic.h"

struct request { /* by who makes it */
    void (*call)(void *data);
    void *data;
    cpu_mask remaining; /* [atomic] who has not answered */
    cpu_mask from;      /* [atomic] whose request waits for this CPU */
} aligned_to(64);

static struct request requests[CPU_MAX];
static void (*kick_handler)(void);

void smp_call_interrupt(void)
{
    unsigned self = cpu_id();
    cpu_mask from = atomic_exchange(&requests[self].from, 0);
    for (unsigned i = 0; from; i++, from >>= 1) {
        if (!(from & 1))
            continue;
        struct request *request = &requests[i];
        request->call(request->data);
        atomic_and(&request->remaining, ~((cpu_mask)1 << self));
    }
}

void smp_call(cpu_mask mask, void (*call)(void *data), void *data)
{
    struct request *request = &requests[cpu_id()];
    cpu_mask self = (cpu_mask)1 << cpu_id();
    mask &= ((uint64_t)1 << cpu_count()) - 1;
    mask &= ~self;
    if (!mask)
        return;
    assert(irq_is_on());
    request->call = call;
    request->data = data;
    /* Before the bits below, which order fully; each called takes itself out. */
    atomic_store_release(&request->remaining, mask);
    for (unsigned i = 0; i < cpu_count(); i++) {
        if (!(mask >> i & 1))
            continue;
        /* If others wait there already, an interrupt is under way. */
        if (!atomic_or(&requests[i].from, self))
            smp_send_call(i);
    }
    while (atomic_load_acquire(&request->remaining))
        cpu_relax();
}

void smp_set_kick_handler(void (*kicked)(void))
{
    kick_handler = kicked;
}

void smp_kick_interrupt(void)
{
    if (kick_handler)
        kick_handler();
}
