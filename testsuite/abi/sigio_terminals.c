/* SPDX-License-Identifier: MIT */
/* Signals that tell of terminals, and of what inotify watches.  How often a
 * terminal tells is left open, so it does by a signal that does not count. */
#include "pty.h"
#include "sigio.h"

#include <sys/inotify.h>

static void input(void)
{
    struct pty pty = open_pty();
    tell_us(pty.slave, SIGIO);
    set_modes(pty.slave, 0, 0, ICANON);
    type(pty.master, "x\n");
    is_text(news_within(10), "SIGIO in");
    char text[10];
    is(read(pty.slave, text, sizeof text), 2);
    set_modes(pty.slave, 0, 0, 0);
    news();
    type(pty.master, "y");
    is_text(news_within(10), "SIGIO in");
    is(read(pty.slave, text, sizeof text), 1);
    is_text(news(), "");
    tell_no_more(pty.slave);
    type(pty.master, "z");
    is(read(pty.slave, text, sizeof text), 1);
    is_text(news(), "");
    close_pty(&pty);
}

/* A line that is not whole is none yet; an end of file is one. */
static void part_of_line(void)
{
    struct pty pty = open_pty();
    tell_us(pty.slave, SIGIO);
    set_modes(pty.slave, 0, 0, ICANON | ECHO);
    type(pty.master, "x");
    is_awaited(pty.master, "x");
    is_text(news(), "");
    type(pty.master, "\4");
    is_text(news_within(10), "SIGIO in");
    close_pty(&pty);
}

static void output(void)
{
    struct pty pty = open_pty();
    char text[10];
    set_modes(pty.slave, 0, 0, ICANON);
    tell_us(pty.master, SIGIO);
    write(pty.slave, "x", 1);
    is_text(news_within(10), "SIGIO in");
    is(read(pty.master, text, sizeof text), 1);
    is_text(news(), "");
    close_pty(&pty);
}

/* Room is told to who could not write all. */
static void room(void)
{
    struct pty pty = open_pty();
    static char text[65536];
    ssize_t got = 0, put = 0, some;
    set_modes(pty.slave, 0, 0, ICANON);
    fcntl(pty.slave, F_SETFL, O_NONBLOCK);
    tell_us(pty.slave, SIGIO);
    while ((some = write(pty.slave, text, sizeof text)) > 0)
        put += some;
    is(errno, EAGAIN);
    is_text(news(), "");
    while (got < put && (some = read(pty.master, text, sizeof text)) > 0)
        got += some;
    ok(got == put);
    is_text(news_within(10), "SIGIO out");
    close_pty(&pty);
}

static void owner(void)
{
    struct pty pty = open_pty();
    is(fcntl(pty.slave, F_GETOWN), 0);
    fcntl(pty.slave, F_SETFL, O_ASYNC);
    ok(fcntl(pty.slave, F_GETOWN) == getpid());
    fcntl(pty.slave, F_SETFL, 0);
    ok(fcntl(pty.slave, F_GETOWN) == getpid());
    fcntl(pty.slave, F_SETOWN, getppid());
    fcntl(pty.slave, F_SETFL, O_ASYNC);
    ok(fcntl(pty.slave, F_GETOWN) == getppid());
    fcntl(pty.master, F_SETFL, O_ASYNC);
    ok(fcntl(pty.master, F_GETOWN) == getpid());
    close_pty(&pty);
}

/* Of somebody's terminal it is the foreground group. */
static void leads(void *data)
{
    struct pty *pty = data;
    setsid();
    int fd = open(pty->path, O_RDWR);
    fcntl(fd, F_SETFL, O_ASYNC);
    bool is_group = fcntl(fd, F_GETOWN) == -getpgrp();
    fcntl(pty->master, F_SETFL, O_ASYNC);
    bool is_me = fcntl(pty->master, F_GETOWN) == getpid();
    signal(SIGHUP, SIG_IGN);
    close(pty->slave), close(fd), close(pty->master);
    _exit((is_group ? 0 : 1) | (is_me ? 0 : 2));
}

static void foreground(void)
{
    struct pty pty = open_pty();
    is(in_child(leads, &pty), 0);
    close_pty(&pty);
}

static void hangup(void)
{
    struct pty pty = open_pty();
    tell_us(pty.slave, SIGIO);
    close(pty.master);
    is_text(news(), "");
    ok(!is_async(pty.slave));
    fails_with(ENOTTY, fcntl(pty.slave, F_SETFL, O_ASYNC));
    int on = 1, off = 0;
    fails_with(ENOTTY, ioctl(pty.slave, FIOASYNC, &on));
    is(ioctl(pty.slave, FIOASYNC, &off), 0);
    ok(!is_async(pty.slave));
    close(pty.slave);
    /* The other way. */
    pty = open_pty();
    tell_us(pty.master, SIGIO);
    close(pty.slave);
    is_text(news(), "");
    ok(is_async(pty.master));
    close(pty.master);
}

static void watched(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    mkdir("d", 0700);
    inotify_add_watch(fd, "d", IN_CREATE | IN_DELETE | IN_ATTRIB);
    tell_us(fd, NEWS);
    make_file("d/f", 0600);
    is_text(news(), "in in");
    char text[400];
    read(fd, text, sizeof text);
    is_text(news(), "");
    chmod("d/f", 0644);
    chmod("d/f", 0600);
    is_text(news(), "in");
    unlink("d/f");
    rmdir("d");
    is_text(news(), "in in");
    close(fd);
}

static void run(void)
{
    block_news();
    input();
    part_of_line();
    output();
    room();
    owner();
    foreground();
    hangup();
    watched();
}
TEST_MAIN
