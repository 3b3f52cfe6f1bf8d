/* SPDX-License-Identifier: MIT */
/* The rows of descriptor_shortage.c: a call, and what it says when there is room
 * for no further descriptor, for one, and for two. */
#ifndef DESCRIPTOR_MAKERS_H
#define DESCRIPTOR_MAKERS_H

#ifdef SYS_open /* the calls that newer CPUs do not have */
#define OLDER_CALLS(CALL) \
    CALL(raw(open, "file", O_RDONLY), "m11") \
    CALL(raw(open, "absent", O_RDONLY), "mNN") \
    CALL(raw(open, NULL, O_RDONLY), "FFF") \
    CALL(raw(creat, "file", 0600), "m11") \
    CALL(raw(dup2, 1, next), "B11") \
    CALL(raw(dup2, 1, next + 2), "BBB") \
    CALL(raw(dup2, 1, 1), "...") \
    CALL(raw(dup2, 1, spare), "...") \
    CALL(raw(dup2, -1, next), "BBB") \
    CALL(raw(pipe, ends), "mm2") \
    CALL(raw(pipe, NULL), "mmF") \
    CALL(raw(epoll_create, 1), "m11") \
    CALL(raw(epoll_create, 0), "III") \
    CALL(raw(eventfd, 0), "m11") \
    CALL(raw(inotify_init), "m11") \
    CALL(raw(signalfd, -1, &none, 8), "m11")
#else
#define OLDER_CALLS(CALL)
#endif

