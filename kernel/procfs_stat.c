/* SPDX-License-Identifier: MIT */
/* /proc/PID/stat and statm: the lines that ps and top take apart. */
#include "arch/atomic.h"
#include "kernel/exit.h"
#include "kernel/procfs_tree.h"
#include "kernel/terminal.h"
#include "lib/errno.h"
#include "mm/space.h"

/* What stat says of where a process stands, gathered under the tree's lock. */
struct standing {
    int parent, group, session, threads, terminal_group, exit_signal;
    uint64_t terminal;
    uint64_t start_ns;
};

static void stand(struct thread *thread, struct standing *s)
{
    struct process *process = thread->process;
    spin_lock(&process_tree_lock);
    s->parent = process_number(process->parent);
    s->group = process->group ? process->group->number : 0;
    s->session = process->session ? process->session->number : 0;
    s->threads = process->thread_count;
    s->exit_signal = process->exit_signal;
    s->start_ns = process->start_ns;
    struct terminal *terminal =
        process->terminal ? terminal_get(process->terminal) : NULL;
    spin_unlock(&process_tree_lock);
    s->terminal = 0;
    s->terminal_group = -1;
    if (!terminal)
        return;
    s->terminal = terminal_device(terminal);
    s->terminal_group = terminal_foreground(terminal);
    terminal_put(terminal);
}

/* As the kernel packs a device number in 32 bits. */
static int packed_device(uint64_t device)
{
    unsigned major = device >> 32, minor = device;
    return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

static void add_times(struct text *text, const struct proc_subject *subject,
    struct thread *thread)
{
    struct usage own = { 0 }, children = { 0 };
    if (subject->is_thread) {
        thread_usage(thread, &own);
    } else {
        process_usage(thread->process, &own);
        process_children_usage(thread->process, &children);
    }
    text_print(text, " %lu %lu %lu %lu", own.minor_faults,
        children.minor_faults, own.major_faults, children.major_faults);
    text_print(text, " %lu %lu %ld %ld", proc_ticks(own.user_ns),
        proc_ticks(own.system_ns), (long)proc_ticks(children.user_ns),
        (long)proc_ticks(children.system_ns));
}

static bool is_real_time(const struct thread *thread)
{
    return thread->sched.policy == POLICY_FIFO ||
        thread->sched.policy == POLICY_ROUND;
}

static void add_schedule(
    struct text *text, struct thread *thread, const struct standing *s)
{
    int nice = thread->sched.nice;
    int priority = thread->sched.urgency ? -1 - thread->sched.urgency
                                         : 20 + nice;
    text_print(text, " %d %d %d 0 %lu", priority, nice, s->threads,
        proc_ticks(thread->task.start_ns ? thread->task.start_ns
                                         : s->start_ns));
}

/* Addresses are for those alone who may look into it; others get a 1. */
static void add_space(struct text *text, struct thread *thread,
    struct space *space, bool may)
{
    uint64_t limit = process_limit(thread->process, LIMIT_RESIDENT);
    if (!space) {
        text_print(text, " 0 0 %lu 0 0 0 0 0", limit);
        return;
    }
    text_print(text, " %lu %lu %lu", space->mapped_bytes,
        space_resident_pages(space), limit);
    text_print(text, " %lu %lu %lu 0 0", may ? space->code_start : 1,
        may ? space->code_end : 1, may ? space->stack_top : 0);
}

/* Only the first 31 signals, as it was in the beginning. */
static void add_signals(struct text *text, struct thread *thread)
{
    struct signal_masks m;
    signal_masks(thread, &m);
    text_print(text, " %lu %lu %lu %lu", m.pending & 0x7fffffff,
        m.blocked & 0x7fffffff, m.ignored & 0x7fffffff,
        m.caught & 0x7fffffff);
}

static void add_rest(struct text *text, struct thread *thread,
    const struct space *space, bool may, const struct standing *s)
{
    text_print(text, " 0 0 0 %d %u %u %u 0 0 0", s->exit_signal,
        thread->sched.cpu, is_real_time(thread) ? thread->sched.priority : 0,
        thread->sched.policy);
    if (space && may)
        text_print(text, " %lu %lu %lu %lu %lu %lu %lu", space->data_start,
            space->data_end, space->break_start, space->arguments_start,
            space->arguments_end, space->environment_start,
            space->environment_end);
    else
        text_add_string(text, " 0 0 0 0 0 0 0");
    text_print(text, " %d\n", may ? thread->process->exit_status : 0);
}

int show_process_stat(struct text *text, const struct proc_subject *subject)
{
    struct thread *thread = subject_thread(subject);
    if (!thread)
        return -ESRCH;
    struct standing s;
    stand(thread, &s);
    struct space *space = thread_space(thread);
    bool may = may_inspect(thread, INSPECT_BY_FS);
    text_print(text, "%d (%s) %c %d %d %d %d %d %u", subject->pid->number,
        thread->comm, proc_state(thread), s.parent, s.group,
        s.session, packed_device(s.terminal), s.terminal_group,
        0x400000u /* no flag of its life means anything here but "user" */);
    add_times(text, subject, thread);
    add_schedule(text, thread, &s);
    add_space(text, thread, space, may);
    add_signals(text, thread);
    add_rest(text, thread, space, may, &s);
    space_put(space);
    thread_put(thread);
    return 0;
}

int show_statm(struct text *text, const struct proc_subject *subject)
{
    struct space *space = subject_space(subject);
    if (!space) {
        text_add_string(text, "0 0 0 0 0 0 0\n");
        return 0;
    }
    text_print(text, "%lu %lu %lu %lu 0 %lu 0\n",
        space->mapped_bytes / PAGE_BYTES, space_resident_pages(space),
        atomic_load(&space->resident_shared),
        (align_up(space->code_end, PAGE_BYTES) -
            align_down(space->code_start, PAGE_BYTES)) / PAGE_BYTES,
        (space->data_bytes + space->stack_bytes) / PAGE_BYTES);
    space_put(space);
    return 0;
}
