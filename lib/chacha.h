/* SPDX-License-Identifier: MIT */
/* The ChaCha20 block function. Source: RFC 8439, section 2.3. */
#ifndef LIB_CHACHA_H
#define LIB_CHACHA_H

#include "lib/types.h"

enum { CHACHA_KEY_WORDS = 8, CHACHA_BLOCK_BYTES = 64 };

/* The block of a key, its number and a nonce. */
void chacha_block(const uint32_t key[CHACHA_KEY_WORDS], uint32_t number,
    const uint32_t nonce[3], unsigned char block[CHACHA_BLOCK_BYTES]);

#endif
