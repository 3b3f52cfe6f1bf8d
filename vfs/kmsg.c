/* SPDX-License-Identifier: MIT */
/* /dev/kmsg: each read gives one record of the log, each write makes one.
 *
 * A record is "priority,sequence,microseconds,-;text\n"; what could be taken
 * for something else in the text is written as \xNN. */
#include "vfs/kmsg.h"

#include "arch/atomic.h"
#include "arch/clock.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/log.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "sched/log_news.h"
#include "vfs/device.h"
#include "vfs/memory_devices.h"

enum { HEAD_BYTES = 64, PRIORITY_PLAIN = LOG_FACILITY_USER | LOG_WARNING };

/* A burst of records from each open file, and then no more for a while: who
 * writes without end leaves the others' to be read. */
enum { BURST = 10 };
static const uint64_t while_ns = 5ull * NS_PER_SECOND;

enum policy { POLICY_LIMIT, POLICY_ON, POLICY_OFF };
static const char *const policy_names[] = { "ratelimit", "on", "off" };
static unsigned policy; /* [atomic] enum policy */
static bool is_fixed;   /* the boot line said it */

struct kmsg_reader {
    uint64_t sequence; /* of the next record */
    uint64_t since_ns; /* what follows is counted; under position_lock */
    unsigned written, left_out;
    struct log_record record;
    char text[HEAD_BYTES + 4 * LOG_TEXT_BYTES];
};

static int kmsg_open(struct device *device, struct file *file)
{
    if (file->flags & OPEN_READ
        && !credentials_can(file->opener, CAPABLE_SYSLOG)
        && !credentials_can(file->opener, CAPABLE_SYS_ADMIN))
        return -EPERM;
    struct kmsg_reader *reader = heap_alloc_zeroed(sizeof *reader);
    file->private = reader;
    if (!reader)
        return -ENOMEM;
    reader->sequence = log_oldest_sequence();
    return 0;
}

static void kmsg_release(struct file *file)
{
    const struct kmsg_reader *reader = file->private;
    if (reader && reader->left_out)
        log_warning("kmsg: %u records of a program that writes many were left "
                    "out", reader->left_out);
    heap_free(file->private);
}

/* Reading, under file->position_lock. */

static size_t escape(char *to, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";
    if (byte >= ' ' && byte < 127 && byte != '\\') {
        *to = byte;
        return 1;
    }
    to[0] = '\\';
    to[1] = 'x';
    to[2] = digits[byte >> 4];
    to[3] = digits[byte & 15];
    return 4;
}

static size_t format_record(struct kmsg_reader *reader)
{
    const struct log_record *record = &reader->record;
    size_t count = format(reader->text, HEAD_BYTES, "%u,%lu,%lu,-;",
        record->priority, (unsigned long)record->sequence,
        (unsigned long)(record->time_ns / 1000));
    for (size_t i = 0; i < record->bytes; i++)
        count += escape(reader->text + count, record->text[i]);
    reader->text[count++] = '\n';
    return count;
}

/* -EAGAIN: there is none yet; -EPIPE: the next one is gone, so that the read
 * after this gives the oldest. */
static ssize_t give_record(struct kmsg_reader *reader, struct transfer *t)
{
    struct log_record *record = &reader->record;
    if (!log_get(reader->sequence, record))
        return -EAGAIN;
    bool was_overtaken = record->sequence != reader->sequence;
    reader->sequence = record->sequence + !was_overtaken;
    if (was_overtaken)
        return -EPIPE;
    size_t bytes = format_record(reader);
    if (bytes > t->left)
        return -EINVAL;
    return transfer_give(t, reader->text, bytes) < bytes ? -EFAULT
                                                        : (ssize_t)bytes;
}

static bool has_record(const struct kmsg_reader *reader)
{
    return atomic_load(&reader->sequence) < log_next_sequence();
}

static ssize_t kmsg_read(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct kmsg_reader *reader = file->private;
    for (;;) {
        mutex_lock(&file->position_lock);
        ssize_t result = give_record(reader, t);
        mutex_unlock(&file->position_lock);
        if (result != -EAGAIN || file->flags & OPEN_NONBLOCK)
            return result;
        result = wait_until(
            &log_news, SLEEP_INTERRUPTIBLE, FOREVER, has_record(reader));
        if (result)
            return result;
    }
}

