/* SPDX-License-Identifier: MIT */
/* What tests must know of the CPU they were compiled for. */
#ifndef CPU_H
#define CPU_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__
#define CPU_NAME      "x86_64"
#define CONSOLE_NAME  "ttyS0"
#define CONSOLE_MAJOR 4
#define LEAST_ADDRESS "65536"
enum { LARGE = 0100000, EPOLL_EVENT_BYTES = 12 };
#else
#define CPU_NAME      "aarch64"
#define CONSOLE_NAME  "ttyAMA0"
#define CONSOLE_MAJOR 204
#define LEAST_ADDRESS "4096"
enum { LARGE = 0400000, EPOLL_EVENT_BYTES = 16 };
#endif
/* LARGE is O_LARGEFILE as the kernel has it: the library's may be 0. */

/* A real one: where there is no such call musl's is fork.  In line, for the
 * child goes on on the parent's stack. */
#ifdef SYS_vfork
#define vfork_here vfork
#else
static inline __attribute__((always_inline, unused)) pid_t vfork_here(void)
{
    register long call __asm__("x8") = SYS_clone;
    register long flags __asm__("x0") = 0x4100 | SIGCHLD; /* VM, VFORK */
    register long stack __asm__("x1") = 0;
    register long parent __asm__("x2") = 0;
    register long tls __asm__("x3") = 0;
    register long child __asm__("x4") = 0;
    __asm__ volatile("svc #0"
                     : "+r"(flags)
                     : "r"(call), "r"(stack), "r"(parent), "r"(tls), "r"(child)
                     : "memory");
    return flags;
}
#endif

#endif
