/* SPDX-License-Identifier: MIT */
/* Bytes through a connection.
 *
 * Packets mean nothing to a stream's reader but where descriptors came and, if
 * he asks who sent, where the sender changes: there a read stops. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "net/unix.h"

enum { CHUNK_BYTES_MAX = 32768 };

static int deliver(struct unix_socket *peer, struct packet *packet)
{
    int error = 0;
    spin_lock(&peer->lock);
    if (peer->state == UNIX_GONE || peer->shut & SHUT_RECEIVE)
        error = -EPIPE;
    else
        packet_enqueue_locked(peer, packet);
    spin_unlock(&peer->lock);
    if (!error)
        packet_arrived(peer);
    return error;
}

int unix_send_packet(struct unix_socket *self, struct unix_socket *peer,
    struct message *message, size_t bytes, uint64_t deadline_ns,
    int (*deliver)(struct unix_socket *peer, struct packet *packet))
{
    int error;
    struct packet *packet = packet_new(self, bytes, deadline_ns, &error);
    if (!packet)
        return error;
    packet_sign(packet, self, peer, message);
    error = packet_dress(packet, message);
    if (!error)
        error = packet_fill(packet, message);
    if (!error) {
        error = deliver(peer, packet);
        if (error)
            transfer_untake(message->data, bytes);
    }
    if (error)
        packet_free(packet);
    return error;
}

/* As much at once as is good, but for the last `kept` bytes. */
static int send_some(struct unix_socket *self, struct unix_socket *peer,
    struct message *message, size_t kept, uint64_t deadline_ns)
{
    size_t most = atomic_load(&self->socket.send_buffer) / 2 - 64;
    size_t bytes =
        min(message->data->left - kept, min(most, (size_t)CHUNK_BYTES_MAX));
    return unix_send_packet(self, peer, message, bytes, deadline_ns, deliver);
}

ssize_t unix_send_stream(struct socket *socket, struct message *message)
{
    struct unix_socket *self = unix_of(socket);
    uint64_t deadline_ns = socket_send_deadline(socket, message->flags);
    size_t urgent = message->flags & MESSAGE_OUT_OF_BAND ? 1 : 0;
    if (message->data->left < urgent)
        return -EOPNOTSUPP;
    if (message->address)
        return atomic_load(&self->state) == UNIX_CONNECTED ? -EISCONN
                                                           : -EOPNOTSUPP;
    struct unix_socket *peer = unix_peer(self);
    if (!peer)
        return -ENOTCONN;
    int error = atomic_load(&self->shut) & SHUT_SEND ? -EPIPE : 0;
    while (!error && message->data->left > urgent)
        error = send_some(self, peer, message, urgent, deadline_ns);
    if (!error && urgent)
        error = unix_send_urgent(self, peer, message, deadline_ns);
    unix_put(peer);
    return transfer_result(message->data, error);
}

/* Receiving. */

struct reading {
    struct unix_socket *self;
    struct message *message;
    struct packet *at; /* a peek: the last one that was looked at */
    size_t skip;       /* a peek: bytes of the next one that it leaves out */
    unsigned seen;     /* arrivals, of those that were there */
    bool has_told;
};

static struct packet *next_packet(struct reading *reading)
{
    struct unix_socket *self = reading->self;
    struct list *link;
    spin_lock(&self->lock);
    link = reading->at ? reading->at->link.next : self->packets.next;
    bool is_end = link == &self->packets;
    reading->seen = self->arrivals;
    spin_unlock(&self->lock);
    return is_end ? NULL : list_entry(link, struct packet, link);
}

static void advance(struct reading *reading, struct packet *packet, size_t bytes)
{
    struct unix_socket *self = reading->self;
    if (reading->message->flags & MESSAGE_PEEK) {
        reading->at = packet;
        reading->skip = 0;
        unix_peek_forward(self, bytes);
        return;
    }
    unix_peek_back(self, bytes);
    spin_lock(&self->lock);
    packet->read += bytes;
    atomic_store(&self->bytes, self->bytes - bytes);
    spin_unlock(&self->lock);
    if (packet->read == packet->bytes)
        packet_consume(self, packet);
}

