/* SPDX-License-Identifier: MIT */
/* /proc/PID/status: all of a thread in words. */
#include "arch/atomic.h"
#include "arch/smp.h"
#include "kernel/procfs_tree.h"
#include "lib/errno.h"
#include "mm/space.h"
#include "vfs/credentials.h"
#include "vfs/files.h"

static const char *state_name(char letter)
{
    switch (letter) {
    case 'R':
        return "running";
    case 'S':
        return "sleeping";
    case 'D':
        return "disk sleep";
    case 'T':
        return "stopped";
    case 'Z':
        return "zombie";
    default:
        return "dead";
    }
}

/* A name is one line, whatever is in it. */
static void add_comm(struct text *text, const char *comm)
{
    for (; *comm; comm++)
        if (*comm == '\n')
            text_add_string(text, "\\n");
        else if (*comm == '\\')
            text_add_string(text, "\\\\");
        else
            text_add(text, comm, 1);
}

static void add_name(
    struct text *text, const struct proc_subject *subject, struct thread *thread)
{
    struct process *process = thread->process;
    char letter = proc_state(thread);
    struct paths *paths = thread_paths(thread);
    text_add_string(text, "Name:\t");
    add_comm(text, thread->comm);
    text_add_string(text, "\n");
    if (paths)
        text_print(text, "Umask:\t%04o\n", paths_umask(paths));
    paths_put(paths);
    text_print(text, "State:\t%c (%s)\n", letter, state_name(letter));
    text_print(text, "Tgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\n",
        process_number(process), subject->pid->number,
        process_parent_number(process));
    text_add_string(text, "TracerPid:\t0\n");
}

static void add_who(struct text *text, const struct credentials *who)
{
    text_print(text, "Uid:\t%u\t%u\t%u\t%u\n", who->uid, who->euid, who->suid,
        who->fsuid);
    text_print(text, "Gid:\t%u\t%u\t%u\t%u\n", who->gid, who->egid, who->sgid,
        who->fsgid);
}

static void add_groups(struct text *text, const struct credentials *who)
{
    text_add_string(text, "Groups:\t");
    for (unsigned i = 0; i < who->group_count; i++)
        text_print(text, "%u ", who->groups[i]);
    /* Linux leaves a space at the end even without any. */
    text_add_string(text, who->group_count ? "\n" : " \n");
}

static void add_numbers(
    struct text *text, const struct proc_subject *subject, struct thread *thread)
{
    int process = process_number(thread->process);
    text_print(text, "NStgid:\t%d\nNSpid:\t%d\n", process,
        subject->pid->number);
    text_print(text, "NSpgid:\t%d\nNSsid:\t%d\n",
        max(process_group_number(process), 0),
        max(process_session_number(process), 0));
}

static void line(struct text *text, const char *name, uint64_t bytes)
{
    text_print(text, "%s:\t%8lu kB\n", name, bytes >> 10);
}

static void add_space(struct text *text, struct space *space)
{
    uint64_t resident = space_resident_pages(space);
    uint64_t anonymous = atomic_load(&space->resident_anonymous);
    uint64_t shared = atomic_load(&space->resident_shared);
    uint64_t code = align_up(space->code_end, PAGE_BYTES) -
        align_down(space->code_start, PAGE_BYTES);
    line(text, "VmPeak", space->peak_mapped_bytes);
    line(text, "VmSize", space->mapped_bytes);
    line(text, "VmLck", space->locked_bytes);
    line(text, "VmPin", 0);
    line(text, "VmHWM", max(space->peak_resident, resident) * PAGE_BYTES);
    line(text, "VmRSS", resident * PAGE_BYTES);
    line(text, "RssAnon", anonymous * PAGE_BYTES);
    line(text, "RssFile", shared * PAGE_BYTES);
    line(text, "RssShmem", 0);
    line(text, "VmData", space->data_bytes);
    line(text, "VmStk", space->stack_bytes);
    line(text, "VmExe", code);
    line(text, "VmLib", space->code_bytes - min(space->code_bytes, code));
    line(text, "VmPTE", pagetable_pages(&space->table) * PAGE_BYTES);
    line(text, "VmSwap", 0);
    line(text, "HugetlbPages", 0);
    text_add_string(text, "CoreDumping:\t0\nTHP_enabled:\t0\n");
}

static void add_signals(struct text *text, struct thread *thread)
{
    struct signal_masks m;
    signal_masks(thread, &m);
    text_print(text, "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n",
        m.pending, m.shared, m.blocked);
    text_print(
        text, "SigIgn:\t%016lx\nSigCgt:\t%016lx\n", m.ignored, m.caught);
}

static void add_capabilities(struct text *text, const struct credentials *who)
{
    text_print(text, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\n",
        who->inheritable, who->permitted, who->effective);
    text_print(text, "CapBnd:\t%016lx\nCapAmb:\t%016lx\n", who->bounding,
        who->ambient);
}

/* As cpumasks are listed: "0-3,5". */
static void add_mask(struct text *text, cpu_mask mask)
{
    bool is_first = true;
    text_print(text, "Cpus_allowed:\t%x\nCpus_allowed_list:\t", mask);
    for (unsigned i = 0; i < CPU_MAX; i++) {
        unsigned start = i;
        if (!(mask >> i & 1))
            continue;
        while (i + 1 < CPU_MAX && mask >> (i + 1) & 1)
            i++;
        text_print(text, i > start ? "%s%u-%u" : "%s%u", is_first ? "" : ",",
            start, i);
        is_first = false;
    }
    text_add_string(text, "\n");
}

static void add_schedule(struct text *text, struct thread *thread)
{
    struct usage usage = { 0 };
    unsigned count = cpu_count();
    cpu_mask all = count >= 32 ? ~(cpu_mask)0 : ((cpu_mask)1 << count) - 1;
    thread_usage(thread, &usage);
    text_print(text, "NoNewPrivs:\t%d\nSeccomp:\t0\nSeccomp_filters:\t0\n",
        thread->task.no_new_privileges);
    add_mask(text, thread->sched.affinity & all);
    text_add_string(text, "Mems_allowed:\t1\nMems_allowed_list:\t0\n");
    text_print(text, "voluntary_ctxt_switches:\t%lu\n",
        usage.voluntary_switches);
    text_print(text, "nonvoluntary_ctxt_switches:\t%lu\n",
        usage.involuntary_switches);
}

int show_status(struct text *text, const struct proc_subject *subject)
{
    struct thread *thread = subject_thread(subject);
    if (!thread)
        return -ESRCH;
    const struct credentials *who = thread_credentials(thread);
    struct files *files = thread_files(thread);
    struct space *space = thread_space(thread);
    add_name(text, subject, thread);
    add_who(text, who);
    text_print(text, "FDSize:\t%u\n", files ? files_capacity(files) : 0);
    add_groups(text, who);
    add_numbers(text, subject, thread);
    if (space)
        add_space(text, space);
    text_print(text, "Threads:\t%u\n",
        atomic_load(&thread->process->thread_count));
    text_print(text, "SigQ:\t%u/%lu\n", user_signals(who->uid),
        process_limit(thread->process, LIMIT_SIGNALS));
    add_signals(text, thread);
    add_capabilities(text, who);
    add_schedule(text, thread);
    space_put(space);
    files_put(files);
    credentials_put(who);
    thread_put(thread);
    return 0;
}
