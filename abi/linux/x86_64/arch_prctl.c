/* SPDX-License-Identifier: MIT */
/* arch_prctl: the bases of FS and GS. */
#include <asm/prctl.h>

#include "abi/linux/arguments.h"
#include "arch/context.h"

long sys_arch_prctl(int option, unsigned long address)
{
    void __user *pointer = (void __user *)address;
    uintptr_t base;
    switch (option) {
    case ARCH_SET_FS:
        if (address >= USER_END)
            return -EPERM;
        context_set_tls(&current->context, address);
        return 0;
    case ARCH_GET_FS:
        base = context_tls(&current->context);
        return user_write(pointer, &base, sizeof base);
    case ARCH_SET_GS:
        if (address >= USER_END)
            return -EPERM;
        context_set_gs(&current->context, address);
        return 0;
    case ARCH_GET_GS:
        base = context_gs(&current->context);
        return user_write(pointer, &base, sizeof base);
    case ARCH_GET_CPUID:
        return 1; /* CPUID does not fault */
    case ARCH_SET_CPUID:
        return -ENODEV;
    }
    return -EINVAL;
}
