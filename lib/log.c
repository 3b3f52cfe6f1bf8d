/* SPDX-License-Identifier: MIT */
/* The log: a ring of text, and beside it a ring of what is known of each line,
 * found by its sequence number.
 *
 * The hard part is to be usable from anywhere.  A line is formatted and copied
 * under one lock with interrupts off; a panic, which may have interrupted just
 * that, goes past the lock. */
#include "lib/log.h"

#include "arch/console.h"
#include "arch/irq.h"
#include "lib/format.h"
#include "lib/panic.h"
#include "lib/spinlock.h"
#include "lib/string.h"

enum {
    TEXT_BYTES = 64 * 1024,
    RECORDS_MOST = 1024,
    PREFIX_BYTES = 32, /* "<6>[12345678.123456] " and the newline */
    LINE_MOST = LOG_LINE_BYTES - PREFIX_BYTES,
};

struct record {
    uint64_t time_ns;
    uint64_t start; /* in text, counted from the beginning of time */
    uint16_t bytes;
    uint8_t level;
};

static struct spinlock lock = SPINLOCK_INIT(RANK_LOG);

/* Under lock: */
static char text[TEXT_BYTES];
static uint64_t text_end; /* ever written */
static struct record records[RECORDS_MOST];
static uint64_t oldest, next, cleared; /* sequence numbers */
static char line[LINE_MOST], prefix[PREFIX_BYTES];

static int console_level = LOG_DEBUG;
static uint64_t (*clock)(void);

void log_set_clock(uint64_t (*now_ns)(void))
{
    clock = now_ns;
}

void log_set_console_level(int level)
{
    console_level = level;
}

int log_console_level(void)
{
    return console_level;
}

static bool lock_log(unsigned long *irq_state)
{
    *irq_state = irq_save();
    if (panic_is_under_way())
        return false;
    spin_lock(&lock);
    return true;
}

static void unlock_log(bool was_locked, unsigned long irq_state)
{
    if (was_locked)
        spin_unlock(&lock);
    irq_restore(irq_state);
}

static struct record *record_of(uint64_t sequence)
{
    return &records[sequence % RECORDS_MOST];
}

static void put_text(const char *from, size_t bytes)
{
    size_t at = text_end % TEXT_BYTES;
    size_t first = min(bytes, TEXT_BYTES - at);
    memcpy(text + at, from, first);
    memcpy(text, from + first, bytes - first);
    text_end += bytes;
}

/* Drops the oldest lines that the new one takes the room of. */
static void add_record(enum log_level level, uint64_t now_ns, size_t bytes)
{
    while (oldest < next &&
        (next - oldest == RECORDS_MOST ||
            text_end + bytes - record_of(oldest)->start > TEXT_BYTES))
        oldest++;
    *record_of(next++) = (struct record){
        .time_ns = now_ns,
        .start = text_end,
        .bytes = bytes,
        .level = level,
    };
    put_text(line, bytes);
}

static size_t format_time(char *to, size_t capacity, uint64_t time_ns)
{
    uint64_t us = time_ns / 1000;
    return format(to, capacity, "[%5lu.%06lu] ", us / 1000000, us % 1000000);
}

static void show(uint64_t now_ns, size_t bytes)
{
    size_t count = format_time(prefix, sizeof prefix, now_ns);
    console_write(prefix, min(count, sizeof prefix - 1));
    console_write(line, bytes);
    console_write("\r\n", 2);
}

void log_at(enum log_level level, const char *how, ...)
{
    unsigned long irq_state;
    uint64_t now_ns = clock ? clock() : 0;
    bool was_locked = lock_log(&irq_state);
    va_list list;
    va_start(list, how);
    size_t bytes = format_list(line, sizeof line, how, list);
    va_end(list);
    bytes = min(bytes, sizeof line - 1);
    add_record(level, now_ns, bytes);
    if ((int)level < console_level)
        show(now_ns, bytes);
    unlock_log(was_locked, irq_state);
}

/* What is written fits: a line is at most LINE_MOST long. */
static size_t format_record(
    const struct record *record, char *buffer, size_t capacity)
{
    size_t count = format(buffer, capacity, "<%u>", record->level);
    count += format_time(buffer + count, capacity - count, record->time_ns);
    size_t bytes = min((size_t)record->bytes, capacity - count - 1);
    size_t at = record->start % TEXT_BYTES;
    size_t first = min(bytes, TEXT_BYTES - at);
    memcpy(buffer + count, text + at, first);
    memcpy(buffer + count + first, text, bytes - first);
    count += bytes;
    buffer[count++] = '\n';
    return count;
}

size_t log_read(uint64_t *sequence, char *buffer, size_t capacity)
{
    if (capacity < PREFIX_BYTES)
        return 0;
    unsigned long irq_state;
    bool was_locked = lock_log(&irq_state);
    size_t count = 0;
    if (*sequence < oldest)
        *sequence = oldest;
    if (*sequence < next)
        count = format_record(record_of((*sequence)++), buffer, capacity);
    unlock_log(was_locked, irq_state);
    return count;
}

uint64_t log_first_sequence(void)
{
    unsigned long irq_state;
    bool was_locked = lock_log(&irq_state);
    uint64_t first = max(oldest, cleared);
    unlock_log(was_locked, irq_state);
    return first;
}

uint64_t log_next_sequence(void)
{
    unsigned long irq_state;
    bool was_locked = lock_log(&irq_state);
    uint64_t sequence = next;
    unlock_log(was_locked, irq_state);
    return sequence;
}

void log_clear(void)
{
    unsigned long irq_state;
    bool was_locked = lock_log(&irq_state);
    cleared = next;
    unlock_log(was_locked, irq_state);
}
