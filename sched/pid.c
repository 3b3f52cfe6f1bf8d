/* SPDX-License-Identifier: MIT */
/* Numbers: a bitmap of those in use, and a hash to find who bears one.
 *
 * Lookups take no lock.  An entry that leaves its chain keeps its own `next`
 * until a grace period has passed, so that a reader who stands on it still
 * comes to the end of the chain. */
#include "sched/pid.h"

#include "lib/errno.h"
#include "sched/run_queue.h"

enum {
    BUCKETS = 2048,       /* numbers come in sequence: they spread by themselves */
    FIRST_AFTER_WRAP = 300, /* those below are left to early daemons */
};

static struct spinlock lock = SPINLOCK_INIT(RANK_PID);

/* Changed under lock; the buckets are read in grace sections, too. */
static unsigned long in_use[bitmap_longs(PID_MOST_MAX + 1)];
static struct list buckets[BUCKETS];
static int most = PID_DEFAULT_MAX, last;
static unsigned count;

static void (*free_pid)(struct pid *pid);

void pid_set_free(void (*function)(struct pid *pid))
{
    free_pid = function;
}

void pid_init_table(void)
{
    for (unsigned i = 0; i < BUCKETS; i++)
        list_init(&buckets[i]);
}

static struct list *bucket_of(int number)
{
    return &buckets[(unsigned)number % BUCKETS];
}

/* Numbers are 1 .. most - 1, as in Linux. */
static int free_number(void)
{
    size_t end = most;
    size_t number = bitmap_find_clear(in_use, end, last + 1);
    if (number == end)
        number = bitmap_find_clear(in_use, end, FIRST_AFTER_WRAP);
    return number == end ? -EAGAIN : (int)number;
}

static int claim(int wanted)
{
    if (wanted < 0 || wanted >= most)
        return -EINVAL;
    if (wanted)
        return bitmap_has(in_use, wanted) ? -EEXIST : wanted;
    int number = free_number();
    if (number > 0)
        last = number;
    return number;
}

/* The new entry is whole before a reader can come to it. */
static void link_in(struct pid *pid)
{
    struct list *head = bucket_of(pid->number), *first = head->next;
    pid->hash_link = (struct list){ .next = first, .prev = head };
    first->prev = &pid->hash_link;
    atomic_store_release(&head->next, &pid->hash_link);
}

/* pid_find reads the links that these two write. */
static void link_out(struct pid *pid)
{
    struct list *link = &pid->hash_link;
    link->next->prev = link->prev;
    atomic_store_release(&link->prev->next, link->next);
}

int pid_init(struct pid *pid, int wanted)
{
    refcount_init(&pid->refs);
    pid->thread = NULL;
    pid->process = NULL;
    pid->uses = 1;
    for (unsigned role = 0; role < PID_ROLES; role++)
        list_init(&pid->members[role]);
    wait_queue_init(&pid->exit_queue);

    unsigned long irq_state = spin_lock_irq(&lock);
    int number = claim(wanted);
    if (number > 0) {
        pid->number = number;
        bitmap_add(in_use, number);
        count++;
        link_in(pid);
    }
    spin_unlock_irq(&lock, irq_state);
    return number > 0 ? 0 : number;
}

static void give_back(struct pid *pid)
{
    unsigned long irq_state = spin_lock_irq(&lock);
    link_out(pid);
    bitmap_remove(in_use, pid->number);
    count--;
    spin_unlock_irq(&lock, irq_state);
}

void pid_use(struct pid *pid)
{
    pid->uses++;
}

void pid_unuse(struct pid *pid)
{
    assert(pid->uses);
    if (!--pid->uses)
        give_back(pid);
}

struct pid *pid_get(struct pid *pid)
{
    refcount_get(&pid->refs);
    return pid;
}

static void free_after_grace(struct grace *grace)
{
    free_pid(container_of(grace, struct pid, grace));
}

/* Who still uses the number has a reference; but one that was made and never
 * given to anybody may be put as it is. */
void pid_put(struct pid *pid)
{
    if (!pid || !refcount_put(&pid->refs))
        return;
    if (pid->uses)
        give_back(pid);
    grace_call(&pid->grace, free_after_grace);
}

struct pid *pid_find(int number)
{
    struct list *head = bucket_of(number);
    struct list *link = atomic_load_acquire(&head->next);
    for (; link != head; link = atomic_load_acquire(&link->next)) {
        struct pid *pid = list_entry(link, struct pid, hash_link);
        if (pid->number == number)
            return pid;
    }
    return NULL;
}

struct pid *pid_find_get(int number)
{
    grace_read();
    struct pid *pid = pid_find(number);
    if (pid && !refcount_get_unless_zero(&pid->refs))
        pid = NULL;
    grace_read_done();
    return pid;
}

/* The bits are a hint, which is looked at without the lock. */
struct pid *pid_next_get(int from)
{
    size_t number = max(from, 1);
    for (;; number++) {
        number = bitmap_find_set(in_use, PID_MOST_MAX, number);
        if (number >= PID_MOST_MAX)
            return NULL;
        struct pid *pid = pid_find_get(number);
        if (pid)
            return pid;
    }
}

int pid_max(void)
{
    return atomic_load(&most);
}

int pid_set_max(int wanted)
{
    if (wanted < PID_LEAST_MAX || wanted > PID_MOST_MAX)
        return -EINVAL;
    atomic_store(&most, wanted);
    return 0;
}

int pid_last(void)
{
    return atomic_load(&last);
}

unsigned pid_count(void)
{
    return atomic_load(&count);
}
