/* SPDX-License-Identifier: MIT */
/* Each option of SOL_SOCKET by itself, as local sockets have it: which can be set
 * by how many bytes, by whom, and which can be asked for.  And those of devices,
 * filters and memory, of which there is little. */
#include "letters.h"
#include "sockets.h"

#include <asm-generic/socket.h>
#include <linux/filter.h>

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)
#ifndef SO_RCVTIMEO_OLD /* <asm-generic/socket.h> */
#define SO_RCVTIMEO_OLD 20
#define SO_SNDTIMEO_OLD 21
#endif
enum { MEMORY_WORDS = 9, RECEIVE_MOST = 1, SENT = 2, SEND_MOST = 3 };

/* Set to 1 by root with 3 bytes, 4 and 16, and by anybody with 16; asked for. */
static const struct row {
    const char *name;
    int option;
    const char *stream, *datagram;
} rows[] = {
#define ROW(name, ...) { #name, name, __VA_ARGS__ }
    ROW(SO_DEBUG, "I..A.", "I..A."),
    ROW(SO_REUSEADDR, "I....", "I...."),
    ROW(SO_TYPE, "IUUU.", "IUUU."),
    ROW(SO_ERROR, "IUUU.", "IUUU."),
    ROW(SO_DONTROUTE, "I....", "I...."),
    ROW(SO_BROADCAST, "I....", "I...."),
    ROW(SO_SNDBUF, "I....", "I...."),
    ROW(SO_RCVBUF, "I....", "I...."),
    ROW(SO_SNDBUFFORCE, "I..PU", "I..PU"),
    ROW(SO_RCVBUFFORCE, "I..PU", "I..PU"),
    ROW(SO_KEEPALIVE, "I....", "I...."),
    ROW(SO_OOBINLINE, "I....", "I...."),
    ROW(SO_NO_CHECK, "I....", "I...."),
    ROW(SO_PRIORITY, "I....", "I...."),
    ROW(SO_LINGER, "II...", "II..."),
    ROW(SO_BSDCOMPAT, "I....", "I...."),
    ROW(SO_REUSEPORT, "IOOO.", "IOOO."),
    ROW(SO_PASSCRED, "I....", "I...."),
    ROW(SO_PEERCRED, "IUUU.", "IUUU."),
    ROW(SO_RCVLOWAT, "I....", "I...."),
    ROW(SO_SNDLOWAT, "IUUU.", "IUUU."),
    ROW(SO_RCVTIMEO_OLD, "II...", "II..."),
    ROW(SO_SNDTIMEO_OLD, "II...", "II..."),
    ROW(SO_RCVTIMEO_NEW, "II...", "II..."),
    ROW(SO_SNDTIMEO_NEW, "II...", "II..."),
    ROW(SO_SECURITY_AUTHENTICATION, "IUUUU", "IUUUU"),
    ROW(SO_BINDTODEVICE, "VVVV.", "VVVV."),
    ROW(SO_DETACH_FILTER, "INNNU", "INNNU"),
    ROW(SO_PEERNAME, "IUUUC", "IUUUC"),
    ROW(SO_TIMESTAMP_OLD, "I....", "I...."),
    ROW(SO_TIMESTAMP_NEW, "I....", "I...."),
    ROW(SO_TIMESTAMPNS_OLD, "I....", "I...."),
    ROW(SO_TIMESTAMPNS_NEW, "I....", "I...."),
    ROW(SO_ACCEPTCONN, "IUUU.", "IUUU."),
    ROW(SO_PEERSEC, "IUUUU", "IUUUU"),
    ROW(SO_PASSSEC, "I....", "I...."),
    ROW(SO_MARK, "I..P.", "I..P."),
    ROW(SO_PROTOCOL, "IUUU.", "IUUU."),
    ROW(SO_DOMAIN, "IUUU.", "IUUU."),
    ROW(SO_RXQ_OVFL, "I....", "I...."),
    ROW(SO_PEEK_OFF, "I....", "I...."),
    ROW(SO_LOCK_FILTER, "I....", "I...."),
    ROW(SO_BUSY_POLL, "I..P.", "I..P."),
    ROW(SO_MEMINFO, "IUUU.", "IUUU."),
    ROW(SO_COOKIE, "IUUU.", "IUUU."),
    ROW(SO_PEERGROUPS, "IUUUn", "IUUUn"),
    ROW(SO_ZEROCOPY, "IOOO.", "IOOO."),
    ROW(SO_BUF_LOCK, "I....", "I...."),
    { "no option", 999, "IUUUU", "IUUUU" },
};

static char letter_for(long result)
{
    if (result != -1)
        return '.';
    return errno == ENOPROTOOPT ? 'U' : letter_of(errno);
}

static char set(int type, int option, int bytes, bool by_anybody)
{
    char value[16] = { 1 }, got;
    int fd = socket(AF_UNIX, type, 0);
    *(int *)value = 1;
    if (by_anybody && seteuid(1000))
        _exit(97);
    errno = 0;
    got = letter_for(raw(setsockopt, fd, SOL_SOCKET, option, value, bytes));
    if (by_anybody && seteuid(0))
        _exit(97);
    close(fd);
    return got;
}

