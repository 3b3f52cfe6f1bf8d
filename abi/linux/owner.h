/* SPDX-License-Identifier: MIT */
/* Whom a file tells of its news, and by which signal. */
#ifndef ABI_LINUX_OWNER_H
#define ABI_LINUX_OWNER_H

struct file;

/* F_SETOWN and its like; -EINVAL for what is none of them. */
long owner_control(struct file *file, int command, unsigned long argument);
/* FIOSETOWN and its like, of sockets. */
long owner_set_by_ioctl(struct file *file, const void __user *from);
long owner_get_by_ioctl(struct file *file, void __user *to);
/* FIOASYNC. */
long async_by_ioctl(struct file *file, int fd, const void __user *from);

#endif
