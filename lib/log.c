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
};
static_assert(LOG_TEXT_BYTES == LOG_LINE_BYTES - PREFIX_BYTES,
    "a record of one line fits with its prefix");

struct record {
    uint64_t time_ns;
    uint64_t start; /* in text, counted from the beginning of time */
    uint16_t bytes, priority;
};

static struct spinlock lock = SPINLOCK_INIT(RANK_LOG);

/* Under lock: */
static char text[TEXT_BYTES];
static uint64_t text_end; /* ever written */
static struct record records[RECORDS_MOST];
static uint64_t oldest, next, cleared; /* sequence numbers */
static char line[LOG_TEXT_BYTES + 1], prefix[PREFIX_BYTES];

static int console_level = LOG_DEBUG;
static uint64_t (*clock)(void);
static void (*tell_news)(void);

void log_set_news(void (*tell)(void))
{
    tell_news = tell;
}

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

/* Of the ring. */
static void copy_text(char *to, uint64_t start, size_t bytes)
{
    size_t at = start % TEXT_BYTES;
    size_t first = min(bytes, TEXT_BYTES - at);
    memcpy(to, text + at, first);
    memcpy(to + first, text, bytes - first);
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
static void add_record(
    unsigned priority, uint64_t now_ns, const char *from, size_t bytes)
{
    while (oldest < next &&
        (next - oldest == RECORDS_MOST ||
            text_end + bytes - record_of(oldest)->start > TEXT_BYTES))
        oldest++;
    *record_of(next++) = (struct record){
        .time_ns = now_ns,
        .start = text_end,
        .bytes = bytes,
        .priority = priority,
    };
    put_text(from, bytes);
}

static size_t bytes_of_line(const char *from, size_t bytes)
{
    size_t count = 0;
    while (count < bytes && from[count] != '\n')
        count++;
    return count;
}

static size_t format_time(char *to, size_t capacity, uint64_t time_ns)
{
    uint64_t us = time_ns / 1000;
    return format(to, capacity, "[%5lu.%06lu] ", us / 1000000, us % 1000000);
}

static void show(uint64_t now_ns, const char *from, size_t bytes)
{
    size_t count = format_time(prefix, sizeof prefix, now_ns);
    for (;;) {
        size_t here = bytes_of_line(from, bytes);
        console_write(prefix, min(count, sizeof prefix - 1));
        console_write(from, here);
        console_write("\r\n", 2);
        if (here == bytes)
            return;
        from += here + 1;
        bytes -= here + 1;
    }
}

static void put_locked(
    unsigned priority, uint64_t now_ns, const char *from, size_t bytes)
{
    add_record(priority, now_ns, from, bytes);
    if ((int)(priority & 7) < console_level)
        show(now_ns, from, bytes);
}

static void unlock_and_tell(bool was_locked, unsigned long irq_state)
{
    unlock_log(was_locked, irq_state);
    if (was_locked && tell_news)
        tell_news();
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
    put_locked(level, now_ns, line, min(bytes, sizeof line - 1));
    unlock_and_tell(was_locked, irq_state);
}

void log_put(unsigned priority, const char *from, size_t bytes)
{
    unsigned long irq_state;
    uint64_t now_ns = clock ? clock() : 0;
    bool was_locked = lock_log(&irq_state);
    put_locked(priority, now_ns, from, min(bytes, (size_t)LOG_TEXT_BYTES));
    unlock_and_tell(was_locked, irq_state);
}

/* Each line of the record in `line`, with a prefix of its own. */
static size_t format_lines(const struct record *record, char *buffer,
    size_t capacity)
{
    size_t count = format(prefix, sizeof prefix, "<%u>", record->priority);
    count += format_time(prefix + count, sizeof prefix - count,
        record->time_ns);
    const char *from = line;
    size_t done = 0, left = record->bytes;
    while (done + count + 1 < capacity) {
        size_t whole = bytes_of_line(from, left);
        size_t here = min(whole, capacity - done - count - 1);
        memcpy(buffer + done, prefix, count);
        memcpy(buffer + done + count, from, here);
        done += count + here;
        buffer[done++] = '\n';
        if (whole == left)
            break;
        from += whole + 1;
        left -= whole + 1;
    }
    return done;
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
    if (*sequence < next) {
        const struct record *record = record_of((*sequence)++);
        copy_text(line, record->start, record->bytes);
        count = format_lines(record, buffer, capacity);
    }
    unlock_log(was_locked, irq_state);
    return count;
}

bool log_get(uint64_t sequence, struct log_record *to)
{
    unsigned long irq_state;
    bool was_locked = lock_log(&irq_state);
    sequence = max(sequence, oldest);
    bool is_there = sequence < next;
    if (is_there) {
        const struct record *record = record_of(sequence);
        to->sequence = sequence;
        to->time_ns = record->time_ns;
        to->priority = record->priority;
        to->bytes = record->bytes;
        copy_text(to->text, record->start, record->bytes);
    }
    unlock_log(was_locked, irq_state);
    return is_there;
}

/* The larger of two of the numbers under lock. */
static uint64_t larger(const uint64_t *one, const uint64_t *other)
{
    unsigned long irq_state;
    bool was_locked = lock_log(&irq_state);
    uint64_t sequence = max(*one, *other);
    unlock_log(was_locked, irq_state);
    return sequence;
}

uint64_t log_oldest_sequence(void)
{
    return larger(&oldest, &oldest);
}

uint64_t log_first_sequence(void)
{
    return larger(&oldest, &cleared);
}

uint64_t log_next_sequence(void)
{
    return larger(&next, &next);
}

void log_clear(void)
{
    unsigned long irq_state;
    bool was_locked = lock_log(&irq_state);
    cleared = next;
    unlock_log(was_locked, irq_state);
}
