/* SPDX-License-Identifier: MIT */
/* /proc/cpuinfo's lines, in the form that programs parse. */
#include "arch/cpu.h"
#include "lib/format.h"
#include "machine/clock.h"
#include "machine/cpu_local.h"
#include "machine/features.h"

enum { NAMES_MOST = 320 };

size_t cpu_describe(unsigned cpu, char *to, size_t capacity)
{
    char names[NAMES_MOST] = "";
    uint64_t id = cpu_locals[cpu].identity;
    unsigned khz = clock_hz() / 1000;
    if (!capacity)
        return 0;
    hwcap_names(names, sizeof names);
    int wanted = format(to, capacity,
        "processor\t: %u\nBogoMIPS\t: %u.%02u\nFeatures\t:%s\n"
        "CPU implementer\t: 0x%02x\nCPU architecture: 8\n"
        "CPU variant\t: 0x%x\nCPU part\t: 0x%03x\nCPU revision\t: %u\n\n",
        cpu, khz / 500, khz / 5 % 100, names, (unsigned)(id >> 24 & 0xff),
        (unsigned)(id >> 20 & 15), (unsigned)(id >> 4 & 0xfff),
        (unsigned)(id & 15));
    return wanted < 0 ? 0 : min((size_t)wanted, capacity - 1);
}
