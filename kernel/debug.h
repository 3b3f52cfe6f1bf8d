/* SPDX-License-Identifier: MIT */
/* What the debug build has besides: files of /proc that tests use. */
#ifndef KERNEL_DEBUG_H
#define KERNEL_DEBUG_H

#include "kernel/procfs_tree.h"

#ifdef CONFIG_DEBUG
proc_show_fn show_plant;
int store_plant(const char *value, const struct proc_subject *subject);
#endif

#endif
