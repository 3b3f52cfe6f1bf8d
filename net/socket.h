/* SPDX-License-Identifier: MIT */
/* Sockets: what all families have in common, as open files.
 *
 * A family gives a table of operations for each type it knows and registers
 * itself; the rest, and the system calls, speak to sockets through the table.
 * Numbers of families and types, and the bytes of an address, are those that
 * every Unix shares; abi/ proves it. */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include "net/message.h"

struct file;
struct paths;
struct pid;
struct waiter;

enum socket_family { FAMILY_NONE = 0, FAMILY_UNIX = 1, FAMILY_COUNT = 46 };
enum socket_type {
    SOCKET_STREAM = 1, SOCKET_DATAGRAM = 2, SOCKET_RAW = 3, SOCKET_PACKETS = 5,
    SOCKET_TYPES = 11,
};
enum { SOCKET_BACKLOG_MAX = 4096 };
enum { SOCKET_BUFFER_DEFAULT = 212992, SOCKET_BUFFER_MAX = 212992,
    SOCKET_SEND_LEAST = 4608, SOCKET_RECEIVE_LEAST = 2304 };

/* Halves of a connection, and what shuts them. */
enum { SHUT_RECEIVE = 1, SHUT_SEND = 2, SHUT_BOTH = 3 };

/* Switches: a word with a bit for each. Most only remember what was said. */
enum socket_switch {
    SWITCH_DEBUG = 1 << 0, SWITCH_REUSE_ADDRESS = 1 << 1,
    SWITCH_REUSE_PORT = 1 << 2, SWITCH_KEEP_ALIVE = 1 << 3,
    SWITCH_DO_NOT_ROUTE = 1 << 4, SWITCH_BROADCAST = 1 << 5,
    SWITCH_OUT_OF_BAND_INLINE = 1 << 6, SWITCH_NO_CHECK = 1 << 7,
    SWITCH_PASS_CREDENTIALS = 1 << 8, SWITCH_PASS_SECURITY = 1 << 9,
    SWITCH_COUNT_LOST = 1 << 10, SWITCH_WIFI_STATUS = 1 << 11,
    SWITCH_NO_CHECKSUM_FRAMES = 1 << 12, SWITCH_MARK = 1 << 13,
    SWITCH_ERRORS_ARE_PRIORITY = 1 << 14,
    /* When a packet was sent is told: how, beside. */
    SWITCH_TIME = 1 << 15, SWITCH_TIME_NS = 1 << 16, SWITCH_TIME_NEW = 1 << 17,
    SWITCH_FILTER_LOCKED = 1 << 18,
};

struct socket {
    const struct socket_ops *ops;
    struct file *file; /* it is a part of; NULL: not accepted yet */
    enum socket_family family;
    enum socket_type type;
    int protocol;
    unsigned switches;     /* [atomic] enum socket_switch */
    bool lacks_room; /* [atomic] TELL_OUT when there is some again */
    int error;             /* [atomic] to be told once, positive */
    uint64_t receive_timeout_ns, send_timeout_ns; /* 0: for ever */
    unsigned receive_least; /* SO_RCVLOWAT */
    unsigned send_buffer, receive_buffer;
    unsigned buffers_set; /* [atomic] a bit each: by whom it belongs to */
    unsigned busy_poll_us; /* only kept: nothing is asked of devices */
    int priority, linger_seconds;
    unsigned mark;
    uint64_t cookie; /* [atomic] 0: nobody has asked */
    int peek_offset; /* [atomic to read] */
    bool lingers;
};

/* For whom something is done. */
struct socket_user {
    const struct credentials *who;
    struct paths *paths;
    struct pid *pid;      /* of the process */
    uint64_t files_limit; /* its RLIMIT_NOFILE */
};

/* Who was on the other side when it connected, with references; or NULLs. */
struct socket_peer {
    struct pid *pid; /* of the process */
    const struct credentials *who;
};
struct socket_peer socket_peer_new(const struct socket_user *user);
struct socket_peer socket_peer_get(const struct socket_peer *peer);
void socket_peer_put(struct socket_peer *peer);

enum socket_name { SOCKET_OWN_NAME, SOCKET_PEER_NAME };

