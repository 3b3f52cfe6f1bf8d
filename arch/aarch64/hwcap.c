/* SPDX-License-Identifier: MIT */
/* What the CPU can do, in Linux's bits of the auxiliary vector: one row for
 * each, from the identification registers.  What the kernel does not keep for
 * programs (SVE, SME), or leaves off (pointer authentication, branch targets,
 * memory tags), has no row, and is not in the registers that user code sees. */
#include "lib/format.h"
#include "machine/features.h"

enum id { ISAR0, ISAR1, PFR0, PFR1, MMFR2, ID_COUNT, BY_KERNEL = ID_COUNT };

struct capability {
    uint8_t id, shift;
    uint8_t least; /* of the field, signed where 15 means none */
    uint8_t word, bit;
    char name[12];
};

static const struct capability capabilities[] = {
    { PFR0, 16, 0, 0, 0, "fp" },
    { PFR0, 20, 0, 0, 1, "asimd" },
    { BY_KERNEL, 0, 0, 0, 2, "evtstrm" }, /* the timer ends WFE: cpu_init */
    { ISAR0, 4, 1, 0, 3, "aes" },
    { ISAR0, 4, 2, 0, 4, "pmull" },
    { ISAR0, 8, 1, 0, 5, "sha1" },
    { ISAR0, 12, 1, 0, 6, "sha2" },
    { ISAR0, 16, 1, 0, 7, "crc32" },
    { ISAR0, 20, 2, 0, 8, "atomics" },
    { PFR0, 16, 1, 0, 9, "fphp" },
    { PFR0, 20, 1, 0, 10, "asimdhp" },
    { ISAR0, 28, 1, 0, 12, "asimdrdm" },
    { BY_KERNEL, 0, 0, 0, 11, "cpuid" }, /* MRS of these registers: below */
    { ISAR1, 12, 1, 0, 13, "jscvt" },
    { ISAR1, 16, 1, 0, 14, "fcma" },
    { ISAR1, 20, 1, 0, 15, "lrcpc" },
    { ISAR1, 0, 1, 0, 16, "dcpop" },
    { ISAR0, 32, 1, 0, 17, "sha3" },
    { ISAR0, 36, 1, 0, 18, "sm3" },
    { ISAR0, 40, 1, 0, 19, "sm4" },
    { ISAR0, 44, 1, 0, 20, "asimddp" },
    { ISAR0, 12, 2, 0, 21, "sha512" },
    { ISAR0, 48, 1, 0, 23, "asimdfhm" },
    { PFR0, 48, 1, 0, 24, "dit" },
    { MMFR2, 32, 1, 0, 25, "uscat" },
    { ISAR1, 20, 2, 0, 26, "ilrcpc" },
    { ISAR0, 52, 1, 0, 27, "flagm" },
    { PFR1, 4, 2, 0, 28, "ssbs" },
    { ISAR1, 36, 1, 0, 29, "sb" },
    { ISAR1, 0, 2, 1, 0, "dcpodp" },
    { ISAR0, 52, 2, 1, 7, "flagm2" },
    { ISAR1, 32, 1, 1, 8, "frint" },
    { ISAR1, 52, 1, 1, 13, "i8mm" },
    { ISAR1, 44, 1, 1, 14, "bf16" },
    { ISAR1, 48, 1, 1, 15, "dgh" },
    { ISAR0, 60, 1, 1, 16, "rng" },
};

static uint64_t id_registers[ID_COUNT];

static bool is_there(const struct capability *row)
{
    if (row->id == BY_KERNEL)
        return true;
    unsigned field = id_registers[row->id] >> row->shift & 15;
    return field != 15 && field >= row->least;
}

void hwcap_detect(void)
{
    id_registers[ISAR0] = register_read(id_aa64isar0_el1);
    id_registers[ISAR1] = register_read(id_aa64isar1_el1);
    id_registers[PFR0] = register_read(id_aa64pfr0_el1);
    id_registers[PFR1] = register_read(id_aa64pfr1_el1);
    id_registers[MMFR2] = register_read(s3_0_c0_c7_2);
    uint64_t words[2] = { 0 };
    for (unsigned i = 0; i < array_size(capabilities); i++)
        if (is_there(&capabilities[i]))
            words[capabilities[i].word] |= 1ull << capabilities[i].bit;
    cpu_features.hwcap = words[0];
    cpu_features.hwcap2 = words[1];
}

size_t hwcap_names(char *to, size_t capacity)
{
    size_t at = 0;
    for (unsigned word = 0; word < 2; word++)
        for (unsigned bit = 0; bit < 64; bit++) {
            const char *name = NULL;
            for (unsigned i = 0; i < array_size(capabilities); i++)
                if (capabilities[i].word == word &&
                    capabilities[i].bit == bit && is_there(&capabilities[i]))
                    name = capabilities[i].name;
            if (name)
                at += format(to + min(at, capacity),
                    capacity - min(at, capacity), " %s", name);
        }
    return at;
}

/* ------------------------------------------------------------ what is seen */

/* The fields of a register that have rows. */
static uint64_t visible(enum id id)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < array_size(capabilities); i++)
        if (capabilities[i].id == id)
            mask |= 15ull << capabilities[i].shift;
    return id_registers[id] & mask;
}

/* What programs are told of fields that are none of their business, and of a
 * 32-bit mode that there is not. */
#define MMFR0_HIDDEN 0x111ff000000ull /* sizes of pages: none of either */
#define ISAR5_SEEN   0xffff0u         /* AES, SHA1, SHA2, CRC32 */
#define MVFR0_SEEN   0xf00u           /* double precision */
#define MVFR1_SEEN   0xf00fff00u      /* FMA; single precision, integers, loads */
enum { EL0_64_BIT_ONLY = 1, EL1_64_BIT_ONLY = 0x10 };

bool id_register_for_user(unsigned crm, unsigned op2, uint64_t *value)
{
    *value = 0;
    if (crm > 7)
        return false;
    switch (crm << 4 | op2) {
    case 0x00:
        *value = register_read(midr_el1);
        break;
    case 0x05:
        *value = 1u << 31; /* MPIDR: nothing about the topology */
        break;
    case 0x06:
        *value = register_read(revidr_el1);
        break;
    case 0x25:
        *value = register_read(id_isar5_el1) & ISAR5_SEEN;
        break;
    case 0x30:
        *value = register_read(mvfr0_el1) & MVFR0_SEEN;
        break;
    case 0x31:
        *value = register_read(mvfr1_el1) & MVFR1_SEEN;
        break;
    case 0x40:
        *value = visible(PFR0) | EL0_64_BIT_ONLY | EL1_64_BIT_ONLY;
        break;
    case 0x41:
        *value = visible(PFR1);
        break;
    case 0x50:
        *value = 6; /* DFR0: the architecture's own debug registers */
        break;
    case 0x60:
        *value = visible(ISAR0);
        break;
    case 0x61:
        *value = visible(ISAR1);
        break;
    case 0x70:
        *value = MMFR0_HIDDEN;
        break;
    case 0x72:
        *value = visible(MMFR2);
        break;
    default:
        return crm >= 2; /* reserved ones and those without fields: zero */
    }
    return true;
}