#define CALLS(CALL) \
    CALL(openat(AT_FDCWD, "file", O_RDONLY), "m11") \
    CALL(openat(AT_FDCWD, "file", O_PATH), "m11") \
    CALL(openat(AT_FDCWD, ".", O_TMPFILE | O_RDWR, 0600), "m11") \
    CALL(openat(AT_FDCWD, "absent", O_RDONLY), "mNN") \
    CALL(openat(AT_FDCWD, "file/below", O_RDONLY), "mDD") \
    CALL(openat(AT_FDCWD, "fifo", O_WRONLY | O_NONBLOCK), "mXX") \
    CALL(openat(AT_FDCWD, "file", O_CREAT | O_EXCL, 0600), "mEE") \
    CALL(openat(77, "file", O_RDONLY), "mBB") \
    CALL(openat(AT_FDCWD, NULL, O_RDONLY), "FFF") \
    CALL(openat(AT_FDCWD, "", O_RDONLY), "NNN") \
    CALL(openat(AT_FDCWD, long_path, O_RDONLY), "LLL") \
    CALL(openat(AT_FDCWD, ".", O_TMPFILE | O_RDONLY, 0600), "III") \
    CALL(openat2(AT_FDCWD, "file", 0, sizeof how), "m11") \
    CALL(openat2(AT_FDCWD, "absent", 0, sizeof how), "mNN") \
    CALL(openat2(AT_FDCWD, "../file", RESOLVE_BENEATH, sizeof how), "mxx") \
    CALL(openat2(AT_FDCWD, "file", 1ull << 40, sizeof how), "III") \
    CALL(openat2(AT_FDCWD, "file", 0, 4), "III") \
    CALL(openat2(AT_FDCWD, NULL, 0, sizeof how), "FFF") \
    CALL(openat(AT_FDCWD, "/dev/ptmx", O_RDWR | O_NOCTTY), "m11") \
    CALL(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY), "m11") \
    CALL(ioctl(file, TIOCGPTPEER, O_RDWR), "TTT") \
    CALL(openat(AT_FDCWD, "/proc/self/fd/1", O_RDWR | O_NOCTTY), "m11") \
    CALL(openat(AT_FDCWD, "/proc/self/maps", O_RDONLY), "m11") \
    CALL(openat(AT_FDCWD, "/proc/self/fd/77", O_RDONLY), "mNN") \
    CALL(open_by_handle(AT_FDCWD), "m11") \
    CALL(open_by_handle(77), "BBB") \
    CALL(dup(1), "m11") \
    CALL(dup(-1), "BBB") \
    CALL(dup(77), "BBB") \
    CALL(raw(dup3, 1, next, 0), "B11") \
    CALL(raw(dup3, 1, next, O_CLOEXEC), "B11") \
    CALL(raw(dup3, 1, next + 2, 0), "BBB") \
    CALL(raw(dup3, 1, spare, 0), "...") \
    CALL(raw(dup3, 1, 1, 0), "III") \
    CALL(raw(dup3, 1, next, 1), "III") \
    CALL(raw(dup3, -1, next, 0), "BBB") \
    CALL(fcntl(1, F_DUPFD, 0), "m11") \
    CALL(fcntl(1, F_DUPFD, next), "I11") \
    CALL(fcntl(1, F_DUPFD, next + 1), "II+") \
    CALL(fcntl(1, F_DUPFD, -1), "III") \
    CALL(fcntl(-1, F_DUPFD, -1), "BBB") \
    CALL(fcntl(1, F_DUPFD_CLOEXEC, 0), "m11") \
    CALL(fcntl(1, F_DUPFD_CLOEXEC, next), "I11") \
    CALL(fcntl(-1, F_DUPFD_CLOEXEC, 0), "BBB") \
    CALL(raw(pipe2, ends, 0), "mm2") \
    CALL(raw(pipe2, ends, O_CLOEXEC | O_NONBLOCK | O_DIRECT), "mm2") \
    CALL(raw(pipe2, ends, O_APPEND), "III") \
    CALL(raw(pipe2, NULL, 0), "mmF") \
    CALL(raw(pipe2, unwritable, 0), "mmF") \
    CALL(raw(pipe2, across, 0), "mmF") \
    CALL(raw(pipe2, NULL, O_APPEND), "III") \
    CALL(socket(AF_UNIX, SOCK_STREAM, 0), "m11") \
    CALL(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "m11") \
    CALL(socket(99, SOCK_STREAM, 0), "yyy") \
    CALL(socket(AF_UNIX, 99, 0), "III") \
    CALL(socket(AF_UNIX, SOCK_STREAM, 99), "qqq") \
    CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "mm2") \
    CALL(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), "mm2") \
    CALL(socketpair(AF_UNIX, SOCK_STREAM | 1 << 25, 0, ends), "III") \
    CALL(socketpair(99, SOCK_STREAM, 0, ends), "mmy") \
    CALL(socketpair(AF_UNIX, SOCK_STREAM, 99, ends), "mmq") \
    CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, NULL), "mmF") \
    CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, unwritable), "mmF") \
    CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, across), "mmF") \
    CALL(socketpair(99, SOCK_STREAM, 0, NULL), "mmF") \
    CALL(accept_one(), "m11") \
    CALL(accept(listener, NULL, NULL), "maa") \
    CALL(accept(file, NULL, NULL), "mKK") \
    CALL(accept(77, NULL, NULL), "BBB") \
    CALL(raw(accept4, fresh, NULL, NULL, 0), "mII") \
    CALL(raw(accept4, listener, NULL, NULL, 2), "III") \
    CALL(raw(accept4, file, NULL, NULL, 2), "III") \
    CALL(epoll_create1(0), "m11") \
    CALL(epoll_create1(1), "III") \
    CALL(eventfd(0, EFD_SEMAPHORE), "m11") \
    CALL(eventfd(0, 2), "III") \
    CALL(timerfd_create(CLOCK_MONOTONIC, 0), "m11") \
    CALL(timerfd_create(CLOCK_MONOTONIC, 1), "III") \
    CALL(timerfd_create(99, 0), "III") \
    CALL(signalfd4(-1, &none, 8, 0), "m11") \
    CALL(signalfd4(-1, &none, 8, 1), "III") \
    CALL(signalfd4(-1, &none, 4, 0), "III") \
    CALL(signalfd4(-1, NULL, 8, 0), "FFF") \
    CALL(signalfd4(77, &none, 8, 0), "BBB") \
    CALL(signalfd4(file, &none, 8, 0), "III") \
    CALL(signalfd4(signals, &none, 8, 0), "...") \
    CALL(inotify_init1(IN_CLOEXEC), "m11") \
    CALL(inotify_init1(1), "III") \
    CALL(raw(memfd_create, "name", 0), "m11") \
    CALL(raw(memfd_create, "name", 1 << 30), "III") \
    CALL(raw(memfd_create, NULL, 0), "FFF") \
    CALL(raw(memfd_create, long_path, 0), "III") \
    CALL(raw(pidfd_open, getpid(), 0), "m11") \
    CALL(raw(pidfd_open, getpid(), 1), "III") \
    CALL(raw(pidfd_open, 0, 0), "III") \
    CALL(raw(pidfd_open, INT_MAX, 0), "sss") \
    CALL(raw(pidfd_getfd, self, 1, 0), "m11") \
    CALL(raw(pidfd_getfd, self, 1, 1), "III") \
    CALL(raw(pidfd_getfd, self, 77, 0), "BBB") \
    CALL(raw(pidfd_getfd, file, 1, 0), "BBB") \
    CALL(clone_with(CLONE_PIDFD, &number), "m11") \
    CALL(clone_with(CLONE_PIDFD, NULL), "mFF") \
    CALL(clone_with(CLONE_PIDFD, unwritable), "mFF") \
    CALL(clone_with(0, NULL), "...") \
    CALL(clone3_with(CLONE_PIDFD, &number), "m11") \
    CALL(clone3_with(CLONE_PIDFD, unwritable), "mFF") \
    CALL(clone3_with(CLONE_PIDFD | CLONE_DETACHED, &number), "III") \
    OLDER_CALLS(CALL)

#endif
