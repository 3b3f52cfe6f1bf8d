/* SPDX-License-Identifier: MIT */
/* Signal numbers and si_code values, with Linux's values (x86_64 and aarch64
 * agree on all of them). Source: signal(7), sigaction(2), asm/signal.h. */
#ifndef LIB_SIGNALS_H
#define LIB_SIGNALS_H

#include "lib/types.h"

#define SIGHUP    1
#define SIGINT    2
#define SIGQUIT   3
#define SIGILL    4
#define SIGTRAP   5
#define SIGABRT   6
#define SIGBUS    7
#define SIGFPE    8
#define SIGKILL   9
#define SIGUSR1   10
#define SIGSEGV   11
#define SIGUSR2   12
#define SIGPIPE   13
#define SIGALRM   14
#define SIGTERM   15
#define SIGSTKFLT 16
#define SIGCHLD   17
#define SIGCONT   18
#define SIGSTOP   19
#define SIGTSTP   20
#define SIGTTIN   21
#define SIGTTOU   22
#define SIGURG    23
#define SIGXCPU   24
#define SIGXFSZ   25
#define SIGVTALRM 26
#define SIGPROF   27
#define SIGWINCH  28
#define SIGIO     29
#define SIGPWR    30
#define SIGSYS    31
#define SIGRTMIN  32

enum { SIGNAL_COUNT = 64 }; /* signals are 1..SIGNAL_COUNT */

/* Bit n-1 is signal n, as in Linux's 64-bit masks. */
typedef uint64_t signal_set;
#define signal_bit(number) ((signal_set)1 << ((number)-1))

/* si_code */
#define SI_USER       0
#define SI_KERNEL     0x80
#define SI_QUEUE      -1
#define SI_TIMER      -2
#define SI_MESGQ      -3
#define SI_ASYNCIO    -4
#define SI_SIGIO      -5
#define SI_TKILL      -6
#define ILL_ILLOPN    2
#define ILL_ILLOPC    1
#define FPE_INTDIV    1
#define FPE_INTOVF    2
#define FPE_FLTDIV    3
#define FPE_FLTOVF    4
#define FPE_FLTUND    5
#define FPE_FLTRES    6
#define FPE_FLTINV    7
#define SEGV_MAPERR   1
#define SEGV_ACCERR   2
#define BUS_ADRALN    1
#define BUS_ADRERR    2
#define TRAP_BRKPT    1
#define TRAP_TRACE    2
#define POLL_IN       1
#define POLL_OUT      2
#define POLL_PRI      5
#define POLL_HUP      6
#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_DUMPED    3
#define CLD_TRAPPED   4
#define CLD_STOPPED   5
#define CLD_CONTINUED 6

#endif
