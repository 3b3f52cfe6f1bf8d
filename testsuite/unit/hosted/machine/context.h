/* SPDX-License-Identifier: MIT */
<<<<<<< HEAD
#ifndef MACHINE_CONTEXT_H
#define MACHINE_CONTEXT_H

struct context {
    void *nothing;
};

enum { CONTEXT_IN_THREAD = 8 };

#endif
=======
#include "arch/x86_64/context.h"
>>>>>>> refs/heads/mm
