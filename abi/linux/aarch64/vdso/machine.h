/* SPDX-License-Identifier: MIT */
#ifndef VDSO_MACHINE_H
#define VDSO_MACHINE_H

#define EXPORTED(name) __kernel_##name
#define ALSO(name) /* Linux has no other names here */ \
    _Static_assert(1, "")

static inline long call(long number, long first, void *second)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = first;
    register void *x1 __asm__("x1") = second;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1) : "memory");
    return x0;
}

static inline uint64_t counter_read(void)
{
    uint64_t count;
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(count) : : "memory");
    return count;
}

#endif
