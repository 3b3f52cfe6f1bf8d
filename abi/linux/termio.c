/* SPDX-License-Identifier: MIT */
/* struct termio, the oldest form of terminal modes: the low halves of the four
 * words and the first characters. */
#include <asm/termios.h>

#include "abi/linux/arguments.h"
#include "abi/linux/termio.h"
#include "kernel/terminal.h"
#include "lib/string.h"

long termio_get(struct file *file, void __user *to)
{
    struct terminal_modes modes;
    long result = file_control(file, CONTROL_GET_MODES, (uintptr_t)&modes);
    if (result < 0)
        return result;
    struct termio old = {
        .c_iflag = modes.input,
        .c_oflag = modes.output,
        .c_cflag = modes.control,
        .c_lflag = modes.local,
        .c_line = modes.line,
    };
    memcpy(old.c_cc, modes.characters, NCC);
    return user_write(to, &old, sizeof old);
}

static void set_low(uint32_t *word, uint16_t low)
{
    *word = (*word & ~0xffffu) | low;
}

long termio_set(struct file *file, unsigned verb, const void __user *from)
{
    struct terminal_modes modes;
    struct termio old;
    long result = file_control(file, CONTROL_GET_MODES, (uintptr_t)&modes);
    if (result < 0)
        return result;
    if (user_read(&old, from, sizeof old))
        return -EFAULT;
    set_low(&modes.input, old.c_iflag);
    set_low(&modes.output, old.c_oflag);
    set_low(&modes.control, old.c_cflag);
    set_low(&modes.local, old.c_lflag);
    memcpy(modes.characters, old.c_cc, NCC);
    return file_control(file, verb, (uintptr_t)&modes);
}
