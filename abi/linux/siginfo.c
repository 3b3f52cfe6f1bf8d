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

/* The largest code of each signal that has codes of its own, from the UAPI's
 * siginfo.h; the others share those of SIGPOLL. */
static const int codes[] = {
    [SIGILL] = NSIGILL,
    [SIGTRAP] = NSIGTRAP,
    [SIGBUS] = NSIGBUS,
    [SIGFPE] = NSIGFPE,
    [SIGSEGV] = NSIGSEGV,
    [SIGCHLD] = NSIGCHLD,
    [SIGPOLL] = NSIGPOLL,
    [SIGSYS] = NSIGSYS,
};

bool siginfo_code_is_known(int number, int code)
{
    if (code == SI_KERNEL)
        return true;
    if (code <= SI_USER)
        return code >= SI_DETHREAD || code == SI_ASYNCNL;
    if ((unsigned)number < array_size(codes) && codes[number])
        return code <= codes[number];
    return code <= NSIGPOLL;
}

bool siginfo_rest_is_zero(const siginfo_t *record)
{
    const char *bytes = (const char *)record;
    for (size_t i = SIGINFO_KNOWN_BYTES; i < sizeof *record; i++)
        if (bytes[i])
            return false;
    return true;
}
