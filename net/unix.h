/* SPDX-License-Identifier: MIT */
/* The inside of local sockets, for net/unix*.c.
 *
 * A socket is counted: its file has a reference, and so have its peer, what it
 * sent that was not read yet, and, before it is accepted, the listener.  Its
 * lock is a spin lock; two are taken by spin_lock_two.  Readers are one at a
 * time, by a sleeping lock, so that the first packet stays while its bytes go
 * to the reader. */
#ifndef NET_UNIX_H
#define NET_UNIX_H

#include "lib/list.h"
#include "lib/refcount.h"
#include "net/in_flight.h"
#include "net/socket.h"
#include "sched/mutex.h"
#include "vfs/mount.h"

enum { UNIX_PATH_BYTES = 108, UNIX_QUEUE_MAX = 10 /* of datagrams */ };

enum unix_state { UNIX_IDLE, UNIX_LISTENS, UNIX_CONNECTED, UNIX_GONE };

struct unix_name {
    struct refcount refs;
    struct socket_address address;
};

struct unix_socket {
    struct socket socket;
    struct refcount refs;
    struct mutex naming;  /* RANK_SOCKET_NAME: one bind at a time */
    struct mutex reading; /* RANK_SOCKET_READING */

    struct spinlock lock; /* RANK_SOCKET */
    /* Under lock: */
    enum unix_state state;
    struct unix_socket *peer; /* with a reference */
    struct unix_name *name;   /* with a reference; once set it stays */
    unsigned shut;            /* [atomic to read] SHUT_… */
    struct list packets;      /* what came */
    struct packet *urgent;    /* [atomic to read] one of them, or NULL */
    unsigned arrivals;        /* [atomic to read] packets that ever came */
    unsigned packet_count;    /* [atomic to read] */
    size_t bytes;             /* in them; [atomic to read] */
    struct list embryos;      /* of a listener: who connected */
    unsigned embryo_count, backlog; /* [atomic to read] */
    struct socket_peer peer_user;

    size_t sent; /* [atomic] charged for what others have not read yet */

    struct wait_queue readable, writable; /* exclusive sleepers */
    struct wait_queue pollers;
    /* Who waits to connect, or to send a datagram: RANK_SOCKET_QUEUE. */
    struct wait_queue senders;
    struct waiter relay; /* in the peer's senders, for our pollers */

    struct place place; /* of a name in a directory; of release alone */
    struct list name_link, all_link; /* [names lock] */
    struct list embryo_link;         /* [the listener's lock] */

    /* Under in-flight's lock: */
    struct list flight_link;
    unsigned in_flight; /* [atomic to read] */
    unsigned in_flight_left;
    bool is_suspect;
};

/* What was sent at once, or a part of that. */
struct packet {
    struct list link; /* [the receiver's lock] */
    struct unix_socket *sender; /* with a reference; it pays */
    struct rights *rights;
    struct identity identity;
    size_t charge;
    size_t bytes, read; /* read: [reading] how many a stream's reader has */
    bool was_peeked;    /* [reading] */
    int64_t time_ns; /* [reading, once it is queued] 0: not looked at */
    char data[];
};

static inline struct unix_socket *unix_of(struct socket *socket)
{
    return container_of(socket, struct unix_socket, socket);
}

/* unix.c: */
extern const struct socket_ops unix_stream_ops, unix_packet_ops,
    unix_datagram_ops;
int unix_make(enum socket_type type, int protocol,
    const struct socket_user *user, struct socket **made);
struct unix_socket *unix_new(enum socket_type type); /* NULL */
struct unix_socket *unix_get(struct unix_socket *unix_socket);
void unix_put(struct unix_socket *unix_socket);
/* The peer with a reference, or NULL. */
struct unix_socket *unix_peer(struct unix_socket *unix_socket);
void unix_release(struct socket *socket);
bool unix_is_connection(const struct unix_socket *unix_socket);

/* unix_names.c: */
int unix_bind(struct socket *socket, const struct socket_address *address,
    const struct socket_user *user);
/* A name nobody has, for one without; 0 if it has one. */
int unix_bind_any(struct unix_socket *unix_socket);
/* The bytes of a name: -EINVAL if it is none. */
int unix_check_address(const struct socket_address *address);
/* Who has the name, with a reference: -ECONNREFUSED, -EPROTOTYPE, or what the
 * walk said. */
int unix_find(const struct socket_address *address, enum socket_type type,
    const struct socket_user *user, struct unix_socket **found);
void unix_name_put(struct unix_name *name);
void unix_name_tell(const struct unix_name *name, struct socket_address *address);
void unix_names_enter(struct unix_socket *unix_socket); /* it exists */
void unix_names_leave(struct unix_socket *unix_socket); /* also its name */
/* Calls visit for all, with the lock of names held. */
void unix_for_each(void (*visit)(struct unix_socket *, void *), void *data);

/* unix_connect.c: */
int unix_connect_stream(struct socket *socket,
    const struct socket_address *address, const struct socket_user *user,
    unsigned message_flags);
