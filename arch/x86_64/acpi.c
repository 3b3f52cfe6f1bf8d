/* SPDX-License-Identifier: MIT */
/* ACPI's tables, as far as a kernel needs them that does not run their code:
 * CPUs, interrupt controllers, and how to end.  Lengths are the tables' own and
 * are believed within bounds only. */
#include "machine/acpi.h"
#include "arch/pagetable.h"
#include "lib/log.h"
#include "lib/string.h"
#include "machine/apic.h"
#include "machine/layout.h"
#include "machine/registers.h"

enum {
    HEADER_BYTES = 36,
    TABLE_MOST = 1 << 20,
    FW_CFG_SELECT = 0x510,
    FW_CFG_DATA = 0x511,
    FW_CFG_SIGNATURE = 0,
    FW_CFG_CPUS = 5,
    MADT_CPU = 0,
    MADT_IOAPIC = 1,
    MADT_OVERRIDE = 2,
    MADT_X2APIC = 9,
    POLARITY_LOW = 3,
};

struct acpi acpi;

static bool sum_is_zero(const unsigned char *bytes, size_t count)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += bytes[i];
    return !sum;
}

const unsigned char *acpi_table(uint64_t physical, uint32_t *bytes)
{
    const unsigned char *header =
        physical ? (const unsigned char *)device_map(physical, HEADER_BYTES)
                 : NULL;
    if (!header)
        return NULL;
    *bytes = acpi_word(header + 4);
    if (*bytes < HEADER_BYTES || *bytes > TABLE_MOST)
        return NULL;
    /* Most lie in one page, which is mapped. */
    const unsigned char *table = header;
    if (physical / PAGE_BYTES != (physical + *bytes - 1) / PAGE_BYTES)
        table = (const unsigned char *)device_map(physical, *bytes);
    return table && sum_is_zero(table, *bytes) ? table : NULL;
}

static void add_cpu(uint32_t id, uint32_t flags)
{
    if ((flags & 1) && acpi.cpu_count < CPU_MAX)
        acpi.cpus[acpi.cpu_count++] = id;
}

static void read_madt_entry(const unsigned char *entry, unsigned bytes)
{
    if (entry[0] == MADT_CPU && bytes >= 8)
        add_cpu(entry[3], acpi_word(entry + 4));
    if (entry[0] == MADT_X2APIC && bytes >= 16 && acpi_word(entry + 4) < 255)
        add_cpu(acpi_word(entry + 4), acpi_word(entry + 8));
    if (entry[0] == MADT_IOAPIC && bytes >= 12 &&
        acpi.ioapic_count < ACPI_IOAPICS_MAX) {
        acpi.ioapics[acpi.ioapic_count].address = acpi_word(entry + 4);
        acpi.ioapics[acpi.ioapic_count++].first_line = acpi_word(entry + 8);
    }
    if (entry[0] == MADT_OVERRIDE && bytes >= 10 && entry[3] < 16) {
        acpi.isa_lines[entry[3]].line = acpi_word(entry + 4);
        acpi.isa_lines[entry[3]].is_low_active =
            (entry[8] & 3) == POLARITY_LOW;
    }
}

static void read_madt(const unsigned char *table, uint32_t bytes)
{
    for (uint32_t at = HEADER_BYTES + 8; at + 2 <= bytes;) {
        unsigned length = table[at + 1];
        if (length < 2 || length > bytes - at)
            return;
        read_madt_entry(table + at, length);
        at += length;
    }
}

static void read_table(uint64_t physical)
{
    uint32_t bytes;
    const unsigned char *table = acpi_table(physical, &bytes);
    if (!table)
        return;
    if (!memcmp(table, "APIC", 4))
        read_madt(table, bytes);
    else if (!memcmp(table, "FACP", 4))
        acpi_read_fixed(table, bytes);
}

static void read_root(uint64_t physical, unsigned pointer_bytes)
{
    uint32_t bytes;
    const unsigned char *root = acpi_table(physical, &bytes);
    if (!root)
        return;
    for (uint32_t at = HEADER_BYTES; at + pointer_bytes <= bytes;
         at += pointer_bytes)
        read_table(pointer_bytes == 8 ? acpi_long(root + at)
                                      : acpi_word(root + at));
}

static void read_tables(uint64_t rsdp)
{
    const unsigned char *pointer =
        (const unsigned char *)device_map(rsdp, HEADER_BYTES);
    if (!pointer || memcmp(pointer, "RSD PTR ", 8) || !sum_is_zero(pointer, 20))
        return;
    if (pointer[15] >= 2 && acpi_long(pointer + 24))
        read_root(acpi_long(pointer + 24), 8);
    else
        read_root(acpi_word(pointer + 16), 4);
}

/* Without ACPI an emulator still says how many CPUs it has. */
static unsigned emulated_cpus(void)
{
    char signature[4];
    port_write16(FW_CFG_SELECT, FW_CFG_SIGNATURE);
    for (unsigned i = 0; i < sizeof signature; i++)
        signature[i] = port_read8(FW_CFG_DATA);
    if (memcmp(signature, "QEMU", sizeof signature))
        return 1;
    port_write16(FW_CFG_SELECT, FW_CFG_CPUS);
    unsigned low = port_read8(FW_CFG_DATA);
    return low | port_read8(FW_CFG_DATA) << 8;
}

void acpi_init(uint64_t rsdp)
{
    for (unsigned i = 0; i < array_size(acpi.isa_lines); i++)
        acpi.isa_lines[i].line = i;
    if (rsdp)
        read_tables(rsdp);
    if (!acpi.cpu_count) {
        unsigned count = emulated_cpus();
        for (unsigned i = 0; i < count; i++)
            add_cpu(i, 1);
    }
    if (!acpi.ioapic_count) {
        acpi.ioapics[0].address = 0xfec00000;
        acpi.ioapic_count = 1;
    }
}
