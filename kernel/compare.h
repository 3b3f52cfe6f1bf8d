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

#endif
