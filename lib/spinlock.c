/* SPDX-License-Identifier: MIT */
/* Spin locks.
 *
 * The debug build remembers, for each CPU, the locks it holds.  An interrupt
 * handler begins a list of its own: it may come while a plain lock of any rank
 * is held, and never takes that one. */
#include "lib/spinlock.h"

#include "arch/atomic.h"
#include "arch/cpu.h"
#include "arch/irq.h"
#include "lib/panic.h"

enum { BACK_OFF_MOST = 32 };

#ifdef CONFIG_DEBUG

enum { HELD_MOST = 16 };

struct held {
    unsigned count;
    struct {
        const void *lock;
        enum lock_rank rank;
    } locks[HELD_MOST];
};

static struct held held_by_cpu[CPU_MAX][2];

static struct held *held_here(void)
{
    return &held_by_cpu[cpu_id()][irq_is_inside()];
}

/* A second lock of one rank must lie higher: spin_lock_two sees to it.  Epolls
 * within epolls wake each other from the inside out, and never in a circle. */
void lock_rank_take(enum lock_rank rank, const void *lock)
{
    unsigned long irq_state = irq_save();
    struct held *held = held_here();
    for (unsigned i = 0; i < held->count && rank != RANK_NONE; i++) {
        if (held->locks[i].rank < rank)
            continue;
        if (held->locks[i].rank == rank &&
            (held->locks[i].lock < lock || rank == RANK_EPOLL_QUEUE))
            continue;
        panic("lock %p of rank %d taken under %p of rank %d", lock, rank,
            held->locks[i].lock, held->locks[i].rank);
    }
    assert(held->count < HELD_MOST);
    held->locks[held->count].lock = lock;
    held->locks[held->count++].rank = rank;
    irq_restore(irq_state);
}

void lock_rank_drop(enum lock_rank rank, const void *lock)
{
    unsigned long irq_state = irq_save();
    struct held *held = held_here();
    unsigned i = held->count;
    while (i && held->locks[i - 1].lock != lock)
        i--;
    if (!i)
        panic("lock %p of rank %d dropped but not held here", lock, rank);
    for (held->count--; i <= held->count; i++)
        held->locks[i - 1] = held->locks[i];
    irq_restore(irq_state);
}

unsigned lock_spins_held(void)
{
    unsigned long irq_state = irq_save();
    unsigned count = held_here()->count;
    irq_restore(irq_state);
    return count;
}

static void before_lock(struct spinlock *lock)
{
    if (panic_is_under_way())
        return;
    if (atomic_load(&lock->owner) == cpu_id() + 1)
        panic("lock %p of rank %d taken twice", (void *)lock, lock->rank);
    lock_rank_take(lock->rank, lock);
}

static void after_lock(struct spinlock *lock)
{
    atomic_store(&lock->owner, (uint16_t)(cpu_id() + 1));
}

static void before_unlock(struct spinlock *lock)
{
    if (panic_is_under_way())
        return;
    assert(spin_is_mine(lock));
    atomic_store(&lock->owner, (uint16_t)0);
    lock_rank_drop(lock->rank, lock);
}

#else

void lock_rank_take(enum lock_rank rank, const void *lock)
{
}

void lock_rank_drop(enum lock_rank rank, const void *lock)
{
}

unsigned lock_spins_held(void)
{
    return 0;
}

static inline void before_lock(struct spinlock *lock)
{
}

static inline void after_lock(struct spinlock *lock)
{
}

static inline void before_unlock(struct spinlock *lock)
{
}

#endif

void spin_init(struct spinlock *lock, enum lock_rank rank)
{
    *lock = (struct spinlock)SPINLOCK_INIT(rank);
}

static inline bool grab(struct spinlock *lock)
{
    return !__atomic_exchange_n(&lock->is_held, 1, __ATOMIC_SEQ_CST);
}

/* Reads until the lock looks free, ever longer apart, then tries again. */
static void spin(struct spinlock *lock)
{
    unsigned pauses = 1;
    do {
        while (atomic_load(&lock->is_held)) {
            for (unsigned i = 0; i < pauses; i++)
                cpu_relax();
            if (pauses < BACK_OFF_MOST)
                pauses *= 2;
        }
    } while (!grab(lock));
}

void spin_lock(struct spinlock *lock)
{
    before_lock(lock);
    if (unlikely(!grab(lock)))
        spin(lock);
    after_lock(lock);
}

bool spin_try_lock(struct spinlock *lock)
{
    if (atomic_load(&lock->is_held) || !grab(lock))
        return false;
#ifdef CONFIG_DEBUG
    lock_rank_take(RANK_NONE, lock); /* trying cannot deadlock */
#endif
    after_lock(lock);
    return true;
}

void spin_unlock(struct spinlock *lock)
{
    before_unlock(lock);
    atomic_store_release(&lock->is_held, 0); /* grab */
}

unsigned long spin_lock_irq(struct spinlock *lock)
{
    unsigned long irq_state = irq_save();
    spin_lock(lock);
    return irq_state;
}

void spin_unlock_irq(struct spinlock *lock, unsigned long irq_state)
{
    spin_unlock(lock);
    irq_restore(irq_state);
}

void spin_lock_two(struct spinlock *a, struct spinlock *b)
{
    spin_lock(a < b ? a : b);
    if (a != b)
        spin_lock(a < b ? b : a);
}

void spin_unlock_two(struct spinlock *a, struct spinlock *b)
{
    if (a != b)
        spin_unlock(a < b ? b : a);
    spin_unlock(a < b ? a : b);
}

bool spin_is_mine(const struct spinlock *lock)
{
#ifdef CONFIG_DEBUG
    return atomic_load(&lock->owner) == cpu_id() + 1;
#else
    return true;
#endif
}
