/* SPDX-License-Identifier: MIT */
/* What programs may write to the log. */
#ifndef VFS_KMSG_H
#define VFS_KMSG_H

/* "ratelimit", which is usual, "on" or "off": -EINVAL if it is none of these, or
 * was fixed by the boot line. */
int kmsg_set_policy(const char *name);
int kmsg_fix_policy(const char *name);
const char *kmsg_policy(void);

#endif
