/* SPDX-License-Identifier: MIT */
/* For libfdt's header. */
#include "lib/string.h"
