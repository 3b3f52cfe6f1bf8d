/* SPDX-License-Identifier: MIT */
/* TCGETA; TCSETA and its kin, by the verb that sets. */
#ifndef ABI_LINUX_TERMIO_H
#define ABI_LINUX_TERMIO_H

struct file;
long termio_get(struct file *file, void __user *to);
long termio_set(struct file *file, unsigned verb, const void __user *from);

#endif
