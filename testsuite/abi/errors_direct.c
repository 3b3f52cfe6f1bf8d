/* SPDX-License-Identifier: MIT */
/* Errors of manual pages by the very call, where other tests have them by another
 * of the family: waits that a handler ends, what is another's alone, what is
 * behind a name and not there, lists that are too long. */
#include "asleep.h"
#include "pty.h"

#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)
enum { HERE = AT_FDCWD, LIST_MOST = 65536, MANY = 300 };

static char bytes[2 * LIST_MOST];

static void got(int number) { (void)number; }

static void handle(int flags)
{
    struct sigaction action = { .sa_handler = got, .sa_flags = flags };
    sigaction(SIGUSR1, &action, NULL);
}

static void end(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

/* Waits. */
static int listener;

static long open_to_read(void) { return raw(openat, HERE, "fifo", O_RDONLY); }
static long open_to_write(void) { return raw(openat, HERE, "fifo", O_WRONLY); }
static long accept_one(void)
{
    return raw(accept4, listener, NULL, NULL, SOCK_CLOEXEC);
}
#ifdef SYS_creat
static long make(void) { return raw(creat, "fifo", 0600); }
#endif

/* What a child says whose call a handler ends. */
static int error_of(long (*call)(void))
{
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (!child)
        _exit(call() == -1 ? errno : 255);
    until_asleep(child);
    kill(child, SIGUSR1);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void interrupted(void)
{
    struct sockaddr_un name = { AF_UNIX, "socket" };
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(listener, (void *)&name, sizeof name);
    listen(listener, 1);
    mkfifo("fifo", 0600);
    handle(0);
    is(error_of(open_to_read), EINTR);
    is(error_of(open_to_write), EINTR);
    is(error_of(accept_one), EINTR);
#ifdef SYS_creat
    is(error_of(make), EINTR);
#endif
    close(listener);
    unlink("fifo"), unlink("socket");
}

/* One that works all the time is not restarted, whatever the handler says. */
static void allocation_broken(void)
{
    int fd = raw(memfd_create, "m", 0), error = 0;
    pid_t self = getpid(), other;
    handle(SA_RESTART);
    fflush(stdout);
    other = fork();
    while (!other)
        kill(self, SIGUSR1);
    while (!error) {
        error = raw(fallocate, fd, 0, 0l, 4l << 20) ? errno : 0;
        if (!error)
            ftruncate(fd, 0);
    }
    is(error, EINTR);
    end(other);
    struct stat status;
    fstat(fd, &status);
    is(status.st_size, 0);
    is(status.st_blocks, 0);
    close(fd);
}

/* What another has to itself. */
static void taken(void)
{
    struct pty pty = open_pty();
    ioctl(pty.slave, TIOCEXCL);
    chmod(pty.path, 0666);
    become(USER, GROUP);
    fails_with(EBUSY, raw(openat, HERE, pty.path, O_RDWR | O_NOCTTY));
    fails_with(EBUSY, raw(openat, HERE, pty.path, O_RDONLY | O_NOCTTY));
#ifdef SYS_open
    fails_with(EBUSY, raw(creat, pty.path, 0600));
#endif
    become_root();
    close_pty(&pty);
}

/* A class of devices that there is, and none of that number. */
static void absent_devices(void)
{
    mknod("none", S_IFCHR | 0600, makedev(10, 77));
    fails_with(ENODEV, raw(openat, HERE, "none", O_RDWR));
    fails_with(ENODEV, raw(openat, HERE, "none", O_RDONLY | O_NONBLOCK));
#ifdef SYS_open
    fails_with(ENODEV, raw(open, "none", O_RDWR));
    fails_with(ENODEV, raw(creat, "none", 0600));
#endif
    unlink("none");
    mknod("none", S_IFBLK | 0600, makedev(10, 77));
    fails_with(ENXIO, raw(openat, HERE, "none", O_RDWR));
    unlink("none");
}

/* What nobody may change. */
static void unchangeable(void)
{
    fails_with(EPERM, raw(faccessat, HERE, "/proc/self", W_OK));
    fails_with(EPERM, raw(faccessat, HERE, "/proc/self", W_OK | R_OK));
    uint64_t odd = 99;
    int fd = open("/proc/self", O_RDONLY);
    fails_with(EPERM, fcntl(fd, F_SET_RW_HINT, &odd));
    fails_with(EPERM, fcntl(fd, F_SET_RW_HINT, 8));
    is(fcntl(fd, F_GET_RW_HINT, &odd), 0);
    close(fd);
    make_file("roots", 0666);
    fd = open("roots", O_RDWR);
    become(USER, GROUP);
    odd = 0;
    is(fcntl(fd, F_SET_RW_HINT, &odd), 0); /* anybody may, elsewhere */
    become_root();
    close(fd), unlink("roots");
    is(raw(faccessat, HERE, "/proc/self", R_OK | X_OK), 0);
#ifdef SYS_faccessat2
    fails_with(EPERM, raw(faccessat2, HERE, "/proc/1", W_OK, 0));
    fails_with(EPERM, raw(faccessat2, HERE, "/proc/1", W_OK, AT_EACCESS));
#endif
#ifdef SYS_open
    fails_with(EPERM, raw(access, "/proc/self", W_OK));
    fails_with(EPERM, raw(access, "/proc/thread-self", W_OK));
#endif
}

/* An address has no room for a name that is too long: a link has. */
static void long_names(void)
{
    char longer[257];
    struct sockaddr_un name = { AF_UNIX, "link/x" };
    memset(longer, 'x', 256);
    longer[256] = 0;
    symlink(longer, "link");
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    fails_with(ENAMETOOLONG, raw(bind, fd, &name, sizeof name));
    fails_with(ENAMETOOLONG, raw(connect, fd, &name, sizeof name));
    fails_with(ENAMETOOLONG, raw(sendto, fd, "x", 1l, 0, &name, sizeof name));
    name.sun_family = AF_INET;
    fails_with(EINVAL, raw(bind, fd, &name, sizeof name));
    fails_with(EINVAL, raw(connect, fd, &name, sizeof name));
    fails_with(EINVAL, raw(sendto, fd, "x", 1l, 0, &name, sizeof name));
    close(fd);
    unlink("link");
}

/* Attributes. */

static void add_attributes(const char *path, int count)
{
    char name[256];
    memset(name, 'y', 255);
    name[255] = 0;
    for (int i = 0; i < count; i++) {
        sprintf(name, "trusted.%03d", i);
        name[strlen(name)] = 'y';
        if (setxattr(path, name, "1", 1, 0))
            note("attribute %d: %s", i, strerror(errno));
    }
}

static void long_lists(void)
{
    make_file("file", 0600);
    add_attributes("file", MANY);
    int fd = open("file", O_RDWR);
    is(raw(listxattr, "file", NULL, 0l), MANY * 256);
    is(raw(llistxattr, "file", NULL, 0l), MANY * 256);
    is(raw(flistxattr, fd, NULL, 0l), MANY * 256);
    fails_with(E2BIG, raw(listxattr, "file", bytes, sizeof bytes));
    fails_with(E2BIG, raw(llistxattr, "file", bytes, sizeof bytes));
    fails_with(E2BIG, raw(flistxattr, fd, bytes, sizeof bytes));
    fails_with(E2BIG, raw(flistxattr, fd, bytes, LIST_MOST + 0l));
    fails_with(ERANGE, raw(flistxattr, fd, bytes, LIST_MOST - 1l));
    close(fd);
    unlink("file");
}

static void odd_attributes(void)
{
    make_file("file", 0600);
    symlink("file", "link");
    const char *link = "link";
    fails_with(EOPNOTSUPP, raw(lsetxattr, link, "other.x", "1", 1l, 0));
    fails_with(EOPNOTSUPP, raw(lremovexattr, link, "other.x"));
    fails_with(EFAULT, raw(lsetxattr, link, 8, "1", 1l, 0));
    fails_with(EFAULT, raw(lsetxattr, link, "trusted.x", 8, 1l, 0));
    fails_with(EFAULT, raw(lremovexattr, link, 8));
    fails_with(EFAULT, raw(lgetxattr, link, 8, bytes, 1l));
    raw(lsetxattr, link, "trusted.x", "1", 1l, 0);
    fails_with(EFAULT, raw(lgetxattr, link, "trusted.x", 8, 1l));
    fails_with(EFAULT, raw(llistxattr, link, 8, 20l));
    unlink("file"), unlink("link");
}

static void run(void)
{
    interrupted();
    allocation_broken();
    taken();
    absent_devices();
    unchangeable();
    long_names();
    long_lists();
    odd_attributes();
}
TEST_MAIN
