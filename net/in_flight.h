/* SPDX-License-Identifier: MIT */
/* Descriptors that were sent and not yet received.
 *
 * A socket may be on its way through itself, or two through each other, so
 * that counting alone never frees them: those that only other sockets in
 * flight lead to are looked for when a socket is closed. */
#ifndef NET_IN_FLIGHT_H
#define NET_IN_FLIGHT_H

struct rights;
struct socket_user;

/* -ETOOMANYREFS: the user has more than his limit on their way already. */
int in_flight_enter(struct rights *rights, const struct socket_user *user);
void in_flight_leave(struct rights *rights); /* harmless if they are not */
/* A copy for one who looks and does not take; NULL for want of memory. */
struct rights *in_flight_copy(const struct rights *rights);
/* Frees what nobody can receive any more. May sleep. */
void in_flight_collect(void);
/* The same on the way to user code: the last descriptor of one in flight may be
 * closed, which ends no file. */
void in_flight_collect_later(void);

#endif
