/* SPDX-License-Identifier: MIT */
<<<<<<< HEAD
=======
/* The build machine, as tests see it. */
>>>>>>> refs/heads/mm
#ifndef MACHINE_ATOMIC_H
#define MACHINE_ATOMIC_H

static inline void cpu_relax(void)
{
}

#endif
