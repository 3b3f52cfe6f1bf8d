/* SPDX-License-Identifier: MIT */
/* Errors of manual pages that other tests come by through another call of the
 * family, or not at all. */
#include "who.h"

#include <limits.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)
enum { PAGE = 4096, SMALL = 4 * PAGE };

/* Sockets. */
static char bytes[PAGE];
static struct iovec part = { bytes, sizeof bytes };
static int ends[2];

static struct sockaddr_un name_of(const char *path)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    strcpy(name.sun_path, path);
    return name;
}

static long send_to(int fd, struct sockaddr_un *to, int flags)
{
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
        .msg_name = to, .msg_namelen = to ? sizeof *to : 0 };
    return sendmsg(fd, &message, flags | MSG_NOSIGNAL);
}

static long receive(int fd, int flags)
{
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    return recvmsg(fd, &message, flags);
}

static void messages(void)
{
    struct sockaddr_un name = name_of("socket"), nobody = name_of("nobody");
    int stream = socket(AF_UNIX, SOCK_STREAM, 0);
    int datagram = socket(AF_UNIX, SOCK_DGRAM, 0);
    fails_with(ENOTCONN, send_to(stream, NULL, 0));
    fails_with(EOPNOTSUPP, send_to(stream, &nobody, 0));
    fails_with(EINVAL, receive(stream, 0));
    fails_with(ENOTCONN, send_to(datagram, NULL, 0));
    fails_with(ENOENT, send_to(datagram, &nobody, 0));
    fails_with(EOPNOTSUPP, send_to(datagram, &nobody, MSG_OOB));
    fails_with(EOPNOTSUPP, receive(datagram, MSG_OOB));
    is(shutdown(stream, SHUT_RDWR), 0); /* unlike what the page has of it */
    /* Whose address is there yet, without whom it was for. */
    bind(datagram, (void *)&name, sizeof name);
    close(datagram);
    datagram = socket(AF_UNIX, SOCK_DGRAM, 0);
    fails_with(ECONNREFUSED, send_to(datagram, &name, 0));
    fails_with(EPROTOTYPE,
        (bind(stream, (void *)&nobody, sizeof nobody), listen(stream, 1),
            send_to(datagram, &nobody, 0)));
    close(stream), close(datagram);
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    fails_with(EISCONN, send_to(ends[0], &name, 0));
    while (send_to(ends[0], NULL, MSG_DONTWAIT) > 0)
        ;
    fails_with(EAGAIN, send_to(ends[0], NULL, MSG_DONTWAIT));
    fails_with(EAGAIN, receive(ends[0], MSG_DONTWAIT));
    send_to(ends[1], NULL, 0);
    close(ends[1]);
    fails_with(EPIPE, send_to(ends[0], NULL, 0));
    is(receive(ends[0], 0), sizeof bytes);
    fails_with(ECONNRESET, receive(ends[0], 0)); /* what it had not read */
    is(receive(ends[0], 0), 0);
    close(ends[0]);
    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends);
    fails_with(EMSGSIZE,
        sendto(ends[0], bytes, 1 << 30, MSG_NOSIGNAL, NULL, 0));
    close(ends[0]), close(ends[1]);
    unlink("socket"), unlink("nobody");
}

static int bind_to(const char *path)
{
    struct sockaddr_un name = name_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    int result = bind(fd, (void *)&name, sizeof name), error = errno;
    close(fd);
    errno = error;
    return result;
}

static int connect_to(const char *path)
{
    struct sockaddr_un name = name_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    int result = connect(fd, (void *)&name, sizeof name), error = errno;
    close(fd);
    errno = error;
    return result;
}

/* Descriptors on their way: no more than one may have open. */
static long pass_many(void)
{
    char control[CMSG_SPACE(200 * sizeof(int))] = { 0 };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
        .msg_control = control, .msg_controllen = sizeof control };
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(200 * sizeof(int));
    part.iov_len = 1;
    long result = sendmsg(ends[0], &message, MSG_DONTWAIT);
    part.iov_len = sizeof bytes;
    return result;
}

static void names(void)
{
    symlink("round", "round");
    make_file("file", 0600);
    make_directory_of("closed", 0700, OTHER, OTHER_GROUP);
    mkdir("fixed", 0755);
    mount("none", "fixed", "tmpfs", MS_RDONLY, NULL);
    fails_with(ELOOP, bind_to("round/x"));
    fails_with(EADDRINUSE, bind_to("round"));
    fails_with(ENOTDIR, bind_to("file/x"));
    fails_with(ENOENT, bind_to("absent/x"));
    fails_with(EROFS, bind_to("fixed/x"));
    fails_with(ELOOP, connect_to("round"));
    fails_with(ENOTDIR, connect_to("file/x"));
    fails_with(ECONNREFUSED, connect_to("file"));
    fails_with(ENOENT, connect_to("fixed/x"));
    become(USER, GROUP);
    fails_with(EACCES, bind_to("closed/x"));
    fails_with(EACCES, connect_to("closed/x"));
    fails_with(EACCES, connect_to("file"));
    become_root();
    umount("fixed");
    rmdir("fixed"), rmdir("closed"), unlink("round"), unlink("file");
}

