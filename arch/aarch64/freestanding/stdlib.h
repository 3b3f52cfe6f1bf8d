/* SPDX-License-Identifier: MIT */
/* For libfdt's header: it needs nothing of it. */
#include <stddef.h>
