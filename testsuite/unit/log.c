/* SPDX-License-Identifier: MIT */
/* The log's ring: order, what is dropped, what reaches the console. */
#include <string.h>

#include "unit.h"
#include "hosted/locks.h"
#include "lib/format.c"
#include "lib/log.c"

static char console[4096];
static size_t console_bytes;

void console_write(const char *bytes, size_t count)
{
    if (console_bytes + count > sizeof console)
        console_bytes = 0;
    memcpy(console + console_bytes, bytes, count);
    console_bytes += count;
}

bool panic_is_under_way(void)
{
    return false;
}

static uint64_t now(void)
{
    return 12345678901ull;
}

static bool reads(uint64_t *sequence, const char *wanted)
{
    char buffer[LOG_LINE_BYTES + 1];
    size_t count = log_read(sequence, buffer, LOG_LINE_BYTES);
    buffer[count] = 0;
    return !strcmp(buffer, wanted);
}

static void check_lines(void)
{
    uint64_t sequence = 0;
    log_info("early %d", 1);
    log_set_clock(now);
    log_error("late");
    log_debug("not shown");
    ok(reads(&sequence, "<6>[    0.000000] early 1\n"));
    ok(reads(&sequence, "<3>[   12.345678] late\n"));
    ok(sequence == 2);
    ok(reads(&sequence, "<7>[   12.345678] not shown\n"));
    ok(reads(&sequence, "") && sequence == 3);
    const char *shown = "[    0.000000] early 1\r\n[   12.345678] late\r\n";
    ok(console_bytes == strlen(shown));
    ok(!memcmp(console, shown, console_bytes));
    log_clear();
    ok(log_first_sequence() == 3 && log_next_sequence() == 3);
}

static void check_overflow(void)
{
    char buffer[LOG_LINE_BYTES], number[16];
    log_set_console_level(0);
    for (unsigned i = 3; i < 5000; i++)
        log_info("%u %0*d", i, (int)(i % 700), 0);
    uint64_t first = log_first_sequence(), sequence = 0, count = 0;
    ok(first > 3 && log_next_sequence() == 5000);
    ok_always(log_read(&sequence, buffer, sizeof buffer));
    ok(sequence == first + 1);
    for (sequence = first; sequence < 5000; count++) {
        size_t bytes = log_read(&sequence, buffer, sizeof buffer);
        ok_always(bytes && bytes <= sizeof buffer);
        ok_always(buffer[bytes - 1] == '\n');
        int digits =
            snprintf(number, sizeof number, "%u ", (unsigned)sequence - 1);
        ok_always(!memcmp(buffer + strlen("<6>[   12.345678] "), number, digits));
    }
    ok(count == 5000 - first);
    for (unsigned i = 0; i < 3000; i++)
        log_info("x");
    ok(log_next_sequence() - log_first_sequence() == RECORDS_MOST);
}

static void run(void)
{
    check_lines();
    check_overflow();
    ok(!hosted_irq_off);
}

UNIT_MAIN
