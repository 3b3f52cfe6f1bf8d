/* SPDX-License-Identifier: MIT */
/* Handles of files: name_to_handle_at, open_by_handle_at. */
#include "who.h"

#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

enum { MOST = 128 };

struct handle {
    unsigned bytes;
    int type;
    unsigned char data[MOST + 8];
};

static int mount_id;

static long name_to(int at, const char *path, struct handle *handle, int flags)
{
    return syscall(SYS_name_to_handle_at, at, path, handle, &mount_id, flags);
}

static long open_by(int mount, const struct handle *handle, int flags)
{
    return syscall(SYS_open_by_handle_at, mount, handle, flags);
}

static struct handle handle_of(const char *path)
{
    struct handle handle = { .bytes = MOST };
    if (name_to(AT_FDCWD, path, &handle, 0))
        note("no handle of %s: %s", path, strerror(errno));
    return handle;
}

static bool same(const struct handle *a, const struct handle *b)
{
    return a->bytes == b->bytes && a->type == b->type &&
        !memcmp(a->data, b->data, a->bytes);
}

static bool same_file(int fd, const char *path)
{
    struct stat a, b;
    return !fstat(fd, &a) && !lstat(path, &b) && a.st_ino == b.st_ino &&
        a.st_dev == b.st_dev;
}

/* As /proc/self/mountinfo has it for where we are. */
static int mount_here(void)
{
    char line[600], path[32];
    int id = -1;
    int fd = open(".", O_RDONLY);
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    FILE *info = fopen(path, "r");
    while (info && fgets(line, sizeof line, info))
        sscanf(line, "mnt_id: %d", &id);
    fclose(info), close(fd);
    return id;
}

static void made(void)
{
    struct handle one = { .bytes = MOST }, other;
    make_file("f", 0600);
    make_file("g", 0600);
    is(name_to(AT_FDCWD, "f", &one, 0), 0);
    is(one.bytes, 12);
    is(one.type, 1);
    ok(mount_id == mount_here());
    other = handle_of("f");
    ok(same(&one, &other));
    other = handle_of("g");
    ok(!same(&one, &other));
    link("f", "f2");
    other = handle_of("f2");
    ok(same(&one, &other));
    rename("f2", "f3");
    other = handle_of("f3");
    ok(same(&one, &other));
    int fd = open("f", O_RDONLY);
    other.bytes = 12;
    is(name_to(fd, "", &other, AT_EMPTY_PATH), 0);
    ok(same(&one, &other));
    close(fd);
    fd = open("f", O_PATH);
    is(name_to(fd, "", &other, AT_EMPTY_PATH), 0);
    ok(same(&one, &other));
    close(fd);
    symlink("f", "l");
    is(name_to(AT_FDCWD, "l", &other, AT_SYMLINK_FOLLOW), 0);
    ok(same(&one, &other));
    is(name_to(AT_FDCWD, "l", &other, 0), 0);
    ok(!same(&one, &other));
    is(name_to(AT_FDCWD, "", &other, AT_EMPTY_PATH), 0);
    unlink("f"), unlink("f3"), unlink("g"), unlink("l");
}

static void sizes(void)
{
    struct handle handle = { .bytes = 0, .type = 5 };
    make_file("f", 0600);
    mount_id = -1;
    fails_with(EOVERFLOW, name_to(AT_FDCWD, "f", &handle, 0));
    is(handle.bytes, 12);
    is(handle.type, 255);
    ok(mount_id == mount_here());
    handle.bytes = 11;
    memset(handle.data, 7, sizeof handle.data);
    fails_with(EOVERFLOW, name_to(AT_FDCWD, "f", &handle, 0));
    is(handle.bytes, 12);
    is(handle.data[0], 7);
    handle.bytes = 14;
    is(name_to(AT_FDCWD, "f", &handle, 0), 0);
    is(handle.bytes, 12);
    handle.bytes = MOST + 1;
    fails_with(EINVAL, name_to(AT_FDCWD, "f", &handle, 0));
    handle.bytes = MOST;
    is(name_to(AT_FDCWD, "f", &handle, 0), 0);
    unlink("f");
}

