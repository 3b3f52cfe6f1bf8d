/* SPDX-License-Identifier: MIT */
/* How to switch off and to reset, from the fixed table.  The sleep type of S5
 * is in a bytecode that is not run: its name and the package behind it are
 * looked for. */
#include "arch/pagetable.h"
#include "lib/string.h"
#include "machine/acpi.h"
#include "machine/registers.h"

enum { /* offsets in the fixed table, and what its length must be for them */
    FIXED_DSDT = 40,
    FIXED_PM1A_CONTROL = 64,
    FIXED_PM1B_CONTROL = 68,
    FIXED_FLAGS = 112,
    FIXED_RESET = 116,
    FIXED_RESET_VALUE = 128,
    FIXED_LONG_DSDT = 140,
    FIXED_SLEEP = 244,
    REGISTER_BYTES = 12,

    FLAG_RESET = 1 << 10,
    FLAG_REDUCED = 1 << 20,

    CODE_ZERO = 0x00,
    CODE_ONE = 0x01,
    CODE_NAME = 0x08,
    CODE_BYTE = 0x0a,
    CODE_PACKAGE = 0x12,
    HEADER_BYTES = 36,
};

static struct acpi_register register_at(const unsigned char *at)
{
    struct acpi_register reg = { .space = at[0] };
    uint64_t address = acpi_long(at + 4);
    if (!address)
        return reg;
    if (reg.space == ACPI_PORT) {
        reg.port = address;
        reg.is_there = true;
    } else if (reg.space == ACPI_MEMORY) {
        reg.at = device_map(address, 1);
        reg.is_there = reg.at;
    }
    return reg;
}

void acpi_register_write(const struct acpi_register *reg, uint8_t value)
{
    if (!reg->is_there)
        return;
    if (reg->space == ACPI_PORT)
        port_write8(reg->port, value);
    else
        *reg->at = value;
}

/* The first number of the package behind the name. */
static bool read_package(const unsigned char *at, size_t left, uint8_t *number)
{
    if (left < 3 || at[0] != CODE_PACKAGE)
        return false;
    size_t skip = 1 + 1 + (at[1] >> 6) + 1; /* length bytes, then a count */
    if (left < skip + 2)
        return false;
    at += skip;
    if (*at == CODE_ZERO || *at == CODE_ONE)
        *number = *at;
    else if (*at == CODE_BYTE)
        *number = at[1];
    else
        return false;
    return true;
}

static void find_s5(const unsigned char *code, uint32_t bytes)
{
    for (uint32_t at = HEADER_BYTES + 2; at + 4 < bytes; at++) {
        if (memcmp(code + at, "_S5_", 4))
            continue;
        bool is_named = code[at - 1] == CODE_NAME ||
                        (code[at - 1] == '\\' && code[at - 2] == CODE_NAME);
        if (is_named && read_package(
                            code + at + 4, bytes - at - 4, &acpi.sleep_type)) {
            acpi.has_s5 = true;
            return;
        }
    }
}

void acpi_read_fixed(const unsigned char *table, uint32_t bytes)
{
    if (bytes < FIXED_RESET)
        return;
    uint32_t flags = acpi_word(table + FIXED_FLAGS);
    uint64_t code = acpi_word(table + FIXED_DSDT);
    if (!(flags & FLAG_REDUCED)) {
        acpi.pm1a_control = acpi_word(table + FIXED_PM1A_CONTROL);
        acpi.pm1b_control = acpi_word(table + FIXED_PM1B_CONTROL);
    }
    if (bytes > FIXED_RESET_VALUE && (flags & FLAG_RESET)) {
        acpi.reset = register_at(table + FIXED_RESET);
        acpi.reset_value = table[FIXED_RESET_VALUE];
    }
    if (bytes >= FIXED_LONG_DSDT + 8 && acpi_long(table + FIXED_LONG_DSDT))
        code = acpi_long(table + FIXED_LONG_DSDT);
    if (bytes >= FIXED_SLEEP + REGISTER_BYTES && (flags & FLAG_REDUCED))
        acpi.sleep = register_at(table + FIXED_SLEEP);

    uint32_t code_bytes;
    const unsigned char *definitions = acpi_table(code, &code_bytes);
    if (definitions)
        find_s5(definitions, code_bytes);
}
