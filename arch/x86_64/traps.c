/* SPDX-License-Identifier: MIT */
/* The interrupt descriptor table. */
#include "machine/traps.h"
#include "arch/common/fixup.h"
#include "machine/cpu_local.h"
#include "machine/frame.h"
#include "machine/user_access.h"

struct gate {
    uint16_t low, selector;
    uint8_t stack, type;
    uint16_t middle;
    uint32_t high, reserved;
};
static_assert(sizeof(struct gate) == 16, "as the CPU reads it");

enum { GATE_INTERRUPT = 0x8e, GATE_USER = 0x60, STUB_BYTES = 16 };

static struct gate gates[256] aligned_to(16);
extern const char vector_stubs[];

void traps_init(void)
{
    for (unsigned i = 0; i < array_size(gates); i++) {
        uint64_t stub = (uint64_t)vector_stubs + i * STUB_BYTES;
        gates[i] = (struct gate){ .low = stub, .middle = stub >> 16,
            .high = stub >> 32, .selector = SELECTOR_KERNEL_CODE,
            .type = GATE_INTERRUPT };
    }
    gates[VECTOR_DOUBLE_FAULT].stack = IST_FATAL;
    gates[VECTOR_MACHINE_CHECK].stack = IST_FATAL;
    gates[VECTOR_NMI].stack = IST_NMI;
    gates[VECTOR_DEBUG].stack = IST_DEBUG;
    gates[VECTOR_BREAKPOINT].type |= GATE_USER;
    gates[VECTOR_OVERFLOW].type |= GATE_USER;
}

void traps_load(void)
{
    struct {
        uint16_t limit;
        uint64_t base;
    } packed_struct pointer = { sizeof gates - 1, (uint64_t)gates };
    __asm__ volatile("lidt %0" : : "m"(pointer));
}
