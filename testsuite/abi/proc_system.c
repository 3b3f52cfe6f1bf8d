/* SPDX-License-Identifier: MIT */
/* /proc about the system: what can be known of its files' form and values. */
#include "cpu.h"
#include "proc.h"

#include <dirent.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>

static struct utsname names;

static const char *line_with(const char *path, const char *start)
{
    static char line[1024];
    const char *at = whole(path);
    while (at && strncmp(at, start, strlen(start)))
        at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
    if (!at)
        return "";
    size_t bytes = strcspn(at, "\n");
    memcpy(line, at, bytes);
    line[bytes] = 0;
    return line;
}

static void identity(void)
{
    char wanted[512];
    uname(&names);
    snprintf(wanted, sizeof wanted, "%s version %s ", names.sysname,
        names.release);
    ok(!strncmp(whole("/proc/version"), wanted, strlen(wanted)));
    ok(strstr(whole("/proc/version"), names.version));
    snprintf(wanted, sizeof wanted, "%s\n", names.release);
    is_text(whole("/proc/sys/kernel/osrelease"), wanted);
    is_text(whole("/proc/sys/kernel/ostype"), "Linux\n");
    snprintf(wanted, sizeof wanted, "%s\n", names.version);
    is_text(whole("/proc/sys/kernel/version"), wanted);
    snprintf(wanted, sizeof wanted, "%s\n", names.nodename);
    is_text(whole("/proc/sys/kernel/hostname"), wanted);
    snprintf(wanted, sizeof wanted, "%s\n", names.domainname);
    is_text(whole("/proc/sys/kernel/domainname"), wanted);
    int fd = open("/proc/sys/kernel/hostname", O_WRONLY);
    is(write(fd, "other\n", 6), 6);
    close(fd);
    uname(&names);
    is_text(names.nodename, "other");
    sethostname("(none)", 6);
    ok(strstr(whole("/proc/cmdline"), "console=" CONSOLE_NAME));
}

static void times(void)
{
    double up, idle, load[3];
    int running, threads, last;
    struct timespec now;
    is(sscanf(whole("/proc/uptime"), "%lf %lf\n", &up, &idle), 2);
    clock_gettime(CLOCK_BOOTTIME, &now);
    ok(up <= now.tv_sec + 1 && up >= now.tv_sec - 5);
    ok(looks_like(whole("/proc/uptime"), "%d.%d %d.%d\n"));
    is(sscanf(whole("/proc/loadavg"), "%lf %lf %lf %d/%d %d\n", &load[0],
           &load[1], &load[2], &running, &threads, &last), 6);
    ok(running >= 1 && threads >= running && last >= getpid());
    ok(looks_like(whole("/proc/loadavg"), "%d.%d %d.%d %d.%d %d/%d %d\n"));
}

static void memory(void)
{
    struct sysinfo info;
    static const char *const lines[] = { "MemTotal", "MemFree",
        "MemAvailable", "Buffers", "Cached", "SwapCached", "Active",
        "Inactive", "SwapTotal", "SwapFree", "Dirty", "AnonPages", "Mapped",
        "Shmem", "Slab", "KernelStack", "PageTables", "CommitLimit",
        "Committed_AS" };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *value = value_of("/proc/meminfo", lines[i]);
        tap_case(value && looks_like(value, "%d kB"), lines[i]);
    }
    sysinfo(&info);
    is(number_of("/proc/meminfo", "MemTotal"),
        (long long)info.totalram * info.mem_unit / 1024);
    ok(number_of("/proc/meminfo", "MemFree")
        <= number_of("/proc/meminfo", "MemTotal"));
    is(number_of("/proc/meminfo", "SwapTotal"), 0);
    ok(!strncmp(line_with("/proc/meminfo", "MemTotal"), "MemTotal:  ", 11));
    is(strlen(line_with("/proc/meminfo", "MemTotal")), 27);
}

