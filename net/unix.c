/* SPDX-License-Identifier: MIT */
/* Local sockets: their life, from socket(2) to the last close.
 *
 * A socket that is closed lives on as somebody's peer, or as the sender of
 * what is not read yet; it is GONE then, and nothing is queued to it. */
#include "net/unix.h"

#include "arch/atomic.h"
#include "lib/errno.h"
#include "mm/heap.h"
#include "net/unix_init.h"

bool unix_is_connection(const struct unix_socket *self)
{
    return self->socket.type != SOCKET_DATAGRAM;
}

static const struct socket_ops *ops_for(enum socket_type type)
{
    return type == SOCKET_STREAM ? &unix_stream_ops
        : type == SOCKET_PACKETS ? &unix_packet_ops
                                 : &unix_datagram_ops;
}

/* Room to send in the peer is news for those who poll us. */
static bool relay_woken(struct waiter *waiter, unsigned events)
{
    struct unix_socket *self = container_of(waiter, struct unix_socket, relay);
    wait_queue_wake_one(&self->pollers, events);
    return false;
}

static void init_queues(struct unix_socket *self)
{
    wait_queue_init(&self->readable);
    wait_queue_init(&self->writable);
    wait_queue_init(&self->pollers);
    wait_queue_init_ranked(&self->senders, RANK_SOCKET_QUEUE);
    list_init(&self->relay.link);
    self->relay.woken = relay_woken;
}

struct unix_socket *unix_new(enum socket_type type)
{
    struct unix_socket *self = heap_alloc_zeroed(sizeof *self);
    if (!self)
        return NULL;
    socket_init(&self->socket, FAMILY_UNIX, type, ops_for(type));
    refcount_init(&self->refs);
    mutex_init(&self->naming, RANK_SOCKET_NAME);
    mutex_init(&self->reading, RANK_SOCKET_READING);
    spin_init(&self->lock, RANK_SOCKET);
    list_init(&self->packets);
    list_init(&self->embryos);
    list_init(&self->name_link);
    list_init(&self->embryo_link);
    list_init(&self->flight_link);
    init_queues(self);
    unix_names_enter(self);
    return self;
}

int unix_make(enum socket_type type, int protocol,
    const struct socket_user *user, struct socket **made)
{
    if (protocol && protocol != FAMILY_UNIX)
        return -EPROTONOSUPPORT;
    if (type == SOCKET_RAW)
        type = SOCKET_DATAGRAM;
    if (type != SOCKET_STREAM && type != SOCKET_DATAGRAM &&
        type != SOCKET_PACKETS)
        return -ESOCKTNOSUPPORT;
    struct unix_socket *self = unix_new(type);
    if (!self)
        return -ENOMEM;
    *made = &self->socket;
    return 0;
}

struct unix_socket *unix_get(struct unix_socket *self)
{
    refcount_get(&self->refs);
    return self;
}

void unix_put(struct unix_socket *self)
{
    if (!self || !refcount_put(&self->refs))
        return;
    socket_peer_put(&self->peer_user);
    unix_name_put(self->name);
    heap_free(self);
}

struct unix_socket *unix_peer(struct unix_socket *self)
{
    spin_lock(&self->lock);
    struct unix_socket *peer = self->peer ? unix_get(self->peer) : NULL;
    spin_unlock(&self->lock);
    return peer;
}

void unix_wake_all(struct unix_socket *self, unsigned events)
{
    wait_queue_wake_all(&self->readable, events);
    wait_queue_wake_all(&self->writable, events);
    wait_queue_wake_all(&self->pollers, events);
    wait_queue_wake_all(&self->senders, events);
}

unsigned unix_tells(struct unix_socket *self, unsigned what)
{
    bool is_awaited = self->socket.type == SOCKET_STREAM &&
        !wait_queue_is_empty(&self->readable);
    return is_awaited ? 0 : what;
}

/* The other side hears that we are gone; that it lost something, too. */
static void leave_peer(
    struct unix_socket *self, struct unix_socket *peer, bool lost)
{
    if (unix_is_connection(self)) {
        spin_lock(&peer->lock);
        atomic_store(&peer->shut, SHUT_BOTH);
        spin_unlock(&peer->lock);
        if (lost)
            atomic_store(&peer->socket.error, ECONNRESET);
        unix_wake_all(peer, READY_IN | READY_OUT | READY_HANGUP |
                READY_READ_HANGUP | (lost ? READY_ERROR : 0) |
                unix_tells(peer, TELL_HANGUP));
    }
    unix_put(peer);
}

void unix_release(struct socket *socket)
{
    struct unix_socket *self = unix_of(socket), *embryo;
    bool is_embryo = !atomic_exchange(&socket->file, NULL);
    unix_names_leave(self);
    spin_lock(&self->lock);
    struct unix_socket *peer = self->peer;
    self->state = UNIX_GONE;
    atomic_store(&self->shut, SHUT_BOTH);
    self->peer = NULL;
    bool lost = is_embryo || !list_is_empty(&self->packets);
    wait_queue_remove(&self->relay);
    spin_unlock(&self->lock);
    wait_queue_wake_all(&self->senders, READY_OUT | READY_ERROR);
    if (peer)
        leave_peer(self, peer, lost);
    while ((embryo = unix_take_embryo(self)))
        unix_release(&embryo->socket);
    packets_purge(self);
    if (self->place.mount)
        place_put(self->place);
    unix_put(self);
    in_flight_collect();
}

void unix_init(void)
{
    socket_register(FAMILY_UNIX, unix_make);
}
