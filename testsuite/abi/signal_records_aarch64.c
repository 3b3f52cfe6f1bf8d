/* SPDX-License-Identifier: MIT */
/* The records of a signal frame, as a handler may leave them: moved behind an
 * EXTRA record, or so that the thread cannot go on. */
#include "tap.h"

#include <sys/ucontext.h>

enum { VALUE = 0x1234, LARGE = 1 << 30 };

struct extra {
    struct _aarch64_ctx head;
    uint64_t datap;
    uint32_t size, unused[3];
};
#define EXTRA_IS 0x45585401u

/* What the handler leaves: EXTRA, an end, and the FP record between the two. */
struct rows {
    struct extra extra;
    struct _aarch64_ctx end[2];
    struct fpsimd_context fp;
    struct _aarch64_ctx last[2];
};

static enum change {
    NOTHING, FAR_AWAY, NO_END, ODD_BYTES, TOO_LARGE, TOO_SMALL, ONCE_MORE,
    UNKNOWN, NO_FP, LARGER_RECORD,
} change;

static void spoil(struct rows *rows)
{
    switch (change) {
    case FAR_AWAY: rows->extra.datap += 16; break;
    case NO_END: rows->end[0].size = 16; break;
    case ODD_BYTES: rows->extra.size -= 8; break;
    case TOO_LARGE: rows->extra.size = LARGE; break;
    case TOO_SMALL: rows->extra.size -= 32; break;
    case UNKNOWN: rows->last[0] = (struct _aarch64_ctx){ 0x1111, 16 }; break;
    case ONCE_MORE: rows->last[0] = rows->extra.head; break;
    case NO_FP: rows->fp.head.magic = ESR_MAGIC; break;
    case LARGER_RECORD: rows->extra.head.size = LARGE; break;
    default: break;
    }
}

static void move(int number, siginfo_t *info, void *data)
{
    ucontext_t *context = data;
    struct rows *rows = (struct rows *)context->uc_mcontext.__reserved;
    struct fpsimd_context fp = *(struct fpsimd_context *)rows;
    (void)number, (void)info;
    memset(rows, 0, sizeof *rows);
    rows->fp = fp;
    rows->fp.vregs[9] = VALUE;
    rows->extra.head = (struct _aarch64_ctx){ EXTRA_IS, sizeof rows->extra };
    rows->extra.datap = (uintptr_t)&rows->fp;
    rows->extra.size = sizeof rows->fp + sizeof rows->last;
    spoil(rows);
}

/* Ends with what the thread has in q9 afterwards. */
static void signalled(void *data)
{
    struct sigaction action = { .sa_sigaction = move, .sa_flags = SA_SIGINFO };
    sigaction(SIGUSR1, &action, NULL);
    change = (intptr_t)data;
    long me = getpid(), tid = syscall(SYS_gettid);
    register long x8 __asm__("x8") = SYS_tgkill;
    register long x0 __asm__("x0") = me;
    register long x1 __asm__("x1") = tid;
    register long x2 __asm__("x2") = SIGUSR1;
    unsigned long value;
    __asm__ volatile("movi v9.2d, #0\n"
                     "svc #0\n"
                     "mov %1, v9.d[0]\n"
                     : "+r"(x0), "=r"(value)
                     : "r"(x8), "r"(x1), "r"(x2)
                     : "v9", "memory");
    _exit(value == VALUE ? 7 : 8);
}

static int status_after(enum change what)
{
    return in_child(signalled, (void *)(intptr_t)what);
}

static void run(void)
{
    is(status_after(NOTHING), 7 << 8);
    is(status_after(FAR_AWAY) & 127, SIGSEGV);
    is(status_after(NO_END) & 127, SIGSEGV);
    is(status_after(ODD_BYTES) & 127, SIGSEGV);
    is(status_after(TOO_LARGE) & 127, SIGSEGV);
    is(status_after(TOO_SMALL) & 127, SIGSEGV);
    is(status_after(ONCE_MORE) & 127, SIGSEGV);
    is(status_after(UNKNOWN) & 127, SIGSEGV);
    is(status_after(NO_FP) & 127, SIGSEGV);
    is(status_after(LARGER_RECORD) & 127, SIGSEGV);
}
TEST_MAIN
