/* SPDX-License-Identifier: MIT */
/* How many files are open.
 *
 * The hard part is that each open and each close counts, on all CPUs at once.
 * So each CPU has a part of the sum to itself, and moves it to the common one
 * when it is large.  That one is far enough off by what the parts may hold, so
 * only near the limit are they looked at. */
#include "vfs/file_count.h"

#include "arch/atomic.h"
#include "arch/cpu.h"
#include "arch/smp.h"
#include "lib/errno.h"
#include "lib/types.h"
#include "mm/pages.h"

enum { PART_MOST = 32, FILES_LEAST = 8192 };

static struct part {
    long open; /* [atomic] written by its CPU alone; may be below zero */
} aligned_to(64) parts[CPU_MAX];
static long common; /* [atomic] all but the parts */

static uint64_t files_most = UINT64_MAX; /* [atomic] not said yet */

static void count(long change)
{
    struct part *part = &parts[cpu_id()];
    long open = part->open + change;
    if (open >= PART_MOST || open <= -PART_MOST) {
        atomic_add(&common, open);
        open = 0;
    }
    atomic_store(&part->open, open);
}

uint64_t file_count(void)
{
    long sum = atomic_load(&common);
    for (unsigned cpu = 0; cpu < cpu_count(); cpu++)
        sum += atomic_load(&parts[cpu].open);
    return max(sum, 0l);
}

/* As Linux: a tenth of the memory, if a file with all it has takes 1 KiB. */
uint64_t file_count_most(void)
{
    struct page_totals totals;
    if (atomic_load(&files_most) == UINT64_MAX) {
        page_totals(&totals);
        atomic_replace(&files_most, UINT64_MAX,
            max(totals.total * (PAGE_BYTES / 1024) / 10,
                (uint64_t)FILES_LEAST));
    }
    return atomic_load(&files_most);
}

void file_count_set_most(uint64_t most)
{
    atomic_store(&files_most, most);
}

int file_count_check(const struct credentials *who)
{
    if (credentials_can(who, CAPABLE_SYS_ADMIN))
        return 0;
    uint64_t roughly = max(atomic_load(&common), 0l);
    uint64_t most = file_count_most();
    if (roughly + (uint64_t)cpu_count() * PART_MOST < most)
        return 0;
    return file_count() < most ? 0 : -ENFILE;
}

int file_count_take(const struct credentials *who)
{
    int error = file_count_check(who);
    if (!error)
        count(1);
    return error;
}

void file_count_give(void)
{
    count(-1);
}