static void processors(void)
{
    cpu_set_t set;
    int online = 0, listed = 0;
    sched_getaffinity(0, sizeof set, &set);
    for (int i = 0; i < 64; i++)
        online += !!CPU_ISSET(i, &set);
    const char *text = whole("/proc/cpuinfo");
    for (const char *at = text; (at = strstr(at, "processor\t: ")); at++)
        listed++;
    is(listed, online);
    ok(strstr(text, "\nflags\t\t: ") || strstr(text, "\nFeatures\t: "));
    int lines = 0;
    text = whole("/proc/stat");
    ok(looks_like(line_with("/proc/stat", "cpu "),
        "cpu  %d %d %d %d %d %d %d %d %d %d"));
    ok(looks_like(line_with("/proc/stat", "cpu0"),
        "cpu0 %d %d %d %d %d %d %d %d %d %d"));
    text = whole("/proc/stat");
    for (const char *at = text; (at = strstr(at, "\ncpu")); at++)
        lines++;
    is(lines, online);
    ok(looks_like(line_with("/proc/stat", "ctxt"), "ctxt %d"));
    ok(looks_like(line_with("/proc/stat", "btime"), "btime %d"));
    ok(looks_like(line_with("/proc/stat", "processes"), "processes %d"));
    ok(looks_like(line_with("/proc/stat", "procs_running"),
        "procs_running %d"));
    is_text(line_with("/proc/stat", "procs_blocked"), "procs_blocked 0");
    ok(looks_like(line_with("/proc/stat", "intr"), "intr %d%*"));
    ok(!strncmp(whole("/proc/interrupts"), "           CPU0", 15));
    long long boot =
        strtoll(line_with("/proc/stat", "btime") + 6, NULL, 10);
    struct timespec real, up;
    clock_gettime(CLOCK_REALTIME, &real);
    clock_gettime(CLOCK_BOOTTIME, &up);
    ok(llabs(real.tv_sec - up.tv_sec - boot) <= 1);
}

static void lists(void)
{
    static const char *const types[] = { "nodev\tproc\n", "nodev\tsysfs\n",
        "nodev\ttmpfs\n", "nodev\tramfs\n", "nodev\tdevtmpfs\n",
        "nodev\tdevpts\n" };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        tap_case(strstr(whole("/proc/filesystems"), types[i]), types[i]);
    ok(!strncmp(whole("/proc/devices"), "Character devices:\n  1 mem\n", 27));
    ok(strstr(whole("/proc/devices"), "\n136 pts\n"));
    ok(strstr(whole("/proc/devices"), "\n\nBlock devices:\n"));
    ok(!strncmp(whole("/proc/partitions"), "major minor  #blocks  name\n", 27)
        || !*whole("/proc/partitions"));
    ok(!strncmp(whole("/proc/swaps"), "Filename\t", 9));
    ok(strstr(whole("/proc/self/mounts"), " /proc proc rw"));
    ok(strstr(whole("/proc/mounts"), " /tmp tmpfs rw"));
}

