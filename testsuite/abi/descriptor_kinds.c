/* SPDX-License-Identifier: MIT */
/* Every call that takes a descriptor, on every kind of descriptor: which say
 * yes, and what the others say.  A row is a call, a column a kind. */
#include "descriptor_calls.h"
#include "letters.h"
#include <linux/fs.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <termios.h>

/* What one C library or the other does not name. */
#ifndef F_GETOWNER_UIDS
#define F_GETOWNER_UIDS 17
#endif
#ifndef F_CANCELLK
#define F_CANCELLK 1029
#endif

/* Kinds.  Where there are two ends, the other one is kept as well. */
static int other;

static int file_for(int flags)
{
    return open("file", flags | O_NONBLOCK);
}
static int to_both(void) { return file_for(O_RDWR); }
static int to_read(void) { return file_for(O_RDONLY); }
static int to_write(void) { return file_for(O_WRONLY); }
static int to_append(void) { return file_for(O_RDWR | O_APPEND); }
static int path(void) { return file_for(O_PATH); }
static int folder(void) { return open(".", O_RDONLY | O_DIRECTORY); }

static int one_of(int ends[2], int which)
{
    other = ends[!which];
    return ends[which];
}

static int pipe_end(int which)
{
    int ends[2];
    return pipe2(ends, O_NONBLOCK) ? -1 : one_of(ends, which);
}
static int reader(void) { return pipe_end(0); }
static int writer(void) { return pipe_end(1); }
static int fifo(void) { return open("fifo", O_RDWR | O_NONBLOCK); }

static int pair(int type)
{
    int ends[2];
    return socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, ends)
        ? -1 : one_of(ends, 0);
}
static int stream(void) { return pair(SOCK_STREAM); }
static int datagram(void) { return pair(SOCK_DGRAM); }
static int packets(void) { return pair(SOCK_SEQPACKET); }
static int fresh(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
}

static int listener(void)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    int fd = fresh();
    bind(fd, (void *)&name, sizeof name.sun_family);
    listen(fd, 2);
    return fd;
}

static int counter(void) { return eventfd(0, EFD_NONBLOCK); }
static int timer(void)
{
    return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
}
static int signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    return signalfd(-1, &none, SFD_NONBLOCK);
}
static int events(void) { return epoll_create1(0); }
static int watches(void) { return inotify_init1(IN_NONBLOCK); }
static int process(void) { return syscall(SYS_pidfd_open, getpid(), 0); }
static int memory(void) { return memfd_create("m", MFD_ALLOW_SEALING); }
static int null(void) { return open("/dev/null", O_RDWR | O_NONBLOCK); }
static int zero(void) { return open("/dev/zero", O_RDWR | O_NONBLOCK); }
static int full(void) { return open("/dev/full", O_RDWR | O_NONBLOCK); }
static int random_(void) { return open("/dev/urandom", O_RDWR | O_NONBLOCK); }
static int maps(void) { return open("/proc/self/maps", O_RDONLY); }
static int status(void) { return open("/proc/self/comm", O_RDWR); }
static int task(void) { return open("/proc/self", O_RDONLY); }
static int master(void)
{
    int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK), off = 0;
    ioctl(fd, TIOCSPTLCK, &off);
    return fd;
}
static int slave(void)
{
    other = master();
    return ioctl(other, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_NONBLOCK);
}
static int closed(void) { return 77; }
static int negative(void) { return -1; }

static const struct kind {
    const char *name;
    int (*open)(void);
} kinds[] = {
#define KIND(name) { #name, name }
    KIND(to_both), KIND(to_read), KIND(to_write), KIND(to_append), KIND(path),
    KIND(folder), KIND(reader), KIND(writer), KIND(fifo), KIND(stream),
    KIND(datagram), KIND(packets), KIND(fresh), KIND(listener), KIND(counter),
    KIND(timer), KIND(signals), KIND(events), KIND(watches), KIND(process),
    KIND(memory), KIND(null), KIND(zero), KIND(full), { "random", random_ },
    KIND(maps), KIND(status), KIND(task), KIND(master), KIND(slave),
    KIND(closed), KIND(negative),
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* What the calls need besides the descriptor. */
static int fd, plain, ends[2], events_of, home;
static char bytes[4096];
static struct stat stat_buffer;
static struct statfs statfs_buffer;
static struct termios modes;
static struct winsize size;
static struct itimerspec times;
static struct epoll_event event = { .events = EPOLLIN };
static struct iovec part = { bytes, 8 };
static struct flock lock = { .l_type = F_WRLCK };
static struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
static struct sockaddr_un address;
static socklen_t length;
static int number;
static sigset_t mask;
static struct f_owner_ex owner = { F_OWNER_PID, 0 };
static uint64_t numbers[2];

/* What it is: devices stay as others expect them. */
static mode_t mode_of(int file)
{
    struct stat status;
    return fstat(file, &status) ? 0700 : status.st_mode & 07777;
}

static void *mapped(int rights, int flags)
{
    void *at = mmap(NULL, 4096, rights, flags, fd, 0);
    if (at != MAP_FAILED)
        munmap(at, 4096);
    return at;
}

ROWS_OF_CALLS

static char try(int row, int kind)
{
    other = -1;
    fd = kinds[kind].open();
    events_of = epoll_create1(0);
    pipe2(ends, O_NONBLOCK);
    write(ends[1], bytes, 100);
    lseek(plain, 0, SEEK_SET);
    errno = 0;
    long result = do_call(row);
    char got = result == -1 && errno ? letter_of(errno) : '.';
    syscall(SYS_close_range, plain + 1, 1000, 0);
    fchdir(home);
    return got;
}

static void try_row(int row)
{
    const char *expected = rows[row].expected[0];
    char got[KINDS + 1] = { 0 };
    for (int i = 0; i < KINDS; i++) {
        got[i] = try(row, i);
        letter_is(rows[row].text, kinds[i].name, got[i], expected, i);
    }
    note_row(rows[row].text, got, expected);
    unlink("linked");
}

static void run(void)
{
    home = open(".", O_RDONLY);
    plain = open("file", O_RDWR | O_CREAT, 0600);
    write(plain, bytes, sizeof bytes);
    mkfifo("fifo", 0600);
    sigemptyset(&mask);
    signal(SIGPIPE, SIG_IGN);
    address.sun_family = AF_UNIX;
    strcpy(address.sun_path, "nobody");
    for (int i = 0; i < ROWS; i++)
        try_row(i);
}
TEST_MAIN
