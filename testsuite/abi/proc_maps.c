/* SPDX-License-Identifier: MIT */
/* /proc/self/maps against mmap; fd and fdinfo against open files. */
#include "cpu.h"
#include "proc.h"

#include <dirent.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>

/* The line that describes an address. Nothing is mapped to find it. */
static const char *line_at(const void *address)
{
    static char line[1024];
    const char *at = whole("/proc/self/maps");
    while (at && *at) {
        char *rest;
        unsigned long start = strtoul(at, &rest, 16);
        unsigned long end = strtoul(rest + 1, &rest, 16);
        if (start <= (unsigned long)address && (unsigned long)address < end) {
            size_t bytes = strcspn(at, "\n") + 1;
            memcpy(line, at, bytes);
            line[bytes] = 0;
            return line;
        }
        at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
    }
    return "";
}

static bool is_mapped_as(const void *address, size_t bytes, const char *rest)
{
    char wanted[512], line[1024];
    snprintf(wanted, sizeof wanted, "%08lx-%08lx %s", (unsigned long)address,
        (unsigned long)address + bytes, rest);
    strcpy(line, line_at(address));
    bool same = !strncmp(line, wanted, strlen(wanted));
    if (!same)
        note("maps has: %s wanted: %s", line, wanted);
    return same;
}

static char *map(size_t bytes, int rights, int flags, int fd, off_t offset)
{
    /* With room on both sides, so that nothing merges. */
    char *room = mmap(NULL, bytes + 8192, PROT_NONE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(room, 4096);
    munmap(room + 4096 + bytes, 4096);
    return mmap(room + 4096, bytes, rights, flags | MAP_FIXED, fd, offset);
}

static void anonymous(void)
{
    const int private = MAP_PRIVATE | MAP_ANONYMOUS;
    char *at = map(16384, PROT_READ | PROT_WRITE, private, -1, 0);
    ok(is_mapped_as(at, 16384, "rw-p 00000000 00:00 0 \n"));
    mprotect(at + 4096, 4096, PROT_READ);
    ok(is_mapped_as(at, 4096, "rw-p 00000000 00:00 0 "));
    ok(is_mapped_as(at + 4096, 4096, "r--p 00000000 00:00 0 "));
    ok(is_mapped_as(at + 8192, 8192, "rw-p 00000000 00:00 0 "));
    mprotect(at + 4096, 4096, PROT_READ | PROT_WRITE);
    ok(is_mapped_as(at, 16384, "rw-p 00000000 00:00 0 "));
    munmap(at + 4096, 4096);
    is_text(line_at(at + 4096), "");
    munmap(at, 16384);
    at = map(4096, PROT_NONE, private, -1, 0);
    ok(is_mapped_as(at, 4096, "---p 00000000 00:00 0 "));
    munmap(at, 4096);
    at = map(4096, PROT_READ | PROT_EXEC, private, -1, 0);
    ok(is_mapped_as(at, 4096, "r-xp 00000000 00:00 0 "));
    munmap(at, 4096);
    at = map(8192, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char line[1024];
    strcpy(line, line_at(at));
    ok(strstr(line, " r--s 00000000 ") && strstr(line, "/dev/zero (deleted)"));
    munmap(at, 8192);
}

static void places(void);

static void files(void)
{
    struct stat s;
    char rest[256];
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    ftruncate(fd, 32768);
    fstat(fd, &s);
    char *at = map(8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
    snprintf(rest, sizeof rest, "rw-s 00001000 %02x:%02x %lu", major(s.st_dev),
        minor(s.st_dev), (unsigned long)s.st_ino);
    ok(is_mapped_as(at, 8192, rest));
    ok(strstr(line_at(at), " /tmp/t/f\n"));
    rename("f", "new name");
    ok(strstr(line_at(at), " /tmp/t/new name\n"));
    unlink("new name");
    ok(strstr(line_at(at), " /tmp/t/new name (deleted)\n"));
    munmap(at, 8192);
    at = map(4096, PROT_READ, MAP_PRIVATE, fd, 8192);
    snprintf(rest, sizeof rest, "r--p 00002000 %02x:%02x %lu", major(s.st_dev),
        minor(s.st_dev), (unsigned long)s.st_ino);
    ok(is_mapped_as(at, 4096, rest));
    munmap(at, 4096);
    close(fd);
    fd = memfd_create("shared", 0);
    ftruncate(fd, 4096);
    at = map(4096, PROT_READ, MAP_SHARED, fd, 0);
    ok(strstr(line_at(at), " /memfd:shared (deleted)\n"));
    munmap(at, 4096);
    close(fd);
    /* The name stands in column 73. */
    ok(strchr(line_at((void *)places), '/') - line_at((void *)places) == 73);
    ok(strstr(line_at((void *)places), "/tests/abi/proc_maps\n"));
}

static void places(void)
{
    int local;
    char *old = (char *)syscall(SYS_brk, 0);
    syscall(SYS_brk, old + 8192);
    ok(strstr(line_at(old), "[heap]\n"));
    ok(strstr(line_at(&local), "[stack]\n"));
    unsigned long start, end, last = 0;
    bool in_order = true, formatted = true;
    char line[1024];
    FILE *file = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, file)) {
        char rights[8];
        unsigned long offset, major_, minor_, inode;
        formatted &= sscanf(line, "%lx-%lx %4s %lx %lx:%lx %lu", &start, &end,
                         rights, &offset, &major_, &minor_, &inode) == 7;
        in_order &= start >= last && end > start;
        last = end;
    }
    fclose(file);
    ok(in_order && formatted);
}

static const char *name_of(int fd)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return link_text(path);
}

