/* SPDX-License-Identifier: MIT */
/* prctl(PR_SET_MM): where a program says its parts are, its auxiliary vector, and
 * which file it is. */
#include "proc.h"

#include <linux/prctl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)

enum { PAGE = 4096, BOTH = PROT_READ | PROT_WRITE };

static char *page; /* two of them */

static long set(long what, unsigned long at)
{
    return raw(prctl, PR_SET_MM, what, at, 0l, 0l);
}

static void refusals(void)
{
    for (long what = PR_SET_MM_START_CODE; what <= PR_SET_MM_ENV_END; what++) {
        fails_with(EINVAL, set(what, 1));
        fails_with(EINVAL, set(what, ~0ul));
        fails_with(EINVAL, raw(prctl, PR_SET_MM, what, page, 1l, 0l));
        fails_with(EINVAL, raw(prctl, PR_SET_MM, what, page, 0l, 1l));
    }
    fails_with(EINVAL, set(0, (unsigned long)page));
    fails_with(EINVAL, set(16, (unsigned long)page));
    is(set(PR_SET_MM_AUXV, 0), 0); /* nothing of it */
    fails_with(EINVAL, raw(prctl, PR_SET_MM, PR_SET_MM_AUXV, page, 4096l, 0l));
    fails_with(EFAULT, raw(prctl, PR_SET_MM, PR_SET_MM_AUXV, 8l, 16l, 0l));
    fails_with(EINVAL, raw(prctl, PR_SET_MM, PR_SET_MM_MAP, page, 8l, 0l));
    fails_with(EFAULT, raw(prctl, PR_SET_MM, PR_SET_MM_MAP, 8l,
        sizeof(struct prctl_mm_map), 0l));
    fails_with(EFAULT, set(PR_SET_MM_MAP_SIZE, 8));
    unsigned bytes = 0;
    is(set(PR_SET_MM_MAP_SIZE, (unsigned long)&bytes), 0);
    is(bytes, sizeof(struct prctl_mm_map));
}

/* In a child: the command line is elsewhere. */
static void strings(void *none)
{
    (void)none;
    strcpy(page, "told");
    strcpy(page + 8, "A=1");
    /* The end first: both have to be in order all the time. */
    int down = raw(prctl, PR_SET_MM, PR_SET_MM_ARG_START, page, 0l, 0l);
    if (down || set(PR_SET_MM_ARG_END, (unsigned long)page + 5))
        _exit(1);
    if (set(PR_SET_MM_ENV_START, (unsigned long)page + 8) ||
        set(PR_SET_MM_ENV_END, (unsigned long)page + 12))
        _exit(2);
    if (strcmp(whole("/proc/self/cmdline"), "told"))
        _exit(3);
    if (strcmp(whole("/proc/self/environ"), "A=1"))
        _exit(4);
    if (set(PR_SET_MM_ARG_END, (unsigned long)page - 1) != -1 ||
        errno != EINVAL)
        _exit(5);
    unsigned long vector[2] = { 6, 12345 }, told[2] = { 0 };
    if (raw(prctl, PR_SET_MM, PR_SET_MM_AUXV, vector, sizeof vector, 0l))
        _exit(6);
    int fd = open("/proc/self/auxv", O_RDONLY);
    read(fd, told, sizeof told);
    if (told[0] != 6 || told[1] != 12345)
        _exit(7);
}

static void of_user(void *none)
{
    (void)none;
    if (setresuid(USER, USER, USER))
        _exit(1);
    if (set(PR_SET_MM_BRK, (unsigned long)page) != -1 || errno != EPERM)
        _exit(2);
    if (set(PR_SET_MM_EXE_FILE, 99) != -1 || errno != EPERM)
        _exit(3);
}

/* All at once: no more than a user may do, but for the file. */
static struct prctl_mm_map all(void)
{
    unsigned long at = (unsigned long)page;
    return (struct prctl_mm_map){ .start_code = at, .end_code = at + 1,
        .start_data = at, .end_data = at, .start_brk = at, .brk = at,
        .start_stack = at, .arg_start = at, .arg_end = at + 5, .env_start = at,
        .env_end = at, .exe_fd = -1 };
}

