/* SPDX-License-Identifier: MIT */
/* Who someone is: immutable, counted, replaced whole. */
#ifndef VFS_CREDENTIALS_H
#define VFS_CREDENTIALS_H

#include "lib/refcount.h"
#include "lib/types.h"

enum { GROUPS_MAX = 65536 };

/* Capabilities by number, as in capability.h: bit n. */
enum {
    CAPABLE_CHOWN = 0, CAPABLE_DAC_OVERRIDE = 1, CAPABLE_DAC_READ_SEARCH = 2,
    CAPABLE_FOWNER = 3, CAPABLE_FSETID = 4, CAPABLE_KILL = 5,
    CAPABLE_SETGID = 6, CAPABLE_SETUID = 7, CAPABLE_SETPCAP = 8,
    CAPABLE_NET_ADMIN = 12, CAPABLE_IPC_LOCK = 14, CAPABLE_SYS_MODULE = 16, CAPABLE_SYS_CHROOT = 18,
    CAPABLE_SYS_PTRACE = 19, CAPABLE_SYS_ADMIN = 21, CAPABLE_SYS_BOOT = 22,
    CAPABLE_SYS_NICE = 23, CAPABLE_SYS_RESOURCE = 24, CAPABLE_SYS_TIME = 25,
    CAPABLE_SYS_TTY = 26, CAPABLE_MKNOD = 27, CAPABLE_LEASE = 28,
    CAPABLE_SYSLOG = 34, CAPABLE_WAKE_ALARM = 35, CAPABLE_CHECKPOINT_RESTORE = 40,
    CAPABLE_LAST = 40,
};
#define CAPABILITIES_ALL ((1ull << (CAPABLE_LAST + 1)) - 1)

/* fs: what file systems look at. */
struct ids {
    uint32_t real, effective, saved, fs;
};

struct credentials {
    struct refcount refs;
    union {
        struct ids user;
        struct { uint32_t uid, euid, suid, fsuid; };
    };
    union {
        struct ids group;
        struct { uint32_t gid, egid, sgid, fsgid; };
    };
    uint64_t effective, permitted, inheritable, bounding, ambient;
    unsigned securebits;
    unsigned group_count;
    uint32_t *groups; /* sorted, owned */
};

struct credentials *credentials_new(void);   /* root's, all capabilities */
struct credentials *credentials_copy(const struct credentials *from);
const struct credentials *credentials_get(const struct credentials *who);
void credentials_put(const struct credentials *who);
bool credentials_can(const struct credentials *who, unsigned capability);
bool credentials_in_group(const struct credentials *who, uint32_t gid);

#endif
