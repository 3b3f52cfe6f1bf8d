/* SPDX-License-Identifier: MIT */
/* Random numbers: one ChaCha20 generator with fast key erasure, seeded from
 * the boot data, the CPU's instruction and jitter before PID 1 starts. */
#ifndef LIB_RANDOM_H
#define LIB_RANDOM_H

#include "lib/types.h"

/* Once at boot: mixes in what the loader gave (0 bytes: nothing), the CPU's
 * instruction and jitter. */
void random_start(const void *seed, size_t bytes);
/* Mixes bytes in.  `bits` is how much entropy they are believed to hold. */
void random_add(const void *bytes, size_t count, unsigned bits);
/* Whether 256 bits have come in: getrandom's question. */
bool random_is_seeded(void);
void random_fill(void *buffer, size_t bytes);
uint64_t random_number(void);

#endif
