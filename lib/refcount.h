/* SPDX-License-Identifier: MIT */
/* Reference counts.  They saturate instead of wrapping, and the debug build
 * stops at a count that was already zero. */
#ifndef LIB_REFCOUNT_H
#define LIB_REFCOUNT_H

#include "lib/types.h"

struct refcount {
    uint32_t count;
};

void refcount_init(struct refcount *refs); /* to 1 */
void refcount_get(struct refcount *refs);
/* Returns whether a reference could be taken: the count was not zero. */
bool refcount_get_unless_zero(struct refcount *refs);
/* Returns true for the caller who dropped the last one and must free. */
bool refcount_put(struct refcount *refs) must_check;
uint32_t refcount_read(const struct refcount *refs);

#endif
