/* SPDX-License-Identifier: MIT */
/* The line discipline: editing, echo, translation, flow control. */
#include "pty.h"

enum {
    CANONICAL = ICANON | ISIG | IEXTEN,
    ECHOES = ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE,
};

static struct pty pty;

/* What reading gives after a text was typed in some mode. */
static const char *line_of(
    tcflag_t input, tcflag_t local, const char *typed, const char *wanted)
{
    set_modes(pty.slave, input, 0, local);
    type(pty.master, typed);
    return awaited(pty.slave, wanted);
}
#define is_line(input, local, typed, wanted)                                   \
    is_text(line_of(input, local, typed, wanted), wanted)

/* What is echoed of something that can be read then. */
static const char *echo_of(
    tcflag_t output, tcflag_t local, const char *typed, const char *wanted)
{
    set_modes(pty.slave, ICRNL, output, local);
    type(pty.master, typed);
    comes(pty.slave, PATIENCE_MS);
    const char *text = awaited(pty.master, wanted);
    tcflush(pty.slave, TCIFLUSH);
    return text;
}
#define is_echo(output, local, typed, wanted)                                  \
    is_text(echo_of(output, local, typed, wanted), wanted)

static void editing(void)
{
    is_line(0, CANONICAL, "abc\n", "abc\\n");
    is_line(0, CANONICAL, "abx\177c\n", "abc\\n");
    is_line(0, CANONICAL, "\177\177ab\177\177\177c\n", "c\\n");
    is_line(0, CANONICAL, "lost\025kept\n", "kept\\n");
    is_line(0, CANONICAL, "one two\027x\n", "one x\\n");
    is_line(0, CANONICAL, "one two  \027x\n", "one x\\n");
    is_line(0, CANONICAL, "one\027\027x\n", "x\\n");
    is_line(0, CANONICAL, "a\026\177b\n", "a<127>b\\n");
    is_line(0, CANONICAL, "a\026\004b\n", "a<4>b\\n");
    is_line(0, CANONICAL, "a\026\nb\n", "a\\nb\\n");
    /* Without IEXTEN these are plain. */
    is_line(0, ICANON, "a b\027c\n", "a b<23>c\\n");
    is_line(0, ICANON, "a\026b\n", "a<22>b\\n");
    /* A line is complete or it is not there. */
    set_modes(pty.slave, 0, 0, CANONICAL);
    type(pty.master, "half");
    ok(!comes(pty.slave, 50));
    type(pty.master, " a line\n");
    is_awaited(pty.slave, "half a line\\n");
}

static void reading(void)
{
    char text[64];
    int count;
    set_modes(pty.slave, 0, 0, CANONICAL);
    type(pty.master, "first\nsecond\n");
    comes(pty.slave, PATIENCE_MS);
    is(ioctl(pty.slave, FIONREAD, &count), 0);
    is(count, 13);
    is(read(pty.slave, text, sizeof text), 6);
    is(read(pty.slave, text, 3), 3);
    is(read(pty.slave, text, sizeof text), 4);
    /* The end of the file, at a line's start and inside one. */
    type(pty.master, "\004");
    comes(pty.slave, PATIENCE_MS);
    is(read(pty.slave, text, sizeof text), 0);
    type(pty.master, "ab\004cd\n");
    comes(pty.slave, PATIENCE_MS);
    is(read(pty.slave, text, sizeof text), 2);
    is(read(pty.slave, text, sizeof text), 3);
    type(pty.master, "\004\004x\n");
    comes(pty.slave, PATIENCE_MS);
    is(read(pty.slave, text, sizeof text), 0);
    is(read(pty.slave, text, sizeof text), 0);
    is(read(pty.slave, text, sizeof text), 2);
    /* Just as many bytes as before the end: it is taken with them. */
    type(pty.master, "abc\004def\n");
    comes(pty.slave, PATIENCE_MS);
    is(read(pty.slave, text, 3), 3);
    is(read(pty.slave, text, sizeof text), 4);
    /* Other ends of lines. */
    struct termios modes;
    tcgetattr(pty.slave, &modes);
    modes.c_cc[VEOL] = ';', modes.c_cc[VEOL2] = '!';
    tcsetattr(pty.slave, TCSANOW, &modes);
    type(pty.master, "ab;cd!ef\n");
    comes(pty.slave, PATIENCE_MS);
    is(read(pty.slave, text, sizeof text), 3);
    is(read(pty.slave, text, sizeof text), 3);
    is(read(pty.slave, text, sizeof text), 3);
    modes.c_cc[VEOL] = modes.c_cc[VEOL2] = 0;
    /* A character that is switched off. */
    modes.c_cc[VERASE] = 0;
    tcsetattr(pty.slave, TCSANOW, &modes);
    is_line(0, CANONICAL, "a\177b\n", "a<127>b\\n");
    modes.c_cc[VERASE] = 8;
    tcsetattr(pty.slave, TCSANOW, &modes);
    is_line(0, CANONICAL, "ax\bb\n", "ab\\n");
    modes.c_cc[VERASE] = 127;
    tcsetattr(pty.slave, TCSANOW, &modes);
}

