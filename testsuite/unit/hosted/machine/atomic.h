/* SPDX-License-Identifier: MIT */
/* The build machine, as tests see it. */
#ifndef MACHINE_ATOMIC_H
#define MACHINE_ATOMIC_H

static inline void cpu_relax(void)
{
}

static inline void atomic_settle(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#endif
