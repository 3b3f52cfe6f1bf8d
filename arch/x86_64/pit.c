/* SPDX-License-Identifier: MIT */
/* Channel 0, whose count can be read back on every machine; the gate and output
 * of channel 2 are missing on some.  A sample is taken when the count changes,
 * and the host may take the CPU away at any moment: of several, the one that
 * took least counts. */
#include "machine/pit.h"
#include "machine/registers.h"

enum {
    PIT_COMMAND = 0x43,
    PIT_CHANNEL0 = 0x40,
    COMMAND_LATCH = 0x00,
    COMMAND_RATE = 0x34,   /* channel 0, both bytes, over and over */
    COMMAND_SINGLE = 0x30, /* once; waits for a count that never comes */
    EDGES = 4,
    READS_MOST = 2000,
};

void pit_start(void)
{
    port_write8(PIT_COMMAND, COMMAND_RATE);
    port_write8(PIT_CHANNEL0, 0); /* 65536 */
    port_write8(PIT_CHANNEL0, 0);
}

void pit_stop(void)
{
    port_write8(PIT_COMMAND, COMMAND_SINGLE);
}

static uint16_t read_ticks(void)
{
    port_write8(PIT_COMMAND, COMMAND_LATCH);
    uint16_t low = port_read8(PIT_CHANNEL0);
    return low | port_read8(PIT_CHANNEL0) << 8;
}

bool pit_read(struct pit_sample *sample)
{
    uint64_t best = UINT64_MAX, before = tsc_read();
    uint16_t last = read_ticks();
    unsigned edges = 0;
    for (unsigned i = 0; i < READS_MOST && edges < EDGES; i++) {
        uint64_t start = tsc_read();
        uint16_t ticks = read_ticks();
        if (ticks != last) {
            edges++;
            /* It changed between the latch before and this one. */
            if (start - before < best) {
                best = start - before;
                *sample = (struct pit_sample){ before + best / 2, ticks, best };
            }
        }
        last = ticks;
        before = start;
    }
    return edges;
}
