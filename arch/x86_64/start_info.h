/* SPDX-License-Identifier: MIT */
/* PVH's start info, as the public Xen header documents it (hvm_start_info). */
#ifndef MACHINE_START_INFO_H
#define MACHINE_START_INFO_H

#include "lib/types.h"

enum { START_INFO_MAGIC = 0x336ec578, START_MEMORY_RAM = 1 };

struct start_info {
    uint32_t magic, version, flags, module_count;
    uint64_t modules, command_line, rsdp;
    uint64_t memory_map; /* from version 1 on */
    uint32_t memory_count, reserved;
};

struct start_module {
    uint64_t start, bytes, command_line, reserved;
};

struct start_memory {
    uint64_t start, bytes;
    uint32_t type, reserved;
};

static_assert(sizeof(struct start_info) == 56, "as PVH lays it out");
static_assert(sizeof(struct start_module) == 32, "as PVH lays it out");
static_assert(sizeof(struct start_memory) == 24, "as PVH lays it out");

#endif
