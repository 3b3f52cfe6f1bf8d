/* SPDX-License-Identifier: MIT */
/* The names of local sockets: nodes, abstract ones, automatic ones. */
#include "sockets.h"

static int bind_bytes(int fd, int family, const char *path, socklen_t bytes)
{
    struct sockaddr_un address = { .sun_family = family };
    memcpy(address.sun_path, path, bytes > NAME_HEAD ? bytes - NAME_HEAD : 0);
    return bind(fd, (struct sockaddr *)&address, bytes);
}

static void nodes(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    int other = socket(AF_UNIX, SOCK_STREAM, 0);
    struct stat status;
    unlink("node");
    fails_with(EINVAL, bind_bytes(fd, AF_UNIX, "x", 1));
    fails_with(EINVAL, bind_bytes(fd, AF_INET, "x", NAME_HEAD + 1));
    fails_with(EINVAL, bind_bytes(fd, AF_INET, "x", NAME_HEAD));
    char longer[111] = { AF_UNIX, 0, 'x' };
    fails_with(EINVAL, bind(fd, (void *)longer, 111));
    fails_with(EINVAL, bind(fd, (void *)8, 129));
    fails_with(EINVAL, bind(fd, (void *)8, -1));
    fails_with(EFAULT, bind(fd, (void *)8, 16));
    fails_with(EINVAL, bind(fd, NULL, 0));
    fails_with(ENOENT, bind_to(fd, "missing/node"));
    umask(022);
    is(bind_to(fd, "node"), 0);
    is(stat("node", &status), 0);
    is(status.st_mode, S_IFSOCK | 0755);
    is_text(own_name(fd), "node");
    fails_with(EADDRINUSE, bind_to(other, "node"));
    fails_with(EADDRINUSE, bind_to(fd, "node"));
    fails_with(EINVAL, bind_to(fd, "another"));
    fails_with(ENOENT, stat("another", &status));
    fails_with(EINVAL, bind_to(fd, "@another"));
    fails_with(ENXIO, open("node", O_RDONLY));
    ok(open("node", O_PATH) >= 0);
    listen(fd, 5);
    /* By another name, and by a link. */
    is(rename("node", "moved"), 0);
    is(symlink("moved", "link"), 0);
    is(connect_to(other, "link"), 0);
    is_text(peer_name(other), "node");
    close(other);
    other = socket(AF_UNIX, SOCK_STREAM, 0);
    is(unlink("moved"), 0);
    fails_with(ENOENT, connect_to(other, "link"));
    is(bind_to(other, "node"), 0);
    close(other);
    close(fd);
    unlink("node");
    unlink("link");
    fd = open("file", O_CREAT, 0644);
    close(fd);
    other = socket(AF_UNIX, SOCK_STREAM, 0);
    fails_with(ECONNREFUSED, connect_to(other, "file"));
    fails_with(EADDRINUSE, bind_to(other, "file"));
    fails_with(ENOTDIR, connect_to(other, "file/x"));
    unlink("file");
    close(other);
}

