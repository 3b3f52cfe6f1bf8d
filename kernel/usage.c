/* SPDX-License-Identifier: MIT */
/* What threads and processes have used.  A thread's sums move to its process
 * when it ends, under process_tree_lock, which also keeps the list of the
 * others still: nothing is counted twice or lost between. */
#include "kernel/process.h"
#include "mm/space.h"

void usage_add(struct usage *sum, const struct usage *more)
{
    sum->user_ns += more->user_ns;
    sum->system_ns += more->system_ns;
    sum->minor_faults += more->minor_faults;
    sum->major_faults += more->major_faults;
    sum->voluntary_switches += more->voluntary_switches;
    sum->involuntary_switches += more->involuntary_switches;
    sum->blocks_in += more->blocks_in;
    sum->blocks_out += more->blocks_out;
    sum->peak_resident_pages =
        max(sum->peak_resident_pages, more->peak_resident_pages);
}

static void sum_thread(struct thread *thread, struct usage *usage)
{
    uint64_t all_ns = thread_cpu_ns(thread);
    uint64_t user_ns = min(thread_user_ns(thread), all_ns);
    uint64_t preemptions = thread->sched.preemptions;
    *usage = (struct usage){
        .user_ns = user_ns,
        .system_ns = all_ns - user_ns,
        .minor_faults = thread->task.minor_faults,
        .major_faults = thread->task.major_faults,
        .voluntary_switches =
            thread->sched.switches - min(preemptions, thread->sched.switches),
        .involuntary_switches = preemptions,
    };
}

static void add_peak(struct thread *thread, struct usage *usage)
{
    struct space *space = thread_space(thread);
    if (!space)
        return;
    uint64_t pages = max(space->peak_resident, space_resident_pages(space));
    usage->peak_resident_pages = max(usage->peak_resident_pages, pages);
    space_put(space);
}

void thread_usage(struct thread *thread, struct usage *usage)
{
    sum_thread(thread, usage);
    add_peak(thread, usage);
}

void process_usage_locked(struct process *process, struct usage *usage)
    must_hold(process_tree_lock)
{
    struct thread *thread;
    *usage = process->usage;
    list_for_each(thread, &process->threads, task.process_link) {
        struct usage more;
        if (thread->task.is_finished)
            continue;
        sum_thread(thread, &more);
        usage_add(usage, &more);
    }
}

void process_usage(struct process *process, struct usage *usage)
{
    spin_lock(&process_tree_lock);
    process_usage_locked(process, usage);
    struct thread *leader =
        process->leader ? thread_get(process->leader) : NULL;
    spin_unlock(&process_tree_lock);
    if (!leader)
        return;
    add_peak(leader, usage);
    thread_put(leader);
}

void process_children_usage(struct process *process, struct usage *usage)
{
    spin_lock(&process_tree_lock);
    *usage = process->children_usage;
    spin_unlock(&process_tree_lock);
}
