/* SPDX-License-Identifier: MIT */
/* For libfdt's header: behind the compiler's own. */