static void on_their_way(void *data)
{
    struct rlimit few = { 250, 250 };
    int seen = 0;
    (void)data;
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    setrlimit(RLIMIT_NOFILE, &few);
    if (setresuid(USER, USER, USER))
        _exit(1);
    while (pass_many() == 1)
        seen++;
    _exit(seen == 2 && errno == ETOOMANYREFS ? 0 : 2);
}

/* Memory that would be locked beyond the limit. */
static void locked(void *data)
{
    struct rlimit little = { SMALL, SMALL };
    (void)data;
    setrlimit(RLIMIT_MEMLOCK, &little);
    if (setresuid(USER, USER, USER))
        _exit(1);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    if (mmap(NULL, 2 * SMALL, PROT_READ, flags | MAP_LOCKED, -1, 0) !=
            MAP_FAILED || errno != EAGAIN)
        _exit(2);
    char *at = mmap(NULL, SMALL, PROT_READ, flags | MAP_LOCKED, -1, 0);
    if (at == MAP_FAILED)
        _exit(3);
    if (mremap(at, SMALL, 2 * SMALL, MREMAP_MAYMOVE) != MAP_FAILED ||
        errno != EAGAIN)
        _exit(4);
    if (raw(mlock2, at - PAGE, 2 * SMALL, 0) != -1 || errno != ENOMEM)
        _exit(5);
}

/* More processes than one may have: told by the exec after setuid. */
static void too_many(void *data)
{
    struct rlimit none = { 1, 1 };
    int ready[2];
    char byte;
    (void)data;
    pipe(ready);
    for (int i = 0; i < 2; i++)
        if (!fork()) {
            setresuid(OTHER, OTHER, OTHER);
            write(ready[1], "x", 1);
            close(ready[1]);
            read(ready[0], &byte, 0);
            pause();
        }
    read(ready[0], &byte, 1), read(ready[0], &byte, 1);
    setrlimit(RLIMIT_NPROC, &none);
    int error = 0;
    if (!setresuid(OTHER, OTHER, OTHER)) {
        execl("/bin/true", "true", NULL);
        error = errno;
    }
    int forked = fork(), fork_error = errno;
    kill(-1, SIGKILL); /* of the same user, but this one */
    _exit(error == EAGAIN && forked < 0 && fork_error == EAGAIN ? 0 : 1);
}

static void limits(void)
{
    struct rlimit limit, odd = { 5, 4 }, more;
    is(in_child(on_their_way, NULL), 0);
    is(in_child(locked, NULL), 0);
    is(in_child(too_many, NULL), 0);
#ifdef SYS_setrlimit
    fails_with(EINVAL, raw(setrlimit, 99, &odd));
    fails_with(EINVAL, raw(setrlimit, RLIMIT_CORE, &odd));
    fails_with(EINVAL, raw(getrlimit, 99, &limit));
    fails_with(EFAULT, raw(getrlimit, RLIMIT_CORE, NULL));
    raw(getrlimit, RLIMIT_NOFILE, &limit);
    more = (struct rlimit){ limit.rlim_cur, limit.rlim_max + 1 };
    become(USER, GROUP);
    fails_with(EPERM, raw(setrlimit, RLIMIT_NOFILE, &more));
    become_root();
#else
    fails_with(EINVAL, raw(prlimit64, 0, 99, &odd, NULL));
    (void)limit, (void)more;
#endif
}

/* Waiting. */
static void waits(void)
{
    fd_set set;
    struct timespec now = { 0, 0 }, odd = { 0, 1000000000 }, before = { -1, 0 };
    FD_ZERO(&set);
    FD_SET(40, &set);
    fails_with(EBADF, raw(pselect6, 41, &set, NULL, NULL, &now, NULL));
    fails_with(EINVAL, raw(pselect6, -1, NULL, NULL, NULL, &now, NULL));
    fails_with(EINVAL, raw(pselect6, 0, NULL, NULL, NULL, &odd, NULL));
    fails_with(EINVAL, raw(pselect6, 0, NULL, NULL, NULL, &before, NULL));
    fails_with(EINVAL, raw(ppoll, NULL, 0, &odd, NULL, 8));
    fails_with(EINVAL, raw(ppoll, NULL, 0, &before, NULL, 8));
    fails_with(EINVAL, raw(ppoll, NULL, 0, &now, &set, 4));
    fails_with(EINVAL, raw(nanosleep, &odd, NULL));
    fails_with(EINVAL, raw(nanosleep, &before, NULL));
}

