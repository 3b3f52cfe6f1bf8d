/* SPDX-License-Identifier: MIT */
/* Hosted tests: a kernel source is compiled for the build machine, with what it
 * needs from below in hosted/, and called.  Prints TAP.
 *
 *     #include "unit.h"
 *     #include "lib/ring.c"
 *     static void run(void)
 *     {
 *         ok(ring_used(&ring) == 0);
 *     }
 *     UNIT_MAIN
 */
#ifndef UNIT_H
#define UNIT_H

#include <stdio.h>
#include <stdlib.h>

static unsigned unit_done, unit_failed;

static inline void unit_check(
    int holds, const char *claim, const char *file, int line)
{
    printf("%sok %u - %s\n", holds ? "" : "not ", ++unit_done, claim);
    if (!holds) {
        unit_failed++;
        printf("# at %s:%d\n", file, line);
    }
}

#define ok(claim) unit_check(!!(claim), #claim, __FILE__, __LINE__)

/* A claim that many rounds make: says something only when it does not hold. */
#define ok_always(claim)                                                       \
    do {                                                                       \
        if (!(claim))                                                          \
            unit_check(0, #claim, __FILE__, __LINE__);                         \
    } while (0)

/* The same sequence in every run. */
static inline unsigned unit_random(void)
{
    static unsigned long long state = 88172645463325252ull;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state >> 16;
}

#define UNIT_MAIN                                                              \
    int main(void)                                                             \
    {                                                                          \
        run();                                                                 \
        printf("1..%u\n", unit_done);                                          \
        return unit_failed != 0;                                               \
    }

#endif
