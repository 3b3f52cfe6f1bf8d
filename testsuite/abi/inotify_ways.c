/* SPDX-License-Identifier: MIT */
/* inotify: the ways by which files are used, and what is told of each. */
#include "inotify.h"

#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/xattr.h>

static void put(const char *path)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0755);
    write(fd, "content", 7);
    close(fd);
}

/* A file whose last name is gone, in a directory that leaves such out. */
static void unlinked(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    mkdir("d", 0755);
    inotify_add_watch(fd, "d", IN_ALL_EVENTS | IN_EXCL_UNLINK);
    int file = open("d/f", O_CREAT | O_RDWR, 0600);
    is_text(told(fd), "create:f open:f ");
    unlink("d/f");
    is_text(told(fd), "delete:f ");
    write(file, "x", 1);
    pread(file, (char[1]){ 0 }, 1, 0);
    is_text(told(fd), "");
    ftruncate(file, 5);
    is_text(told(fd), "modify:f ");
    fchmod(file, 0644);
    is_text(told(fd), "attrib:f ");
    close(file);
    is_text(told(fd), "");
    rmdir("d");
    close(fd);
}

/* One that another takes the name of. */
static void replaced(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    put("a");
    put("b");
    is(inotify_add_watch(fd, "b", IN_ALL_EVENTS), 1);
    rename("a", "b");
    is_text(told(fd), "attrib deleted ignored ");
    put("a");
    is(inotify_add_watch(fd, "a", IN_ALL_EVENTS), 2);
    is(inotify_add_watch(fd, "b", IN_ALL_EVENTS), 3);
    int file = open("b", O_RDONLY);
    told(fd);
    rename("a", "b");
    is_text(told(fd), "attrib moved ");
    close(file);
    is_text(told(fd), "closed deleted ignored ");
    link("b", "a");
    is_text(told(fd), "attrib ");
    rename("a", "b"); /* the same file: nothing is done */
    is_text(told(fd), "");
    unlink("a");
    is_text(told(fd), "attrib ");
    unlink("b");
    is_text(told(fd), "attrib deleted ignored ");
    close(fd);
}

static void directories(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    mkdir("d", 0755);
    mkdir("d/sub", 0755);
    mkdir("d/empty", 0755);
    is(inotify_add_watch(fd, "d", IN_ALL_EVENTS), 1);
    is(inotify_add_watch(fd, "d/sub", IN_ALL_EVENTS), 2);
    chmod("d/sub", 0700);
    is_text(told(fd), "attrib/:sub attrib/ ");
    close(open("d/sub", O_RDONLY));
    is_text(told(fd), "open/:sub open/ closed/:sub closed/ ");
    rename("d/sub", "d/empty");
    is_text(told(fd), "from/:sub to/:empty moved ");
    rmdir("d/empty");
    is_text(told(fd), "deleted ignored delete/:empty ");
    fails_with(EEXIST, mkdir("d/../d", 0755));
    fails_with(ENOENT, rmdir("d/none"));
    is_text(told(fd), "");
    rmdir("d");
    is_text(told(fd), "deleted ignored ");
    close(fd);
}

static void vectors(void)
{
    int fd = inotify_init1(IN_NONBLOCK), file, pipes[2];
    char a[2], b[2];
    struct iovec parts[2] = { { a, 2 }, { b, 2 } };
    put("f");
    inotify_add_watch(fd, "f", IN_ACCESS | IN_MODIFY);
    file = open("f", O_RDWR);
    readv(file, parts, 2);
    is_text(told(fd), "access ");
    preadv(file, parts, 2, 0);
    is_text(told(fd), "access ");
    writev(file, parts, 2);
    is_text(told(fd), "modify ");
    pwritev(file, parts, 2, 0);
    is_text(told(fd), "modify ");
    is(pread(file, a, 2, 1000), 0); /* nothing was there */
    is(write(file, a, 0), 0);
    is_text(told(fd), "");
    char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    map[0]++;
    msync(map, 4096, MS_SYNC);
    munmap(map, 4096);
    fsync(file);
    is_text(told(fd), "");
    pipe(pipes);
    lseek(file, 0, SEEK_SET);
    is(splice(file, NULL, pipes[1], NULL, 4, 0), 4);
    const char *text = told(fd);
    ok(!strcmp(text, "access ") || !*text);
    is(splice(pipes[0], NULL, file, NULL, 4, 0), 4);
    text = told(fd);
    ok(!strcmp(text, "modify ") || !*text);
    close(file), close(pipes[0]), close(pipes[1]);
    unlink("f");
    close(fd);
}

