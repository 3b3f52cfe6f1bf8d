/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_ACQUIRE NO_BARRIER */
/* Grace periods: what readers found is not freed while they look at it, be they
 * CPUs that run or one that sleeps and is interrupted. */
#define LATE_STORES
#define TRY_GRACE
#include "grace.h"

enum { ROUNDS = 3000 };

static struct object {
    struct grace grace;
    unsigned is_alive;
} *shared;

static void end(struct grace *grace)
{
    struct object *object = container_of(grace, struct object, grace);
    object->is_alive = false;
    free(object);
}

static struct object *replace(void)
{
    struct object *fresh = malloc(sizeof *fresh);
    fresh->is_alive = true;
    late_store_now();
    return __atomic_exchange_n(&shared, fresh, __ATOMIC_ACQ_REL);
}

static void read_one(void)
{
    grace_read();
    struct object *object = __atomic_load_n(&shared, __ATOMIC_ACQUIRE);
    for (unsigned i = 0; i < 3; i++) {
        must(object->is_alive);
        sched_yield();
    }
    grace_read_done();
}

static void change(unsigned round)
{
    struct object *old = replace();
    if (round % 16) {
        grace_call(&old->grace, end);
    } else {
        grace_wait();
        end(&old->grace);
    }
    grace_quiescent();
}

static void work(unsigned cpu)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (cpu == 3)
            change(i);
        if (cpu == 2) {
            grace_idle();
            cpu_relax();
        }
        read_one();
        if (cpu == 1)
            grace_quiescent();
    }
}

int main(void)
{
    replace();
    races_run_graceful(work);
    free(shared);
}
