/* SPDX-License-Identifier: MIT */
/* What ACPI's tables say, or what is assumed where there are none. */
#ifndef MACHINE_ACPI_H
#define MACHINE_ACPI_H

#include "arch/cpu.h"

enum { ACPI_IOAPICS_MAX = 8 };

enum acpi_space { ACPI_MEMORY = 0, ACPI_PORT = 1 };

struct acpi_register {
    bool is_there;
    enum acpi_space space;
    uint16_t port;
    volatile uint8_t *at; /* mapped */
};
void acpi_register_write(const struct acpi_register *reg, uint8_t value);

struct acpi {
    unsigned cpu_count;
    uint32_t cpus[CPU_MAX]; /* APIC ids; the one that boots is among them */
    unsigned ioapic_count;
    struct {
        uint64_t address;
        unsigned first_line;
    } ioapics[ACPI_IOAPICS_MAX];
    struct {
        unsigned line; /* global */
        bool is_low_active;
    } isa_lines[16];

    /* Power-off: through the old control port, or the reduced hardware's. */
    uint16_t pm1a_control, pm1b_control;
    uint8_t sleep_type; /* of S5 */
    bool has_s5;
    struct acpi_register sleep, reset;
    uint8_t reset_value;
};
extern struct acpi acpi;

void acpi_init(uint64_t rsdp);

/* acpi_power.c: reads the fixed table and looks for S5. */
void acpi_read_fixed(const unsigned char *table, uint32_t bytes);
/* A table at a physical address, mapped whole, its checksum right; or NULL. */
const unsigned char *acpi_table(uint64_t physical, uint32_t *bytes);

static inline uint32_t acpi_word(const unsigned char *at)
{
    return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t acpi_long(const unsigned char *at)
{
    return acpi_word(at) | (uint64_t)acpi_word(at + 4) << 32;
}

#endif
