/* SPDX-License-Identifier: MIT */
/* Process 1 inside the kernel: the rest of the start-up, which may sleep, then
 * the first program.  Whatever is missing is said in a sentence that tells what
 * to do about it. */
#include "kernel/first.h"

#include "arch/boot.h"
#include "arch/context.h"
#include "arch/smp.h"
#include "initramfs/unpack.h"
#include "kernel/exec.h"
#include "kernel/options.h"
#include "kernel/process.h"
#include "kernel/procfs.h"
#include "kernel/system.h"
#include "kernel/terminal.h"
#include "lib/errno.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/pages.h"
#include "vfs/credentials.h"
#include "vfs/device.h"
#include "vfs/files.h"
#include "vfs/tmpfs.h"
#include "vfs/unnamed.h"

const struct boot_info *first_boot;

void first_greet(const struct boot_info *boot)
{
    struct system_names names;
    struct page_totals totals;
    system_names(&names);
    page_totals(&totals);
    log_info("%s %s (%s) on %s", names.system, names.release, names.version,
        names.machine);
    log_info("Command line: %s", system_command_line());
    log_info("Memory: %luK free of %luK, initramfs %luK",
        (unsigned long)(totals.free * PAGE_BYTES / 1024),
        (unsigned long)(totals.total * PAGE_BYTES / 1024),
        (unsigned long)(boot->initrd_bytes / 1024));
}

static void make_root(void)
{
    static const struct filesystem_type *const types[] = {
        &rootfs_type,
        &tmpfs_type,
        &ramfs_type,
    };
    struct filesystem *filesystem;
    struct mounts *mounts = NULL;
    for (size_t i = 0; i < array_size(types); i++)
        if (filesystem_register(types[i]))
            log_error("Filesystem %s cannot be used", types[i]->name);
    if (!rootfs_type.make(NULL, &filesystem))
        mounts = mounts_new(filesystem, "rootfs");
    if (mounts) {
        struct place root = mounts_root(mounts);
        current->paths = paths_new(root);
        place_put(root);
    }
    if (!current->paths || !unnamed_init() || !tmpfs_init())
        panic("There is too little memory for the root filesystem.");
}

static struct walk walk_here(void)
{
    return (struct walk){
        .paths = current->paths,
        .who = current->credentials,
        .from = paths_cwd(current->paths),
        .flags = WALK_FOLLOW,
    };
}

/* What Linux's own first archive holds. */
static void make_names(void)
{
    struct walk walk = walk_here();
    int error = path_make(&walk, "/dev", INODE_DIRECTORY, 0755, 0, NULL);
    if (!error)
        error = path_make(&walk, "/dev/console", INODE_CHARACTER, 0600,
            device_number(5, 1), NULL);
    if (!error)
        error = path_make(&walk, "/root", INODE_DIRECTORY, 0700, 0, NULL);
    if (error)
        log_error("The root's first names cannot be made (error %d)", -error);
    place_put(walk.from);
}

static void unpack(const struct boot_info *boot)
{
    struct unpack_report *report = heap_alloc_zeroed(sizeof *report);
    if (!report)
        panic("There is too little memory to unpack the initramfs.");
    int error = initramfs_unpack(current->paths,
        physical_to_pointer(boot->initrd_start), boot->initrd_bytes, report);
    if (error)
        log_error("%s", report->problem[0] ? report->problem
                                           : "The initramfs is corrupt.");
    if (error == -ENOMEM || error == -ENOSPC)
        panic("There is too little memory for the initramfs.");
    pages_release_range(align_down(boot->initrd_start, PAGE_BYTES),
        align_up(boot->initrd_start + boot->initrd_bytes, PAGE_BYTES));
    heap_free(report);
}

static noreturn_fn void run_other_cpu(unsigned cpu)
{
    sched_init_cpu(cpu);
    sched_idle();
}

static void start_cpus(void)
{
    smp_start(boot_options.most_cpus, run_other_cpu);
    for (unsigned cpu = 1; cpu < cpu_count(); cpu++)
        worker_start(cpu);
    log_info("CPUs: %u", cpu_count());
}

static void open_console(void)
{
    struct walk walk = walk_here();
    struct file *file;
    int error = file_open(&walk, "/dev/console", OPEN_READ | OPEN_WRITE, 0,
        &file);
    place_put(walk.from);
    if (error) {
        log_error("There is no console for init (error %d)", -error);
        return;
    }
    for (unsigned i = 0; i < 3; i++)
        if (files_add(current->files, file_get(file), LIMIT_NONE, 0) < 0)
            break;
    file_put(file);
}

static bool exists(const char *path)
{
    struct place place;
    struct walk walk = walk_here();
    int error = path_find(&walk, path, &place);
    place_put(walk.from);
    if (!error)
        place_put(place);
    return !error;
}

static const char *reason_of(int error)
{
    switch (error) {
    case -EACCES:
        return "it is not an executable file";
    case -ENOENT:
        return "its interpreter is missing";
    case -ENOEXEC:
        return "it is not a program for this CPU";
    case -ELIBBAD:
        return "its interpreter is not a program for this CPU";
    case -ELOOP:
        return "its interpreters or symbolic links never end";
    case -ENOMEM:
        return "there is too little memory";
    default:
        return NULL;
    }
}

static int try_to_run(const char *path)
{
    boot_options.arguments[0] = path;
    struct string_list arguments = { .texts = boot_options.arguments };
    struct string_list environment = { .texts = boot_options.environment };
    struct walk walk = walk_here();
    log_info("Run %s as init process", path);
    const struct program_name name = { path, false };
    int error = exec(&walk, path, &name, &arguments, &environment);
    place_put(walk.from);
    return error;
}

/* rdinit= or /init; without one, init= as if the root were mounted. */
static const char *choose_program(void)
{
    const char *path = boot_options.rdinit ? boot_options.rdinit : "/init";
    if (exists(path))
        return path;
    if (boot_options.rdinit)
        panic("The initramfs has no %s, which rdinit= names.", path);
    if (!boot_options.init)
        panic("The initramfs has no /init: add one, or name another program "
              "with rdinit=.");
    if (!exists(boot_options.init))
        panic("The initramfs has neither /init nor %s, which init= names.",
            boot_options.init);
    return boot_options.init;
}

static void run_program(void)
{
    const char *path = choose_program();
    int error = try_to_run(path);
    if (!error)
        return;
    const char *reason = reason_of(error);
    if (reason)
        panic("%s cannot be run as init: %s.", path, reason);
    panic("%s cannot be run as init (error %d).", path, -error);
}

void first_main(void *unused)
{
    const struct boot_info *boot = first_boot;
    make_root();
    make_names();
    devices_init();
    terminals_init();
    procfs_init();
    if (!boot->initrd_bytes)
        panic("There is no initramfs: give one to the boot loader (QEMU: "
              "-initrd FILE).");
    start_cpus();
    unpack(boot);
    open_console();
    run_program();
    context_enter_user(context_user_frame(&current->context));
}
