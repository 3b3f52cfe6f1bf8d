/* SPDX-License-Identifier: MIT */
#ifndef VDSO_MACHINE_H
#define VDSO_MACHINE_H

#define EXPORTED(name) __vdso_##name
/* A plain name, which a program's own goes before. */
#define ALSO(name)                                                             \
    extern __typeof__(__vdso_##name) name                                      \
        __attribute__((weak, alias("__vdso_" #name), visibility("default")))

static inline long call(long number, long first, void *second)
{
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(first), "S"(second)
                     : "rcx", "r11", "memory");
    return result;
}

/* Not before what was done before it: the CPU would read it early else. */
static inline uint64_t counter_read(void)
{
    uint32_t low, high;
    __asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

#endif
