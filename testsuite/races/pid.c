/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_ACQUIRE */
/* Numbers are found, and what bears them is read, while others come and go in
 * the same chains. */
#include "grace.h"
#include "lib/bitmap.c"
#include "lib/refcount.c"
#define count count_of_pids
#define lock  lock_of_pids
#include "sched/pid.c"
#undef count
#undef lock

enum { ROUNDS = 1500, NUMBERS = 3 };

void wait_queue_init(struct wait_queue *queue)
{
    list_init(&queue->waiters);
}

static void free_one(struct pid *pid)
{
    pid->number = 0;
    free(pid);
}

/* All in one chain. */
static int choose(void)
{
    return 7 + BUCKETS * races_random(NUMBERS);
}

static void come_and_go(void)
{
    struct pid *pid = malloc(sizeof *pid);
    if (pid_init(pid, choose())) {
        free(pid);
    } else {
        cpu_relax();
        pid_unuse(pid);
        pid_put(pid);
    }
}

static void look(void)
{
    int number = choose();
    struct pid *pid = pid_find_get(number);
    must(!pid || pid->number == number);
    pid_put(pid);
    pid = pid_next_get(number);
    must(!pid || pid->number >= number);
    pid_put(pid);
}

static void work(unsigned cpu)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (cpu == 2)
            come_and_go();
        for (unsigned j = 0; j < 30; j++)
            look();
        grace_quiescent();
    }
}

int main(void)
{
    pid_init_table();
    pid_set_free(free_one);
    pid_set_max(PID_MOST_MAX);
    races_run_graceful(work);
    must(!pid_count());
}
