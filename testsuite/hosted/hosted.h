/* SPDX-License-Identifier: MIT */
/* What the hosted fuzzers share: libFuzzer's door, and a heap. */
#ifndef HOSTED_H
#define HOSTED_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* What must hold, whatever the input. */
#define must_hold_for_all(claim)                                               \
    do {                                                                       \
        if (!(claim))                                                          \
            abort();                                                           \
    } while (0)

#endif
