/* SPDX-License-Identifier: MIT */
/* The boot command line: words for the kernel, and words for init. */
#ifndef KERNEL_OPTIONS_H
#define KERNEL_OPTIONS_H

#include "lib/types.h"

enum { INIT_WORDS_MAX = 32 };

struct boot_options {
    const char *init, *rdinit; /* NULL: not given */
    int panic_timeout;
    unsigned most_cpus;
    /* For init: [0] is left for its name; NULL-ended. */
    const char *arguments[INIT_WORDS_MAX + 2];
    const char *environment[INIT_WORDS_MAX + 1];
};
extern struct boot_options boot_options;

/* Reads the line, as Linux does, and acts on what can be done at once (the log's
 * levels, the personality's own). Called once, when there is a heap. */
void options_read(const char *line);

#endif
