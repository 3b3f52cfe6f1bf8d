/* SPDX-License-Identifier: MIT */
/* The boot command line, read as Linux reads it: words separated by blanks,
 * with "quotes" around blanks; what the kernel does not know goes to init, as a
 * variable of its environment if it has a value, else as an argument; names with
 * a dot belong to modules and go nowhere; after "--" all are init's arguments. */
#include "kernel/options.h"

#include "arch/boot.h"
#include "arch/console.h"
#include "arch/cpu.h"
#include "kernel/abi.h"
#include "kernel/debug.h"
#include "kernel/system.h"
#include "lib/log.h"
#include "lib/string.h"
#include "vfs/kmsg.h"

enum { QUIET_LEVEL = 4, DEBUG_LEVEL = 10, LEVEL_MOST = 15 };

struct boot_options boot_options = {
    .most_cpus = CPU_MAX,
    .environment = { "HOME=/", "TERM=linux" },
};

static char whole[COMMAND_LINE_BYTES]; /* as it was given */
static char words[COMMAND_LINE_BYTES]; /* cut into words */
static unsigned argument_count = 1, environment_count = 2;

static const char *wanted_console;
static bool has_console;

const char *system_command_line(void)
{
    return whole;
}

int system_panic_timeout(void)
{
    return boot_options.panic_timeout;
}

static void complain(const char *name, const char *value)
{
    log_warning("Option %s%s%s makes no sense and is ignored", name,
        value ? "=" : "", value ? value : "");
}

static bool to_integer(const char *value, int *number)
{
    uint64_t magnitude;
    bool is_negative = value && *value == '-';
    if (!value || !string_to_number(value + is_negative, &magnitude) ||
        magnitude > INT32_MAX)
        return false;
    *number = is_negative ? -(int)magnitude : (int)magnitude;
    return true;
}

static bool set_quiet(const char *value)
{
    log_set_console_level(QUIET_LEVEL);
    return !value;
}

static bool set_debug(const char *value)
{
    log_set_console_level(DEBUG_LEVEL);
    return !value;
}

static bool set_level(const char *value)
{
    int level;
    if (!to_integer(value, &level) || level < 0 || level > LEVEL_MOST)
        return false;
    log_set_console_level(level);
    return true;
}

static bool set_panic(const char *value)
{
    return to_integer(value, &boot_options.panic_timeout);
}

static bool set_devkmsg(const char *value)
{
    return value && !kmsg_fix_policy(value);
}

static bool set_most_cpus(const char *value)
{
    int most;
    if (!to_integer(value, &most) || most < 0)
        return false;
    boot_options.most_cpus = most ? min(most, (int)CPU_MAX) : 1;
    return true;
}

static bool set_one_cpu(const char *value)
{
    boot_options.most_cpus = 1;
    return true;
}

/* What comes before init= was meant for the one that is not to run. */
static void forget_arguments(void)
{
    argument_count = 1;
    memset(boot_options.arguments, 0, sizeof boot_options.arguments);
}

static bool set_init(const char *value)
{
    if (!value || !*value)
        return false;
    boot_options.init = value;
    forget_arguments();
    return true;
}

static bool set_rdinit(const char *value)
{
    if (!value || !*value)
        return false;
    boot_options.rdinit = value;
    forget_arguments();
    return true;
}

static bool set_console(const char *value)
{
    if (!value)
        return false;
    size_t bytes = strlen(console_name());
    bool is_ours = !strncmp(value, console_name(), bytes) &&
        (!value[bytes] || value[bytes] == ',');
    if (is_ours || !*value || !strcmp(value, "null"))
        has_console = true;
    else
        wanted_console = value;
    return true;
}

/* What Linux takes for itself, and what changes nothing here. */
static bool set_nothing(const char *value)
{
    return true;
}

