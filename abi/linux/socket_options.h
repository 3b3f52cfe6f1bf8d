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

/* Of devices, filters, and how memory is used. -ENOPROTOOPT: it is another. */
enum { SEND_BUFFER_SET = 1, RECEIVE_BUFFER_SET = 2 };
int socket_set_device(const void __user *name, int bytes);
int socket_set_beside(struct socket *socket, int option, int number,
    const void __user *from, int bytes);
int socket_get_beside(struct socket *socket, int option, int *number);
enum { MEMORY_WORDS = 9 };
void socket_memory(struct socket *socket, uint32_t words[MEMORY_WORDS]);

#endif
