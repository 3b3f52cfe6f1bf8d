/* SPDX-License-Identifier: MIT */
/* Do two threads share a part? */
#ifndef KERNEL_COMPARE_H
#define KERNEL_COMPARE_H

struct thread;

enum compared { COMPARE_SPACE, COMPARE_FILES, COMPARE_PATHS, COMPARE_HANDLERS,
    COMPARE_IO,
    COMPARE_NOTHING /* what no thread has: always the same */ };

/* 0 the same; 1, 2: the first's comes before, after the second's, in an order
 * that says nothing of addresses. */
int thread_compare(
    struct thread *first, struct thread *second, enum compared part);
/* The open files of their descriptors; -EBADF. */
int thread_compare_files(struct thread *first, unsigned first_fd,
    struct thread *second, unsigned second_fd);

/* An epoll's descriptor, and of what it watches by the number fd the index-th. */
struct watched {
    unsigned epoll_fd, fd, index;
};

/* The first's open file and what the second's epoll watches. -EBADF; -EINVAL:
 * it is no epoll; -ENOENT. */
int thread_compare_watched(struct thread *first, unsigned first_fd,
    struct thread *second, const struct watched *watched);

#endif
