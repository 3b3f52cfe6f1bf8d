/* SPDX-License-Identifier: MIT */
/* The devices without hardware: null, zero, full, random, urandom. */
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

/* Like memory without a file behind it. What is private still tells of it; for
 * what is shared, memory to share is made. */
static int map_zeros(struct file *file, struct mapping *mapping)
{
    mapping->store = NULL;
    if (mapping->flags & AREA_SHARED) {
        mapping->backing = NULL;
        mapping->object = NULL;
    }
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

/* That it is seeded, which it was before anybody could ask. */
static int random_async(struct file *file)
{
    return 0;
}

static const struct file_ops null_ops = {
    .read = read_nothing,
    .write = write_nowhere,
    .seek = file_seek_nowhere,
    .cannot_copy = true,
    .is_stream = true,
    .takes_no_wait = true,
};
static const struct file_ops zero_ops = {
    .read = read_zeros,
    .write = write_nowhere,
    .seek = file_seek_nowhere,
    .map = map_zeros,
    .cannot_be_copied_to = true,
    .cannot_copy = true,
    .is_stream = true,
    .takes_no_wait = true,
};
static const struct file_ops full_ops = {
    .read = read_zeros,
    .write = write_to_full,
    .seek = file_seek_nowhere,
    .cannot_be_copied_to = true,
    .cannot_copy = true,
    .is_stream = true,
    .writes_by_segment = true,
};
static const struct file_ops random_ops = {
    .read = read_random,
    .write = write_random,
    .control = control_random,
    .async = random_async,
    .seek = file_seek_nowhere,
    .is_stream = true,
    .takes_no_wait = true,
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
};

void memory_devices_init(void)
{
    for (size_t i = 0; i < array_size(memory_devices); i++)
        device_register(&memory_devices[i]);
    kmsg_init();
}
