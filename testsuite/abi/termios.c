/* SPDX-License-Identifier: MIT */
/* Terminal modes: what a fresh terminal has, each way to set them, speeds, and
 * reading without lines: MIN and TIME. */
#include "pty.h"

#include <time.h>

static struct pty pty;
static char text[64];

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000ll + time.tv_nsec / 1000000;
}

static void defaults(void)
{
    struct termios modes;
    is(tcgetattr(pty.slave, &modes), 0);
    is(modes.c_iflag, ICRNL | IXON);
    is(modes.c_oflag, OPOST | ONLCR);
    is(modes.c_cflag, B38400 | CS8 | CREAD);
    is(modes.c_lflag, ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE |
            IEXTEN);
    is(modes.c_line, 0);
    is(modes.c_cc[VINTR], 3);
    is(modes.c_cc[VQUIT], 28);
    is(modes.c_cc[VERASE], 127);
    is(modes.c_cc[VKILL], 21);
    is(modes.c_cc[VEOF], 4);
    is(modes.c_cc[VTIME], 0);
    is(modes.c_cc[VMIN], 1);
    is(modes.c_cc[VSWTC], 0);
    is(modes.c_cc[VSTART], 17);
    is(modes.c_cc[VSTOP], 19);
    is(modes.c_cc[VSUSP], 26);
    is(modes.c_cc[VEOL], 0);
    is(modes.c_cc[VREPRINT], 18);
    is(modes.c_cc[VDISCARD], 15);
    is(modes.c_cc[VWERASE], 23);
    is(modes.c_cc[VLNEXT], 22);
    is(modes.c_cc[VEOL2], 0);
    is(cfgetospeed(&modes), B38400);
    is(cfgetispeed(&modes), B38400);
    /* The master's own are the slave's. */
    struct termios other;
    is(tcgetattr(pty.master, &other), 0);
    is(other.c_lflag, modes.c_lflag);
}

static void setting(void)
{
    struct termios modes, other;
    tcgetattr(pty.slave, &modes);
    modes.c_lflag &= ~ECHO;
    modes.c_cc[VINTR] = 5;
    is(tcsetattr(pty.slave, TCSANOW, &modes), 0);
    tcgetattr(pty.master, &other);
    is(other.c_lflag & ECHO, 0);
    is(other.c_cc[VINTR], 5);
    modes.c_lflag |= ECHO;
    is(tcsetattr(pty.master, TCSADRAIN, &modes), 0);
    tcgetattr(pty.slave, &other);
    is(other.c_lflag & ECHO, ECHO);
    cfsetospeed(&modes, B9600), cfsetispeed(&modes, B9600);
    is(tcsetattr(pty.slave, TCSANOW, &modes), 0);
    tcgetattr(pty.slave, &other);
    is(cfgetospeed(&other), B9600);
    /* A pty keeps these as they are. */
    modes.c_cflag = B38400 | CS7 | PARENB;
    is(tcsetattr(pty.slave, TCSANOW, &modes), 0);
    tcgetattr(pty.slave, &other);
    is(other.c_cflag & (CSIZE | PARENB | CREAD), CS8 | CREAD);
    fails_with(EFAULT, ioctl(pty.slave, TCGETS, 8));
    fails_with(EFAULT, ioctl(pty.slave, TCSETS, 8));
    fails_with(EINVAL, tcsetattr(pty.slave, 9, &modes));
    modes.c_cc[VINTR] = 3;
    modes.c_cflag = B38400 | CS8 | CREAD;
    tcsetattr(pty.slave, TCSANOW, &modes);
}

/* TCSETSF throws away what was not read. */
static void flushing(void)
{
    struct termios modes;
    int count = -1;
    set_modes(pty.slave, 0, 0, 0);
    tcgetattr(pty.slave, &modes);
    type(pty.master, "lost");
    ok(comes(pty.slave, PATIENCE_MS));
    is(tcsetattr(pty.slave, TCSAFLUSH, &modes), 0);
    ioctl(pty.slave, FIONREAD, &count);
    is(count, 0);
    type(pty.master, "kept");
    comes(pty.slave, PATIENCE_MS);
    is(tcsetattr(pty.slave, TCSANOW, &modes), 0);
    is(tcsetattr(pty.slave, TCSADRAIN, &modes), 0);
    is(read(pty.slave, text, 10), 4);
    type(pty.master, "lost");
    comes(pty.slave, PATIENCE_MS);
    is(tcflush(pty.slave, TCIFLUSH), 0);
    ioctl(pty.slave, FIONREAD, &count);
    is(count, 0);
    type(pty.master, "lost");
    comes(pty.slave, PATIENCE_MS);
    is(tcflush(pty.slave, TCIOFLUSH), 0);
    ioctl(pty.slave, FIONREAD, &count);
    is(count, 0);
    fails_with(EINVAL, tcflush(pty.slave, 9));
    fails_with(EINVAL, tcflow(pty.slave, 9));
    is(tcdrain(pty.slave), 0);
    is(tcsendbreak(pty.slave, 0), 0);
}

struct kernel_termios2 {
    tcflag_t input, output, control, local;
    cc_t line, characters[19];
    unsigned input_speed, output_speed;
};
#define TCGETS2_ _IOR('T', 0x2a, struct kernel_termios2)
#define TCSETS2_ _IOW('T', 0x2b, struct kernel_termios2)
#define TCSETSW2_ _IOW('T', 0x2c, struct kernel_termios2)
#define TCSETSF2_ _IOW('T', 0x2d, struct kernel_termios2)

