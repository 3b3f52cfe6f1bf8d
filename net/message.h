/* SPDX-License-Identifier: MIT */
/* What goes through a socket in one call: bytes, an address, descriptors,
 * credentials. */
#ifndef NET_MESSAGE_H
#define NET_MESSAGE_H

#include "lib/list.h"
#include "vfs/credentials.h"
#include "vfs/transfer.h"

struct file;
struct pid;
struct socket_user;

/* As a program lays it out: two bytes of family, then what that wants. */
struct socket_address {
    unsigned bytes; /* 0: none */
    union {
        uint16_t family;
        char raw[128];
    };
};

enum { RIGHTS_MAX = 253 };

/* Open files on their way, each with a reference. */
struct rights {
    unsigned count;
    uint32_t uid;      /* who has them in flight, if they are */
    bool is_in_flight; /* [in flight's lock] */
    struct list link;  /* of those that are collected */
    struct file *files[];
};
struct rights *rights_new(unsigned capacity);    /* NULL */
struct rights *rights_copy(const struct rights *rights); /* not in flight */
void rights_free(struct rights *rights); /* puts them; NULL: nothing */

/* Who somebody is, as others are told. */
struct identity {
    struct pid *pid; /* with a reference; NULL: not known */
    uint32_t uid, gid;
};
#define IDENTITY_NOBODY { .uid = UINT32_MAX, .gid = UINT32_MAX }
struct identity identity_get(const struct identity *identity);
void identity_put(struct identity *identity);
bool identity_is_same(const struct identity *a, const struct identity *b);

enum message_flags {
    /* asked */
    MESSAGE_DO_NOT_WAIT = 1, MESSAGE_PEEK = 2, MESSAGE_WAIT_ALL = 4,
    MESSAGE_TELL_WHOLE = 8, /* the true length, even of what was cut */
    MESSAGE_OUT_OF_BAND = 16, /* told as well */
    MESSAGE_END_RECORD = 32,
    /* told */
    MESSAGE_CUT = 64, /* there was more in this packet */
    MESSAGE_TIME = 128, /* time_ns, and the form it is wanted in: */
    MESSAGE_TIME_NS = 256, MESSAGE_TIME_NEW = 512,
};

struct message {
    struct transfer *data;
    unsigned flags;  /* asked */
    unsigned told;
    const struct socket_user *user;
    struct socket_address *address; /* to where, or NULL; from where: filled */
    /* Sending: taken, and set to NULL, if they went out. Receiving: what came,
     * the caller's. */
    struct rights *rights;
    /* Sending: what the program says it is, if it says so. Receiving: who sent,
     * the caller's, of a socket that passes credentials. */
    bool has_identity;
    struct identity identity;
    int64_t time_ns; /* since 1970: when it was sent */
};

#endif
