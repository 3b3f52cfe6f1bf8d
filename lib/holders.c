/* SPDX-License-Identifier: MIT */
/* Balances of references, in a table of fixed size: an object's rows are all in
 * the one bucket that its address chooses. */
#include "lib/holders.h"

#ifdef CONFIG_KASAN

#include "arch/atomic.h"
#include "arch/irq.h"
#include "lib/spinlock.h"

enum { BUCKETS = 1024, ROWS = 16 };

static struct row {
    const struct refcount *refs; /* NULL: free */
    uint32_t call;               /* see callers_call */
    int32_t balance;
    callers taker, putter; /* the last ones */
} rows[BUCKETS][ROWS];

static struct spinlock locks[BUCKETS] = {
    [0 ... BUCKETS - 1] = SPINLOCK_INIT(RANK_HOLDERS),
};
static bool is_on;
static unsigned lost;

static unsigned bucket_of(const struct refcount *refs)
{
    return (uint32_t)((uintptr_t)refs >> 3) * 2654435761u >> 22;
}

static struct row *row_of(
    struct row *bucket, const struct refcount *refs, uint32_t call)
{
    struct row *row = NULL;
    for (unsigned i = 0; i < ROWS; i++) {
        if (bucket[i].refs == refs && bucket[i].call == call)
            return &bucket[i];
        if (!bucket[i].refs)
            row = &bucket[i];
    }
    if (row)
        *row = (struct row){ .refs = refs, .call = call };
    return row;
}

static void change_balance(struct row *row, int change, callers who)
{
    row->balance += change;
    if (change > 0)
        row->taker = who;
    else
        row->putter = who;
    if (!row->balance)
        row->refs = NULL;
}

void holders_note(const struct refcount *refs, int change)
{
    if (!atomic_load(&is_on))
        return;
    callers who = callers_note();
    uint32_t call = callers_call(who);
    unsigned bucket = bucket_of(refs);
    unsigned long state = irq_save();
    spin_lock(&locks[bucket]);
    struct row *row = row_of(rows[bucket], refs, call);
    if (row)
        change_balance(row, change, who);
    else
        atomic_add(&lost, 1);
    spin_unlock(&locks[bucket]);
    irq_restore(state);
}

static void empty(unsigned bucket, const struct refcount *refs)
{
    unsigned long state = irq_save();
    spin_lock(&locks[bucket]);
    for (struct row *row = rows[bucket]; row < rows[bucket] + ROWS; row++)
        if (!refs || row->refs == refs)
            row->refs = NULL;
    spin_unlock(&locks[bucket]);
    irq_restore(state);
}

void holders_forget(const struct refcount *refs)
{
    if (atomic_load(&is_on))
        empty(bucket_of(refs), refs);
}

void holders_begin(void)
{
    for (unsigned i = 0; i < BUCKETS; i++)
        empty(i, NULL);
    atomic_store(&lost, 0);
    atomic_store(&is_on, true);
}

/* Read while others change it: an account, no more. */
unsigned holders_visit(holders_visit_fn *visit, void *data)
{
    for (unsigned i = 0; i < BUCKETS * ROWS; i++) {
        const struct row row = rows[i / ROWS][i % ROWS];
        if (row.refs)
            visit(data, row.refs, row.balance > 0 ? row.taker : row.putter,
                row.balance);
    }
    return atomic_load(&lost);
}

#endif
