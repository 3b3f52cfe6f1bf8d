/* SPDX-License-Identifier: MIT */
/* Pseudo terminals: opening, numbers, both ends closing, packets, sizes. */
#include "asleep.h"
#include "pty.h"

#include <sys/sysmacros.h>

static char text[8192];

static void opening(void)
{
    struct stat s;
    int number = -1, on = 1, off = 0, lock = -1;
    char path[32];
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    ok(master >= 0);
    is(ioctl(master, TIOCGPTN, &number), 0);
    ok(number >= 0);
    snprintf(path, sizeof path, "/dev/pts/%d", number);
    ok(exists(path));
    /* Locked at first. */
    is(ioctl(master, TIOCGPTLCK, &lock), 0);
    is(lock, 1);
    fails_with(EIO, open(path, O_RDWR | O_NOCTTY));
    is(ioctl(master, TIOCSPTLCK, &off), 0);
    is(ioctl(master, TIOCGPTLCK, &lock), 0);
    is(lock, 0);
    int slave = open(path, O_RDWR | O_NOCTTY);
    ok(slave >= 0);
    is(ioctl(master, TIOCSPTLCK, &on), 0);
    fails_with(EIO, open(path, O_RDWR | O_NOCTTY));
    fstat(slave, &s);
    is(s.st_mode, S_IFCHR | 0620);
    is(major(s.st_rdev), 136);
    is(minor(s.st_rdev), number);
    is(s.st_uid, 0);
    fstat(master, &s);
    is(major(s.st_rdev), 5);
    is(minor(s.st_rdev), 2);
    is(isatty(slave), 1);
    is(isatty(master), 1);
    is_text(ttyname(slave), path);
    fails_with(ENOTTY, ioctl(slave, TIOCGPTN, &number));
    fails_with(ENOTTY, ioctl(slave, TIOCSPTLCK, &off));
    fails_with(EFAULT, ioctl(master, TIOCGPTN, 8));
    fails_with(EFAULT, ioctl(master, TIOCSPTLCK, 8));
    close(slave), close(master);
    ok(!exists(path));
    fails_with(ENOENT, open(path, O_RDWR | O_NOCTTY));
    become(USER, GROUP);
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    ioctl(master, TIOCGPTN, &number);
    snprintf(path, sizeof path, "/dev/pts/%d", number);
    stat(path, &s);
    is(s.st_uid, USER);
    become_root();
    close(master);
}

static void numbers(void)
{
    struct pty a = open_pty(), b = open_pty(), c = open_pty();
    ok(strcmp(a.path, b.path) && strcmp(b.path, c.path));
    char path[32];
    strcpy(path, b.path);
    close_pty(&b);
    b = open_pty();
    is_text(b.path, path);
    close_pty(&a), close_pty(&b), close_pty(&c);
}

