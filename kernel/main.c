/* SPDX-License-Identifier: MIT */
/* The start-up order.  kernel_main does what needs no sleep and becomes CPU 0's
 * idle thread; the rest is the first thing that process 1 does, inside the
 * kernel, before it runs a program (kernel/first.c). */
#include "arch/boot.h"
#include "arch/clock.h"
#include "arch/smp.h"
#include "kernel/debug.h"
#include "kernel/entry.h"
#include "kernel/first.h"
#include "kernel/limits.h"
#include "kernel/oom.h"
#include "kernel/options.h"
#include "kernel/owner.h"
#include "kernel/process.h"
#include "kernel/spawn.h"
#include "kernel/system.h"
#include "kernel/thread.h"
#include "lib/hash.h"
#include "lib/format.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/random.h"
#include "mm/pages.h"
#include "mm/shadow_map.h"
#include "net/socket.h"
#include "net/unix_init.h"
#include "sched/work.h"
#include "vfs/async.h"
#include "vfs/file.h"

enum { LEAST_FREE_BYTES = 1 << 20 };

static void start_memory(struct boot_info *boot)
{
    struct page_totals totals;
    shadow_init(boot);
    pages_init(boot);
    page_totals(&totals);
    if (totals.free * PAGE_BYTES < LEAST_FREE_BYTES)
        panic("There is too little memory: %lu KiB are free, with the kernel "
              "(%lu KiB) and the initramfs (%lu KiB) in place.",
            (unsigned long)(totals.free * PAGE_BYTES / 1024),
            (unsigned long)(boot->kernel_bytes / 1024),
            (unsigned long)(boot->initrd_bytes / 1024));
    limits_init_threads(totals.total);
}

static void start_threads(void)
{
    threads_init();
    sched_init_cpu(0);
    sched_init();
    work_init_cpus();
}

void worker_start(unsigned cpu)
{
    char name[sizeof current->comm];
    format(name, sizeof name, "worker/%u", cpu);
    if (!thread_start_kernel(name, work_main, (void *)(uintptr_t)cpu))
        log_warning("There is no memory for the worker of CPU %u", cpu);
}

/* RLIMIT_FSIZE of whoever writes; what the kernel writes has no limit. */
static uint64_t size_limit(void)
{
    struct process *process = current->process;
    return process ? process_limit(process, LIMIT_FILE_BYTES) : LIMIT_NONE;
}

/* Who reads from sockets and writes to them. */
static void socket_user(struct socket_user *user)
{
    struct process *process = current->process;
    *user = (struct socket_user){
        .who = current->credentials,
        .paths = current->paths,
        .pid = process->pid,
        .files_limit = process_limit(process, LIMIT_FILES),
    };
}

void kernel_main(struct boot_info *boot)
{
    log_set_clock(clock_ns);
    system_init_panic();
    start_memory(boot);
    start_threads();
    options_read(boot->command_line);
    random_start(boot->seed, min(boot->seed_bytes, sizeof boot->seed));
    hash_seed(random_number());
    first_greet(boot);
    oom_init();
    debug_init();
    file_set_size_limit(size_limit);
    socket_set_user(socket_user);
    socket_set_urgent(owner_signal_urgent);
    async_set_teller(owner_tell);
    unix_init();
    worker_start(0);
    first_boot = boot;
    struct thread *thread = spawn_first(first_main);
    if (!thread)
        panic("There is too little memory for the first process.");
    thread_start(thread);
    thread_put(thread);
    sched_idle();
}
