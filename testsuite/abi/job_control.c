/* SPDX-License-Identifier: MIT */
/* Sessions, controlling terminals, foreground and background: who is
 * signalled, who is stopped, who is refused. */
#include "asleep.h"
#include "pty.h"

static volatile int caught[65];

static void on_signal(int number)
{
    caught[number]++;
}

static void catch (int number)
{
    struct sigaction action = { .sa_handler = on_signal };
    caught[number] = 0;
    sigaction(number, &action, NULL);
}

static bool soon(volatile int *flag)
{
    for (int i = 0; i < 2000 && !*flag; i++)
        usleep(10000);
    return *flag;
}

/* All of the rest runs in a session of its own with the pty as terminal. */
static struct pty pty;

static void own_session(void)
{
    setsid();
    pty = open_pty();
    if (ioctl(pty.slave, TIOCSCTTY, 0))
        _exit(90);
}

static void no_terminal(void *data)
{
    (void)data;
    int group = 0;
    setsid();
    pty = open_pty();
    if (open("/dev/tty", O_RDWR) != -1 || errno != ENXIO)
        _exit(1);
    if (tcgetpgrp(pty.slave) != -1 || errno != ENOTTY)
        _exit(2);
    if (tcgetsid(pty.slave) != -1 || errno != ENOTTY)
        _exit(3);
    if (tcsetpgrp(pty.slave, getpgrp()) != -1 || errno != ENOTTY)
        _exit(4);
    if (ioctl(pty.master, TIOCGPGRP, &group) || group)
        _exit(5);
    if (ioctl(pty.slave, TIOCNOTTY) != -1 || errno != ENOTTY)
        _exit(6);
    /* Opening without O_NOCTTY makes it the leader's. */
    int mine = open(pty.path, O_RDWR);
    if (tcgetsid(mine) != getpid() || tcgetpgrp(mine) != getpgrp())
        _exit(7);
    int tty = open("/dev/tty", O_RDWR);
    if (tty < 0 || tcgetsid(tty) != getpid())
        _exit(8);
    struct stat a, b;
    fstat(tty, &a), fstat(mine, &b);
    if (a.st_rdev != 0x500)
        _exit(9);
    if (ioctl(pty.master, TIOCGPGRP, &group) || group != getpgrp())
        _exit(10);
    if (ioctl(pty.master, TIOCGSID, &group) || group != getpid())
        _exit(11);
}

static void takes_second(void *data)
{
    (void)data;
    setsid();
    if (ioctl(pty.slave, TIOCSCTTY, 0) != -1 || errno != EPERM)
        _exit(1);
    become(USER, GROUP);
    if (ioctl(pty.slave, TIOCSCTTY, 1) != -1 || errno != EPERM)
        _exit(2);
    become_root();
    /* root steals it */
    if (ioctl(pty.slave, TIOCSCTTY, 1) || tcgetsid(pty.slave) != getpid())
        _exit(3);
}

static void is_not_leader(void *data)
{
    (void)data;
    if (ioctl(pty.slave, TIOCSCTTY, 0) != -1 || errno != EPERM)
        _exit(1);
    /* Opening takes nothing either. */
    int again = open(pty.path, O_RDWR);
    if (again < 0 || open("/dev/tty", O_RDWR) != -1)
        _exit(2);
}

static void taking(void *data)
{
    (void)data;
    setsid();
    pty = open_pty();
    if (in_child(is_not_leader, NULL))
        _exit(1);
    if (ioctl(pty.slave, TIOCSCTTY, 0) || ioctl(pty.slave, TIOCSCTTY, 0))
        _exit(2);
    struct pty second = open_pty();
    if (ioctl(second.slave, TIOCSCTTY, 1) != -1 || errno != EPERM)
        _exit(3);
    close_pty(&second);
    signal(SIGHUP, SIG_IGN);
    if (in_child(takes_second, NULL))
        _exit(4);
    if (tcgetsid(pty.slave) != -1 || open("/dev/tty", O_RDWR) != -1)
        _exit(5);
}

