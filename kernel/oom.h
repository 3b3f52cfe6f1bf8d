/* SPDX-License-Identifier: MIT */
/* Who must go when memory is out. */
#ifndef KERNEL_OOM_H
#define KERNEL_OOM_H

#include "lib/types.h"

struct process;
struct space;

/* What /proc/PID/oom_score is made of: pages its end would free, adjusted;
 * 0: never. */
int64_t oom_points(struct process *process, struct space *space);
void oom_init(void);

#endif
