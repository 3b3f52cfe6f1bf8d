/* SPDX-License-Identifier: MIT */
/* The urgent byte of a stream: the last that was sent as such.
 *
 * It lies among the packets, as one of its own, so that its place is known: a
 * read ends before it.  Taken by itself, it stays there without bytes until a
 * reader comes by. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "net/unix.h"

static bool is_in_line(const struct unix_socket *self)
{
    return atomic_load(&self->socket.switches) & SWITCH_OUT_OF_BAND_INLINE;
}

static int deliver(struct unix_socket *peer, struct packet *packet)
{
    int error = 0;
    spin_lock(&peer->lock);
    if (peer->state == UNIX_GONE || peer->shut & SHUT_RECEIVE) {
        error = -EPIPE;
    } else {
        packet_enqueue_locked(peer, packet);
        atomic_store(&peer->urgent, packet);
    }
    spin_unlock(&peer->lock);
    if (error)
        return error;
    socket_tell_urgent(&peer->socket);
    wait_queue_wake_one(&peer->pollers, TELL_URGENT);
    packet_arrived(peer);
    return 0;
}

int unix_send_urgent(struct unix_socket *self, struct unix_socket *peer,
    struct message *message, uint64_t deadline_ns)
{
    return unix_send_packet(self, peer, message, 1, deadline_ns, deliver);
}

/* The urgent packet, which is none any more unless the call only looks. */
static struct packet *take_urgent(struct unix_socket *self, unsigned flags)
{
    if (is_in_line(self))
        return NULL;
    spin_lock(&self->lock);
    struct packet *packet = self->urgent;
    if (packet && !(flags & MESSAGE_PEEK)) {
        atomic_store(&self->urgent, NULL);
        packet->read = packet->bytes;
        atomic_store(&self->bytes, self->bytes - packet->bytes);
    }
    spin_unlock(&self->lock);
    return packet;
}

ssize_t unix_receive_urgent(struct unix_socket *self, struct message *message)
{
    struct transfer *t = message->data;
    size_t bytes = t->left ? 1 : 0;
    ssize_t result = -EINVAL;
    mutex_lock(&self->reading);
    struct packet *packet = take_urgent(self, message->flags);
    if (packet) {
        message->told |= MESSAGE_OUT_OF_BAND;
        result = transfer_give(t, packet->data, bytes) < bytes ? -EFAULT : 1;
    }
    mutex_unlock(&self->reading);
    return result;
}

bool unix_at_mark(struct unix_socket *self)
{
    spin_lock(&self->lock);
    struct packet *first = list_first(&self->packets, struct packet, link);
    bool is_there = first && first == self->urgent;
    spin_unlock(&self->lock);
    return is_there;
}

/* The packet's byte was taken by itself. */
static enum urgent_step step_past_mark(struct unix_socket *self,
    struct packet *packet, unsigned flags, bool has_bytes)
{
    if (flags & MESSAGE_PEEK)
        return URGENT_PASS;
    packet_consume(self, packet);
    return has_bytes ? URGENT_STOP : URGENT_AGAIN;
}

enum urgent_step unix_step_urgent(struct unix_socket *self,
    struct packet *packet, unsigned flags, bool has_bytes)
{
    if (packet->read == packet->bytes)
        return step_past_mark(self, packet, flags, has_bytes);
    if (atomic_load(&self->urgent) != packet)
        return URGENT_NONE;
    if (has_bytes)
        return URGENT_STOP;
    if (is_in_line(self)) {
        if (!(flags & MESSAGE_PEEK))
            atomic_replace(&self->urgent, packet, NULL);
        return URGENT_NONE;
    }
    if (!(flags & MESSAGE_PEEK))
        packet_consume(self, packet);
    return URGENT_PASS;
}
