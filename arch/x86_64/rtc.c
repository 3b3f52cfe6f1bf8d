/* SPDX-License-Identifier: MIT */
/* The real-time clock, read once.  Its registers are not to be read while it
 * counts on: two equal readings settle it. */
#include "arch/atomic.h"
#include "lib/string.h"
#include "machine/clock.h"
#include "machine/registers.h"

enum {
    RTC_INDEX = 0x70,
    RTC_DATA = 0x71,
    RTC_STATUS_A = 0x0a,
    RTC_STATUS_B = 0x0b,
    RTC_CENTURY = 0x32,
    RTC_UPDATING = 0x80,
    RTC_BINARY = 0x04,
    RTC_24_HOURS = 0x02,
    RTC_AFTERNOON = 0x80,
    RTC_POLLS_MOST = 100000,
};

struct reading {
    uint8_t second, minute, hour, day, month, year, century;
};

static uint8_t rtc_read(uint8_t index)
{
    port_write8(RTC_INDEX, index);
    return port_read8(RTC_DATA);
}

static void read_once(struct reading *reading)
{
    for (unsigned i = 0; i < RTC_POLLS_MOST; i++) {
        if (!(rtc_read(RTC_STATUS_A) & RTC_UPDATING))
            break;
        cpu_relax();
    }
    *reading = (struct reading){ rtc_read(0), rtc_read(2), rtc_read(4),
        rtc_read(7), rtc_read(8), rtc_read(9), rtc_read(RTC_CENTURY) };
}

static unsigned number_of(uint8_t byte, bool is_binary)
{
    return is_binary ? byte : (byte >> 4) * 10 + (byte & 15);
}

/* Days since 1970-01-01 in the Gregorian calendar; years begin in March, so
 * that the leap day comes last. */
static uint64_t days_since_1970(unsigned year, unsigned month, unsigned day)
{
    year -= month <= 2;
    unsigned from_march = (month + 9) % 12;
    unsigned day_of_year = (153 * from_march + 2) / 5 + day - 1;
    return 365ull * year + year / 4 - year / 100 + year / 400 + day_of_year -
           719468;
}

uint64_t rtc_seconds(void)
{
    struct reading now, again;
    if (rtc_read(RTC_STATUS_B) == 0xff)
        return 0;
    read_once(&now);
    for (unsigned tries = 0; tries < 10; tries++) {
        read_once(&again);
        if (!memcmp(&now, &again, sizeof now))
            break;
        now = again;
    }

    uint8_t status = rtc_read(RTC_STATUS_B);
    bool is_binary = status & RTC_BINARY;
    unsigned hour = number_of(now.hour & ~RTC_AFTERNOON, is_binary);
    if (!(status & RTC_24_HOURS))
        hour = hour % 12 + (now.hour & RTC_AFTERNOON ? 12 : 0);
    unsigned century = number_of(now.century, is_binary);
    if (century < 19 || century > 29)
        century = 20;
    unsigned year = century * 100 + number_of(now.year, is_binary);
    unsigned month = number_of(now.month, is_binary);
    unsigned day = number_of(now.day, is_binary);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31)
        return 0;
    return days_since_1970(year, month, day) * 86400 + hour * 3600ull +
           number_of(now.minute, is_binary) * 60 +
           number_of(now.second, is_binary);
}
