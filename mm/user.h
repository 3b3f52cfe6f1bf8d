/* SPDX-License-Identifier: MIT */
/* User memory of the current space: comes and goes by these, is read once and
 * then checked.  All may fault and sleep: no lock that a fault needs may be
 * held, no spin lock, no read section. */
#ifndef MM_USER_H
#define MM_USER_H

#include "arch/user_copy.h"
#include "lib/errno.h"

bool user_range_is_ok(const void __user *at, size_t bytes);
/* 0 or -EFAULT (whole or nothing promised). */
int user_read(void *to, const void __user *from, size_t bytes) must_check;
int user_write(void __user *to, const void *from, size_t bytes) must_check;
int user_clear(void __user *at, size_t bytes) must_check;
/* Bytes that could be copied: for partial results. */
size_t user_read_some(void *to, const void __user *from, size_t bytes);
size_t user_write_some(void __user *to, const void *from, size_t bytes);
/* With its NUL into buffer: the length, -EFAULT, or -ENAMETOOLONG if there is
 * no NUL in `capacity` bytes. */
ssize_t user_string(char *to, const char __user *from, size_t capacity);
/* As above in a fresh heap block: 0, -EFAULT, -ENAMETOOLONG, -ENOMEM. */
int user_string_new(char **text, const char __user *from, size_t capacity);
/* Reads a word without serving faults: 0 or -EFAULT. */
int user_peek(uint32_t *word, const uint32_t __user *from);

/* The address of a member of what a program says is a structure there: it may
 * say anything, so no pointer is made of it. */
#define user_member(at, type, member)                                          \
    ((void __user *)((uintptr_t)(at) + offsetof(type, member)))

#endif
