/* SPDX-License-Identifier: MIT */
/* meminfo and vmstat. */
#include "kernel/procfs_tree.h"
#include "mm/heap.h"
#include "mm/pages.h"
#include "mm/shrink.h"

static void line(struct text *text, const char *name, uint64_t bytes)
{
    size_t start = text->bytes;
    text_add_string(text, name);
    text_add_string(text, ":");
    text_pad(text, start, 16);
    text_print(text, "%8lu kB\n", bytes >> 10);
}

/* In the order of Linux 6.1; what cannot be here (swap, dirty pages, huge
 * pages) is truly 0. */
int show_meminfo(struct text *text, const struct proc_subject *subject)
{
    struct page_totals t;
    page_totals(&t);
    uint64_t stacks = (uint64_t)thread_count() * KERNEL_STACK_BYTES;
    line(text, "MemTotal", t.total * PAGE_BYTES);
    line(text, "MemFree", t.free * PAGE_BYTES);
    line(text, "MemAvailable", t.free * PAGE_BYTES);
    line(text, "Buffers", 0);
    line(text, "Cached", t.store * PAGE_BYTES);
    line(text, "SwapCached", 0);
    line(text, "Active", (t.anonymous + t.store) * PAGE_BYTES);
    line(text, "Inactive", 0);
    line(text, "Active(anon)", (t.anonymous + t.store) * PAGE_BYTES);
    line(text, "Inactive(anon)", 0);
    line(text, "Active(file)", 0);
    line(text, "Inactive(file)", 0);
    line(text, "Unevictable", 0);
    line(text, "Mlocked", 0);
    line(text, "SwapTotal", 0);
    line(text, "SwapFree", 0);
    line(text, "Dirty", 0);
    line(text, "Writeback", 0);
    line(text, "AnonPages", t.anonymous * PAGE_BYTES);
    line(text, "Mapped", 0);
    line(text, "Shmem", t.store * PAGE_BYTES);
    line(text, "KReclaimable", 0);
    line(text, "Slab", t.heap * PAGE_BYTES);
    line(text, "SReclaimable", 0);
    line(text, "SUnreclaim", t.heap * PAGE_BYTES);
    line(text, "KernelStack", stacks);
    line(text, "PageTables", t.tables * PAGE_BYTES);
    line(text, "SecPageTables", 0);
    line(text, "NFS_Unstable", 0);
    line(text, "Bounce", 0);
    line(text, "WritebackTmp", 0);
    line(text, "CommitLimit", t.total / 2 * PAGE_BYTES);
    line(text, "Committed_AS", memory_committed_bytes());
    return 0;
}

int show_vmstat(struct text *text, const struct proc_subject *subject)
{
    struct page_totals t;
    page_totals(&t);
    text_print(text, "nr_free_pages %lu\n", t.free);
    text_print(text, "nr_anon_pages %lu\n", t.anonymous);
    text_print(text, "nr_file_pages %lu\n", t.store);
    text_print(text, "nr_shmem %lu\n", t.store);
    text_print(text, "nr_slab_unreclaimable %lu\n", t.heap);
    text_print(text, "nr_page_table_pages %lu\n", t.tables);
    text_add_string(text, "nr_dirty 0\nnr_writeback 0\npswpin 0\npswpout 0\n");
    return 0;
}
