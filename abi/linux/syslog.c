/* SPDX-License-Identifier: MIT */
/* syslog: the kernel's log for dmesg and klogd. */
#include "abi/linux/arguments.h"
#include "arch/atomic.h"
#include "lib/log.h"
#include "mm/heap.h"

/* No UAPI header has them: syslog(2). */
enum log_action {
    ACTION_CLOSE, ACTION_OPEN, ACTION_READ, ACTION_READ_ALL, ACTION_READ_CLEAR,
    ACTION_CLEAR, ACTION_CONSOLE_OFF, ACTION_CONSOLE_ON, ACTION_CONSOLE_LEVEL,
    ACTION_SIZE_UNREAD, ACTION_SIZE_BUFFER,
};
enum { LEVEL_QUIET = 1, READ_POLL_MS = 100, BUFFER_BYTES = 65536 };

static uint64_t read_sequence; /* [atomic] of klogd's destructive reads */
static int saved_level = -1;

/* The bytes of all records from sequence on, before `end`. */
static size_t bytes_between(uint64_t sequence, uint64_t end, char *line)
{
    size_t bytes = 0, length;
    while (sequence < end &&
        (length = log_read(&sequence, line, LOG_LINE_BYTES))) {
        bytes += length;
        thread_breathe();
    }
    return bytes;
}

/* Copies whole records; *sequence is where to go on. */
static long give_records(uint64_t *sequence, uint64_t end, char __user *to,
    size_t capacity, char *line)
{
    size_t done = 0;
    for (uint64_t next = *sequence; next < end; *sequence = next) {
        size_t length = log_read(&next, line, LOG_LINE_BYTES);
        if (!length || length > capacity - done)
            break;
        if (user_write(to + done, line, length))
            return done ? (long)done : -EFAULT;
        done += length;
        thread_breathe();
    }
    return done;
}

/* The last records that fit. */
static long read_all(void __user *to, size_t capacity, char *line)
{
    uint64_t sequence = log_first_sequence(), end = log_next_sequence();
    size_t bytes = bytes_between(sequence, end, line);
    while (bytes > capacity && sequence < end)
        bytes -= log_read(&sequence, line, LOG_LINE_BYTES);
    return give_records(&sequence, end, to, capacity, line);
}

/* Waits for a record: rarely used, so that it looks now and then. */
static long read_some(void __user *to, size_t capacity, char *line)
{
    while (atomic_load(&read_sequence) >= log_next_sequence()) {
        uint64_t deadline_ns = deadline_after(READ_POLL_MS * NS_PER_MS);
        if (thread_sleep_until(deadline_ns, SLEEP_INTERRUPTIBLE) == -ERESTART)
            return -ERESTART;
    }
    uint64_t sequence = atomic_load(&read_sequence);
    long result =
        give_records(&sequence, log_next_sequence(), to, capacity, line);
    if (result >= 0)
        atomic_store(&read_sequence, sequence);
    return result;
}

static long read_log(int action, void __user *to, int bytes)
{
    if (!to || bytes < 0)
        return -EINVAL;
    if (!bytes)
        return 0;
    char *line = heap_alloc(LOG_LINE_BYTES);
    if (!line)
        return -ENOMEM;
    long result = action == ACTION_READ ? read_some(to, bytes, line)
                                        : read_all(to, bytes, line);
    heap_free(line);
    if (result >= 0 && action == ACTION_READ_CLEAR)
        log_clear();
    return result;
}

static long unread_bytes(void)
{
    char *line = heap_alloc(LOG_LINE_BYTES);
    if (!line)
        return -ENOMEM;
    uint64_t from = max(atomic_load(&read_sequence), log_first_sequence());
    long bytes = bytes_between(from, log_next_sequence(), line);
    heap_free(line);
    return bytes;
}

static long set_level(int level)
{
    if (level < 1 || level > 8)
        return -EINVAL;
    saved_level = -1;
    log_set_console_level(level);
    return 0;
}

static long switch_console(bool is_on)
{
    if (!is_on && saved_level < 0)
        saved_level = log_console_level();
    if (!is_on)
        log_set_console_level(LEVEL_QUIET);
    else if (saved_level >= 0)
        log_set_console_level(saved_level);
    if (is_on)
        saved_level = -1;
    return 0;
}

long sys_syslog(int action, void __user *buffer, int bytes)
{
    if (!i_can(CAPABLE_SYSLOG) && !i_can(CAPABLE_SYS_ADMIN))
        return -EPERM;
    switch (action) {
    case ACTION_CLOSE:
    case ACTION_OPEN:
        return 0;
    case ACTION_READ:
    case ACTION_READ_ALL:
    case ACTION_READ_CLEAR:
        return read_log(action, buffer, bytes);
    case ACTION_CLEAR:
        log_clear();
        return 0;
    case ACTION_CONSOLE_OFF:
    case ACTION_CONSOLE_ON:
        return switch_console(action == ACTION_CONSOLE_ON);
    case ACTION_CONSOLE_LEVEL:
        return set_level(bytes);
    case ACTION_SIZE_UNREAD:
        return unread_bytes();
    case ACTION_SIZE_BUFFER:
        return BUFFER_BYTES;
    }
    return -EINVAL;
}