static unsigned kmsg_poll(struct file *file, struct waiter *waiter)
{
    const struct kmsg_reader *reader = file->private;
    if (waiter)
        wait_queue_add(&log_news, waiter);
    if (!has_record(reader))
        return 0;
    bool was_overtaken = atomic_load(&reader->sequence) < log_oldest_sequence();
    return READY_IN | (was_overtaken ? READY_ERROR | READY_PRIORITY : 0);
}

/* Under file->position_lock. */
static int64_t kmsg_seek(
    struct file *file, int64_t offset, enum seek_from from)
{
    struct kmsg_reader *reader = file->private;
    if (offset)
        return -ESPIPE;
    switch (from) {
    case SEEK_START:
        reader->sequence = log_oldest_sequence();
        return 0;
    case SEEK_TO_DATA:
        reader->sequence = log_first_sequence();
        return 0;
    case SEEK_END_OF:
        reader->sequence = log_next_sequence();
        return 0;
    default:
        return -EINVAL;
    }
}

/* Writing. */

/* "<N>" at the front: its last three bits are the level, the others the
 * facility, which cannot be the kernel's. */
static const char *read_priority(const char *text, unsigned *priority)
{
    const char *at = text + 1;
    unsigned number = 0;
    if (*text != '<')
        return text;
    while (*at >= '0' && *at <= '9')
        number = number * 10 + (*at++ - '0');
    if (*at != '>')
        return text;
    unsigned facility = number & 0x7f8;
    *priority = (facility ? facility : LOG_FACILITY_USER) | (number & 7);
    return at + 1;
}

static void put_record(const char *text)
{
    unsigned priority = PRIORITY_PLAIN;
    text = read_priority(text, &priority);
    size_t bytes = strlen(text);
    if (bytes && text[bytes - 1] == '\n')
        bytes--;
    log_put(priority, text, bytes);
}

int kmsg_set_policy(const char *name)
{
    if (is_fixed)
        return -EINVAL;
    for (unsigned i = 0; i < array_size(policy_names); i++)
        if (!strcmp(policy_names[i], name)) {
            atomic_store(&policy, i);
            return 0;
        }
    return -EINVAL;
}

int kmsg_fix_policy(const char *name)
{
    int error = kmsg_set_policy(name);
    is_fixed = !error;
    return error;
}

const char *kmsg_policy(void)
{
    return policy_names[atomic_load(&policy)];
}

static bool is_within_limit(struct file *file)
{
    struct kmsg_reader *reader = file->private;
    mutex_lock(&file->position_lock);
    uint64_t now = clock_ns();
    if (!reader->since_ns || now > reader->since_ns + while_ns) {
        reader->since_ns = now;
        reader->written = 0;
    }
    bool is_within = reader->written < BURST;
    if (is_within)
        reader->written++;
    else
        reader->left_out++;
    mutex_unlock(&file->position_lock);
    return is_within;
}

static bool may_write(struct file *file)
{
    unsigned now = atomic_load(&policy);
    return now == POLICY_ON || (now == POLICY_LIMIT && is_within_limit(file));
}

static ssize_t kmsg_write(
    struct file *file, struct transfer *t, uint64_t *position)
{
    size_t bytes = t->left;
    if (bytes > LOG_TEXT_BYTES)
        return -EINVAL;
    if (!bytes || !may_write(file))
        return bytes;
    char *text = heap_alloc(bytes + 1);
    if (!text)
        return -ENOMEM;
    bool is_whole = transfer_take(t, text, bytes) == bytes;
    text[bytes] = '\0';
    if (is_whole)
        put_record(text);
    heap_free(text);
    return is_whole ? (ssize_t)bytes : -EFAULT;
}

static const struct file_ops kmsg_ops = {
    .read = kmsg_read,
    .write = kmsg_write,
    .poll = kmsg_poll,
    .seek = kmsg_seek,
    .release = kmsg_release,
    .cannot_be_copied_to = true,
    .cannot_copy = true,
    .is_stream = true,
    .reads_by_segment = true,
};

static struct device kmsg_device = {
    .name = "kmsg",
    .number = device_number(1, 11),
    .mode = 0644,
    .ops = &kmsg_ops,
    .open = kmsg_open,
};

void kmsg_init(void)
{
    device_register(&kmsg_device);
}