static void peers(void)
{
    struct pty pty = open_pty();
    struct stat a, b;
    int on = 1, off = 0;
    ioctl(pty.master, TIOCSPTLCK, &on);
    fails_with(EIO, ioctl(pty.master, TIOCGPTPEER, O_RDWR | O_NOCTTY));
    ioctl(pty.master, TIOCSPTLCK, &off);
    int peer = ioctl(pty.master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    ok(peer >= 0);
    fstat(peer, &a), fstat(pty.slave, &b);
    ok(a.st_ino == b.st_ino && a.st_rdev == b.st_rdev);
    is(fcntl(peer, F_GETFD), FD_CLOEXEC);
    is(fcntl(peer, F_GETFL) & O_ACCMODE, O_RDWR);
    type(pty.master, "x\n");
    is(read(peer, text, 10), 2);
    close(peer);
    fails_with(EIO, ioctl(pty.slave, TIOCGPTPEER, O_RDWR));
    close_pty(&pty);
}

/* Writes until nothing more fits, also when what fitted was carried on for a
 * while.  How many bytes. */
static ssize_t fill(int fd)
{
    struct pollfd item = { fd, POLLOUT, 0 };
    ssize_t done, sum = 0;
    do {
        while ((done = write(fd, text, sizeof text)) > 0)
            sum += done;
    } while (errno == EAGAIN && poll(&item, 1, 500) == 1);
    return sum;
}

/* Reads until these are here, and then what is there too much. */
static ssize_t drain(int fd, ssize_t size)
{
    ssize_t sum = 0;
    while (comes(fd, sum < size ? PATIENCE_MS : 30)) {
        ssize_t done = read(fd, text, sizeof text);
        sum += done > 0 ? done : 0;
    }
    return sum;
}

static void bytes(void)
{
    struct pty pty = open_pty();
    int count;
    set_modes(pty.slave, 0, 0, 0);
    is(write(pty.slave, "hello", 5), 5);
    ok(comes(pty.master, PATIENCE_MS));
    is(ioctl(pty.master, FIONREAD, &count), 0);
    is(count, 5);
    is(read(pty.master, text, 3), 3);
    is(read(pty.master, text, 100), 2);
    is(write(pty.master, "abc", 3), 3);
    ok(comes(pty.slave, PATIENCE_MS));
    is(ioctl(pty.slave, FIONREAD, &count), 0);
    is(count, 3);
    is(ioctl(pty.slave, TIOCOUTQ, &count), 0);
    is(count, 0);
    is(read(pty.slave, text, 100), 3);
    fcntl(pty.master, F_SETFL, O_NONBLOCK);
    fails_with(EAGAIN, read(pty.master, text, 1));
    fcntl(pty.slave, F_SETFL, O_NONBLOCK);
    fails_with(EAGAIN, read(pty.slave, text, 1));
    fails_with(ESPIPE, lseek(pty.slave, 0, SEEK_SET));
    fails_with(ESPIPE, lseek(pty.master, 0, SEEK_SET));
    fails_with(ESPIPE, pread(pty.slave, text, 1, 0));
    fails_with(EFAULT, write(pty.slave, (void *)8, 1));
    /* Neither takes more than it has room for. */
    ssize_t sum = fill(pty.slave);
    is(errno, EAGAIN);
    ok(sum >= 4096);
    struct pollfd item = { pty.slave, POLLOUT, 0 };
    is(poll(&item, 1, 0), 0);
    is(drain(pty.master, sum), sum);
    is(poll(&item, 1, PATIENCE_MS), 1);
    /* Through the line discipline, in bytes and order. */
    sum = fill(pty.master);
    is(errno, EAGAIN);
    is(drain(pty.slave, sum), sum);
    close_pty(&pty);
}

static int ready(int fd)
{
    struct pollfd item = { fd, POLLIN | POLLOUT | POLLPRI, 0 };
    poll(&item, 1, 100);
    return item.revents;
}

static void slave_closes(void)
{
    struct pty pty = open_pty();
    set_modes(pty.slave, 0, 0, 0);
    write(pty.slave, "bye", 3);
    close(pty.slave);
    is(ready(pty.master) & (POLLIN | POLLHUP), POLLIN | POLLHUP);
    is(read(pty.master, text, 10), 3);
    fails_with(EIO, read(pty.master, text, 10));
    ok(ready(pty.master) & POLLHUP);
    pty.slave = open(pty.path, O_RDWR | O_NOCTTY);
    ok(pty.slave >= 0);
    ok(!(ready(pty.master) & POLLHUP));
    type(pty.master, "x\n");
    ok(comes(pty.slave, PATIENCE_MS));
    close_pty(&pty);
    /* Before anyone opens the other end there is nobody to hang up. */
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
    fails_with(EAGAIN, read(master, text, 1));
    is(ready(master) & POLLHUP, 0);
    close(master);
}

static void master_closes(void)
{
    struct pty pty = open_pty();
    set_modes(pty.slave, 0, 0, 0);
    close(pty.master);
    is(ready(pty.slave) & (POLLHUP | POLLERR), POLLHUP | POLLERR);
    is(read(pty.slave, text, 10), 0);
    fails_with(EIO, write(pty.slave, "x", 1));
    fails_with(EIO, ioctl(pty.slave, TCGETS, text));
    struct stat s;
    is(fstat(pty.slave, &s), 0);
    fails_with(ENOENT, open(pty.path, O_RDWR | O_NOCTTY));
    close(pty.slave);
    /* Someone who reads is told. */
    pty = open_pty();
    set_modes(pty.slave, 0, 0, 0);
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        close(pty.master);
        _exit(read(pty.slave, text, 10) != -1 || errno != EIO);
    }
    int status;
    until_asleep(child);
    close(pty.master);
    waitpid(child, &status, 0);
    is(status, 0);
    close(pty.slave);
}

