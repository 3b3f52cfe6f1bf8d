/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_BARRIER */
/* Turns: what is done in one is plain, and nobody waits for ever. */
#define LATE_STORES
#include "sleep.h"
#include "kernel/turn.c"

enum { ROUNDS = 2000, CALLERS = 2, WAITS = 200000 };

static uint32_t turn;
static struct wait_queue queue;
static unsigned sum;
static unsigned turns[CALLERS]; /* [atomic] how many each has had */

static void one_turn(bool blocks)
{
    while (turn_take(&turn, &queue, blocks))
        cpu_relax();
    sum++;
    if (races_random(2))
        sched_yield();
    turn_end(&turn, &queue);
}

/* Nobody has another turn until the other one has had as many, so that a wake
 * that is lost is not made up for. */
static void work(unsigned cpu)
{
    for (unsigned i = 1; i <= ROUNDS; i++) {
        one_turn(i % 4);
        atomic_store(&turns[cpu], i);
        for (unsigned j = 0; atomic_load(&turns[!cpu]) < i; j++) {
            must(j < WAITS);
            cpu_relax();
        }
    }
}

int main(void)
{
    wait_queue_init(&queue);
    races_run(CALLERS, work);
    must(sum == CALLERS * ROUNDS);
}