static void wrong_names(void)
{
    struct handle handle = { .bytes = MOST };
    make_file("f", 0600);
    fails_with(EINVAL, name_to(AT_FDCWD, "f", &handle, AT_SYMLINK_NOFOLLOW));
    fails_with(EINVAL, name_to(AT_FDCWD, (char *)8, &handle, 1));
    fails_with(ENOENT, name_to(AT_FDCWD, "", &handle, 0));
    fails_with(ENOENT, name_to(AT_FDCWD, "none", &handle, 0));
    fails_with(ENOTDIR, name_to(AT_FDCWD, "f/f", &handle, 0));
    fails_with(EBADF, name_to(-1, "f", &handle, 0));
    fails_with(EFAULT, name_to(AT_FDCWD, (char *)8, &handle, 0));
    fails_with(EFAULT, name_to(AT_FDCWD, "f", (void *)8, 0));
    fails_with(EFAULT, syscall(SYS_name_to_handle_at, AT_FDCWD, "f", &handle,
                           (int *)8, 0));
    fails_with(EOPNOTSUPP, name_to(AT_FDCWD, "/proc/self", &handle, 0));
    fails_with(EOPNOTSUPP, name_to(AT_FDCWD, "/proc", (void *)8, 0));
    int ends[2], memory = memfd_create("m", 0);
    pipe(ends);
    fails_with(EOPNOTSUPP, name_to(ends[0], "", &handle, AT_EMPTY_PATH));
    is(name_to(memory, "", &handle, AT_EMPTY_PATH), 0);
    is(name_to(AT_FDCWD, "/dev/null", &handle, 0), 0);
    is(name_to(AT_FDCWD, "/", &handle, 0), 0);
    close(ends[0]), close(ends[1]), close(memory);
    mkdir("ram", 0700);
    mount("ram", "ram", "ramfs", 0, NULL);
    fails_with(EOPNOTSUPP, name_to(AT_FDCWD, "ram", &handle, 0));
    umount("ram");
    rmdir("ram");
    unlink("f");
}

static void opened(void)
{
    make_file("f", 0600);
    mkdir("d", 0700);
    make_file("d/g", 0600);
    symlink("f", "l");
    mkfifo("p", 0600);
    struct handle f = handle_of("f"), d = handle_of("d"), l = handle_of("l"),
                  g = handle_of("d/g"), p = handle_of("p");
    int here = open(".", O_RDONLY);
    int fd = open_by(here, &f, O_RDWR);
    ok(same_file(fd, "f"));
    is(write(fd, "1", 1), 1);
    close(fd);
    fd = open_by(AT_FDCWD, &g, O_RDONLY | O_CLOEXEC);
    ok(same_file(fd, "d/g"));
    is(fcntl(fd, F_GETFD), FD_CLOEXEC);
    fails_with(EBADF, write(fd, "1", 1));
    close(fd);
    fd = open_by(here, &d, O_RDONLY | O_DIRECTORY);
    ok(same_file(fd, "d"));
    ok(!faccessat(fd, "g", F_OK, 0) && !faccessat(fd, "../f", F_OK, 0));
    close(fd);
    fails_with(ENOTDIR, open_by(here, &f, O_RDONLY | O_DIRECTORY));
    fails_with(EISDIR, open_by(here, &d, O_RDWR));
    fails_with(ELOOP, open_by(here, &l, O_RDONLY));
    fd = open_by(here, &l, O_PATH | O_NOFOLLOW);
    ok(same_file(fd, "l"));
    close(fd);
    fd = open_by(here, &p, O_RDWR);
    ok(same_file(fd, "p"));
    close(fd);
    /* Wherever it is now, whatever it is called. */
    rename("f", "d/h");
    fd = open_by(here, &f, O_RDONLY);
    ok(same_file(fd, "d/h"));
    close(fd);
    link("d/h", "h2");
    unlink("d/h");
    fd = open_by(here, &f, O_RDONLY | O_TRUNC);
    ok(same_file(fd, "h2"));
    is(size_of("h2"), 0);
    close(fd), close(here);
    unlink("h2");
    fails_with(ESTALE, open_by(AT_FDCWD, &f, O_RDONLY));
    unlink("d/g"), rmdir("d"), unlink("l"), unlink("p");
    fails_with(ESTALE, open_by(AT_FDCWD, &d, O_RDONLY));
    fails_with(ESTALE, open_by(AT_FDCWD, &g, O_RDONLY));
}

