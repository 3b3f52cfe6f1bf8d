/* SPDX-License-Identifier: MIT */
/* /proc/cpuinfo's lines, in the form that programs parse. */
#include "arch/cpu.h"
#include "lib/format.h"
#include "lib/string.h"
#include "machine/clock.h"
#include "machine/cpu_local.h"
#include "machine/features.h"

enum flag_word { BASIC_EDX, BASIC_ECX, MORE_EBX, MORE_ECX, EXTENDED_EDX,
    EXTENDED_ECX, FLAG_WORDS };

struct flag {
    uint8_t word, bit;
    char name[18];
};

static const struct flag flags[] = {
    { BASIC_EDX, 0, "fpu" },
    { BASIC_EDX, 1, "vme" },
    { BASIC_EDX, 2, "de" },
    { BASIC_EDX, 3, "pse" },
    { BASIC_EDX, 4, "tsc" },
    { BASIC_EDX, 5, "msr" },
    { BASIC_EDX, 6, "pae" },
    { BASIC_EDX, 7, "mce" },
    { BASIC_EDX, 8, "cx8" },
    { BASIC_EDX, 9, "apic" },
    { BASIC_EDX, 11, "sep" },
    { BASIC_EDX, 12, "mtrr" },
    { BASIC_EDX, 13, "pge" },
    { BASIC_EDX, 14, "mca" },
    { BASIC_EDX, 15, "cmov" },
    { BASIC_EDX, 16, "pat" },
    { BASIC_EDX, 17, "pse36" },
    { BASIC_EDX, 19, "clflush" },
    { BASIC_EDX, 23, "mmx" },
    { BASIC_EDX, 24, "fxsr" },
    { BASIC_EDX, 25, "sse" },
    { BASIC_EDX, 26, "sse2" },
    { EXTENDED_EDX, 11, "syscall" },
    { EXTENDED_EDX, 20, "nx" },
    { EXTENDED_EDX, 22, "mmxext" },
    { EXTENDED_EDX, 25, "fxsr_opt" },
    { EXTENDED_EDX, 26, "pdpe1gb" },
    { EXTENDED_EDX, 27, "rdtscp" },
    { EXTENDED_EDX, 29, "lm" },
    { EXTENDED_EDX, 30, "3dnowext" },
    { EXTENDED_EDX, 31, "3dnow" },
    { BASIC_ECX, 0, "pni" },
    { BASIC_ECX, 1, "pclmulqdq" },
    { BASIC_ECX, 9, "ssse3" },
    { BASIC_ECX, 12, "fma" },
    { BASIC_ECX, 13, "cx16" },
    { BASIC_ECX, 19, "sse4_1" },
    { BASIC_ECX, 20, "sse4_2" },
    { BASIC_ECX, 22, "movbe" },
    { BASIC_ECX, 23, "popcnt" },
    { BASIC_ECX, 25, "aes" },
    { BASIC_ECX, 26, "xsave" },
    { BASIC_ECX, 28, "avx" },
    { BASIC_ECX, 29, "f16c" },
    { BASIC_ECX, 30, "rdrand" },
    { BASIC_ECX, 31, "hypervisor" },
    { EXTENDED_ECX, 0, "lahf_lm" },
    { EXTENDED_ECX, 5, "abm" },
    { EXTENDED_ECX, 6, "sse4a" },
    { EXTENDED_ECX, 8, "3dnowprefetch" },
    { MORE_EBX, 0, "fsgsbase" },
    { MORE_EBX, 3, "bmi1" },
    { MORE_EBX, 5, "avx2" },
    { MORE_EBX, 7, "smep" },
    { MORE_EBX, 8, "bmi2" },
    { MORE_EBX, 9, "erms" },
    { MORE_EBX, 16, "avx512f" },
    { MORE_EBX, 17, "avx512dq" },
    { MORE_EBX, 18, "rdseed" },
    { MORE_EBX, 19, "adx" },
    { MORE_EBX, 20, "smap" },
    { MORE_EBX, 23, "clflushopt" },
    { MORE_EBX, 24, "clwb" },
    { MORE_EBX, 28, "avx512cd" },
    { MORE_EBX, 29, "sha_ni" },
    { MORE_EBX, 30, "avx512bw" },
    { MORE_EBX, 31, "avx512vl" },
    { MORE_ECX, 2, "umip" },
};

