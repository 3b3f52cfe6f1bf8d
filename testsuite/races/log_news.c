/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_BARRIER */
/* Who waits for a record of the log is told of it, though the one who writes it
 * may wake nobody, and passes by if nobody seems to wait. */
#define LATE_STORES
#include "sleep.h"
#include "sched/log_news.c"

enum { ROUNDS = 4000 };

static void (*news)(void);
static unsigned records[2]; /* [atomic] */
static bool is_kicked[CPUS]; /* its own CPU's */

void log_set_news(void (*tell)(void))
{
    news = tell;
}

void smp_kick(unsigned cpu)
{
    must(cpu == cpu_id());
    is_kicked[cpu] = true;
}

static void write_record(unsigned place, unsigned round)
{
    atomic_store(&records[place], round);
    news();
    atomic_pause();
    if (is_kicked[cpu_id()]) {
        is_kicked[cpu_id()] = false;
        log_news_tell();
    }
}

/* Two that answer each other in turns. */
static void work(unsigned cpu)
{
    for (unsigned round = 1; round <= ROUNDS; round++) {
        if (cpu)
            write_record(0, round);
        (void)wait_until(&log_news, SLEEP_BOUNDED, FOREVER,
            atomic_load(&records[cpu]) >= round);
        if (!cpu)
            write_record(1, round);
    }
}

int main(void)
{
    log_news_init();
    races_run(2, work);
}
