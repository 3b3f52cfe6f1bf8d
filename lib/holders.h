/* SPDX-License-Identifier: MIT */
/* Who took references and did not put them.  Nobody can tell which put is for
 * which reference taken; but what a system call takes for its own time it puts
 * before its end.  So a balance is kept for each object and kind of call: those
 * that are not zero say where references stayed, and by whom others were put.
 * Debug builds only, and only once a period was begun. */
#ifndef LIB_HOLDERS_H
#define LIB_HOLDERS_H

#include "lib/callers.h"

struct refcount;
typedef void holders_visit_fn(
    void *data, const struct refcount *refs, callers who, int balance);

#if defined(CONFIG_KASAN) && !defined(HOSTED)
/* Forgets all, and keeps accounts from now on. */
void holders_begin(void);
/* A reference is taken (1) or put (-1). */
void holders_note(const struct refcount *refs, int change);
/* The last one was put. */
void holders_forget(const struct refcount *refs);
/* Each balance that is not zero, with the last who changed it so.  How many
 * changes had no room. */
unsigned holders_visit(holders_visit_fn *visit, void *data);
#else
static inline void holders_note(const struct refcount *refs, int change)
{
}

static inline void holders_forget(const struct refcount *refs)
{
}
#endif

#endif