static const struct {
    const char *name;
    bool (*set)(const char *value);
} options[] = {
    { "quiet", set_quiet },
    { "debug", set_debug },
    { "loglevel", set_level },
    { "panic", set_panic },
    { "maxcpus", set_most_cpus },
    { "nosmp", set_one_cpu },
    { "init", set_init },
    { "rdinit", set_rdinit },
    { "console", set_console },
    { "acpi", set_nothing },
    { "apic", set_nothing },
    { "clocksource", set_nothing },
    { "earlycon", set_nothing },
    { "earlyprintk", set_nothing },
    { "ignore_loglevel", set_nothing },
    { "initrd", set_nothing },
    { "mem", set_nothing },
    { "mitigations", set_nothing },
    { "net.ifnames", set_nothing },
    { "no_timer_check", set_nothing },
    { "noapic", set_nothing },
    { "nokaslr", set_nothing },
    { "nomodule", set_nothing },
    { "noreplace-smp", set_nothing },
    { "norandmaps", set_nothing },
    { "oops", set_nothing },
    { "pci", set_nothing },
    { "printk.devkmsg", set_devkmsg },
    { "reboot", set_nothing },
    { "ro", set_nothing },
    { "root", set_nothing },
    { "rootdelay", set_nothing },
    { "rootflags", set_nothing },
    { "rootfstype", set_nothing },
    { "rootwait", set_nothing },
    { "rw", set_nothing },
    { "tsc", set_nothing },
};

static void add_argument(const char *word)
{
    if (argument_count <= INIT_WORDS_MAX)
        boot_options.arguments[argument_count++] = word;
    else
        log_warning("Too many words for init: %s is left out", word);
}

/* `word` is NAME=value; the same name given twice counts once. */
static void add_variable(const char *word, size_t name_bytes)
{
    unsigned i = 0;
    while (i < environment_count &&
        strncmp(boot_options.environment[i], word, name_bytes + 1))
        i++;
    if (i == INIT_WORDS_MAX) {
        log_warning("Too many variables for init: %s is left out", word);
        return;
    }
    boot_options.environment[i] = word;
    if (i == environment_count)
        environment_count++;
}

static bool is_known(const char *name, const char *value)
{
    for (size_t i = 0; i < array_size(options); i++) {
        if (strcmp(options[i].name, name))
            continue;
        if (!options[i].set(value))
            complain(name, value);
        return true;
    }
    return false;
}

static void take_word(char *word)
{
    char *value = strchr(word, '=');
    if (value)
        *value++ = '\0';
    if (is_known(word, value) ||
        debug_option(word, value) || (the_abi->option && the_abi->option(word, value)) ||
        strchr(word, '.'))
        return;
    if (!value) {
        add_argument(word);
        return;
    }
    value[-1] = '='; /* whole again */
    add_variable(word, value - 1 - word);
}

/* The next word, with its quotes taken off; NULL at the end. */
static char *next_word(char **rest)
{
    char *from = *rest;
    while (*from == ' ' || *from == '\t' || *from == '\n')
        from++;
    if (!*from)
        return NULL;
    char *word = from, *to = from;
    bool is_quoted = false;
    for (; *from; from++) {
        bool is_blank = *from == ' ' || *from == '\t' || *from == '\n';
        if (is_blank && !is_quoted)
            break;
        if (*from == '"')
            is_quoted = !is_quoted;
        else
            *to++ = *from;
    }
    *rest = *from ? from + 1 : from;
    *to = '\0';
    return word;
}

void options_read(const char *line)
{
    string_copy(whole, line, sizeof whole);
    string_copy(words, line, sizeof words);
    char *rest = words, *word;
    bool is_after = false;
    while ((word = next_word(&rest))) {
        if (is_after)
            add_argument(word);
        else if (!strcmp(word, "--"))
            is_after = true;
        else
            take_word(word);
    }
    if (wanted_console && !has_console)
        log_warning("There is no console %s here: %s is used", wanted_console,
            console_name());
}