static void wrong_handles(void)
{
    make_file("f", 0600);
    struct handle f = handle_of("f"), bad = f;
    int here = open(".", O_RDONLY), path = open(".", O_PATH);
    int proc = open("/proc", O_RDONLY), fd;
    fails_with(EBADF, open_by(-1, &f, O_RDONLY));
    fails_with(EBADF, open_by(path, &f, O_RDONLY));
    fails_with(ESTALE, open_by(proc, &f, O_RDONLY));
    fails_with(EFAULT, open_by(here, (void *)8, O_RDONLY));
    bad.bytes = 0;
    fails_with(EINVAL, open_by(here, &bad, O_RDONLY));
    bad.bytes = MOST + 1;
    fails_with(EINVAL, open_by(here, &bad, O_RDONLY));
    bad.bytes = 8;
    fails_with(ESTALE, open_by(here, &bad, O_RDONLY));
    bad.bytes = 16;
    fd = open_by(here, &bad, O_RDONLY);
    ok(fd >= 0);
    close(fd);
    bad = f;
    bad.type = 77;
    fd = open_by(here, &bad, O_RDONLY);
    ok(fd >= 0);
    close(fd);
    bad = f;
    bad.data[0] ^= 1;
    fails_with(ESTALE, open_by(here, &bad, O_RDONLY));
    bad = f;
    bad.data[4] ^= 1;
    fails_with(ESTALE, open_by(here, &bad, O_RDONLY));
    /* On the edge of what is there. */
    char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(pages + 4096, 4096);
    struct handle *edge = (void *)(pages + 4096 - 16);
    memcpy(edge, &f, 16);
    fails_with(EFAULT, open_by(here, edge, O_RDONLY));
    fails_with(EFAULT, name_to(AT_FDCWD, "f", edge, 0));
    munmap(pages, 4096);
    /* Another mount of another tree. */
    mkdir("m", 0700);
    mount("m", "m", "tmpfs", 0, NULL);
    int there = open("m", O_RDONLY);
    fails_with(ESTALE, open_by(there, &f, O_RDONLY));
    struct handle root = handle_of("m");
    fd = open_by(there, &root, O_RDONLY);
    ok(same_file(fd, "m"));
    close(fd), close(there);
    umount("m");
    rmdir("m");
    close(here), close(path), close(proc);
    unlink("f");
}

/* Names are not asked, so that it takes a capability. */
static void permission(void)
{
    mkdir("closed", 0700);
    make_file("closed/f", 0644);
    make_file("closed/g", 0600);
    struct handle f = handle_of("closed/f"), g = handle_of("closed/g");
    struct handle again = { .bytes = MOST };
    become(USER, GROUP);
    fails_with(EPERM, open_by(AT_FDCWD, &f, O_RDONLY));
    fails_with(EPERM, open_by(-1, (void *)8, O_RDONLY));
    fails_with(EACCES, name_to(AT_FDCWD, "closed/f", &again, 0));
    is(name_to(AT_FDCWD, ".", &again, 0), 0);
    become_root();
    (void)g;
    unlink("closed/f"), unlink("closed/g"), rmdir("closed");
}

