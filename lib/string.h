/* SPDX-License-Identifier: MIT */
/* Strings and memory, as in C11's <string.h>, and what is missing there. */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include "lib/types.h"

void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *at, int byte, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
void *memchr(const void *at, int byte, size_t bytes);
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t most);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t most);
char *strchr(const char *text, int byte);
char *strrchr(const char *text, int byte);
/* Copies what fits and always ends with NUL; the length of `from`. */
size_t string_copy(char *to, const char *from, size_t capacity);
/* Decimal, 0x hexadecimal or 0 octal; false unless all of text is a number. */
bool string_to_number(const char *text, uint64_t *number);
/* 0; -EINVAL: it is none, -ERANGE: it begins with one that is too large */
int string_parse_number(const char *text, uint64_t *number);

#endif