/* Names, by the calls that start at a directory. */
static void entries(void)
{
    const int at = AT_FDCWD;
    mkdir("full", 0755), mkdir("full/inside", 0755);
    mkdir("empty", 0755), mkdir("top", 0755);
    make_file("file", 0644);
    make_directory_of("sticky", 01777, 0, 0);
    make_file("sticky/roots", 0600);
    mount("none", "top", "tmpfs", 0, "nr_inodes=2");
    mkdir("top/one", 0700);
    fails_with(EEXIST, raw(mkdirat, at, "file", 0700));
    fails_with(EEXIST, raw(mkdirat, at, ".", 0700));
    fails_with(ENOSPC, raw(mkdirat, at, "top/two", 0700));
    fails_with(ENOSPC, raw(symlinkat, "x", at, "top/two"));
    fails_with(ENOSPC, raw(mknodat, at, "top/two", S_IFIFO | 0600, 0));
    fails_with(ENOSPC, raw(openat, at, "top/two", O_CREAT | O_RDWR, 0600));
    fails_with(EEXIST, raw(mknodat, at, "file", S_IFREG | 0600, 0));
    fails_with(EPERM, raw(mknodat, at, "new", S_IFDIR | 0600, 0));
    fails_with(EBUSY, raw(unlinkat, at, "top", AT_REMOVEDIR));
    fails_with(EISDIR, raw(unlinkat, at, "empty", 0));
    fails_with(ENOTEMPTY, raw(unlinkat, at, "full", AT_REMOVEDIR));
    fails_with(EINVAL, raw(unlinkat, at, "empty/.", AT_REMOVEDIR));
    fails_with(ENOTEMPTY, raw(unlinkat, at, "full/inside/..", AT_REMOVEDIR));
    fails_with(EBUSY, raw(unlinkat, at, "/", AT_REMOVEDIR));
    fails_with(EBUSY, raw(renameat, at, "top", at, "new"));
    fails_with(EBUSY, raw(renameat, at, "empty", at, "top"));
    fails_with(EINVAL, raw(renameat, at, "full", at, "full/inside/new"));
    fails_with(EISDIR, raw(renameat, at, "file", at, "empty"));
    fails_with(ENOTDIR, raw(renameat, at, "empty", at, "file"));
    fails_with(ENOTEMPTY, raw(renameat, at, "empty", at, "full"));
    fails_with(EXDEV, raw(renameat, at, "file", at, "top/file"));
    fails_with(EBUSY, raw(renameat, at, ".", at, "new"));
    fails_with(EPERM, raw(linkat, at, "empty", at, "new", 0));
    become(USER, GROUP);
    fails_with(EPERM, raw(unlinkat, at, "sticky/roots", 0));
    fails_with(EPERM, raw(renameat, at, "sticky/roots", at, "sticky/new"));
    fails_with(EPERM, raw(mknodat, at, "sticky/new", S_IFCHR | 0600, 0x103));
    fails_with(EPERM, raw(fchmodat, at, "file", 0600));
    fails_with(EPERM, raw(fchownat, at, "file", USER, -1, 0));
    fails_with(EACCES, raw(utimensat, at, "file", NULL, 0));
    become_root();
    umount("top");
    unlink("sticky/roots"), unlink("file"), rmdir("sticky"), rmdir("top");
    rmdir("full/inside"), rmdir("full"), rmdir("empty");
}

static void programs(void)
{
    static char *const none[] = { NULL };
    char *many[3] = { NULL };
    int fd = open("text", O_RDWR | O_CREAT, 0700);
    fails_with(ETXTBSY, raw(execveat, AT_FDCWD, "text", none, none, 0));
    write(fd, "text", 4);
    close(fd);
    fails_with(ENOEXEC, raw(execveat, AT_FDCWD, "text", none, none, 0));
    many[0] = malloc(200000);
    memset(many[0], 'x', 199999);
    many[0][199999] = 0;
    fails_with(E2BIG, raw(execveat, AT_FDCWD, "text", many, none, 0));
    fails_with(EACCES, raw(execveat, AT_FDCWD, ".", none, none, 0));
    fails_with(EINVAL, raw(execveat, AT_FDCWD, "text", none, none, 1));
    free(many[0]);
    unlink("text");
}

static void offsets(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    lseek(fd, LONG_MAX - 5, SEEK_SET);
    fails_with(EINVAL, lseek(fd, LONG_MAX, SEEK_CUR));
    fails_with(EINVAL, lseek(fd, -1, SEEK_SET));
    fails_with(EINVAL, lseek(fd, LONG_MIN, SEEK_END));
    fails_with(EINVAL, raw(ftruncate, fd, -1l));
    fails_with(EINVAL, raw(pwrite64, fd, "x", 1, LONG_MAX));
    fails_with(EINVAL, raw(pread64, fd, bytes, 1, -1l));
    fails_with(EINVAL, raw(sync_file_range, fd, -1l, 1l, 0));
    fails_with(ESPIPE, (pipe(ends), raw(sync_file_range, ends[0], 0l, 1l, 0)));
    fails_with(EINVAL, raw(fadvise64, fd, 0l, 0l, 99));
    fails_with(ESPIPE, raw(fadvise64, ends[0], 0l, 0l, 0));
    close(fd), close(ends[0]), close(ends[1]);
    unlink("file");
}

static void run(void)
{
    messages();
    names();
    limits();
    waits();
    entries();
    programs();
    offsets();
}
TEST_MAIN
