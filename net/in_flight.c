/* SPDX-License-Identifier: MIT */
/* Sockets on their way through sockets, and those of them that nobody can
 * receive any more.
 *
 * A socket all of whose references are in flight is a suspect.  Those that are
 * in the queue of one that is none, and all that follow from them, can still
 * be received; the others only lead to each other.  Whatever could change
 * that meanwhile, receiving or looking, needs this lock first: so a suspect
 * stays one as long as it is held. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "mm/heap.h"
#include "net/unix.h"
#include "vfs/file.h"
#include "vfs/users.h"

static struct mutex lock = {
    .queue = WAIT_QUEUE_INIT(lock.queue),
#ifdef CONFIG_DEBUG
    .rank = RANK_IN_FLIGHT,
#endif
};

static struct list flying = LIST_INIT(flying); /* [lock] */
static unsigned flying_count;                  /* [lock, atomic to read] */

static struct unix_socket *socket_in(const struct file *file)
{
    struct socket *socket = file_socket(file);
    return socket && socket->family == FAMILY_UNIX ? unix_of(socket) : NULL;
}

static void count_one(struct unix_socket *self)
{
    atomic_store(&self->in_flight, self->in_flight + 1);
    if (self->in_flight == 1) {
        list_add(&flying, &self->flight_link);
        atomic_store(&flying_count, flying_count + 1);
    }
}

static void uncount_one(struct unix_socket *self)
{
    atomic_store(&self->in_flight, self->in_flight - 1);
    if (!self->in_flight) {
        list_remove(&self->flight_link);
        atomic_store(&flying_count, flying_count - 1);
    }
}

static bool is_over_limit(const struct socket_user *user)
{
    return user_has(user->who->uid, USER_FILES_IN_FLIGHT) > user->files_limit &&
        !credentials_can(user->who, CAPABLE_SYS_RESOURCE) &&
        !credentials_can(user->who, CAPABLE_SYS_ADMIN);
}

int in_flight_enter(struct rights *rights, const struct socket_user *user)
{
    if (is_over_limit(user))
        return -ETOOMANYREFS;
    rights->uid = user->who->uid;
    for (unsigned i = 0; i < rights->count; i++)
        if (user_count(rights->uid, USER_FILES_IN_FLIGHT, UINT64_MAX)) {
            while (i--)
                user_uncount(rights->uid, USER_FILES_IN_FLIGHT);
            return -ENOMEM;
        }
    mutex_lock(&lock);
    rights->is_in_flight = true;
    for (unsigned i = 0; i < rights->count; i++) {
        struct unix_socket *sent = socket_in(rights->files[i]);
        if (sent)
            count_one(sent);
    }
    mutex_unlock(&lock);
    return 0;
}

static void leave_locked(struct rights *rights)
{
    rights->is_in_flight = false;
    for (unsigned i = 0; i < rights->count; i++) {
        struct unix_socket *sent = socket_in(rights->files[i]);
        if (sent)
            uncount_one(sent);
        user_uncount(rights->uid, USER_FILES_IN_FLIGHT);
    }
}

void in_flight_leave(struct rights *rights)
{
    mutex_lock(&lock);
    if (rights->is_in_flight)
        leave_locked(rights);
    mutex_unlock(&lock);
}

struct rights *in_flight_copy(const struct rights *rights)
{
    mutex_lock(&lock);
    struct rights *copy = rights_copy(rights);
    mutex_unlock(&lock);
    return copy;
}

/* What can be reached from where. */

typedef void (*visit_fn)(struct unix_socket *child, struct list *data);

static void visit_packets(
    struct unix_socket *of, visit_fn visit, struct list *data)
{
    struct packet *packet;
    spin_lock(&of->lock);
    list_for_each(packet, &of->packets, link) {
        struct rights *rights = packet->rights;
        for (unsigned i = 0; rights && rights->is_in_flight && i < rights->count;
             i++) {
            struct unix_socket *child = socket_in(rights->files[i]);
            if (child && child->is_suspect)
                visit(child, data);
        }
    }
    spin_unlock(&of->lock);
}

