/* SPDX-License-Identifier: MIT */
/* Device numbers as stat(2) and mknod(2) pack them: 12 bits of major in the
 * middle of 20 bits of minor. */
#ifndef ABI_LINUX_DEVICE_NUMBERS_H
#define ABI_LINUX_DEVICE_NUMBERS_H

#include "vfs/device.h"

static inline unsigned device_to_linux(uint64_t device)
{
    unsigned major = device_major(device), minor = device_minor(device);
    return (minor & 0xff) | (major & 0xfff) << 8 | (minor & 0xfff00) << 12;
}

static inline uint64_t device_from_linux(unsigned device)
{
    return device_number(
        device >> 8 & 0xfff, (device & 0xff) | (device >> 12 & 0xfff00));
}

#endif