static void leaving(void *data)
{
    (void)data;
    own_session();
    catch (SIGHUP);
    catch (SIGCONT);
    if (ioctl(pty.slave, TIOCNOTTY))
        _exit(1);
    if (!caught[SIGHUP] || !caught[SIGCONT])
        _exit(2);
    if (open("/dev/tty", O_RDWR) != -1 || errno != ENXIO)
        _exit(3);
    /* It is free to be taken again. */
    if (ioctl(pty.slave, TIOCSCTTY, 0))
        _exit(4);
}

static void groups(void *data)
{
    (void)data;
    own_session();
    int number = -5;
    if (tcsetpgrp(pty.slave, 4000000) != -1 || errno != ESRCH)
        _exit(1);
    if (ioctl(pty.slave, TIOCSPGRP, &number) != -1 || errno != EINVAL)
        _exit(2);
    if (tcsetpgrp(pty.slave, 1) != -1 || (errno != EPERM && errno != ESRCH))
        _exit(3);
    pid_t child = fork();
    if (!child) {
        pause();
        _exit(0);
    }
    setpgid(child, child);
    if (tcsetpgrp(pty.slave, child) || tcgetpgrp(pty.slave) != child)
        _exit(4);
    signal(SIGTTOU, SIG_IGN);
    if (tcsetpgrp(pty.slave, getpgrp()) || tcgetpgrp(pty.slave) != getpgrp())
        _exit(5);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    if (tcsetpgrp(pty.slave, child) != -1 || errno != ESRCH)
        _exit(6);
    if (ioctl(pty.slave, TIOCSPGRP, 8) != -1 || errno != EFAULT)
        _exit(7);
}

/* ^C ^\ ^Z go to the foreground, and take what was typed along. */
static void characters(void *data)
{
    (void)data;
    own_session();
    catch (SIGINT);
    catch (SIGQUIT);
    catch (SIGTSTP);
    set_modes(pty.slave, ICRNL, 0, ICANON | ISIG | IEXTEN);
    type(pty.master, "lost\003");
    if (!soon(&caught[SIGINT]))
        _exit(1);
    type(pty.master, "kept\n");
    if (strcmp(awaited(pty.slave, "kept\\n"), "kept\\n"))
        _exit(2);
    type(pty.master, "\034");
    if (!soon(&caught[SIGQUIT]))
        _exit(3);
    type(pty.master, "\032");
    if (!soon(&caught[SIGTSTP]))
        _exit(4);
    set_modes(pty.slave, ICRNL, 0, ICANON | ISIG | NOFLSH);
    caught[SIGINT] = 0;
    type(pty.master, "kept\003 too\n");
    if (!soon(&caught[SIGINT]) ||
        strcmp(awaited(pty.slave, "kept too\\n"), "kept too\\n"))
        _exit(5);
    caught[SIGINT] = 0;
    set_modes(pty.slave, ICRNL, 0, ICANON);
    type(pty.master, "a\003\n");
    if (strcmp(awaited(pty.slave, "a<3>\\n"), "a<3>\\n") || caught[SIGINT])
        _exit(6);
    /* The reader is interrupted. */
    set_modes(pty.slave, ICRNL, 0, ICANON | ISIG);
    pid_t child = fork();
    if (!child) {
        until_asleep(getppid());
        type(pty.master, "\003");
        _exit(0);
    }
    char byte;
    if (read(pty.slave, &byte, 1) != -1 || errno != EINTR)
        _exit(7);
    while (waitpid(child, NULL, 0) < 0)
        ;
    /* By ioctl from the master. */
    caught[SIGINT] = 0;
    int number = SIGINT;
    if (ioctl(pty.master, TIOCSIG, number) || !soon(&caught[SIGINT]))
        _exit(8);
}