static void longest(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    char path[109];
    struct sockaddr_un address;
    char room[200];
    socklen_t bytes = sizeof room;
    memset(path, 'x', 108);
    path[108] = '\0';
    unlink(path);
    is(bind_bytes(fd, AF_UNIX, path, NAME_HEAD + 108), 0);
    is(getsockname(fd, (struct sockaddr *)room, &bytes), 0);
    is(bytes, NAME_HEAD + 109); /* with a NUL that was not given */
    is(access(path, F_OK), 0);
    unlink(path);
    close(fd);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    /* What follows a NUL is not part of the name. */
    is(bind_bytes(fd, AF_UNIX, "short\0junk", NAME_HEAD + 10), 0);
    bytes = sizeof address;
    is(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
    is(bytes, NAME_HEAD + 6);
    close(fd);
    unlink("short");
}

static void rights(void *data)
{
    (void)data;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (setgid(1000) || setuid(1000))
        _exit(1);
    if (connect_to(fd, "/private-node") != -1 || errno != EACCES)
        _exit(2);
    if (bind_to(fd, "/private-folder/node") != -1 || errno != EACCES)
        _exit(3);
}

static void permissions(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    is(fchmod(fd, 0700), 0);
    is(bind_to(fd, "/private-node"), 0);
    struct stat status;
    stat("/private-node", &status);
    is(status.st_mode, S_IFSOCK | 0700);
    listen(fd, 1);
    mkdir("/private-folder", 0700);
    is(in_child(rights, NULL), 0);
    rmdir("/private-folder");
    close(fd);
    unlink("/private-node");
}

static void abstract(void)
{
    int a = socket(AF_UNIX, SOCK_STREAM, 0), b = socket(AF_UNIX, SOCK_STREAM, 0);
    int c = socket(AF_UNIX, SOCK_DGRAM, 0);
    is(bind_bytes(a, AF_UNIX, "\0same", NAME_HEAD + 5), 0);
    fails_with(EADDRINUSE, bind_bytes(b, AF_UNIX, "\0same", NAME_HEAD + 5));
    fails_with(EINVAL, bind_bytes(a, AF_UNIX, "\0other", NAME_HEAD + 6));
    /* Each byte counts, also a NUL. */
    is(bind_bytes(b, AF_UNIX, "\0same\0", NAME_HEAD + 6), 0);
    is(bind_bytes(c, AF_UNIX, "\0same", NAME_HEAD + 5), 0);
    struct sockaddr_un address;
    socklen_t bytes = sizeof address;
    is(getsockname(b, (struct sockaddr *)&address, &bytes), 0);
    is(bytes, NAME_HEAD + 6);
    close(a);
    a = socket(AF_UNIX, SOCK_STREAM, 0);
    is(bind_bytes(a, AF_UNIX, "\0same", NAME_HEAD + 5), 0);
    is(listen(a, 1), 0);
    int d = socket(AF_UNIX, SOCK_STREAM, 0);
    is(connect_to(d, "@same"), 0);
    close(d);
    d = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    fails_with(ECONNREFUSED, connect_to(d, "@same"));
    close(d);
    close(a);
    close(b);
    close(c);
}

static void automatic(void)
{
    int a = socket(AF_UNIX, SOCK_DGRAM, 0), b = socket(AF_UNIX, SOCK_DGRAM, 0);
    char name[16], again[16];
    is(bind_bytes(a, AF_UNIX, "", NAME_HEAD), 0);
    snprintf(name, sizeof name, "%s", own_name(a));
    is(strlen(name), 6);
    ok(name[0] == '@' && strspn(name + 1, "0123456789abcdef") == 5);
    is(bind_bytes(a, AF_UNIX, "", NAME_HEAD), 0); /* it has one */
    is_text(own_name(a), name);
    is(bind_bytes(b, AF_UNIX, "", NAME_HEAD), 0);
    snprintf(again, sizeof again, "%s", own_name(b));
    ok(strcmp(name, again));
    is(send_to(a, "x", 1, 0, again), 1);
    close(a);
    close(b);
    /* Who passes credentials gets a name to be answered by. */
    a = socket(AF_UNIX, SOCK_STREAM, 0);
    b = listen_at(SOCK_STREAM, "@automatic", 1);
    set_option(a, SO_PASSCRED, 1);
    is(connect_to(a, "@automatic"), 0);
    is(strlen(own_name(a)), 6);
    close(a);
    close(b);
}

static void listed(void)
{
    int fd = listen_at(SOCK_STREAM, "@listed-name", 1);
    FILE *list = fopen("/proc/net/unix", "r");
    char line[256];
    int found = 0;
    ok(fgets(line, sizeof line, list));
    is_text(line, "Num       RefCount Protocol Flags    Type St Inode Path\n");
    while (fgets(line, sizeof line, list)) {
        unsigned long inode;
        unsigned flags, type, state;
        char name[64] = "";
        sscanf(line, "%*s %*x %*x %x %x %x %lu %63s", &flags, &type, &state,
            &inode, name);
        struct stat status;
        fstat(fd, &status);
        if (!strcmp(name, "@listed-name"))
            found = flags == 0x10000 && type == 1 && state == 1 &&
                inode == status.st_ino;
    }
    is(found, 1);
    fclose(list);
    close(fd);
}

static void run(void)
{
    nodes();
    longest();
    permissions();
    abstract();
    automatic();
    listed();
}
TEST_MAIN
