/* SPDX-License-Identifier: MIT */
/* The system as a whole: names, totals, its end, random bytes. */
#include <linux/random.h>
#include <linux/reboot.h>
#include <linux/sysinfo.h>
#include <linux/utsname.h>

#include "abi/linux/arguments.h"
#include "abi/linux/personality.h"
#include "arch/clock.h"
#include "kernel/system.h"
#include "kernel/terminal.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/pages.h"

static_assert(sizeof(struct system_names) == sizeof(struct new_utsname) &&
        offsetof(struct system_names, machine) ==
            offsetof(struct new_utsname, machine),
    "uname(2) copies it as it is");

long sys_uname(void __user *to)
{
    struct system_names *names = heap_alloc(sizeof *names);
    if (!names)
        return -ENOMEM;
    system_names(names);
    personality_names(names);
    long result = user_write(to, names, sizeof *names);
    heap_free(names);
    return result;
}

static long set_name(const void __user *from, int bytes,
    void (*set)(const char *name, size_t bytes))
{
    char name[SYSTEM_NAME_BYTES];
    if (!i_can(CAPABLE_SYS_ADMIN))
        return -EPERM;
    if (bytes < 0 || bytes >= SYSTEM_NAME_BYTES)
        return -EINVAL;
    if (user_read(name, from, bytes))
        return -EFAULT;
    set(name, bytes);
    return 0;
}

long sys_sethostname(const void __user *name, int bytes)
{
    return set_name(name, bytes, system_set_node);
}

long sys_setdomainname(const void __user *name, int bytes)
{
    return set_name(name, bytes, system_set_domain);
}

long sys_sysinfo(void __user *to)
{
    struct sysinfo info;
    struct page_totals totals;
    uint32_t load[3];
    memset(&info, 0, sizeof info);
    page_totals(&totals);
    sched_load(load);
    info.uptime = (clock_ns() + NS_PER_SECOND - 1) / NS_PER_SECOND;
    for (int i = 0; i < 3; i++)
        info.loads[i] = load[i];
    info.totalram = totals.total * PAGE_BYTES;
    info.freeram = totals.free * PAGE_BYTES;
    info.sharedram = totals.store * PAGE_BYTES;
    info.procs = min(thread_count(), 65535u);
    info.mem_unit = 1;
    return user_write(to, &info, sizeof info);
}

static bool is_magic(unsigned magic, unsigned magic2)
{
    return magic == LINUX_REBOOT_MAGIC1 &&
        (magic2 == LINUX_REBOOT_MAGIC2 || magic2 == LINUX_REBOOT_MAGIC2A ||
            magic2 == LINUX_REBOOT_MAGIC2B || magic2 == LINUX_REBOOT_MAGIC2C);
}

long sys_reboot(unsigned magic, unsigned magic2, unsigned command,
    const void __user *argument)
{
    char words[255]; /* for the machine: it has no use for them */
    if (!i_can(CAPABLE_SYS_BOOT))
        return -EPERM;
    if (!is_magic(magic, magic2))
        return -EINVAL;
    switch (command) {
    case LINUX_REBOOT_CMD_RESTART2:
        if (user_string(words, argument, sizeof words) == -EFAULT)
            return -EFAULT;
        fallthrough;
    case LINUX_REBOOT_CMD_RESTART:
        system_end(END_RESTART);
    case LINUX_REBOOT_CMD_HALT:
        system_end(END_HALT);
    case LINUX_REBOOT_CMD_POWER_OFF:
        system_end(END_POWER_OFF);
    case LINUX_REBOOT_CMD_CAD_ON:
        system_set_ctrl_alt_del(true);
        return 0;
    case LINUX_REBOOT_CMD_CAD_OFF:
        system_set_ctrl_alt_del(false);
        return 0;
    }
    return -EINVAL;
}

enum { RANDOM_BYTES_AT_ONCE = 256 };

/* As many as there is room for, by pages. */
static size_t give_some(
    char __user *to, const unsigned char *some, size_t bytes)
{
    if (likely(!user_write(to, some, bytes)))
        return bytes;
    size_t fits = -(uintptr_t)to & (PAGE_BYTES - 1);
    return fits && fits < bytes && !user_write(to, some, fits) ? fits : 0;
}

/* Up to 256 bytes are never cut short; more may be, by a signal. */
static long give_random(char __user *to, size_t bytes)
{
    unsigned char some[RANDOM_BYTES_AT_ONCE];
    size_t done = 0;
    while (done < bytes) {
        size_t now = min(bytes - done, sizeof some);
        random_fill(some, now);
        size_t given = give_some(to + done, some, now);
        done += given;
        if (given < now) {
            memset(some, 0, sizeof some);
            return done ? (long)done : -EFAULT;
        }
        thread_breathe();
        if (done < bytes && thread_is_interrupted())
            break;
    }
    memset(some, 0, sizeof some);
    return done;
}

long sys_getrandom(void __user *to, size_t bytes, unsigned flags)
{
    if (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE) ||
        (flags & GRND_RANDOM && flags & GRND_INSECURE))
        return -EINVAL;
    /* The generator has its seed before the first program starts. */
    if (!random_is_seeded() && flags & GRND_NONBLOCK &&
        !(flags & GRND_INSECURE))
        return -EAGAIN;
    return give_random(to, min(bytes, (size_t)IO_BYTES_MAX));
}

long sys_vhangup(void)
{
    if (!i_can(CAPABLE_SYS_TTY))
        return -EPERM;
    terminal_vhangup(current->process);
    return 0;
}
