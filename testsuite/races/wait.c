/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_BARRIER */
/* Wakes that pass an empty queue by: the condition is a word without a lock, and
 * of the waiter and the waker one sees the other. */
#define LATE_STORES
#include "sleep.h"

enum { ROUNDS = 3000 };

static struct wait_queue queues[2];
static unsigned turns[2]; /* [atomic] how often each was called */

/* Two that call each other. */
static void work(unsigned cpu)
{
    for (unsigned i = 1; i <= ROUNDS; i++) {
        atomic_store(&turns[!cpu], i);
        wait_queue_wake_all(&queues[!cpu], READY_READ);
        (void)wait_until(&queues[cpu], SLEEP_BOUNDED, FOREVER,
            atomic_load(&turns[cpu]) >= i);
    }
}

int main(void)
{
    wait_queue_init(&queues[0]);
    wait_queue_init(&queues[1]);
    races_run(2, work);
}
