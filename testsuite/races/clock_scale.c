/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_BARRIER */
/* The clock's numbers change together: at one count it is always one time,
 * whatever the rate. */
#define LATE_STORES
#include "races.h"
#include "arch/clock_scale.h"

enum { ROUNDS = 5000, COUNT = 1000, TIME = 1000000 };

static struct clock_scale scale = { .base_ns = TIME, .base_count = COUNT };

static uint64_t count(void)
{
    return COUNT;
}

static void change(void)
{
    uint64_t rate = races_random(100), before = races_random(COUNT);
    struct clock_scale wanted = { .base_count = COUNT - before,
        .base_ns = TIME - before * rate, .ns_per_count = rate << 32 };
    clock_scale_step(&scale);
    clock_scale_set(&scale, &wanted);
    clock_scale_step(&scale);
}

static bool is_over; /* [atomic] */

static void work(unsigned cpu)
{
    for (unsigned i = 0; !cpu && i < ROUNDS; i++)
        change();
    if (!cpu)
        __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED))
        must(clock_scale_ns(&scale, count) == TIME);
}

int main(void)
{
    races_run(3, work);
}
