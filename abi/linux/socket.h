/* SPDX-License-Identifier: MIT */
/* Sockets as Linux numbers and lays them out.  No UAPI header of 6.1 has what
 * socket(2), recv(2), send(2) and cmsg(3) name, so it stands here. */
#ifndef ABI_LINUX_SOCKET_H
#define ABI_LINUX_SOCKET_H

#include "net/socket.h"

enum { /* socket(2): beside the type */
    SOCK_TYPE_MASK = 15, SOCK_NONBLOCK = 04000, SOCK_CLOEXEC = 02000000,
};

enum { /* send(2), recv(2) */
    MSG_OOB = 0x1, MSG_PEEK = 0x2, MSG_CTRUNC = 0x8, MSG_TRUNC = 0x20,
    MSG_DONTWAIT = 0x40, MSG_EOR = 0x80, MSG_WAITALL = 0x100,
    MSG_NOSIGNAL = 0x4000, MSG_WAITFORONE = 0x10000,
    MSG_CMSG_CLOEXEC = 0x40000000,
};

enum { SCM_RIGHTS = 1, SCM_CREDENTIALS = 2 }; /* unix(7) */

/* Packed, because a program's may lie anywhere. */
struct packed_struct linux_msghdr { /* recvmsg(2) */
    void __user *name;
    int name_bytes, unused;
    const void __user *vector;
    uint64_t vector_count;
    void __user *control;
    uint64_t control_bytes;
    unsigned flags, unused_too;
};

struct packed_struct linux_mmsghdr { /* recvmmsg(2) */
    struct linux_msghdr header;
    unsigned bytes, unused;
};

struct linux_cmsghdr { /* cmsg(3) */
    uint64_t bytes;
    int level, type;
};

struct linux_ucred { /* unix(7) */
    int pid;
    uint32_t uid, gid;
};

/* The socket of a descriptor; its file is undone by files_return.
 * NULL: -EBADF, -ENOTSOCK. */
struct socket *socket_argument(
    int fd, struct file **file, bool *has_reference, int *error);

/* -EINVAL, -EFAULT; none (bytes 0) if there are no bytes. */
int address_argument(
    struct socket_address *address, const void __user *from, int bytes);
/* Cut to what there is room for; *bytes_at says how much that is, and then how
 * long the address was. */
int address_give(const struct socket_address *address, void __user *to,
    int __user *bytes_at);

/* Ancillary data (socket_control.c): what the program sends along. */
int control_argument(struct message *message, const void __user *from,
    uint64_t bytes);
/* What came along goes to the program, as far as there is room: the bytes that
 * were used. *flags: MSG_CTRUNC if not all went.  Takes it out of the message. */
uint64_t control_give(struct message *message, void __user *to, uint64_t bytes,
    unsigned asked, unsigned *flags);

#endif
