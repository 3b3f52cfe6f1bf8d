/* SPDX-License-Identifier: MIT */
/* Layouts that are this CPU's own. */
#include <asm/stat.h>
#include <linux/eventpoll.h>

#include "lib/types.h"

static_assert(sizeof(struct stat) == 128, "stat as aarch64 lays it out");
static_assert(sizeof(struct epoll_event) == 16, "as aarch64 lays it out");