static void input_modes(void)
{
    is_line(ICRNL, CANONICAL, "a\r", "a\\n");
    is_line(0, CANONICAL, "a\rb\n", "a\\rb\\n");
    is_line(IGNCR, CANONICAL, "a\rb\n", "ab\\n");
    is_line(INLCR, 0, "a\nb", "a\\rb");
    is_line(ICRNL | IGNCR, 0, "a\rb", "ab");
    is_line(ISTRIP, 0, "\301b", "Ab");
    is_line(0, 0, "\301", "<193>");
    is_line(IUCLC, IEXTEN, "AbC", "abc");
    is_line(0, 0, "\003\032\034\021\023", "<3><26><28><17><19>");
    is_line(IXON, 0, "a\021b", "ab");
}

static void echoing(void)
{
    const tcflag_t lines = OPOST | ONLCR;
    is_echo(0, CANONICAL, "ab\r", "");
    is_echo(lines, CANONICAL | ECHOES, "ab\r", "ab\\r\\n");
    is_echo(0, CANONICAL | ECHOES, "ab\r", "ab\\n");
    is_echo(lines, CANONICAL | ECHOES, "ab\177\r", "ab\\b \\b\\r\\n");
    is_echo(lines, CANONICAL | ECHOES, "\177\r", "\\r\\n");
    is_echo(lines, CANONICAL | ECHO, "ab\177\r", "ab<127>\\r\\n");
    is_echo(lines, CANONICAL | ECHO | ECHOE, "a\001\177\177b\r",
        "a<1>\\b \\bb\\r\\n");
    is_echo(lines, CANONICAL | ECHOES, "a\001\177\177b\r",
        "a^A\\b \\b\\b \\b\\b \\bb\\r\\n");
    is_echo(lines, CANONICAL | ECHOES, "abc\025d\r",
        "abc\\b \\b\\b \\b\\b \\bd\\r\\n");
    is_echo(lines, CANONICAL | ECHO | ECHOK, "abc\025d\r",
        "abc<21>\\r\\nd\\r\\n");
    is_echo(lines, CANONICAL | ECHO | ECHOK | ECHOCTL, "abc\025d\r",
        "abc^U\\r\\nd\\r\\n");
    is_echo(lines, CANONICAL | ECHO, "abc\025d\r", "abc<21>d\\r\\n");
    is_echo(lines, CANONICAL | ECHOES, "a bc\027d\r",
        "a bc\\b \\b\\b \\bd\\r\\n");
    is_echo(lines, CANONICAL | ECHOES, "a\004b\r", "ab\\r\\n");
    is_echo(lines, CANONICAL | ECHONL, "ab\r", "\\r\\n");
    is_echo(lines, ICANON | ECHOES, "\001\t\033\r", "^A<9>^[\\r\\n");
    is_echo(lines, CANONICAL | ECHOES, "ab\022c\r", "ab^R\\r\\nabc\\r\\n");
    is_echo(lines, CANONICAL | ECHOES, "a\026\003b\r", "a^\\b^Cb\\r\\n");
    is_echo(lines, CANONICAL | ECHO | ECHOPRT, "abc\177\177d\r",
        "abc\\cb/d\\r\\n");
    is_echo(0, ECHO, "ab\r", "ab\\n");
    is_echo(0, ECHO | ECHOCTL, "\001", "^A");
    set_modes(pty.slave, 0, lines, 0);
    write(pty.slave, "\r\n", 2); /* at the left */
    awaited(pty.master, "\\r\\r\\n");
    is_echo(lines, CANONICAL | ECHOES, "a\tb\177\177c\r",
        "a<9>b\\b \\b\\b\\b\\b\\b\\b\\b\\bc\\r\\n");
}

