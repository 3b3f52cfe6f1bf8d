/* SPDX-License-Identifier: MIT */
/* Waking those who wait for a record of the log.
 *
 * Lines are logged under any lock, those of queues and threads as well, so that
 * nobody can be woken there: the CPU interrupts itself, and wakes when the
 * interrupt comes, which it does not while it holds one of these locks. */
#include "sched/log_news.h"

#include "arch/atomic.h"
#include "arch/smp.h"
#include "lib/log.h"

struct wait_queue log_news = WAIT_QUEUE_INIT(log_news);
static bool is_news; /* [atomic] since the last wake */

static void record_came(void)
{
    memory_barrier();
    if (wait_queue_is_empty(&log_news) || atomic_exchange(&is_news, true))
        return;
    smp_kick(cpu_id());
}

void log_news_tell(void)
{
    if (likely(!atomic_load(&is_news)) || !atomic_exchange(&is_news, false))
        return;
    wait_queue_wake_all(&log_news, READY_IN);
}

void log_news_init(void)
{
    log_set_news(record_came);
}