/* /proc/PID/fdinfo of what watches shows them, too. */
static bool line_of_watch(int fd, char *line, size_t room)
{
    char path[40];
    bool is_there = false;
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    FILE *info = fopen(path, "r");
    while (!is_there && info && fgets(line, room, info))
        is_there = !strncmp(line, "inotify ", 8);
    fclose(info);
    return is_there;
}

static void shown(void)
{
    char line[400], wanted[100];
    make_file("f", 0600);
    int fd = inotify_init(), watch = inotify_add_watch(fd, "f", IN_OPEN);
    struct handle f = handle_of("f");
    ok(line_of_watch(fd, line, sizeof line));
    size_t used = sprintf(wanted, " fhandle-bytes:c fhandle-type:1 f_handle:");
    for (unsigned i = 0; i < 12; i++)
        used += sprintf(wanted + used, "%02x", f.data[i]);
    strcpy(wanted + used, "\n");
    const char *shown = strstr(line, " fhandle");
    ok(shown && !strcmp(shown, wanted));
    ok(strstr(line, "ignored_mask:0 fhandle"));
    inotify_rm_watch(fd, watch);
    inotify_add_watch(fd, "/proc/self", IN_OPEN);
    ok(line_of_watch(fd, line, sizeof line));
    ok(strstr(line, " fhandle-bytes:8 fhandle-type:1 f_handle:"));
    struct stat status;
    stat("/proc/self", &status);
    unsigned ino = status.st_ino;
    sprintf(wanted, "f_handle:%02x%02x%02x%02x00000000\n", ino & 255,
        ino >> 8 & 255, ino >> 16 & 255, ino >> 24);
    shown = strstr(line, "f_handle:");
    ok(shown && !strcmp(shown, wanted));
    close(fd);
    unlink("f");
}

/* As an open by name does, of what is there already. */
static void opened_oddly(void)
{
    mkdir("d", 0755);
    make_file("f", 0600);
    symlink("f", "l");
    struct handle folder = handle_of("d"), file = handle_of("f");
    struct handle link = handle_of("l");
    struct stat status;
    int fd = open_by(AT_FDCWD, &folder, O_TMPFILE | O_RDWR);
    is(write(fd, "x", 1), 1);
    fstat(fd, &status);
    is(status.st_mode, S_IFREG);
    is(status.st_nlink, 0);
    close(fd);
    fails_with(EINVAL, open_by(AT_FDCWD, &folder, O_TMPFILE | O_RDONLY));
    fails_with(ENOTDIR, open_by(AT_FDCWD, &file, O_TMPFILE | O_RDWR));
    fails_with(EEXIST, open_by(AT_FDCWD, &file, O_CREAT | O_EXCL | O_RDWR));
    fails_with(EEXIST, open_by(AT_FDCWD, &folder, O_CREAT | O_EXCL));
    fails_with(EISDIR, open_by(AT_FDCWD, &folder, O_CREAT));
    fails_with(EINVAL, open_by(AT_FDCWD, &folder, O_CREAT | O_DIRECTORY));
    fails_with(EINVAL, open_by(AT_FDCWD, &file, O_CREAT | O_DIRECTORY));
    fails_with(ELOOP, open_by(AT_FDCWD, &link, O_DIRECTORY));
    fails_with(ELOOP, open_by(AT_FDCWD, &link, O_CREAT | O_EXCL));
    fails_with(ENOTDIR, open_by(AT_FDCWD, &link, O_PATH | O_DIRECTORY));
    fd = open_by(AT_FDCWD, &file, O_CREAT | O_RDWR);
    ok(same_file(fd, "f"));
    close(fd);
    fd = open_by(AT_FDCWD, &file, O_PATH | O_RDWR | O_CREAT | O_APPEND);
    is(fcntl(fd, F_GETFL), O_PATH);
    close(fd);
    unlink("f"), unlink("l"), rmdir("d");
}

static void run(void)
{
    umask(0);
    made();
    sizes();
    wrong_names();
    opened();
    opened_oddly();
    wrong_handles();
    permission();
    shown();
}
TEST_MAIN
