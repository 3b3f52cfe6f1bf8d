/* SPDX-License-Identifier: MIT */
#ifndef MACHINE_CONTEXT_H
#define MACHINE_CONTEXT_H

struct context {
    void *nothing;
};

enum { CONTEXT_IN_THREAD = 8 };

#endif