static void speeds(void)
{
    struct kernel_termios2 modes;
    enum { OTHER_SPEED = 010000, SPEED_BITS = 010017 };
    is(ioctl(pty.slave, TCGETS2_, &modes), 0);
    is(modes.output_speed, 38400);
    is(modes.input_speed, 38400);
    modes.control = (modes.control & ~SPEED_BITS) | OTHER_SPEED;
    modes.output_speed = modes.input_speed = 12345;
    is(ioctl(pty.slave, TCSETS2_, &modes), 0);
    memset(&modes, 0, sizeof modes);
    is(ioctl(pty.slave, TCGETS2_, &modes), 0);
    is(modes.output_speed, 12345);
    is(modes.control & SPEED_BITS, OTHER_SPEED);
    modes.control = (modes.control & ~SPEED_BITS) | B115200;
    is(ioctl(pty.slave, TCSETSW2_, &modes), 0);
    ioctl(pty.slave, TCGETS2_, &modes);
    is(modes.output_speed, 115200);
    modes.control = (modes.control & ~SPEED_BITS) | B38400;
    is(ioctl(pty.slave, TCSETSF2_, &modes), 0);
    fails_with(EFAULT, ioctl(pty.slave, TCGETS2_, 8));
}

struct kernel_termio {
    unsigned short input, output, control, local;
    unsigned char line, characters[8];
};

/* The oldest form knows the low halves alone. */
static void old_form(void)
{
    struct kernel_termio modes;
    struct termios now;
    tcgetattr(pty.slave, &now);
    is(ioctl(pty.slave, TCGETA, &modes), 0);
    is(modes.local, (unsigned short)now.c_lflag);
    is(modes.control, (unsigned short)now.c_cflag);
    is(modes.characters[0], 3);
    modes.local |= ECHO;
    is(ioctl(pty.slave, TCSETA, &modes), 0);
    tcgetattr(pty.slave, &now);
    is(now.c_lflag & ECHO, ECHO);
    modes.local &= ~ECHO;
    is(ioctl(pty.slave, TCSETAW, &modes), 0);
    is(ioctl(pty.slave, TCSETAF, &modes), 0);
}

static void set_least(int least, int tenths)
{
    struct termios modes;
    tcgetattr(pty.slave, &modes);
    cfmakeraw(&modes);
    modes.c_cc[VMIN] = least, modes.c_cc[VTIME] = tenths;
    tcsetattr(pty.slave, TCSANOW, &modes);
}

static pid_t types_later(const char *what, int milliseconds)
{
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        usleep(milliseconds * 1000);
        type(pty.master, what);
        _exit(0);
    }
    return child;
}

static void least_and_time(void)
{
    int status;
    long long start;
    /* Neither: what is there. */
    set_least(0, 0);
    is(read(pty.slave, text, 10), 0);
    type(pty.master, "ab");
    comes(pty.slave, PATIENCE_MS);
    is(read(pty.slave, text, 1), 1);
    is(read(pty.slave, text, 10), 1);
    /* A time alone: from the call on.  Linux counts it in ticks, of which a busy
     * host's guest may get many at once. */
    set_least(0, 10);
    start = now();
    is(read(pty.slave, text, 10), 0);
    ok(now() - start >= 500 && now() - start < 20000);
    set_least(0, 200);
    pid_t child = types_later("x", 50);
    is(read(pty.slave, text, 10), 1);
    waitpid(child, &status, 0);
    /* A number alone: so many at least. */
    set_least(3, 0);
    type(pty.master, "ab");
    child = types_later("cd", 50);
    is(read(pty.slave, text, 10), 4);
    waitpid(child, &status, 0);
    /* Fewer if the reader wants no more. */
    type(pty.master, "ab");
    is(read(pty.slave, text, 2), 2);
    struct pollfd item = { pty.slave, POLLIN, 0 };
    type(pty.master, "ab");
    is(poll(&item, 1, 50), 0);
    type(pty.master, "c");
    is(poll(&item, 1, PATIENCE_MS), 1);
    is(read(pty.slave, text, 10), 3);
    /* Both: the time is between bytes, from the first on. */
    set_least(5, 10);
    type(pty.master, "ab");
    start = now();
    is(read(pty.slave, text, 10), 2);
    ok(now() - start >= 500 && now() - start < 20000);
    fcntl(pty.slave, F_SETFL, O_NONBLOCK);
    fails_with(EAGAIN, read(pty.slave, text, 10));
    fcntl(pty.slave, F_SETFL, 0);
}

static void exclusive(void)
{
    is(ioctl(pty.slave, TIOCEXCL), 0);
    int again = open(pty.path, O_RDWR | O_NOCTTY);
    ok(again >= 0); /* root may */
    close(again);
    int on = -1;
    is(ioctl(pty.slave, TIOCGEXCL, &on), 0);
    is(on, 1);
    chmod(pty.path, 0666);
    become(USER, GROUP);
    fails_with(EBUSY, open(pty.path, O_RDWR | O_NOCTTY));
    become_root();
    is(ioctl(pty.slave, TIOCNXCL), 0);
    become(USER, GROUP);
    again = open(pty.path, O_RDWR | O_NOCTTY);
    ok(again >= 0);
    become_root();
    close(again);
    unsigned device = 0;
    struct stat s;
    fstat(pty.slave, &s);
    is(ioctl(pty.slave, TIOCGDEV, &device), 0);
    is(device, s.st_rdev);
    int line = -1;
    is(ioctl(pty.slave, TIOCGETD, &line), 0);
    is(line, 0);
    is(ioctl(pty.slave, TIOCSETD, &line), 0);
}

static void run(void)
{
    pty = open_pty();
    defaults();
    setting();
    flushing();
    speeds();
    old_form();
    least_and_time();
    exclusive();
    close_pty(&pty);
}
TEST_MAIN
