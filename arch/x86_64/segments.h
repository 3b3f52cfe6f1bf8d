/* SPDX-License-Identifier: MIT */
/* The segment whose limit is the CPU's number, for programs: where Linux has it. */
#ifndef X86_64_SEGMENTS_H
#define X86_64_SEGMENTS_H

#define SEGMENT_CPU_NUMBER 0x7b

#endif
