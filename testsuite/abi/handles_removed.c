/* SPDX-License-Identifier: MIT */
/* open_by_handle_at of what has no name any more: it is found for as long as
 * somebody has it open, or mapped. */
#include "who.h"

#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>

struct handle {
    unsigned bytes;
    int type;
    unsigned char data[128];
};

static struct handle handle_of_fd(int fd)
{
    struct handle handle = { .bytes = sizeof handle.data };
    int mount_id;
    if (syscall(SYS_name_to_handle_at, fd, "", &handle, &mount_id, AT_EMPTY_PATH))
        note("no handle: %s", strerror(errno));
    return handle;
}

static int open_by(const struct handle *handle, int flags)
{
    return syscall(SYS_open_by_handle_at, AT_FDCWD, handle, flags);
}

/* A file with a letter in it, and its handle. */
static int make_with(const char *path, char letter, struct handle *handle)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (pwrite(fd, &letter, 1, 0) != 1)
        note("cannot write %s", path);
    *handle = handle_of_fd(fd);
    return fd;
}

/* What the handle leads to begins with letter. */
static bool leads_to(const struct handle *handle, char letter)
{
    char read = 0;
    int fd = open_by(handle, O_RDONLY);
    bool is_it = fd >= 0 && pread(fd, &read, 1, 0) == 1 && read == letter;
    close(fd);
    return is_it;
}

static void unlinked(void)
{
    struct handle f, g;
    struct stat status;
    char path[40], link[200];
    int fd = make_with("f", 'f', &f), other = make_with("g", 'g', &g);
    unlink("f"), unlink("g");
    ok(leads_to(&f, 'f'));
    ok(leads_to(&g, 'g'));
    close(other);
    fails_with(ESTALE, open_by(&g, O_RDONLY));
    ok(leads_to(&f, 'f'));
    int again = open_by(&f, O_RDWR);
    is(write(again, "x", 1), 1);
    close(fd);
    ok(leads_to(&f, 'x'));
    is(fstat(again, &status), 0);
    is(status.st_nlink, 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", again);
    ssize_t length = readlink(path, link, sizeof link);
    ok(length > 12 && !memcmp(link + length - 12, "/f (deleted)", 12));
    close(again);
    fails_with(ESTALE, open_by(&f, O_RDONLY));
}

static void two_names(void)
{
    struct handle f;
    int fd = make_with("f", 'f', &f);
    link("f", "h");
    unlink("f");
    ok(leads_to(&f, 'f'));
    close(fd);
    ok(leads_to(&f, 'f'));
    fd = open("h", O_RDONLY);
    unlink("h");
    ok(leads_to(&f, 'f'));
    close(fd);
    fails_with(ESTALE, open_by(&f, O_RDONLY));
}

static void replaced(void)
{
    struct handle f, g;
    int fd = make_with("f", 'f', &f), other = make_with("g", 'g', &g);
    rename("g", "f");
    ok(leads_to(&f, 'f'));
    ok(leads_to(&g, 'g'));
    close(other);
    ok(leads_to(&g, 'g'));
    close(fd);
    fails_with(ESTALE, open_by(&f, O_RDONLY));
    unlink("f");
    fails_with(ESTALE, open_by(&g, O_RDONLY));
}

static void mapped(void)
{
    struct handle f;
    int fd = make_with("f", 'f', &f);
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    unlink("f");
    close(fd);
    ok(leads_to(&f, 'f'));
    page[0] = 'y';
    ok(leads_to(&f, 'y'));
    munmap(page, 4096);
    fails_with(ESTALE, open_by(&f, O_RDONLY));
}

static void never_named(void)
{
    int fd = open(".", O_TMPFILE | O_RDWR, 0600), dead;
    struct handle f = handle_of_fd(fd), g;
    is(write(fd, "t", 1), 1);
    ok(leads_to(&f, 't'));
    is(linkat(fd, "", AT_FDCWD, "t", AT_EMPTY_PATH), 0);
    ok(leads_to(&f, 't'));
    close(fd);
    ok(leads_to(&f, 't'));
    unlink("t");
    fails_with(ESTALE, open_by(&f, O_RDONLY));
    dead = open(".", O_TMPFILE | O_RDWR, 0600);
    g = handle_of_fd(dead);
    close(dead);
    fails_with(ESTALE, open_by(&g, O_RDONLY));
}

static void directory(void)
{
    mkdir("d", 0700);
    int fd = open("d", O_RDONLY | O_DIRECTORY);
    struct handle d = handle_of_fd(fd);
    rmdir("d");
    int again = open_by(&d, O_RDONLY | O_DIRECTORY);
    ok(again >= 0);
    fails_with(ENOENT, openat(again, "f", O_RDWR | O_CREAT, 0600));
    close(again), close(fd);
    fails_with(ESTALE, open_by(&d, O_RDONLY));
}

/* Many at once, each found, whichever goes first. */
static void many(void)
{
    enum { COUNT = 50 };
    struct handle handles[COUNT];
    int fds[COUNT], found = 0, stale = 0;
    for (int i = 0; i < COUNT; i++) {
        fds[i] = make_with("f", 'A' + i, &handles[i]);
        unlink("f");
    }
    for (int i = 0; i < COUNT; i += 2)
        close(fds[i]);
    for (int i = 0; i < COUNT; i++)
        if (i % 2)
            found += leads_to(&handles[i], 'A' + i);
        else
            stale += open_by(&handles[i], O_RDONLY) < 0 && errno == ESTALE;
    is(found, COUNT / 2);
    is(stale, COUNT / 2);
    for (int i = 1; i < COUNT; i += 2)
        close(fds[i]);
}

static void run(void)
{
    unlinked();
    two_names();
    replaced();
    mapped();
    never_named();
    directory();
    many();
    /* And where nothing else is. */
    mkdir("m", 0700);
    is(mount("m", "m", "tmpfs", 0, NULL), 0);
    is(chdir("m"), 0);
    unlinked();
    never_named();
    many();
    is(chdir(".."), 0);
    is(umount("m"), 0);
    rmdir("m");
}
TEST_MAIN