static void copies(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    put("in");
    put("out");
    int in = open("in", O_RDONLY), out = open("out", O_WRONLY);
    inotify_add_watch(fd, "in", IN_ACCESS);
    inotify_add_watch(fd, "out", IN_MODIFY);
    is(copy_file_range(in, NULL, out, NULL, 7, 0), 7);
    const char *text = told(fd); /* in which order is left open */
    ok(strstr(text, "access ") && strstr(text, "modify "));
    is(copy_file_range(in, NULL, out, NULL, 7, 0), 0);
    is_text(told(fd), "");
    fallocate(out, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 3);
    is_text(told(fd), "modify ");
    close(in), close(out);
    unlink("in"), unlink("out");
    close(fd);
}

static void execs(void *data)
{
    execl("./program", "program", NULL);
    (void)data;
}

static void programs(void)
{
    int fd = inotify_init1(IN_NONBLOCK), file, script;
    char self[4096];
    ssize_t got;
    script = open("/proc/self/exe", O_RDONLY);
    file = open("program", O_CREAT | O_WRONLY, 0755);
    while ((got = read(script, self, sizeof self)) > 0)
        write(file, self, got);
    close(file), close(script);
    inotify_add_watch(fd, "program", IN_ALL_EVENTS);
    setenv("NOTHING", "1", 1);
    is(in_child(execs, NULL), 0);
    is_text(told(fd), "open access closed ");
    unlink("program");
    close(fd);
}

/* What passes through nodes is for those to know who watch these themselves. */
static void special(void)
{
    int fd = inotify_init1(IN_NONBLOCK), file;
    char byte;
    mkdir("d", 0755);
    mkfifo("d/fifo", 0600);
    is(inotify_add_watch(fd, "d", IN_ALL_EVENTS), 1);
    file = open("d/fifo", O_RDWR);
    write(file, "x", 1);
    read(file, &byte, 1);
    close(file);
    is_text(told(fd), "open:fifo written:fifo ");
    is(inotify_add_watch(fd, "d/fifo", IN_ALL_EVENTS), 2);
    is(inotify_rm_watch(fd, 1), 0);
    file = open("d/fifo", O_RDWR);
    write(file, "x", 1);
    read(file, &byte, 1);
    close(file);
    is_text(told(fd), "ignored open modify access written ");
    unlink("d/fifo");
    rmdir("d");
    close(fd);
}

static void nodes(void)
{
    int fd = inotify_init1(IN_NONBLOCK), file;
    mkdir("d", 0755);
    is(inotify_add_watch(fd, "d", IN_ALL_EVENTS), 1);
    mkfifo("d/fifo", 0600);
    is_text(told(fd), "create:fifo ");
    struct sockaddr_un name = { AF_UNIX, "d/socket" };
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(listener, (void *)&name, sizeof name);
    is_text(told(fd), "create:socket ");
    listen(listener, 1);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    is(connect(client, (void *)&name, sizeof name), 0);
    close(client), close(listener);
    is_text(told(fd), "");
    lsetxattr("d/fifo", "trusted.x", "y", 1, 0);
    is_text(told(fd), "attrib:fifo ");
    fails_with(ENODATA, lremovexattr("d/fifo", "trusted.z"));
    is_text(told(fd), "");
    unlink("d/fifo"), unlink("d/socket");
    is_text(told(fd), "delete:fifo delete:socket ");
    file = open("d", O_TMPFILE | O_RDWR, 0600);
    write(file, "x", 1);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    is(linkat(AT_FDCWD, path, AT_FDCWD, "d/named", AT_SYMLINK_FOLLOW), 0);
    const char *text = told(fd);
    ok(strstr(text, "create:named "));
    close(file);
    unlink("d/named");
    told(fd);
    symlink("nowhere", "d/link");
    chown("d/link", 1, 1);
    lchown("d/link", 1, 1);
    is_text(told(fd), "create:link attrib:link ");
    unlink("d/link");
    rmdir("d");
    close(fd);
}

/* A name for it that is elsewhere: the directory of the name that is used. */
static void links(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    mkdir("d", 0755);
    mkdir("e", 0755);
    put("d/a");
    link("d/a", "e/b");
    inotify_add_watch(fd, "d", IN_OPEN | IN_ATTRIB);
    close(open("e/b", O_RDONLY));
    chmod("e/b", 0600);
    is_text(told(fd), "");
    close(open("d/a", O_RDONLY));
    is_text(told(fd), "open:a ");
    unlink("e/b");
    is_text(told(fd), "");
    unlink("d/a");
    rmdir("d"), rmdir("e");
    close(fd);
}

static void run(void)
{
    unlinked();
    replaced();
    directories();
    vectors();
    copies();
    programs();
    special();
    nodes();
    links();
}

int main(void)
{
    if (getenv("NOTHING"))
        return 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    tap_limit();
    run();
    printf("1..%d\n", tap_cases);
    return tap_failures != 0;
}