/* The next one that waits to be accepted: of a suspect, so none is taken. */
static struct unix_socket *embryo_after(
    struct unix_socket *of, struct unix_socket *embryo)
{
    spin_lock(&of->lock);
    struct list *next =
        embryo ? embryo->embryo_link.next : of->embryos.next;
    bool is_end = next == &of->embryos;
    spin_unlock(&of->lock);
    return is_end ? NULL : list_entry(next, struct unix_socket, embryo_link);
}

static void visit_children(
    struct unix_socket *of, visit_fn visit, struct list *data)
{
    struct unix_socket *embryo = NULL;
    visit_packets(of, visit, data);
    while ((embryo = embryo_after(of, embryo)))
        visit_packets(embryo, visit, data);
}

static void take_off(struct unix_socket *child, struct list *unused)
{
    child->in_flight_left--;
}

/* It can be received: so can what is in its own queue, later. */
static void clear(struct unix_socket *child, struct list *reachable)
{
    child->is_suspect = false;
    list_remove(&child->flight_link);
    list_add(reachable, &child->flight_link);
}

static void suspect(void)
{
    struct unix_socket *self;
    list_for_each(self, &flying, flight_link) {
        struct file *file = atomic_load(&self->socket.file);
        self->in_flight_left = self->in_flight;
        self->is_suspect =
            file && refcount_read(&file->refs) == self->in_flight;
    }
    list_for_each(self, &flying, flight_link)
        if (self->is_suspect)
            visit_children(self, take_off, NULL);
}

/* Leaves only what nobody can receive in `flying`; the others are in done. */
static void find_reachable(struct list *done)
{
    struct list reachable = LIST_INIT(reachable);
    struct unix_socket *self, *after;
    list_for_each_safe(self, after, &flying, flight_link) {
        if (!self->is_suspect) {
            list_remove(&self->flight_link);
            list_add(done, &self->flight_link);
        } else if (self->in_flight_left) {
            clear(self, &reachable);
        }
    }
    while ((self = list_first(&reachable, struct unix_socket, flight_link))) {
        list_remove(&self->flight_link);
        list_add(done, &self->flight_link);
        visit_children(self, clear, &reachable);
    }
}

/* Takes the descriptors out of the queue; the packets stay. */
static void take_rights(struct unix_socket *of, struct list *taken)
{
    struct packet *packet;
    spin_lock(&of->lock);
    list_for_each(packet, &of->packets, link) {
        struct rights *rights = packet->rights;
        if (!rights || !rights->is_in_flight)
            continue;
        packet->rights = NULL;
        list_add(taken, &rights->link);
    }
    spin_unlock(&of->lock);
}

static void take_all_rights(struct list *taken)
{
    struct unix_socket *self;
    list_for_each(self, &flying, flight_link) {
        struct unix_socket *embryo = NULL;
        take_rights(self, taken);
        while ((embryo = embryo_after(self, embryo)))
            take_rights(embryo, taken);
    }
}

void in_flight_collect(void)
{
    struct list done = LIST_INIT(done), taken = LIST_INIT(taken);
    struct rights *rights, *after;
    if (!atomic_load(&flying_count))
        return;
    mutex_lock(&lock);
    suspect();
    find_reachable(&done);
    take_all_rights(&taken);
    list_splice(&flying, &done);
    mutex_unlock(&lock);
    list_for_each_safe(rights, after, &taken, link)
        rights_free(rights);
}

static void collect(struct deferred *deferred)
{
    heap_free(deferred);
    in_flight_collect();
}

void in_flight_collect_later(void)
{
    /* Without memory it waits until the next socket is closed. */
    struct deferred *deferred = heap_alloc_zeroed(sizeof *deferred);
    if (!deferred)
        return;
    deferred->run = collect;
    thread_defer(deferred);
}