/* What a program's output becomes. */
static const char *output_of(
    tcflag_t output, const char *written, const char *wanted)
{
    set_modes(pty.slave, 0, output, 0);
    write(pty.slave, written, strlen(written));
    return awaited(pty.master, wanted);
}
#define is_output(output, written, wanted)                                     \
    is_text(output_of(output, written, wanted), wanted)

static void output_modes(void)
{
    is_output(0, "a\nb\rc\t", "a\\nb\\rc<9>");
    is_output(ONLCR, "a\n", "a\\n");
    is_output(OPOST, "a\nb\rc\t", "a\\nb\\rc<9>");
    is_output(OPOST | ONLCR, "a\nb\r", "a\\r\\nb\\r");
    is_output(OPOST | OCRNL, "a\rb\n", "a\\nb\\n");
    is_output(OPOST | OLCUC, "abC", "ABC");
    output_of(OPOST, "\n\r", "\\n\\r");
    is_output(OPOST | ONOCR, "\ra\rb", "a\\rb");
    output_of(OPOST, "\n\r", "\\n\\r");
    is_output(OPOST | XTABS, "a\tb\t", "a       b       ");
    is_output(OPOST | ONLRET, "a\nb", "a\\nb");
}

/* Linux hands on what is typed a little later. */
static void until_stopped(void)
{
    struct pollfd item = { pty.slave, POLLOUT, 0 };
    while (poll(&item, 1, 0))
        usleep(1000);
}

static void flow(void)
{
    set_modes(pty.slave, IXON, 0, 0);
    type(pty.master, "\023");
    until_stopped();
    fcntl(pty.slave, F_SETFL, O_NONBLOCK);
    fails_with(EAGAIN, write(pty.slave, "x", 1));
    struct pollfd item = { pty.slave, POLLOUT, 0 };
    is(poll(&item, 1, 0), 0);
    type(pty.master, "\021");
    is(poll(&item, 1, PATIENCE_MS), 1);
    is(write(pty.slave, "y", 1), 1);
    is_awaited(pty.master, "y");
    /* IXANY: anything starts it again, and is kept. */
    set_modes(pty.slave, IXON | IXANY, 0, 0);
    type(pty.master, "\023");
    until_stopped();
    fails_with(EAGAIN, write(pty.slave, "x", 1));
    type(pty.master, "a");
    is(poll(&item, 1, PATIENCE_MS), 1);
    is_awaited(pty.slave, "a");
    /* By the program itself. */
    is(tcflow(pty.slave, TCOOFF), 0);
    fails_with(EAGAIN, write(pty.slave, "x", 1));
    is(tcflow(pty.slave, TCOON), 0);
    is(write(pty.slave, "x", 1), 1);
    is_awaited(pty.master, "x");
    is(tcflow(pty.slave, TCIOFF), 0);
    is_awaited(pty.master, "<19>");
    is(tcflow(pty.slave, TCION), 0);
    is_awaited(pty.master, "<17>");
    fcntl(pty.slave, F_SETFL, 0);
}

/* The longest line, and what does not fit. */
static void long_lines(void)
{
    static char many[6000], got[8192];
    set_modes(pty.slave, 0, 0, CANONICAL);
    memset(many, 'x', sizeof many);
    fcntl(pty.master, F_SETFL, O_NONBLOCK);
    size_t done = 0;
    for (int i = 0; i < 60; i++)
        done += write(pty.master, many, 100);
    is(done, 6000);
    type(pty.master, "\n");
    ok(comes(pty.slave, PATIENCE_MS));
    is(read(pty.slave, got, sizeof got), 4096);
    is(got[4095], '\n');
    fcntl(pty.master, F_SETFL, 0);
}

/* From lines to bytes and back. */
static void changing(void)
{
    char text[64];
    set_modes(pty.slave, 0, 0, CANONICAL);
    type(pty.master, "half");
    set_modes(pty.slave, 0, 0, 0);
    is_awaited(pty.slave, "half");
    type(pty.master, "more");
    ok(comes(pty.slave, PATIENCE_MS));
    set_modes(pty.slave, 0, 0, CANONICAL);
    is(read(pty.slave, text, sizeof text), 4);
    char byte = 's';
    is(ioctl(pty.slave, TIOCSTI, &byte), 0);
    byte = '\n';
    is(ioctl(pty.slave, TIOCSTI, &byte), 0);
    is_awaited(pty.slave, "s\\n");
}

static void run(void)
{
    pty = open_pty();
    editing();
    reading();
    input_modes();
    echoing();
    output_modes();
    flow();
    long_lines();
    changing();
    close_pty(&pty);
}
TEST_MAIN