/* A child in a background group does something; how its wait went. */
static int in_background(void (*body)(void))
{
    int status;
    pid_t child = fork();
    if (!child) {
        setpgid(0, 0);
        alarm(tap_seconds());
        body();
        _exit(0);
    }
    setpgid(child, child);
    if (waitpid(child, &status, WUNTRACED) != child)
        return -1;
    if (WIFSTOPPED(status)) {
        int how = WSTOPSIG(status);
        kill(-child, SIGKILL);
        waitpid(child, NULL, 0);
        return 1000 + how;
    }
    return status;
}

static void reads(void)
{
    char byte;
    read(pty.slave, &byte, 1);
}

static void reads_ignoring(void)
{
    char byte;
    signal(SIGTTIN, SIG_IGN);
    if (read(pty.slave, &byte, 1) != -1 || errno != EIO)
        _exit(1);
}

static void reads_blocking(void)
{
    char byte;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTTIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (read(pty.slave, &byte, 1) != -1 || errno != EIO)
        _exit(1);
}

static void reads_catching(void)
{
    char byte;
    catch (SIGTTIN);
    if (read(pty.slave, &byte, 1) != -1 || errno != EINTR || !caught[SIGTTIN])
        _exit(1);
}

static void writes(void)
{
    if (write(pty.slave, "x", 1) != 1)
        _exit(1);
}

static void writes_ignoring(void)
{
    signal(SIGTTOU, SIG_IGN);
    writes();
}

static void sets_modes(void)
{
    struct termios modes;
    tcgetattr(pty.slave, &modes);
    tcsetattr(pty.slave, TCSANOW, &modes);
}

static void sets_modes_ignoring(void)
{
    struct termios modes;
    signal(SIGTTOU, SIG_IGN);
    tcgetattr(pty.slave, &modes);
    if (tcsetattr(pty.slave, TCSANOW, &modes))
        _exit(1);
}

static void sets_group(void)
{
    tcsetpgrp(pty.slave, getpgrp());
}

static void sets_group_blocking(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTTOU);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (tcsetpgrp(pty.slave, getpgrp()) || tcgetpgrp(pty.slave) != getpgrp())
        _exit(1);
}

static void flushes(void)
{
    tcflush(pty.slave, TCIFLUSH);
}

static void only_asks(void)
{
    struct termios modes;
    struct winsize size;
    int count;
    if (tcgetattr(pty.slave, &modes) || ioctl(pty.slave, TIOCGWINSZ, &size) ||
        ioctl(pty.slave, FIONREAD, &count) ||
        tcgetpgrp(pty.slave) != getppid())
        _exit(1);
    struct pollfd item = { pty.slave, POLLIN, 0 };
    if (poll(&item, 1, 0))
        _exit(2);
}

