/* SPDX-License-Identifier: MIT */
/* siginfo_t and struct signal_info. */
#include "abi/linux/siginfo.h"

#include "lib/string.h"
#include "lib/types.h"

enum { NS_PER_TICK = 10000000 }; /* times are told in hundredths of a second */

void siginfo_from_native(siginfo_t *to, const struct signal_info *from)
{
    memset(to, 0, sizeof *to);
    to->si_signo = from->number;
    to->si_errno = from->error;
    to->si_code = from->code;
    switch (from->shape) {
    case SHAPE_QUEUE:
        to->si_ptr = (void *)from->kill.value;
        fallthrough;
    case SHAPE_KILL:
        to->si_pid = from->kill.pid;
        to->si_uid = from->kill.uid;
        break;
    case SHAPE_CHILD:
        to->si_pid = from->child.pid;
        to->si_uid = from->child.uid;
        to->si_status = from->child.status;
        to->si_utime = from->child.user_ns / NS_PER_TICK;
        to->si_stime = from->child.system_ns / NS_PER_TICK;
        break;
    case SHAPE_FAULT:
        to->si_addr = (void *)from->fault.address;
        break;
    case SHAPE_TIMER:
        to->si_tid = from->timer.id;
        to->si_overrun = from->timer.overrun;
        to->si_ptr = (void *)from->timer.value;
        break;
    case SHAPE_POLL:
        to->si_band = from->poll.band;
        to->si_fd = from->poll.fd;
        break;
    case SHAPE_SYSCALL:
        to->si_call_addr = (void *)from->call.address;
        to->si_syscall = from->call.number;
        to->si_arch = from->call.arch;
        break;
    }
}

void siginfo_to_native(struct signal_info *to, const siginfo_t *from)
{
    *to = (struct signal_info){
        .number = from->si_signo,
        .code = from->si_code,
        .error = from->si_errno,
        .shape = SHAPE_QUEUE,
        .kill = {
            .pid = from->si_pid,
            .uid = from->si_uid,
            .value = (uintptr_t)from->si_ptr,
        },
    };
}
