/* SPDX-License-Identifier: MIT */
/* Packets: what was sent and not yet read.
 *
 * The sender pays for a packet until its reader has it, so that nobody can fill
 * another's memory with more than his own buffer's size; a packet that is freed
 * makes room, and tells. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "mm/heap.h"
#include "net/unix.h"
#include "sched/pid.h"
#include "sched/timer.h"

/* About what Linux counts for a packet beside its bytes. */
enum { PACKET_CHARGE = 576 };

bool unix_is_writable(const struct unix_socket *self)
{
    return atomic_load(&self->sent) * 4 <=
        atomic_load(&self->socket.send_buffer);
}

static bool has_room(struct unix_socket *self)
{
    return atomic_load(&self->sent) < atomic_load(&self->socket.send_buffer);
}

static bool may_go_on(struct unix_socket *self)
{
    return has_room(self) || atomic_load(&self->socket.error) ||
        atomic_load(&self->shut) & SHUT_SEND;
}

static int wait_for_room(struct unix_socket *self, uint64_t deadline_ns)
{
    for (;;) {
        int error = socket_take_error(&self->socket);
        if (error)
            return error;
        if (atomic_load(&self->shut) & SHUT_SEND)
            return -EPIPE;
        if (has_room(self))
            return 0;
        socket_lacks_room(&self->socket);
        if (!deadline_ns)
            return -EAGAIN;
        error = wait_until_exclusive(&self->writable, SLEEP_INTERRUPTIBLE,
            deadline_ns, may_go_on(self));
        if (error)
            return socket_wait_error(error, deadline_ns);
    }
}

struct packet *packet_new(
    struct unix_socket *sender, size_t bytes, uint64_t deadline_ns, int *error)
{
    *error = wait_for_room(sender, deadline_ns);
    if (*error)
        return NULL;
    struct packet *packet = heap_alloc(sizeof *packet + bytes);
    if (!packet) {
        *error = -ENOBUFS;
        return NULL;
    }
    *packet = (struct packet){
        .sender = unix_get(sender),
        .identity = IDENTITY_NOBODY,
        .charge = bytes + PACKET_CHARGE,
        .bytes = bytes,
    };
    list_init(&packet->link);
    atomic_add(&sender->sent, packet->charge);
    return packet;
}

void packet_free(struct packet *packet)
{
    struct unix_socket *sender = packet->sender;
    rights_free(packet->rights);
    identity_put(&packet->identity);
    atomic_sub(&sender->sent, packet->charge);
    heap_free(packet);
    if (unix_is_writable(sender)) {
        wait_queue_wake_one(&sender->writable, READY_OUT);
        wait_queue_wake_one(&sender->pollers,
            READY_OUT | READY_WRITE_BAND | socket_tells_room(&sender->socket));
    }
    unix_put(sender);
}

int packet_fill(struct packet *packet, struct message *message)
{
    size_t got = transfer_take(message->data, packet->data, packet->bytes);
    if (got == packet->bytes)
        return 0;
    transfer_untake(message->data, got);
    return -EFAULT;
}

int packet_dress(struct packet *packet, struct message *message)
{
    if (!message->rights)
        return 0;
    int error = in_flight_enter(message->rights, message->user);
    if (error)
        return error;
    packet->rights = message->rights;
    message->rights = NULL;
    return 0;
}

static bool wants_identity(const struct unix_socket *self)
{
    return atomic_load(&self->socket.switches) & SWITCH_PASS_CREDENTIALS;
}

void packet_sign(struct packet *packet, const struct unix_socket *from,
    const struct unix_socket *to, const struct message *message)
{
    if (packet->identity.pid)
        return;
    if (message->has_identity) {
        packet->identity = identity_get(&message->identity);
    } else if (wants_identity(from) || wants_identity(to) ||
        !atomic_load(&to->socket.file)) {
        const struct credentials *who = message->user->who;
        packet->identity = (struct identity){
            .pid = pid_get(message->user->pid),
            .uid = who->uid,
            .gid = who->gid,
        };
    }
}

void packet_stamp(struct packet *packet, const struct unix_socket *to)
{
    if (!packet->time_ns && atomic_load(&to->socket.switches) & SWITCH_TIME)
        packet->time_ns = clock_real_ns();
}

/* Queues. */

