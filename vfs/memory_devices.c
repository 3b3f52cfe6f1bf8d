/* SPDX-License-Identifier: MIT */
/* The devices without hardware: null, zero, full, random, urandom, kmsg. */
#include "vfs/memory_devices.h"

#include "arch/clock.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/log.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/space.h"
#include "sched/timer.h"
#include "vfs/control.h"
#include "vfs/device.h"

/* Long transfers stop for signals and let others run. */
enum { STRETCH = 65536 };

static bool go_on(const struct transfer *t)
{
    if (!t->left || thread_is_interrupted())
        return false;
    thread_breathe();
    return true;
}

static ssize_t read_nothing(
    struct file *file, struct transfer *t, uint64_t *position)
{
    return 0;
}

static ssize_t write_nowhere(
    struct file *file, struct transfer *t, uint64_t *position)
{
    t->moved += t->left;
    t->left = 0;
    return t->moved;
}

static ssize_t read_zeros(
    struct file *file, struct transfer *t, uint64_t *position)
{
    if (!t->left)
        return 0;
    do {
        size_t chunk = min(t->left, (size_t)STRETCH);
        if (transfer_give_zeros(t, chunk) < chunk)
            break;
    } while (go_on(t));
    return transfer_result(t, -EFAULT);
}

static ssize_t write_to_full(
    struct file *file, struct transfer *t, uint64_t *position)
{
    return -ENOSPC;
}

/* Like memory without a file behind it, private or shared. */
static int map_zeros(struct file *file, struct mapping *mapping)
{
    mapping->store = NULL;
    mapping->backing = NULL;
    mapping->object = NULL;
    return 0;
}

static ssize_t read_random(
    struct file *file, struct transfer *t, uint64_t *position)
{
    unsigned char bytes[256];
    if (!t->left)
        return 0;
    do {
        size_t chunk = min(t->left, sizeof bytes);
        random_fill(bytes, chunk);
        if (transfer_give(t, bytes, chunk) < chunk)
            break;
    } while (go_on(t));
    memset(bytes, 0, sizeof bytes);
    return transfer_result(t, -EFAULT);
}

static ssize_t write_random(
    struct file *file, struct transfer *t, uint64_t *position)
{
    unsigned char bytes[256];
    if (!t->left)
        return 0;
    do {
        size_t chunk = min(t->left, sizeof bytes);
        size_t taken = transfer_take(t, bytes, chunk);
        random_add(bytes, taken, 0);
        if (taken < chunk)
            break;
    } while (go_on(t));
    return transfer_result(t, -EFAULT);
}

static long control_random(
    struct file *file, unsigned verb, uintptr_t argument)
{
    const struct random_entropy *entropy;
    switch (verb) {
    case CONTROL_RANDOM_COUNT:
        *(int *)argument = random_is_seeded() ? 256 : 0;
        return 0;
    case CONTROL_RANDOM_ADD:
        entropy = (const struct random_entropy *)argument;
        random_add(entropy->data, entropy->bytes, entropy->bits);
        return 0;
    }
    return -EINVAL; /* not ENOTTY: this device answers for itself */
}

/* kmsg: each read gives one record, "level,sequence,usec,-;text\n". */

struct kmsg_reader {
    uint64_t sequence;
    char line[LOG_LINE_BYTES], record[LOG_LINE_BYTES + 64];
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
    reader->sequence = log_first_sequence();
    return 0;
}

static void kmsg_release(struct file *file)
{
    heap_free(file->private);
}

/* The parts of log_read's "<level>[ seconds.usec] text\n". */
static size_t kmsg_record(struct kmsg_reader *reader, uint64_t sequence)
{
    const char *at = reader->line + 1;
    unsigned level = 0;
    uint64_t seconds = 0, microseconds = 0;
    while (*at >= '0' && *at <= '9')
        level = level * 10 + (*at++ - '0');
    while (*at == '>' || *at == '[' || *at == ' ')
        at++;
    while (*at >= '0' && *at <= '9')
        seconds = seconds * 10 + (*at++ - '0');
    if (*at == '.')
        at++;
    while (*at >= '0' && *at <= '9')
        microseconds = microseconds * 10 + (*at++ - '0');
    if (*at == ']')
        at++;
    if (*at == ' ')
        at++;
    return format(reader->record, sizeof reader->record, "%u,%lu,%lu,-;%s",
        level, (unsigned long)sequence,
        (unsigned long)(seconds * 1000000 + microseconds), at);
}

/* The log knows no sleepers, being written in interrupts too: we look again
 * ten times a second. */