static void settings(void)
{
    static const struct {
        const char *path, *form;
    } files[] = {
        { "/proc/sys/kernel/pid_max", "%d\n" },
        { "/proc/sys/kernel/threads-max", "%d\n" },
        { "/proc/sys/kernel/cap_last_cap", "40\n" },
        { "/proc/sys/kernel/ngroups_max", "65536\n" },
        { "/proc/sys/kernel/overflowuid", "65534\n" },
        { "/proc/sys/kernel/overflowgid", "65534\n" },
        { "/proc/sys/kernel/panic", "%d\n" },
        { "/proc/sys/kernel/printk", "%d\t%d\t%d\t%d\n" },
        { "/proc/sys/kernel/core_pattern", "core\n" },
        { "/proc/sys/kernel/core_uses_pid", "%d\n" },
        { "/proc/sys/kernel/randomize_va_space", "%d\n" },
        { "/proc/sys/kernel/random/boot_id", "%x-%x-%x-%x-%x\n" },
        { "/proc/sys/kernel/random/uuid", "%x-%x-%x-%x-%x\n" },
        { "/proc/sys/kernel/random/entropy_avail", "256\n" },
        { "/proc/sys/kernel/random/poolsize", "256\n" },
        { "/proc/sys/kernel/tainted", "%d\n" },
        { "/proc/sys/fs/file-max", "%d\n" },
        { "/proc/sys/fs/file-nr", "%d\t%d\t%d\n" },
        { "/proc/sys/fs/nr_open", "1048576\n" },
        { "/proc/sys/fs/pipe-max-size", "1048576\n" },
        { "/proc/sys/vm/overcommit_memory", "0\n" },
        { "/proc/sys/vm/overcommit_ratio", "50\n" },
        { "/proc/sys/vm/max_map_count", "65530\n" },
        { "/proc/sys/vm/mmap_min_addr", LEAST_ADDRESS "\n" },
        { "/proc/sys/vm/swappiness", "%d\n" },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (!tap_case(looks_like(whole(files[i].path), files[i].form),
                files[i].path))
            note("is: %s", whole(files[i].path));
    char first[64];
    strcpy(first, whole("/proc/sys/kernel/random/boot_id"));
    is_text(whole("/proc/sys/kernel/random/boot_id"), first);
    strcpy(first, whole("/proc/sys/kernel/random/uuid"));
    ok(strcmp(whole("/proc/sys/kernel/random/uuid"), first));
    is(first[14], '4');
    fails_with(ENOENT, open("/proc/sys/kernel/none", O_RDONLY));
    become(USER, GROUP);
    fails_with(EACCES, open("/proc/sys/kernel/hostname", O_WRONLY));
    become_root();
}

/* How files of /proc behave, whatever is in them. */
static void behaviour(void)
{
    struct stat s;
    char a[64] = "", b[64] = "", text[256];
    stat("/proc/version", &s);
    is(s.st_mode, S_IFREG | 0444);
    is(s.st_size, 0);
    is(s.st_nlink, 1);
    int fd = open("/proc/version", O_RDONLY);
    is(read(fd, a, 5), 5);
    is(read(fd, a + 5, 8), 8);
    is_text(a, "Linux version");
    is(pread(fd, b, 5, 6), 5);
    is_text(b, "versi");
    is(lseek(fd, 0, SEEK_SET), 0);
    is(read(fd, b, 5), 5);
    is(lseek(fd, 100000, SEEK_SET), 100000);
    is(read(fd, text, sizeof text), 0);
    fails_with(EBADF, write(fd, "x", 1));
    close(fd);
    fails_with(EPERM, unlink("/proc/version"));
    fails_with(ENOENT, mkdir("/proc/x", 0755));
    fails_with(ENOENT, open("/proc/x", O_RDWR | O_CREAT, 0600));
    fails_with(EXDEV, rename("/proc/version", "x"));
    fails_with(EXDEV, link("/proc/version", "x"));
    int numbers = 0, named = 0;
    DIR *all = opendir("/proc");
    struct dirent *entry;
    while ((entry = readdir(all))) {
        numbers += atoi(entry->d_name) == getpid();
        named += !strcmp(entry->d_name, "version")
            || !strcmp(entry->d_name, "self");
    }
    closedir(all);
    is(numbers, 1);
    is(named, 2);
    struct statfs t;
    statfs("/proc", &t);
    is(t.f_type, 0x9fa0);
}

/* Made as they are read, there is no end to seek from; and nothing to map. */
static void ends_and_maps(void)
{
    static const char *const forwards[] = { "/proc/meminfo", "/proc/stat",
        "/proc/filesystems", "/proc/net/unix", "/proc/self/maps",
        "/proc/self/mounts", "/proc/self/mountinfo", "/proc/self/mountstats" };
    static const char *const wholes[] = { "/proc/self/cmdline",
        "/proc/sys/kernel/ostype" };
    for (size_t i = 0; i < sizeof forwards / sizeof *forwards; i++) {
        int fd = open(forwards[i], O_RDWR);
        if (fd < 0)
            fd = open(forwards[i], O_RDONLY);
        fails_with(EINVAL, lseek(fd, 0, SEEK_END));
        fails_with(EINVAL, lseek(fd, 0, SEEK_DATA));
        fails_with(EINVAL, lseek(fd, 0, SEEK_HOLE));
        is(lseek(fd, 3, SEEK_SET), 3);
        is(lseek(fd, 1, SEEK_CUR), 4);
        fails_with(EINVAL, lseek(fd, -5, SEEK_CUR));
        fails_with(i < 4 ? EIO : ENODEV,
            (long)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0));
        close(fd);
    }
    for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++) {
        int fd = open(wholes[i], O_RDONLY);
        is(lseek(fd, 5, SEEK_END), 5);
        fails_with(ENXIO, lseek(fd, 0, SEEK_DATA));
        fails_with(ENXIO, lseek(fd, 0, SEEK_HOLE));
        fails_with(ENODEV,
            (long)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0));
        fails_with(EACCES, (long)mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                               MAP_SHARED, fd, 0));
        fails_with(EPERM, (long)mmap(NULL, 4096, PROT_READ | PROT_EXEC,
                              MAP_PRIVATE, fd, 0));
        close(fd);
    }
    int fd = open("/proc/kmsg", O_RDONLY);
    fails_with(EIO, (long)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0));
    close(fd);
    fd = open("/proc/self/mounts", O_RDWR);
    ok(fd >= 0);
    fails_with(ESPIPE, pwrite(fd, "x", 1, 0));
    close(fd);
}

static void run(void)
{
    ends_and_maps();
    identity();
    times();
    memory();
    processors();
    lists();
    settings();
    behaviour();
}
TEST_MAIN
