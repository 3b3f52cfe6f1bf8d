/* SPDX-License-Identifier: MIT */
/* Which allocations fail: of the thread that wrote N to /proc/tenon-fail, the
 * N-th one of its next system call; and by failslab=N on the command line every
 * N-th one of all programs but init.  What is read from the file is how far the
 * last such call was from the failure: 0 if it came. */
#include "kernel/debug.h"

#include "arch/atomic.h"
#include "arch/irq.h"
#include "kernel/process.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/fail.h"

enum { MOST = 1000000 };

static unsigned interval; /* 0: off */
static unsigned asked;    /* [atomic] */

static bool must_fail(void)
{
    if (irq_is_inside() || !current || !current->process)
        return false;
    if (current->fail.left)
        return !--current->fail.left;
    return interval && process_number(current->process) != 1 &&
        atomic_add(&asked, 1) % interval == interval - 1;
}

void debug_call_begins(void)
{
    current->fail.left = current->fail.wanted;
}

void debug_call_ends(void)
{
    if (!current->fail.wanted)
        return;
    if (current->fail.is_fresh) { /* the call that wrote the number */
        current->fail.is_fresh = false;
        return;
    }
    current->fail.rest = current->fail.left;
    current->fail.wanted = current->fail.left = 0;
}

int show_fail(struct text *text, const struct proc_subject *subject)
{
    text_print(text, "%u\n", current->fail.rest);
    return 0;
}

int store_fail(const char *value, const struct proc_subject *subject)
{
    int64_t wanted;
    int error = proc_parse(value, 0, MOST, &wanted);
    if (error)
        return error;
    current->fail.wanted = wanted;
    current->fail.is_fresh = true;
    return 0;
}

bool debug_option(const char *name, const char *value)
{
    uint64_t number;
    if (strcmp(name, "failslab") || !value ||
        !string_to_number(value, &number) || number > MOST)
        return false;
    interval = number;
    return true;
}

void debug_init(void)
{
    fail_set_chooser(must_fail);
}
