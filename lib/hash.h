/* SPDX-License-Identifier: MIT */
/* Hashes for tables whose keys a program chooses: seeded at boot. */
#ifndef LIB_HASH_H
#define LIB_HASH_H

#include "lib/types.h"

/* SipHash-1-3-like strength is not needed: the seed only spoils cheap tries. */
uint64_t hash_number(uint64_t key);
uint64_t hash_bytes(const void *bytes, size_t count, uint64_t also);
void hash_seed(uint64_t seed);

#endif