static long set_all(const struct prctl_mm_map *map)
{
    return raw(prctl, PR_SET_MM, PR_SET_MM_MAP, map, sizeof *map, 0l);
}

static void maps(void *none)
{
    struct prctl_mm_map map = all();
    (void)none;
    strcpy(page, "mapp");
    map.end_code = map.start_code;
    if (set_all(&map) != -1 || errno != EINVAL)
        _exit(1);
    map = all();
    map.auxv_size = 16;
    if (set_all(&map) != -1 || errno != EINVAL)
        _exit(2);
    map.auxv = (void *)8;
    if (set_all(&map) != -1 || errno != EFAULT)
        _exit(3);
    map = all();
    map.exe_fd = 99;
    if (set_all(&map) != -1 || errno != EBADF)
        _exit(4);
    if (setresuid(USER, USER, USER))
        _exit(5);
    if (set_all(&map) != -1 || errno != EPERM)
        _exit(6);
    map = all();
    raw(prctl, PR_SET_DUMPABLE, 1l, 0l, 0l, 0l);
    if (set_all(&map))
        _exit(7);
    if (strcmp(whole("/proc/self/cmdline"), "mapp"))
        _exit(8);
}

static int set_file(const char *path)
{
    int fd = open(path, O_RDONLY);
    int result = set(PR_SET_MM_EXE_FILE, fd), error = errno;
    close(fd);
    errno = error;
    return result;
}

static void files(void)
{
    fails_with(EBADF, set(PR_SET_MM_EXE_FILE, 99));
    fails_with(EBADF, set(PR_SET_MM_EXE_FILE, -1));
    fails_with(EACCES, set_file("/"));
    make_file("plain", 0600);
    fails_with(EACCES, set_file("plain"));
    unlink("plain");
    fails_with(EBUSY, set_file("/bin/busybox")); /* it is mapped here */
    fails_with(EBUSY, set_file("/proc/self/exe"));
}

/* Puts memory like it in the place of what is mapped of the program. */
static bool copy_self(void)
{
    char line[512], rights[5], *text = strdup(whole("/proc/self/maps"));
    for (char *at = strtok(text, "\n"); at; at = strtok(NULL, "\n")) {
        unsigned long start, end;
        snprintf(line, sizeof line, "%s", at);
        if (!strstr(line, "prctl_mm") ||
            sscanf(line, "%lx-%lx %4s", &start, &end, rights) != 3)
            continue;
        int prot = PROT_READ | (rights[1] == 'w' ? PROT_WRITE : 0) |
            (rights[2] == 'x' ? PROT_EXEC : 0);
        char *copy = mmap(NULL, end - start, BOTH, MAP_PRIVATE | MAP_ANONYMOUS,
            -1, 0);
        memcpy(copy, (char *)start, end - start);
        mprotect(copy, end - start, prot);
        if (mremap(copy, end - start, end - start,
                MREMAP_MAYMOVE | MREMAP_FIXED, (void *)start) == MAP_FAILED)
            return false;
    }
    return true;
}

static void another(void *none)
{
    char link[64] = "";
    (void)none;
    if (!copy_self())
        _exit(1);
    if (set_file("/bin/busybox"))
        _exit(2);
    readlink("/proc/self/exe", link, sizeof link - 1);
    if (strcmp(link, "/bin/busybox"))
        _exit(3);
    if (fork() == 0)
        _exit(0);
    wait(NULL);
    if (set_file("/tests/helper/tell"))
        _exit(4);
    if (open("/tests/helper/tell", O_WRONLY) >= 0 || errno != ETXTBSY)
        _exit(5);
    int fd = open("/bin/busybox", O_WRONLY | O_APPEND); /* it is free again */
    _exit(fd >= 0 || errno == ETXTBSY ? 0 : 6);
}

static void run(void)
{
    page = mmap(NULL, 2 * PAGE, BOTH, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    refusals();
    is(in_child(strings, NULL), 0);
    is(in_child(of_user, NULL), 0);
    is(in_child(maps, NULL), 0);
    files();
    is(in_child(another, NULL), 0);
}
TEST_MAIN