static void background(void *data)
{
    (void)data;
    own_session();
    set_modes(pty.slave, ICRNL, 0, ICANON | ISIG);
    static const struct {
        void (*body)(void);
        int status;
    } cases[] = {
        { reads, 1000 + SIGTTIN }, { reads_ignoring, 0 },
        { reads_blocking, 0 }, { reads_catching, 0 }, { writes, 0 },
        { sets_modes, 1000 + SIGTTOU }, { sets_modes_ignoring, 0 },
        { sets_group, 1000 + SIGTTOU }, { flushes, 1000 + SIGTTOU },
        { only_asks, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = in_background(cases[i].body);
        if (status != cases[i].status) {
            note("case %zu: status %d", i, status);
            _exit(i + 1);
        }
    }
    set_modes(pty.slave, ICRNL, 0, ICANON | ISIG | TOSTOP);
    if (in_background(writes) != 1000 + SIGTTOU)
        _exit(30);
    if (in_background(writes_ignoring))
        _exit(31);
    if (in_background(sets_group_blocking))
        _exit(32);
}

/* A background group that nobody in the session cares for is not stopped. */
static void orphaned(void *data)
{
    (void)data;
    own_session();
    pid_t middle = fork();
    if (!middle) {
        int status;
        setpgid(0, 0);
        pid_t child = fork();
        if (!child) {
            char byte;
            catch (SIGTTIN);
            while (getppid() != 1 && !usleep(10000))
                ;
            int result = read(pty.slave, &byte, 1);
            status = result == -1 && errno == EIO && !caught[SIGTTIN];
            write(pty.slave, status ? "good" : "bad", status ? 4 : 3);
            _exit(0);
        }
        _exit(0);
    }
    waitpid(middle, NULL, 0);
    char text[16] = "";
    if (!comes(pty.master, PATIENCE_MS) || read(pty.master, text, 15) < 0 ||
        strcmp(text, "good"))
        _exit(1);
}

/* Linux tells of it before it takes it away. */
static bool terminal_goes(void)
{
    int fd = -1;
    for (int i = 0; i < 2000 && (fd = open("/dev/tty", O_RDWR)) >= 0; i++) {
        close(fd);
        usleep(10000);
    }
    return fd < 0;
}

/* The leader's end: the foreground is hung up, the terminal is free. */
static void leader_ends(void *data)
{
    (void)data;
    int result[2], ready[2];
    char byte;
    pipe(result), pipe(ready);
    pty = open_pty();
    pid_t leader = fork();
    if (!leader) {
        setsid();
        ioctl(pty.slave, TIOCSCTTY, 0);
        pid_t child = fork();
        if (!child) {
            catch (SIGHUP);
            catch (SIGCONT);
            write(ready[1], "r", 1);
            char letters[2] = { soon(&caught[SIGHUP]) ? 'h' : '-',
                terminal_goes() ? 'n' : '-' };
            write(result[1], letters, 2);
            _exit(0);
        }
        read(ready[0], &byte, 1);
        _exit(0);
    }
    waitpid(leader, NULL, 0);
    char text[8] = "";
    close(result[1]);
    if (read(result[0], text, 2) != 2)
        _exit(1);
    if (strcmp(text, "hn"))
        _exit(2);
    if (tcgetsid(pty.slave) != -1)
        _exit(3);
}

/* The master's end: SIGHUP and SIGCONT for the leader, nothing more to read. */
static void master_ends(void *data)
{
    (void)data;
    own_session();
    catch (SIGHUP);
    catch (SIGCONT);
    close(pty.master);
    if (!soon(&caught[SIGHUP]) || !soon(&caught[SIGCONT]))
        _exit(1);
    char byte;
    if (read(pty.slave, &byte, 1) != 0)
        _exit(2);
    if (write(pty.slave, "x", 1) != -1 || errno != EIO)
        _exit(3);
    if (open("/dev/tty", O_RDWR) != -1 || errno != ENXIO)
        _exit(4);
}

static void hanging_up(void *data)
{
    (void)data;
    own_session();
    signal(SIGHUP, SIG_IGN);
    become(USER, GROUP);
    if (syscall(SYS_vhangup) != -1 || errno != EPERM)
        _exit(1);
    become_root();
    if (syscall(SYS_vhangup))
        _exit(2);
    char byte;
    if (read(pty.slave, &byte, 1) != 0)
        _exit(3);
    /* It can be opened again. */
    int again = open(pty.path, O_RDWR | O_NOCTTY);
    if (again < 0 || write(again, "x", 1) != 1)
        _exit(4);
}

static void run(void)
{
    is(in_child(no_terminal, NULL), 0);
    is(in_child(taking, NULL), 0);
    is(in_child(leaving, NULL), 0);
    is(in_child(groups, NULL), 0);
    is(in_child(characters, NULL), 0);
    is(in_child(background, NULL), 0);
    is(in_child(orphaned, NULL), 0);
    is(in_child(leader_ends, NULL), 0);
    is(in_child(master_ends, NULL), 0);
    is(in_child(hanging_up, NULL), 0);
}
TEST_MAIN
