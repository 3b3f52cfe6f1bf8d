/* SPDX-License-Identifier: MIT */
/* The personality: what Linux programs are given, as the kernel's hooks. */
#include "abi/linux/dispatch.h"
#include "abi/linux/open_flags.h"
#include "abi/linux/rseq.h"
#include "abi/linux/signal_frame.h"
#include "abi/linux/start.h"
#include "abi/linux/strace.h"
#include "abi/linux/vdso.h"
#include "abi/linux/vsyscall.h"
#include "kernel/abi.h"
#include "kernel/futex.h"
#include "lib/string.h"

static const struct {
    const char *name;
    void (*set)(const char *value);
} options[] = {
    { "strace", strace_option },
    { "vsyscall", vsyscall_option },
    { "strace.comm", strace_comm_option },
};

static bool set_option(const char *name, const char *value)
{
    for (size_t i = 0; i < array_size(options); i++) {
        if (strcmp(options[i].name, name))
            continue;
        options[i].set(value ? value : "all");
        return true;
    }
    return false;
}

/* A handler is not run inside a stretch that has to begin again. */
static int enter(struct frame *frame, const struct signal_info *info,
    const struct action *action, signal_set blocked)
{
    rseq_resumed(frame);
    return enter_handler(frame, info, action, blocked);
}

static const struct abi linux_abi = {
    .name = "linux",
    .syscall = dispatch,
    .start_program = start_program,
    .map_extras = vdso_map,
    .enter_handler = enter,
    .resumed = rseq_resumed,
    .serve_fault = vsyscall,
    .open_flags = open_flags_shown,
    .maps_tail = vsyscall_map,
    .thread_ends = futex_thread_ends,
    .option = set_option,
    .report = dispatch_report,
};

const struct abi *const the_abi = &linux_abi;
