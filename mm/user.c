/* SPDX-License-Identifier: MIT */
/* User memory, with its range checked before arch/ copies. */
#include "mm/user.h"
#include "arch/boot.h"
#include "arch/irq.h"
#include "lib/panic.h"
#include "lib/shadow.h"
#include "lib/spinlock.h"
#include "mm/heap.h"

bool user_range_is_ok(const void __user *at, size_t bytes)
{
    uintptr_t start = (uintptr_t)at;
    return start <= USER_END && bytes <= USER_END - start;
}

/* A fault there would sleep. */
static void check_context(void)
{
#ifndef HOSTED
    assert(!irq_is_inside());
    assert(!lock_spins_held());
#endif
}

int user_read(void *to, const void __user *from, size_t bytes)
{
    check_context();
    shadow_check_write(to, bytes);
    if (!bytes)
        return 0; /* from anywhere */
    if (!user_range_is_ok(from, bytes) || arch_copy_from_user(to, from, bytes))
        return -EFAULT;
    return 0;
}

int user_write(void __user *to, const void *from, size_t bytes)
{
    check_context();
    shadow_check_read(from, bytes);
    if (!bytes)
        return 0;
    if (!user_range_is_ok(to, bytes) || arch_copy_to_user(to, from, bytes))
        return -EFAULT;
    return 0;
}

int user_clear(void __user *at, size_t bytes)
{
    check_context();
    if (!user_range_is_ok(at, bytes) || arch_clear_user(at, bytes))
        return -EFAULT;
    return 0;
}

/* As much of bytes as lies below the end of user addresses. */
static size_t user_part(const void __user *at, size_t bytes)
{
    uintptr_t start = (uintptr_t)at;
    return start >= USER_END ? 0 : min(bytes, (size_t)(USER_END - start));
}

size_t user_read_some(void *to, const void __user *from, size_t bytes)
{
    check_context();
    bytes = user_part(from, bytes);
    shadow_check_write(to, bytes);
    return bytes - arch_copy_from_user(to, from, bytes);
}

size_t user_write_some(void __user *to, const void *from, size_t bytes)
{
    check_context();
    bytes = user_part(to, bytes);
    shadow_check_read(from, bytes);
    return bytes - arch_copy_to_user(to, from, bytes);
}

ssize_t user_string(char *to, const char __user *from, size_t capacity)
{
    check_context();
    size_t most = user_part(from, capacity);
    if (!most)
        return capacity ? -EFAULT : -ENAMETOOLONG;
    shadow_check_write(to, most);
    ssize_t length = arch_string_from_user(to, from, most);
    if (length < 0 || (size_t)length < most)
        return length;
    return most < capacity ? -EFAULT : -ENAMETOOLONG;
}

/* Names are short: begin with little and double. */
int user_string_new(char **text, const char __user *from, size_t capacity)
{
    size_t room = min(capacity, (size_t)128), done = 0;
    char *buffer = heap_alloc(room);
    for (;;) {
        if (!buffer)
            return -ENOMEM;
        ssize_t length = user_string(buffer + done, from + done, room - done);
        if (length >= 0) {
            *text = buffer;
            return 0;
        }
        if (length != -ENAMETOOLONG || room == capacity) {
            heap_free(buffer);
            return length;
        }
        done = room;
        room = min(capacity, room * 4);
        char *larger = heap_resize(buffer, room);
        if (!larger)
            heap_free(buffer);
        buffer = larger;
    }
}

int user_peek(uint32_t *word, const uint32_t __user *from)
{
    if (!user_range_is_ok(from, sizeof *word))
        return -EFAULT;
    return arch_read_word_nofault(word, from);
}
