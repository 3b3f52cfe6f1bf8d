/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_ACQUIRE */
/* A thread takes handlers of its own while signals are sent to it: who waits for
 * the lock of those it had looks again, and their memory stays until then. */
#include "grace.h"
#include "lib/refcount.c"
#include "kernel/signal.c"

enum { ROUNDS = 1500 };

static struct thread receiver;
static bool is_over; /* [atomic] */

static void work(unsigned cpu)
{
    hosted_thread = &receiver;
    for (unsigned i = 0; cpu == 1 && i < ROUNDS; i++) {
        atomic_store(&receiver.handlers->users, 2u);
        must(!handlers_unshare());
        grace_quiescent();
        cpu_relax();
    }
    if (cpu == 1)
        __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
        unsigned long irq_state;
        must(handlers_try_lock(&receiver, &irq_state));
        receiver.signals.pending_set++; /* whichever handlers guard it now */
        must(receiver.handlers->actions[0].mask == 4711);
        handlers_unlock(&receiver, irq_state);
        grace_quiescent();
    }
}

int main(void)
{
    receiver.handlers = handlers_new();
    receiver.handlers->actions[0].mask = 4711;
    races_run_graceful(work);
}

/* ------------------------------------------------------- what is not tried */

void *heap_alloc_zeroed(size_t bytes)
{
    return calloc(1, bytes);
}

void heap_free(void *block)
{
    free(block);
}

void wait_queue_init(struct wait_queue *queue) { }
void wait_queue_wake_all(struct wait_queue *queue, unsigned events) { }
void queued_set_place(struct queued_signal *queued, enum queued_place at) { }
void credentials_put(const struct credentials *who) { }
void user_uncount(uint32_t uid, enum user_count what) { }

int user_count(uint32_t uid, enum user_count what, uint64_t limit)
{
    return 0;
}

uint64_t process_limit(struct process *process, enum limit_kind kind)
{
    return 0;
}

const struct credentials *thread_credentials(struct thread *thread)
{
    return NULL;
}