static char ask(int type, int option)
{
    char value[256];
    socklen_t bytes = sizeof value;
    int fd = socket(AF_UNIX, type, 0);
    errno = 0;
    if (option == SO_PEERNAME)
        bytes = 2;
    char got =
        letter_for(raw(getsockopt, fd, SOL_SOCKET, option, value, &bytes));
    close(fd);
    return got;
}

static void try(const struct row *row, const char *of, int type, const char *wanted)
{
    const char got[] = { set(type, row->option, 3, false),
        set(type, row->option, 4, false), set(type, row->option, 16, false),
        set(type, row->option, 16, true), ask(type, row->option), 0 };
    char text[120];
    snprintf(text, sizeof text, "%s of a %s: %s", row->name, of, wanted);
    if (!tap_case(!strcmp(got, wanted), text))
        note("it is %s", got);
}

/* Filters. */

static void filters(void)
{
    struct sock_filter all = { BPF_RET | BPF_K, 0, 0, 0xffff };
    struct sock_fprog none = { 0, &all }, nothing = { 1, NULL };
    char room[16];
    socklen_t bytes = sizeof room;
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    fails_with(EINVAL,
        setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, room, 8));
    fails_with(EFAULT,
        raw(setsockopt, fd, SOL_SOCKET, SO_ATTACH_FILTER, 8, 16));
    fails_with(EINVAL,
        setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &none, sizeof none));
    fails_with(EINVAL,
        setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &nothing, sizeof none));
    is(getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, room, &bytes), 0);
    is(bytes, 0);
    fails_with(ENOENT, set_option(fd, SO_DETACH_FILTER, 0));
    is(option(fd, SO_LOCK_FILTER), 0);
    is(set_option(fd, SO_LOCK_FILTER, 0), 0);
    is(set_option(fd, SO_LOCK_FILTER, 7), 0);
    is(option(fd, SO_LOCK_FILTER), 1);
    fails_with(EPERM, set_option(fd, SO_LOCK_FILTER, 0));
    fails_with(EPERM, set_option(fd, SO_DETACH_FILTER, 0));
    is(set_option(fd, SO_LOCK_FILTER, 1), 0);
    close(fd);
}

/* Devices. */
static void devices(void)
{
    char room[16];
    socklen_t bytes = sizeof room;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    const int to = SO_BINDTODEVICE;
    fails_with(ENODEV, setsockopt(fd, SOL_SOCKET, to, "absent0", 8));
    is(setsockopt(fd, SOL_SOCKET, to, "", 1), 0);
    is(setsockopt(fd, SOL_SOCKET, to, "", 0), 0);
    fails_with(EFAULT, raw(setsockopt, fd, SOL_SOCKET, to, 8, 4));
    is(getsockopt(fd, SOL_SOCKET, to, room, &bytes), 0);
    is(bytes, 0);
    is(option(fd, SO_BUSY_POLL), 0);
    is(set_option(fd, SO_BUSY_POLL, 50), 0);
    is(option(fd, SO_BUSY_POLL), 50);
    fails_with(EINVAL, set_option(fd, SO_BUSY_POLL, -1));
    seteuid(1000);
    fails_with(EPERM, set_option(fd, SO_BUSY_POLL, 51));
    is(set_option(fd, SO_BUSY_POLL, 49), 0);
    seteuid(0);
    is(option(fd, SO_ZEROCOPY), 0);
    fails_with(EOPNOTSUPP, set_option(fd, SO_ZEROCOPY, 0));
    close(fd);
}

/* Memory. */

static void memory(void)
{
    uint32_t words[MEMORY_WORDS + 1];
    socklen_t bytes = sizeof words;
    int ends[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    is(getsockopt(ends[0], SOL_SOCKET, SO_MEMINFO, words, &bytes), 0);
    is(bytes, MEMORY_WORDS * 4);
    is(words[0], 0);
    is(words[RECEIVE_MOST], option(ends[0], SO_RCVBUF));
    is(words[SENT], 0);
    is(words[SEND_MOST], option(ends[0], SO_SNDBUF));
    write(ends[0], "x", 1);
    getsockopt(ends[0], SOL_SOCKET, SO_MEMINFO, words, &bytes);
    ok(words[SENT] > 0);
    read(ends[1], words, 1);
    bytes = 10;
    is(getsockopt(ends[0], SOL_SOCKET, SO_MEMINFO, words, &bytes), 0);
    is(bytes, 10);
    is(option(ends[0], SO_BUF_LOCK), 0);
    set_option(ends[0], SO_SNDBUF, 10000);
    is(option(ends[0], SO_BUF_LOCK), 1);
    set_option(ends[0], SO_RCVBUFFORCE, 10000);
    is(option(ends[0], SO_BUF_LOCK), 3);
    is(set_option(ends[0], SO_BUF_LOCK, 2), 0);
    is(option(ends[0], SO_BUF_LOCK), 2);
    fails_with(EINVAL, set_option(ends[0], SO_BUF_LOCK, 4));
    close(ends[0]), close(ends[1]);
}

static void run(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        try(&rows[i], "stream", SOCK_STREAM, rows[i].stream);
        try(&rows[i], "datagram", SOCK_DGRAM, rows[i].datagram);
    }
    filters();
    devices();
    memory();
}
TEST_MAIN
