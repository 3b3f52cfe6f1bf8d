/* SPDX-License-Identifier: MIT */
/* Boot command lines. */
#include "hosted.h"
#include <stdarg.h>
#include <stdio.h>

#define memcmp  kernel_memcmp
#define memchr  kernel_memchr
#define strlen  kernel_strlen
#define strnlen kernel_strnlen
#define strcmp  kernel_strcmp
#define strncmp kernel_strncmp
#define strchr  kernel_strchr
#define strrchr kernel_strrchr
#include "lib/string.c"

#include "kernel/options.c"

static bool take_some(const char *name, const char *value)
{
    return !strncmp(name, "strace", 6) && value;
}

static const struct abi the_abi_here = { .option = take_some };
const struct abi *const the_abi = &the_abi_here;

const char *console_name(void)
{
    return "ttyS0";
}

void log_set_console_level(int level)
{
    must_hold_for_all(level >= 0 && level <= LEVEL_MOST);
}

void log_at(enum log_level level, const char *how, ...)
{
    static char line[LOG_LINE_BYTES];
    va_list list;
    va_start(list, how);
    vsnprintf(line, sizeof line, how, list);
    va_end(list);
}

int kmsg_fix_policy(const char *name)
{
    return strcmp(name, "on") ? -1 : 0;
}

void power_fail(void)
{
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    char line[COMMAND_LINE_BYTES] = { 0 };
    memcpy(line, data, bytes < sizeof line - 1 ? bytes : sizeof line - 1);
    argument_count = 1;
    environment_count = 2;
    memset(&boot_options, 0, sizeof boot_options);
    boot_options.environment[0] = "HOME=/";
    boot_options.environment[1] = "TERM=linux";
    options_read(line);
    for (unsigned i = 1; boot_options.arguments[i]; i++)
        must_hold_for_all(i <= INIT_WORDS_MAX);
    for (unsigned i = 0; boot_options.environment[i]; i++)
        must_hold_for_all(i < INIT_WORDS_MAX + 1);
    return 0;
}
