/* SPDX-License-Identifier: MIT */
/* How the tracer prints an argument, one function a kind of word.  What is in
 * user memory is copied first, by the copies that survive bad pointers, and
 * never more than a few bytes of it. */
#include <asm/socket.h>
#include <linux/fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <linux/time_types.h>

#include "abi/linux/strace.h"
#include "lib/signals.h"
#include "lib/string.h"
#include "mm/user.h"

enum { STRING_BYTES = 80, BYTES_SHOWN = 32, STRINGS_SHOWN = 8 };

static const void __user *pointer(const struct syscall_args *args, unsigned i)
{
    return (const void __user *)args->value[i];
}

const char *flag_name_find(const struct flag_name *names, unsigned long value)
{
    for (; names->name; names++)
        if (names->value == value)
            return names->name;
    return NULL;
}

PRINTER(int)
{
    trace_add(trace, "%d", (int)args->value[i]);
}

PRINTER(uint)
{
    trace_add(trace, "%u", (unsigned)args->value[i]);
}

PRINTER(long)
{
    trace_add(trace, "%ld", (long)args->value[i]);
}

PRINTER(size)
{
    trace_add(trace, "%lu", (unsigned long)args->value[i]);
}

PRINTER(hex)
{
    if (args->value[i])
        trace_add(trace, "%#lx", (unsigned long)args->value[i]);
    else
        trace_add(trace, "0");
}

PRINTER(octal)
{
    trace_add(trace, "0%o", (unsigned)args->value[i]);
}

PRINTER(dirfd)
{
    if ((int)args->value[i] == AT_FDCWD)
        trace_add(trace, "AT_FDCWD");
    else
        print_int(trace, args, i, names);
}

static void add_quoted(struct trace *trace, const unsigned char *text, size_t n)
{
    trace_add(trace, "\"");
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '"' || text[i] == '\\')
            trace_add(trace, "\\%c", text[i]);
        else if (text[i] >= ' ' && text[i] < 0x7f)
            trace_add(trace, "%c", text[i]);
        else if (text[i] == '\n')
            trace_add(trace, "\\n");
        else
            trace_add(trace, "\\x%02x", text[i]);
    }
    trace_add(trace, "\"");
}

static void add_string(struct trace *trace, const void __user *at)
{
    unsigned char text[STRING_BYTES];
    if (!at) {
        trace_add(trace, "NULL");
        return;
    }
    size_t had = user_read_some(text, at, sizeof text);
    const unsigned char *end = memchr(text, 0, had);
    if (!end && had < sizeof text) {
        trace_add(trace, "%#lx", (unsigned long)at);
        return;
    }
    add_quoted(trace, text, end ? (size_t)(end - text) : had);
    if (!end)
        trace_add(trace, "…");
}

PRINTER(string)
{
    add_string(trace, pointer(args, i));
}

PRINTER(strings)
{
    uint64_t address = args->value[i], string;
    trace_add(trace, "[");
    for (unsigned n = 0; address; n++, address += sizeof string) {
        if (user_read(&string, (const void __user *)address, sizeof string)) {
            trace_add(trace, "?");
            break;
        }
        if (!string)
            break;
        if (n == STRINGS_SHOWN) {
            trace_add(trace, ", …");
            break;
        }
        if (n)
            trace_add(trace, ", ");
        add_string(trace, (const void __user *)string);
    }
    trace_add(trace, "]");
}

/* The next argument is the length. */
PRINTER(bytes)
{
    unsigned char text[BYTES_SHOWN];
    size_t bytes = i + 1 < 6 ? args->value[i + 1] : 0;
    size_t shown = min(bytes, sizeof text);
    if (user_read_some(text, pointer(args, i), shown) < shown) {
        print_hex(trace, args, i, names);
        return;
    }
    add_quoted(trace, text, shown);
    if (bytes > shown)
        trace_add(trace, "…");
}