/* What format would have written may be longer than the room. */
static size_t advance(size_t at, int wanted, size_t capacity)
{
    size_t room = capacity - at;
    return at + (wanted < 0           ? 0
                 : (size_t)wanted < room ? (size_t)wanted
                 : room               ? room - 1
                                      : 0);
}

#define ADD(...)                                                               \
    at = advance(at, format(to + at, capacity - at, __VA_ARGS__), capacity)

static size_t describe_model(char *to, size_t at, size_t capacity)
{
    struct cpuid id = cpu_leaf(1, 0), vendor = cpu_leaf(0, 0);
    unsigned family = id.eax >> 8 & 15, model = id.eax >> 4 & 15;
    if (family == 6 || family == 15)
        model |= id.eax >> 12 & 0xf0;
    if (family == 15)
        family += id.eax >> 20 & 0xff;
    uint32_t letters[] = { vendor.ebx, vendor.edx, vendor.ecx };
    char name[49] = "";
    for (unsigned i = 0; i < 3; i++) {
        struct cpuid part = cpu_leaf(0x80000002 + i, 0);
        memcpy(name + 16 * i, &part, sizeof part);
    }
    ADD("vendor_id\t: %.12s\n", (char *)letters);
    ADD("cpu family\t: %u\nmodel\t\t: %u\n", family, model);
    ADD("model name\t: %s\n", name[0] ? name : "unknown");
    ADD("stepping\t: %u\n", id.eax & 15);
    return at;
}

static size_t describe_flags(char *to, size_t at, size_t capacity)
{
    const uint32_t words[FLAG_WORDS] = {
        [BASIC_EDX] = cpu_leaf(1, 0).edx,
        [BASIC_ECX] = cpu_leaf(1, 0).ecx,
        [MORE_EBX] = cpu_leaf(7, 0).ebx,
        [MORE_ECX] = cpu_leaf(7, 0).ecx,
        [EXTENDED_EDX] = cpu_leaf(0x80000001, 0).edx,
        [EXTENDED_ECX] = cpu_leaf(0x80000001, 0).ecx,
    };
    ADD("flags\t\t:");
    for (unsigned i = 0; i < array_size(flags); i++)
        if (words[flags[i].word] >> flags[i].bit & 1)
            ADD(" %s", flags[i].name);
    ADD("\n");
    return at;
}

size_t cpu_describe(unsigned cpu, char *to, size_t capacity)
{
    size_t at = 0;
    unsigned khz = clock_hz() / 1000;
    struct cpuid sizes = cpu_leaf(0x80000008, 0);
    if (!capacity)
        return 0;
    ADD("processor\t: %u\n", cpu);
    at = describe_model(to, at, capacity);
    ADD("cpu MHz\t\t: %u.%03u\n", khz / 1000, khz % 1000);
    ADD("physical id\t: 0\nsiblings\t: 1\ncore id\t\t: %u\n", cpu);
    ADD("cpu cores\t: 1\napicid\t\t: %u\n", cpu_locals[cpu].apic_id);
    ADD("fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: %u\nwp\t\t: yes\n",
        cpu_leaf(0, 0).eax);
    at = describe_flags(to, at, capacity);
    ADD("bogomips\t: %u.%02u\n", khz / 500, khz / 5 % 100);
    ADD("clflush size\t: %u\ncache_alignment\t: 64\n",
        (cpu_leaf(1, 0).ebx >> 8 & 0xff) * 8);
    ADD("address sizes\t: %u bits physical, %u bits virtual\n\n",
        sizes.eax & 0xff, sizes.eax >> 8 & 0xff);
    return at;
}
