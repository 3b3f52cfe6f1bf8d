/* SPDX-License-Identifier: MIT */
/* Numbers: given in order, found, given back, used up. */
#include <string.h>

#include "unit.h"
#include "hosted/locks.h"
#include "lib/bitmap.c"
#include "lib/refcount.c"
#include "sched/pid.c"

static struct grace *waiting; /* for the end of a grace period */

void grace_read(void)
{
}

void grace_read_done(void)
{
}

void grace_call(struct grace *grace, void (*run)(struct grace *grace))
{
    grace->run = run;
    grace->next = waiting;
    waiting = grace;
}

static void end_grace(void)
{
    while (waiting) {
        struct grace *grace = waiting;
        waiting = grace->next;
        grace->run(grace);
    }
}

void wait_queue_init(struct wait_queue *queue)
{
    list_init(&queue->waiters);
}

static unsigned freed;

static void free_one(struct pid *pid)
{
    free(pid);
    freed++;
}

static struct pid *make(int wanted, int *result)
{
    struct pid *pid = malloc(sizeof *pid);
    *result = pid_init(pid, wanted);
    if (!*result)
        return pid;
    free(pid);
    return NULL;
}

static void drop(struct pid *pid)
{
    pid_unuse(pid);
    pid_put(pid);
}

static void check_one(void)
{
    int result;
    struct pid *first = make(0, &result), *second = make(0, &result);
    ok(first->number == 1 && second->number == 2);
    ok(pid_find(1) == first && pid_find(2) == second && !pid_find(3));
    ok(!make(2, &result) && result == -EEXIST);
    ok(!make(-1, &result) && result == -EINVAL);
    ok(!make(pid_max(), &result) && result == -EINVAL);
    struct pid *chosen = make(2050, &result); /* the same bucket as 2 */
    ok(chosen && pid_find(2050) == chosen && pid_find(2) == second);
    struct pid *next = pid_next_get(3);
    ok(next == chosen);
    pid_put(next);
    ok(pid_count() == 3);

    pid_use(second);
    pid_unuse(second);
    ok(pid_find(2) == second);
    pid_get(second);
    drop(second);
    ok(!pid_find(2));
    struct pid *again = make(2, &result);
    ok(again && pid_find_get(2) == again);
    pid_put(again);
    pid_put(second);
    drop(first);
    drop(chosen);
    drop(again);
    ok(freed == 0);
    end_grace();
    ok(freed == 4 && pid_count() == 0);
    ok(!pid_next_get(0));
}

/* The next number is a fresh one although lower ones are free. */
static void check_all(void)
{
    static struct pid *pids[PID_DEFAULT_MAX];
    int result = 0, count = 0;
    ok(pid_set_max(300) == -EINVAL && !pid_set_max(1000));
    while ((pids[count] = make(0, &result)))
        count++;
    ok(result == -EAGAIN);
    ok(pids[0]->number == 3);
    ok(pids[996]->number == 999 && pids[997] == NULL);
    ok(count == 997); /* those below 300 are not taken again */
    drop(pids[500]);
    end_grace();
    pids[500] = make(0, &result);
    ok(pids[500]->number == 503);
    for (int i = 0; i < count; i++)
        drop(pids[i]);
    end_grace();
    ok(pid_count() == 0);
    struct pid *wrapped = make(0, &result);
    ok(wrapped->number == 504);
    drop(wrapped);
    end_grace();
}

static void run(void)
{
    pid_init_table();
    pid_set_free(free_one);
    check_one();
    check_all();
    ok(!hosted_irq_off);
}

UNIT_MAIN
