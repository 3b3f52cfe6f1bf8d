/* SPDX-License-Identifier: MIT */
/* Descriptors that signals are read from. */
#ifndef KERNEL_SIGNALFD_H
#define KERNEL_SIGNALFD_H

#include "lib/signals.h"

struct file;

/* What a read gives of each signal: laid out as struct signalfd_siginfo. */
struct signal_record {
    uint32_t number;
    int32_t error, code;
    uint32_t pid, uid;
    int32_t fd;
    uint32_t timer, band, overrun, trap;
    int32_t status, value_int;
    uint64_t value, user_ticks, system_ticks, address;
    uint16_t address_bits, unused;
    int32_t call_number;
    uint64_t call_address;
    uint32_t call_arch;
    uint8_t unused_too[28];
};

/* A file for the signals of `wanted`; flags: OPEN_NONBLOCK or 0. */
int signalfd_new(signal_set wanted, unsigned flags, struct file **made);
/* Other signals for one that is there: -EINVAL, it is something else. */
int signalfd_change(struct file *file, signal_set wanted);

#endif
