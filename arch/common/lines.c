/* SPDX-License-Identifier: MIT */
/* Device lines: who handles which, and what is known of the interrupt that is
 * under way. */
#include "arch/common/lines.h"
#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/spinlock.h"
#include "machine/cpu_local.h"

enum { LINES_KNOWN = 320 };

struct line {
    irq_handler_fn handler; /* set last: an interrupt may be under way */
    void *data;
};

static struct line lines[LINES_KNOWN];
static struct spinlock lock = SPINLOCK_INIT(RANK_LEAF);

int irq_register(unsigned number, enum irq_trigger trigger,
    irq_handler_fn handler, void *data)
{
    if (number >= LINES_KNOWN)
        return -EINVAL;
    unsigned long irq_state = spin_lock_irq(&lock);
    struct line *line = &lines[number];
    int error = line->handler ? -EBUSY : 0;
    if (!error) {
        line->data = data; /* before the handler: line_interrupt */
        atomic_store_release(&line->handler, handler);
        error = line_route(number, trigger);
        if (error)
            atomic_store(&line->handler, (irq_handler_fn)NULL);
    }
    spin_unlock_irq(&lock, irq_state);
    return error;
}

void line_interrupt(unsigned number)
{
    if (number >= LINES_KNOWN)
        return;
    irq_handler_fn handler = atomic_load_acquire(&lines[number].handler);
    if (handler)
        handler(lines[number].data);
}

bool irq_is_inside(void)
{
    return cpu_local()->irq_depth;
}

bool irq_came_from_user(void)
{
    return cpu_local()->irq_is_from_user;
}

uint64_t irq_count(void)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < CPU_MAX; i++)
        sum += cpu_locals[i].irq_count;
    return sum;
}
