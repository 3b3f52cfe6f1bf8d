/* SPDX-License-Identifier: MIT */
/* ELF files of 64 bits, as the System V gABI lays them out. */
#ifndef KERNEL_ELF_FORMAT_H
#define KERNEL_ELF_FORMAT_H

#include "lib/types.h"

#define ELF_MAGIC "\177ELF"
enum { ELF_CLASS_64 = 2, ELF_LITTLE_ENDIAN = 1 };
enum elf_type { ELF_FIXED = 2, ELF_MOVABLE = 3 };

struct elf_header {
    unsigned char identity[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, segments_at, sections_at;
    uint32_t flags;
    uint16_t header_bytes, segment_bytes, segment_count;
    uint16_t section_bytes, section_count, section_names;
};
static_assert(sizeof(struct elf_header) == 64, "Elf64_Ehdr");

enum segment_type {
    SEGMENT_LOAD = 1,
    SEGMENT_INTERPRETER = 3,
    SEGMENT_STACK = 0x6474e551,
};
enum { SEGMENT_EXECUTE = 1, SEGMENT_WRITE = 2, SEGMENT_READ = 4 };

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, address, physical;
    uint64_t file_bytes, memory_bytes, alignment;
};
static_assert(sizeof(struct elf_segment) == 56, "Elf64_Phdr");

#endif