int unix_connect_datagram(struct socket *socket,
    const struct socket_address *address, const struct socket_user *user,
    unsigned message_flags);
int unix_pair(struct socket *a, struct socket *b, const struct socket_user *user);
int unix_listen(
    struct socket *socket, unsigned backlog, const struct socket_user *user);
int unix_accept(
    struct socket *socket, unsigned message_flags, struct socket **made);
/* Takes the first that nobody accepted, or NULL. */
struct unix_socket *unix_take_embryo(struct unix_socket *unix_socket);
/* A datagram socket leaves its peer for another (or for none). */
void unix_forget_peer(struct unix_socket *unix_socket, struct unix_socket *peer);

/* unix_packet.c: */
struct packet *packet_new(
    struct unix_socket *sender, size_t bytes, uint64_t deadline_ns, int *error);
void packet_free(struct packet *packet);
/* Takes the bytes of the message: 0, -EFAULT. */
int packet_fill(struct packet *packet, struct message *message);
/* Rights and identity of the message go along. 0 or -ETOOMANYREFS. */
int packet_dress(struct packet *packet, struct message *message);
/* Is the receiver, or the sender, to be told who sent? */
void packet_sign(struct packet *packet, const struct unix_socket *from,
    const struct unix_socket *to, const struct message *message);
/* When it was sent, if the receiver wants to know. */
void packet_stamp(struct packet *packet, const struct unix_socket *to);
struct packet *packets_first(struct unix_socket *unix_socket);
/* Takes it out of the receiver's queue and frees it. */
void packet_consume(struct unix_socket *unix_socket, struct packet *packet);
void packets_purge(struct unix_socket *unix_socket);
/* The packet is in to's queue (to->lock held by the caller before, not now):
 * who reads is woken. */
void packet_arrived(struct unix_socket *to);
/* Lets others wait as well: who peeks may have been woken for who reads. */
void unix_pass_wake(struct unix_socket *self, unsigned flags);
/* What came after `seen` is news, to who has looked at all that was there. */
bool unix_has_news(struct unix_socket *unix_socket, unsigned seen);
/* Where a peek begins; it went on, or the front did, by that many bytes. */
size_t unix_peek_offset(const struct unix_socket *self, unsigned flags);
void unix_peek_forward(struct unix_socket *self, size_t bytes);
void unix_peek_back(struct unix_socket *self, size_t bytes);

/* unix_stream.c: the next bytes of the message as one packet, which deliver gives
 * to peer; what it refuses stays with the message. -E…. */
int unix_send_packet(struct unix_socket *self, struct unix_socket *peer,
    struct message *message, size_t bytes, uint64_t deadline_ns,
    int (*deliver)(struct unix_socket *peer, struct packet *packet));

/* unix_urgent.c: */
/* The byte that is left of the message, which must have gone but for it. */
int unix_send_urgent(struct unix_socket *self, struct unix_socket *peer,
    struct message *message, uint64_t deadline_ns);
ssize_t unix_receive_urgent(
    struct unix_socket *self, struct message *message);
bool unix_at_mark(struct unix_socket *self);
enum urgent_step { URGENT_NONE, URGENT_STOP, URGENT_PASS, URGENT_AGAIN };
/* A reader comes to a packet, with bytes already or not: may it take it? PASS:
 * it is to go to the next one; who does not peek loses this one. AGAIN: it is
 * lost, and the read is as if nothing were there; one that waits looks again.
 * [reading] */
enum urgent_step unix_step_urgent(struct unix_socket *self,
    struct packet *packet, unsigned flags, bool has_bytes);
void packet_enqueue_locked(struct unix_socket *to, struct packet *packet);
bool unix_is_writable(const struct unix_socket *unix_socket);
/* What comes with the bytes, to the message. */
void packet_tell(const struct unix_socket *to, struct packet *packet,
    struct message *message);
/* Datagrams and packets only: when it was sent, if to wants to know. */
void packet_tell_time(struct unix_socket *to, struct packet *packet,
    struct message *message);
void packet_tell_rights(
    struct unix_socket *to, struct packet *packet, struct message *message);

/* unix_stream.c, unix_datagram.c: */
ssize_t unix_send_stream(struct socket *socket, struct message *message);
ssize_t unix_receive_stream(struct socket *socket, struct message *message);
ssize_t unix_send_datagram(struct socket *socket, struct message *message);
ssize_t unix_receive_datagram(struct socket *socket, struct message *message);
bool unix_datagrams_are_many(const struct unix_socket *to);

/* unix_state.c */
unsigned unix_poll(struct socket *socket, struct waiter *waiter);
int unix_shutdown(struct socket *socket, unsigned halves);
long unix_control(struct socket *socket, unsigned verb, uintptr_t argument);

void unix_wake_all(struct unix_socket *unix_socket, unsigned events);
/* What of it the owner is to be told: nothing if a stream's reader waits. */
unsigned unix_tells(struct unix_socket *unix_socket, unsigned what);

#endif
