/* SPDX-License-Identifier: MIT */
/* As init: a call for each way in which the tracer prints an argument. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
    stack_t none = { .ss_flags = SS_DISABLE };
    struct sigaction action = { .sa_handler = SIG_IGN, .sa_flags = SA_NODEFER };
    uint64_t child[8] = { [0] = CLONE_VM, [4] = SIGCHLD };
    uint64_t how[3] = { O_DIRECTORY, 0, 8 }; /* RESOLVE_BENEATH */
    struct epoll_event event = { .events = EPOLLIN | EPOLLET };
    struct pollfd wanted[5] = { { -1, POLLIN, 0 }, { -1, POLLHUP, 0 } };
    setsockopt(-1, SOL_SOCKET, SO_PASSCRED, NULL, 0);
    setsockopt(-1, 6, 1, NULL, 0);
    socket(-1, SOCK_STREAM | SOCK_CLOEXEC, 0);
    syscall(SYS_sigaltstack, &none, NULL);
    sigaction(SIGUSR1, &action, NULL);
    syscall(SYS_clone3, child, 8);
    syscall(SYS_openat2, -1, "x", how, 1);
    epoll_ctl(-1, EPOLL_CTL_ADD, -1, &event);
    syscall(SYS_ppoll, wanted, 5, NULL, &action, 1);
    syscall(SYS_ppoll, 8, 1, NULL, NULL, 1);
    syscall(SYS_futex, how, 128 | 256, 1, NULL, NULL, 0);
    syscall(SYS_memfd_create, NULL, 3);
    reboot(RB_POWER_OFF);
    return 3;
}