/* Of one packet. True: the next one may follow in the same read. */
static bool take_from(struct reading *reading, struct packet *packet)
{
    struct message *message = reading->message;
    struct transfer *t = message->data;
    if (reading->has_told) {
        if (message->has_identity &&
            !identity_is_same(&message->identity, &packet->identity))
            return false;
    } else {
        packet_tell(reading->self, packet, message);
        reading->has_told = true;
    }
    size_t from = packet->read + reading->skip;
    size_t bytes = min(packet->bytes - from, t->left);
    size_t got = transfer_give(t, packet->data + from, bytes);
    if (got < bytes) {
        transfer_untake(t, got);
        return false;
    }
    bool has_rights = packet->rights;
    packet_tell_rights(reading->self, packet, message);
    advance(reading, packet, bytes);
    return !has_rights && t->left;
}

/* Nothing is there: 0, the end, or why not. */
static int why_nothing(struct unix_socket *self)
{
    int error = socket_take_error(&self->socket);
    if (error)
        return error;
    return atomic_load(&self->shut) & SHUT_RECEIVE ? 0 : -EAGAIN;
}

/* A peek leaves out what lies before its offset. */
static bool is_skipped(struct reading *reading, struct packet *packet)
{
    size_t bytes = packet->bytes - packet->read;
    if (reading->skip < bytes)
        return false;
    reading->skip -= bytes;
    reading->at = packet;
    return true;
}

/* The next one that the read is to take from. NULL: none, or *is_over. */
static struct packet *next_wanted(struct reading *reading, bool *is_over)
{
    struct packet *packet;
    unsigned flags = reading->message->flags;
    *is_over = false;
    while ((packet = next_packet(reading))) {
        enum urgent_step step = unix_step_urgent(reading->self, packet, flags,
            reading->message->data->moved);
        *is_over = step == URGENT_STOP;
        if (step == URGENT_AGAIN)
            reading->seen--; /* not to wait for more */
        if (*is_over || step == URGENT_AGAIN)
            return NULL;
        if (step == URGENT_PASS)
            reading->at = flags & MESSAGE_PEEK ? packet : NULL;
        else if (!is_skipped(reading, packet))
            break;
    }
    return packet;
}

/* What is there, at once. 0: as much as was wanted, or the end; -EAGAIN: more
 * is wanted. */
static int read_some(struct reading *reading, size_t target)
{
    struct transfer *t = reading->message->data;
    struct packet *packet;
    bool is_over;
    reading->at = NULL;
    reading->skip = unix_peek_offset(reading->self, reading->message->flags);
    while ((packet = next_wanted(reading, &is_over))) {
        size_t before = t->moved, wanted = t->left;
        if (!take_from(reading, packet))
            return t->moved == before && wanted && !t->moved ? -EFAULT : 0;
    }
    if (is_over || t->moved >= target || (t->moved && reading->at))
        return 0;
    return why_nothing(reading->self);
}

static size_t target_of(const struct socket *socket, const struct message *m)
{
    size_t left = m->data->left;
    size_t target = m->flags & MESSAGE_WAIT_ALL
        ? left
        : min(left, (size_t)atomic_load(&socket->receive_least));
    return target ? target : 1;
}

ssize_t unix_receive_stream(struct socket *socket, struct message *message)
{
    struct unix_socket *self = unix_of(socket);
    struct reading reading = { .self = self, .message = message };
    uint64_t deadline_ns = socket_receive_deadline(socket, message->flags);
    size_t target = target_of(socket, message);
    int error;
    if (atomic_load(&self->state) != UNIX_CONNECTED)
        return -EINVAL;
    if (message->flags & MESSAGE_OUT_OF_BAND)
        return unix_receive_urgent(self, message);
    for (;;) {
        mutex_lock(&self->reading);
        error = read_some(&reading, target);
        mutex_unlock(&self->reading);
        if (error != -EAGAIN || !deadline_ns)
            break;
        unix_pass_wake(self, message->flags);
        error = wait_until_exclusive(&self->readable, SLEEP_INTERRUPTIBLE,
            deadline_ns, unix_has_news(self, reading.seen));
        error = socket_wait_error(error, deadline_ns);
        if (error)
            break;
    }
    /* The wake that was ours may have been meant for another as well. */
    if (atomic_load(&self->packet_count) || unix_has_news(self, reading.seen))
        wait_queue_wake_one(&self->readable, READY_IN);
    return transfer_result(message->data, error);
}