/* NULL: -EOPNOTSUPP, but for names: -EINVAL. All may sleep. */
struct socket_ops {
    int (*bind)(struct socket *, const struct socket_address *,
        const struct socket_user *);
    int (*connect)(struct socket *, const struct socket_address *,
        const struct socket_user *, unsigned message_flags);
    int (*listen)(struct socket *, unsigned backlog, const struct socket_user *);
    /* The next connection, as a socket that has no file yet. */
    int (*accept)(struct socket *, unsigned message_flags, struct socket **made);
    int (*pair)(struct socket *, struct socket *, const struct socket_user *);
    int (*name)(struct socket *, enum socket_name, struct socket_address *);
    ssize_t (*send)(struct socket *, struct message *);
    ssize_t (*receive)(struct socket *, struct message *);
    unsigned (*poll)(struct socket *, struct waiter *);
    int (*shutdown)(struct socket *, unsigned halves);
    long (*control)(struct socket *, unsigned verb, uintptr_t argument);
    /* Descriptors that wait to be received; NULL: such do not come. */
    unsigned (*rights_waiting)(struct socket *);
    struct socket_peer (*peer)(struct socket *); /* NULL: nobody */
    bool (*listens)(struct socket *);
    void (*buffers_changed)(struct socket *);
    /* Where the next peek begins; negative: always at the front. NULL: peeks
     * always do. */
    void (*set_peek_offset)(struct socket *, int offset);
    void (*closed)(struct socket *); /* a descriptor of its file; before the put */
    void (*release)(struct socket *); /* the last put of its file */
    const char *protocol; /* its name, as system.sockprotoname says */
    bool breaks_silently; /* EPIPE without a signal */
    bool has_ports;       /* that several could share */
};

/* Makes a socket of the type: its ops and family say which it is. -ENOMEM;
 * -ESOCKTNOSUPPORT, -EPROTONOSUPPORT. */
typedef int (*socket_make_fn)(enum socket_type type, int protocol,
    const struct socket_user *user, struct socket **made);
void socket_register(enum socket_family family, socket_make_fn make);
/* What all begin with. */
void socket_init(struct socket *socket, enum socket_family family,
    enum socket_type type, const struct socket_ops *ops);

/* socket(2), socketpair(2): open files. */
int socket_open(unsigned family, unsigned type, int protocol, unsigned flags,
    const struct socket_user *user, struct file **opened);
int socket_open_pair(unsigned family, unsigned type, int protocol,
    unsigned flags, const struct socket_user *user, struct file *opened[2]);
/* A file for one that was accepted; it is released if there is no memory. */
int socket_open_file(struct socket *socket, unsigned flags,
    const struct credentials *who, struct file **opened);
/* The socket of an open file; NULL: it is something else. */
struct socket *file_socket(const struct file *file);

int socket_accept(struct socket *socket, unsigned flags,
    const struct socket_user *user, struct file **opened);
ssize_t socket_send(struct socket *socket, struct message *message);
ssize_t socket_receive(struct socket *socket, struct message *message);
/* Who reads and writes by read(2) and write(2): kernel/ sets it. */
void socket_set_user(void (*ask)(struct socket_user *user));
void socket_user_now(struct socket_user *user);
/* Whoever owns the file is told that there is something urgent: the same. */
void socket_set_urgent(void (*tell)(struct file *file));
void socket_tell_urgent(struct socket *socket);

/* A sender of it lacks room; there is some: TELL_OUT if it is to be told. */
void socket_lacks_room(struct socket *socket);
unsigned socket_tells_room(struct socket *socket);

/* When a call that may not wait for ever gives up: 0, at once. */
uint64_t socket_receive_deadline(const struct socket *, unsigned message_flags);
uint64_t socket_send_deadline(const struct socket *, unsigned message_flags);
/* What a wait that ended without success means to the program. */
int socket_wait_error(int error, uint64_t deadline_ns);
/* The number that no other socket has, ever. */
uint64_t socket_cookie(struct socket *socket);
/* The pending error, which is forgotten: 0 or -E…. */
int socket_take_error(struct socket *socket);

#endif
