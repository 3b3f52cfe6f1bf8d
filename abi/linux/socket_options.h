/* SPDX-License-Identifier: MIT */
/* Options of sockets that are a bit of their switches: socket(7). */
#ifndef ABI_LINUX_SOCKET_OPTIONS_H
#define ABI_LINUX_SOCKET_OPTIONS_H

#include "abi/linux/socket.h"

/* One of four says how the time of a packet is told, or that it is not. */
enum { TIME_SWITCHES = SWITCH_TIME | SWITCH_TIME_NS | SWITCH_TIME_NEW };
struct time_form {
    int option;
    unsigned bits;
    unsigned told_by; /* it is said to be on if these are its bits */
};
const struct time_form *time_form_of(int option); /* NULL: it is another */

/* The bit of an option that is on or off; 0: it is another. */
unsigned switch_of(int option);

#endif