static void packets(void)
{
    struct pty pty = open_pty();
    int on = 1, off = 0, now = -1;
    set_modes(pty.slave, IXON, 0, 0);
    is(ioctl(pty.master, TIOCPKT, &on), 0);
    is(ioctl(pty.master, TIOCGPKT, &now), 0);
    is(now, 1);
    write(pty.slave, "abc", 3);
    is(read(pty.master, text, 10), 4);
    ok(!text[0] && !memcmp(text + 1, "abc", 3));
    is(tcflush(pty.slave, TCIFLUSH), 0);
    ok(ready(pty.master) & POLLPRI);
    is(read(pty.master, text, 10), 1);
    is(text[0], TIOCPKT_FLUSHREAD);
    tcflush(pty.slave, TCOFLUSH);
    is(read(pty.master, text, 10), 1);
    is(text[0], TIOCPKT_FLUSHWRITE);
    tcflow(pty.slave, TCOOFF);
    is(read(pty.master, text, 10), 1);
    is(text[0], TIOCPKT_STOP);
    tcflow(pty.slave, TCOON);
    is(read(pty.master, text, 10), 1);
    is(text[0], TIOCPKT_START);
    set_modes(pty.slave, 0, 0, 0);
    is(read(pty.master, text, 10), 1);
    is(text[0], TIOCPKT_NOSTOP);
    set_modes(pty.slave, IXON, 0, 0);
    is(read(pty.master, text, 10), 1);
    is(text[0], TIOCPKT_DOSTOP);
    is(ioctl(pty.master, TIOCPKT, &off), 0);
    write(pty.slave, "x", 1);
    is(read(pty.master, text, 10), 1);
    is(text[0], 'x');
    fails_with(ENOTTY, ioctl(pty.slave, TIOCPKT, &on));
    close_pty(&pty);
}

static volatile int changes;

static void on_change(int number)
{
    (void)number;
    changes++;
}

static void sizes(void)
{
    struct pty pty = open_pty();
    struct winsize size = { 1, 1, 1, 1 }, other = { 25, 80, 3, 4 };
    is(ioctl(pty.slave, TIOCGWINSZ, &size), 0);
    ok(!size.ws_row && !size.ws_col && !size.ws_xpixel);
    is(ioctl(pty.master, TIOCSWINSZ, &other), 0);
    is(ioctl(pty.slave, TIOCGWINSZ, &size), 0);
    ok(size.ws_row == 25 && size.ws_col == 80 && size.ws_ypixel == 4);
    other.ws_row = 50;
    is(ioctl(pty.slave, TIOCSWINSZ, &other), 0);
    is(ioctl(pty.master, TIOCGWINSZ, &size), 0);
    is(size.ws_row, 50);
    fails_with(EFAULT, ioctl(pty.slave, TIOCGWINSZ, 8));
    fails_with(EFAULT, ioctl(pty.slave, TIOCSWINSZ, 8));
    close_pty(&pty);
}

static void size_signals(void *data)
{
    (void)data;
    struct winsize size = { 30, 90, 0, 0 };
    struct sigaction action = { .sa_handler = on_change };
    sigaction(SIGWINCH, &action, NULL);
    setsid();
    struct pty pty = open_pty();
    if (ioctl(pty.slave, TIOCSCTTY, 0))
        _exit(1);
    ioctl(pty.master, TIOCSWINSZ, &size);
    if (changes != 1)
        _exit(2);
    ioctl(pty.master, TIOCSWINSZ, &size);
    if (changes != 1)
        _exit(3);
    size.ws_col = 100;
    ioctl(pty.slave, TIOCSWINSZ, &size);
    if (changes != 2)
        _exit(4);
}

static void unknown(void)
{
    struct pty pty = open_pty();
    fails_with(ENOTTY, ioctl(pty.slave, 0x12345678, 0));
    fails_with(ENOTTY, ioctl(pty.master, 0x12345678, 0));
    close_pty(&pty);
}

static void run(void)
{
    opening();
    numbers();
    peers();
    bytes();
    slave_closes();
    master_closes();
    packets();
    sizes();
    is(in_child(size_signals, NULL), 0);
    unknown();
}
TEST_MAIN