static int kmsg_wait(struct file *file, struct kmsg_reader *reader)
{
    while (reader->sequence >= log_next_sequence()) {
        if (file->flags & OPEN_NONBLOCK)
            return -EAGAIN;
        int error = thread_sleep_until(
            clock_ns() + 100 * NS_PER_MS, SLEEP_INTERRUPTIBLE);
        if (error && error != -ETIMEDOUT)
            return error;
    }
    return 0;
}

/* -EAGAIN: another reader of the file was faster. */
static ssize_t kmsg_give(struct kmsg_reader *reader, struct transfer *t)
{
    uint64_t sequence = reader->sequence;
    size_t bytes = log_read(&sequence, reader->line, sizeof reader->line - 1);
    if (!bytes)
        return -EAGAIN;
    reader->line[bytes] = '\0';
    bytes = kmsg_record(reader, sequence - 1);
    if (bytes > t->left)
        return -EINVAL;
    if (transfer_give(t, reader->record, bytes) < bytes)
        return -EFAULT;
    reader->sequence = sequence;
    return bytes;
}

static ssize_t kmsg_read(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct kmsg_reader *reader = file->private;
    ssize_t result;
    do {
        int error = kmsg_wait(file, reader);
        if (error)
            return error;
        mutex_lock(&file->position_lock);
        result = kmsg_give(reader, t);
        mutex_unlock(&file->position_lock);
    } while (result == -EAGAIN);
    return result;
}

static ssize_t kmsg_write(
    struct file *file, struct transfer *t, uint64_t *position)
{
    char line[256];
    size_t all = t->left, bytes = min(all, sizeof line - 1);
    if (transfer_take(t, line, bytes) < bytes)
        return -EFAULT;
    line[bytes] = '\0';
    char *text = line;
    unsigned level = LOG_INFO;
    if (line[0] == '<' && line[1] >= '0' && line[1] <= '7' && line[2] == '>') {
        level = line[1] - '0';
        text += 3;
    }
    if (bytes && line[bytes - 1] == '\n')
        line[bytes - 1] = '\0';
    log_at(level, "%s", text);
    return all;
}

static int64_t kmsg_seek(
    struct file *file, int64_t offset, enum seek_from from)
{
    struct kmsg_reader *reader = file->private;
    if (offset)
        return -ESPIPE;
    reader->sequence =
        from == SEEK_END_OF ? log_next_sequence() : log_first_sequence();
    return 0;
}

static unsigned kmsg_poll(struct file *file, struct waiter *waiter)
{
    const struct kmsg_reader *reader = file->private;
    return reader->sequence < log_next_sequence() ? READY_IN : 0;
}

static const struct file_ops null_ops = {
    .read = read_nothing,
    .write = write_nowhere,
    .seek = file_seek_nowhere,
    .cannot_copy = true,
    .is_stream = true,
};
static const struct file_ops zero_ops = {
    .read = read_zeros,
    .write = write_nowhere,
    .seek = file_seek_nowhere,
    .map = map_zeros,
    .cannot_copy = true,
    .is_stream = true,
};
static const struct file_ops full_ops = {
    .read = read_zeros,
    .write = write_to_full,
    .seek = file_seek_nowhere,
    .cannot_be_copied_to = true,
    .cannot_copy = true,
    .is_stream = true,
};
static const struct file_ops random_ops = {
    .read = read_random,
    .write = write_random,
    .control = control_random,
    .seek = file_seek_nowhere,
    .is_stream = true,
};
static const struct file_ops kmsg_ops = {
    .read = kmsg_read,
    .write = kmsg_write,
    .poll = kmsg_poll,
    .seek = kmsg_seek,
    .release = kmsg_release,
};

static struct device memory_devices[] = {
    { .name = "null", .number = device_number(1, 3), .mode = 0666,
        .ops = &null_ops },
    { .name = "zero", .number = device_number(1, 5), .mode = 0666,
        .ops = &zero_ops },
    { .name = "full", .number = device_number(1, 7), .mode = 0666,
        .ops = &full_ops },
    { .name = "random", .number = device_number(1, 8), .mode = 0666,
        .ops = &random_ops },
    { .name = "urandom", .number = device_number(1, 9), .mode = 0666,
        .ops = &random_ops },
    { .name = "kmsg", .number = device_number(1, 11), .mode = 0644,
        .ops = &kmsg_ops, .open = kmsg_open },
};

void memory_devices_init(void)
{
    for (size_t i = 0; i < array_size(memory_devices); i++)
        device_register(&memory_devices[i]);
}