void trace_add_flags(
    struct trace *trace, const struct flag_name *names, unsigned long value)
{
    unsigned long rest = value;
    const char *separator = "";
    for (; names->name; names++) {
        if (names->value ? (rest & names->value) != names->value : value)
            continue;
        trace_add(trace, "%s%s", separator, names->name);
        separator = "|";
        rest &= ~names->value;
    }
    if (rest || !*separator)
        trace_add(trace, rest ? "%s%#lx" : "%s%lu", separator, rest);
}

/* Tables of flags are of 32-bit words but for those of unsigned long, whose
 * high halves are 0 when they make sense. */
PRINTER(flags)
{
    trace_add_flags(trace, names, args->value[i] & UINT32_MAX);
}

PRINTER(one)
{
    unsigned long value = args->value[i] & UINT32_MAX;
    const char *name = flag_name_find(names, value);
    if (name)
        trace_add(trace, "%s", name);
    else if (value > 0x10000)
        trace_add(trace, "%#lx", value);
    else
        trace_add(trace, "%lu", value);
}

PRINTER(signal)
{
    print_one(trace, args, i, names_signal);
}

PRINTER(sigset)
{
    signal_set set;
    if (!args->value[i] || user_read(&set, pointer(args, i), sizeof set)) {
        print_hex(trace, args, i, names);
        return;
    }
    bool is_inverted = set >> 63;
    trace_add(trace, is_inverted ? "~[" : "[");
    const char *separator = "";
    for (int n = 1; n <= SIGNAL_COUNT; n++) {
        if (!(set & signal_bit(n)) != is_inverted)
            continue;
        const char *name = flag_name_find(names_signal, n);
        if (name)
            trace_add(trace, "%s%s", separator, name + 3);
        else
            trace_add(trace, "%s%d", separator, n);
        separator = " ";
    }
    trace_add(trace, "]");
}

PRINTER(timespec)
{
    struct __kernel_timespec time;
    if (!args->value[i] || user_read(&time, pointer(args, i), sizeof time))
        print_hex(trace, args, i, names);
    else
        trace_add(trace, "{%ld, %ld}", (long)time.tv_sec, (long)time.tv_nsec);
}

PRINTER(cloneflags)
{
    unsigned long signal = args->value[i] & CSIGNAL;
    const char *name = flag_name_find(names_signal, signal);
    if (args->value[i] & ~(unsigned long)CSIGNAL || !signal)
        trace_add_flags(trace, names_clone, args->value[i] & ~(unsigned long)CSIGNAL);
    if (signal && args->value[i] != signal)
        trace_add(trace, "|");
    if (name)
        trace_add(trace, "%s", name);
    else if (signal)
        trace_add(trace, "%lu", signal);
}

PRINTER(futexop)
{
    unsigned long value = args->value[i] & UINT32_MAX;
    const char *name = flag_name_find(names_futexop, value & FUTEX_CMD_MASK);
    if (name)
        trace_add(trace, "%s", name);
    else
        trace_add(trace, "%lu", value & FUTEX_CMD_MASK);
    if (value & FUTEX_PRIVATE_FLAG)
        trace_add(trace, "_PRIVATE");
    if (value & FUTEX_CLOCK_REALTIME)
        trace_add(trace, "|FUTEX_CLOCK_REALTIME");
}

PRINTER(socktype)
{
    unsigned long value = args->value[i] & UINT32_MAX;
    const char *name = flag_name_find(names_socktype, value & 15);
    if (name)
        trace_add(trace, "%s", name);
    if (value & ~15ul) {
        trace_add(trace, name ? "|" : "");
        trace_add_flags(trace, names_sock, value & ~15ul);
    }
}

/* Options of other levels than this one are other numbers. */
PRINTER(sockoption)
{
    if (i && (int)args->value[i - 1] == SOL_SOCKET)
        print_one(trace, args, i, names_sockoption);
    else
        print_int(trace, args, i, names);
}