void packet_enqueue_locked(struct unix_socket *to, struct packet *packet)
{
    list_add(&to->packets, &packet->link);
    atomic_store(&to->packet_count, to->packet_count + 1);
    atomic_store(&to->arrivals, to->arrivals + 1);
    atomic_store(&to->bytes, to->bytes + packet->bytes);
}

void packet_arrived(struct unix_socket *to)
{
    const unsigned events = READY_IN | READY_PRIORITY | READY_READ_BAND |
        unix_tells(to, TELL_IN);
    wait_queue_wake_one(&to->readable, events);
    wait_queue_wake_one(&to->pollers, events);
}

struct packet *packets_first(struct unix_socket *self)
{
    spin_lock(&self->lock);
    struct packet *packet = list_first(&self->packets, struct packet, link);
    spin_unlock(&self->lock);
    return packet;
}

static void dequeue_locked(struct unix_socket *self, struct packet *packet)
{
    list_remove(&packet->link);
    if (self->urgent == packet)
        atomic_store(&self->urgent, NULL);
    atomic_store(&self->packet_count, self->packet_count - 1);
    atomic_store(&self->bytes, self->bytes - (packet->bytes - packet->read));
}

void packet_consume(struct unix_socket *self, struct packet *packet)
{
    spin_lock(&self->lock);
    dequeue_locked(self, packet);
    spin_unlock(&self->lock);
    packet_free(packet);
}

void unix_pass_wake(struct unix_socket *self, unsigned flags)
{
    if (flags & MESSAGE_PEEK && atomic_load(&self->packet_count))
        wait_queue_wake_all(&self->readable, READY_IN);
}

bool unix_has_news(struct unix_socket *self, unsigned seen)
{
    return atomic_load(&self->arrivals) != seen ||
        atomic_load(&self->socket.error) ||
        atomic_load(&self->shut) & SHUT_RECEIVE;
}

/* Peeks, under self->reading. */

size_t unix_peek_offset(const struct unix_socket *self, unsigned flags)
{
    int offset = self->socket.peek_offset;
    return flags & MESSAGE_PEEK && offset > 0 ? offset : 0;
}

void unix_peek_forward(struct unix_socket *self, size_t bytes)
{
    int offset = self->socket.peek_offset;
    if (offset >= 0)
        atomic_store(&self->socket.peek_offset, (int)((unsigned)offset + bytes));
}

void unix_peek_back(struct unix_socket *self, size_t bytes)
{
    int offset = self->socket.peek_offset;
    if (offset >= 0)
        atomic_store(&self->socket.peek_offset,
            (size_t)offset > bytes ? offset - (int)bytes : 0);
}

void packets_purge(struct unix_socket *self)
{
    struct packet *packet;
    mutex_lock(&self->reading);
    while ((packet = packets_first(self)))
        packet_consume(self, packet);
    mutex_unlock(&self->reading);
}

/* To the reader. */

void packet_tell_time(struct unix_socket *to, struct packet *packet,
    struct message *message)
{
    unsigned switches = atomic_load(&to->socket.switches);
    if (!(switches & SWITCH_TIME))
        return;
    packet_stamp(packet, to); /* it came before anybody wanted to know */
    message->time_ns = packet->time_ns;
    message->told |= MESSAGE_TIME |
        (switches & SWITCH_TIME_NS ? MESSAGE_TIME_NS : 0) |
        (switches & SWITCH_TIME_NEW ? MESSAGE_TIME_NEW : 0);
}

void packet_tell(const struct unix_socket *to, struct packet *packet,
    struct message *message)
{
    struct unix_socket *sender = packet->sender;
    if (message->address) {
        spin_lock(&sender->lock);
        if (sender->name)
            *message->address = sender->name->address;
        spin_unlock(&sender->lock);
    }
    if (wants_identity(to)) {
        message->identity = identity_get(&packet->identity);
        message->has_identity = true;
    }
}

void packet_tell_rights(
    struct unix_socket *to, struct packet *packet, struct message *message)
{
    struct rights *rights = packet->rights;
    if (!rights)
        return;
    if (message->flags & MESSAGE_PEEK) {
        message->rights = in_flight_copy(rights);
        return;
    }
    in_flight_leave(rights);
    spin_lock(&to->lock);
    packet->rights = NULL;
    spin_unlock(&to->lock);
    message->rights = rights;
}