static void descriptors(void)
{
    char path[64], wanted[64];
    struct stat s;
    int ends[2], fd = open("g", O_RDWR | O_CREAT, 0600);
    pipe(ends);
    is_text(name_of(fd), "/tmp/t/g");
    fstat(ends[0], &s);
    snprintf(wanted, sizeof wanted, "pipe:[%lu]", (unsigned long)s.st_ino);
    is_text(name_of(ends[0]), wanted);
    is_text(name_of(ends[1]), wanted);
    int event = eventfd(0, 0);
    is_text(name_of(event), "anon_inode:[eventfd]");
    int d = open("/proc/self", O_RDONLY);
    snprintf(wanted, sizeof wanted, "/proc/%d", getpid());
    is_text(name_of(d), wanted);
    int null = open("/dev/null", O_WRONLY);
    is_text(name_of(null), "/dev/null");
    rename("g", "h");
    is_text(name_of(fd), "/tmp/t/h");
    unlink("h");
    is_text(name_of(fd), "/tmp/t/h (deleted)");
    /* Opened anew: another position, the same file. */
    write(fd, "abc", 3);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int again = open(path, O_RDONLY);
    char text[8] = "";
    is(read(again, text, 8), 3);
    close(again);
    stat(path, &s);
    is(s.st_size, 3);
    lstat(path, &s);
    is(s.st_mode, S_IFLNK | 0700);
    snprintf(path, sizeof path, "/proc/self/fd/%d", null);
    lstat(path, &s);
    is(s.st_mode, S_IFLNK | 0300);
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    again = open(path, O_RDONLY | O_NONBLOCK);
    ok(again >= 0);
    close(again);
    again = open(path, O_WRONLY | O_NONBLOCK);
    is(write(again, "x", 1), 1);
    is(read(ends[0], text, 8), 1);
    close(again);
    fails_with(ENOENT, open("/proc/self/fd/900", O_RDONLY));
    snprintf(path, sizeof path, "/proc/self/fd/%d", event);
    fails_with(ENXIO, open(path, O_RDWR));
    close(fd), close(ends[0]), close(ends[1]), close(event), close(d);
    close(null);
}

static void listing(void)
{
    int seen = 0, wrong = 0;
    int fd = fcntl(0, F_DUPFD, 70);
    DIR *all = opendir("/proc/self/fd");
    struct dirent *entry;
    while ((entry = readdir(all))) {
        if (entry->d_name[0] == '.')
            continue;
        int number = atoi(entry->d_name);
        wrong += fcntl(number, F_GETFD) < 0;
        wrong += entry->d_type != DT_LNK;
        seen |= number == fd ? 1 : number == dirfd(all) ? 2 : 0;
    }
    is(seen, 3);
    is(wrong, 0);
    closedir(all);
    close(fd);
}

static void information(void)
{
    char path[64], flags[16];
    int fd = open("f", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    write(fd, "12345", 5);
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    is(number_of(path, "pos"), 5);
    snprintf(flags, sizeof flags, "0%o",
        O_RDWR | O_APPEND | O_CLOEXEC | LARGE);
    is_text(value_of(path, "flags"), flags);
    ok(number_of(path, "mnt_id") > 0);
    ok(number_of(path, "ino") > 0);
    fcntl(fd, F_SETFD, 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    snprintf(flags, sizeof flags, "0%o", O_RDWR | O_NONBLOCK | LARGE);
    is_text(value_of(path, "flags"), flags);
    close(fd);
    int event = eventfd(26, 0);
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", event);
    is_text(value_of(path, "eventfd-count"), "1a");
    close(event);
    fd = open("f", O_PATH);
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    is_text(value_of(path, "flags"), "010000000");
    close(fd);
}

static void looks_into_others(void *data)
{
    char path[64];
    pid_t other = *(pid_t *)data;
    setgroups(0, NULL);
    setresgid(GROUP, GROUP, GROUP);
    setresuid(USER, USER, USER);
    snprintf(path, sizeof path, "/proc/%d/stat", other);
    if (access(path, R_OK) || !strlen(whole(path)))
        _exit(1);
    snprintf(path, sizeof path, "/proc/%d/cmdline", other);
    if (!strlen(whole(path)))
        _exit(2);
    static const char *const secret[] = { "environ", "fd", "auxv" };
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "/proc/%d/%s", other, secret[i]);
        if (open(path, O_RDONLY) != -1 || errno != EACCES)
            _exit(3 + i);
    }
    snprintf(path, sizeof path, "/proc/%d/maps", other);
    if (open(path, O_RDONLY) != -1 || errno != EACCES)
        _exit(10);
    snprintf(path, sizeof path, "/proc/%d/exe", other);
    char text[64];
    if (readlink(path, text, sizeof text) != -1 || errno != EACCES)
        _exit(11);
    snprintf(path, sizeof path, "/proc/%d/cwd/x", other);
    if (open(path, O_RDONLY) != -1 || errno != EACCES)
        _exit(12);
}

static void rights(void)
{
    pid_t me = getpid();
    is(in_child(looks_into_others, &me), 0);
}

static void run(void)
{
    anonymous();
    files();
    places();
    descriptors();
    listing();
    information();
    rights();
}
TEST_MAIN
