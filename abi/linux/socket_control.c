/* SPDX-License-Identifier: MIT */
/* Ancillary data: descriptors and credentials beside the bytes of a message,
 * as cmsg(3) lays them out. */
#include <asm-generic/socket.h>

#include "abi/linux/arguments.h"
#include "abi/linux/socket.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "sched/pid.h"

enum { HEAD = sizeof(struct linux_cmsghdr), OVERFLOW_ID = 65534 };
enum { CONTROL_BYTES_MAX = 20480 }; /* Linux's optmem_max */
static_assert(HEAD == 16, "cmsghdr needs no padding before its data");

/* In. */

static int rights_argument(
    struct message *message, const void *from, size_t bytes)
{
    unsigned count = bytes / sizeof(int);
    unsigned had = message->rights ? message->rights->count : 0;
    if (!count)
        return 0;
    if (count > RIGHTS_MAX || had + count > RIGHTS_MAX)
        return -EINVAL;
    if (!message->rights)
        message->rights = rights_new(RIGHTS_MAX);
    struct rights *rights = message->rights;
    if (!rights)
        return -ENOMEM;
    for (unsigned i = 0; i < count; i++) {
        int fd;
        memcpy(&fd, from + i * sizeof fd, sizeof fd);
        struct file *file = files_find(current->files, fd);
        if (!file)
            return -EBADF;
        rights->files[rights->count++] = file;
    }
    return 0;
}

static bool is_mine(uint32_t id, uint32_t a, uint32_t b, uint32_t c)
{
    return id == a || id == b || id == c;
}

static bool may_claim(const struct linux_ucred *claim)
{
    const struct credentials *who = current->credentials;
    return (claim->pid == current->process->pid->number ||
               credentials_can(who, CAPABLE_SYS_ADMIN)) &&
        (is_mine(claim->uid, who->uid, who->euid, who->suid) ||
            credentials_can(who, CAPABLE_SETUID)) &&
        (is_mine(claim->gid, who->gid, who->egid, who->sgid) ||
            credentials_can(who, CAPABLE_SETGID));
}

static int identity_argument(
    struct message *message, const void *from, size_t bytes)
{
    struct linux_ucred claim;
    if (bytes != sizeof claim)
        return -EINVAL;
    memcpy(&claim, from, sizeof claim);
    if (!may_claim(&claim))
        return -EPERM;
    struct pid *pid = pid_find_get(claim.pid);
    if (!pid)
        return -ESRCH;
    identity_put(&message->identity);
    message->identity = (struct identity){ pid, claim.uid, claim.gid };
    message->has_identity = true;
    return 0;
}

static int one_argument(struct message *message,
    const struct linux_cmsghdr *header, const char *data)
{
    if (header->level != SOL_SOCKET)
        return 0;
    switch (header->type) {
    case SCM_RIGHTS:
        return rights_argument(message, data, header->bytes - HEAD);
    case SCM_CREDENTIALS:
        return identity_argument(message, data, header->bytes - HEAD);
    }
    return -EINVAL;
}

static int all_arguments(
    struct message *message, const char *at, size_t bytes)
{
    while (bytes >= HEAD) {
        struct linux_cmsghdr header;
        memcpy(&header, at, sizeof header);
        if (header.bytes < HEAD || header.bytes > bytes)
            return -EINVAL;
        int error = one_argument(message, &header, at + HEAD);
        if (error)
            return error;
        uint64_t step = align_up(header.bytes, sizeof(uint64_t));
        if (step >= bytes)
            break;
        at += step;
        bytes -= step;
    }
    return 0;
}

int control_argument(
    struct message *message, const void __user *from, uint64_t bytes)
{
    if (!bytes)
        return 0;
    if (bytes >= CONTROL_BYTES_MAX)
        return -ENOBUFS;
    char *all = heap_alloc(bytes);
    if (!all)
        return -ENOMEM;
    int error = user_read(all, from, bytes);
    if (!error)
        error = all_arguments(message, all, bytes);
    heap_free(all);
    return error;
}

/* Out. */

struct control_room {
    char __user *to;
    uint64_t left, used;
    unsigned *flags;
};

/* The header, and how far it goes on: true if it could be written. */
static bool give_header(struct control_room *room, int type, size_t bytes)
{
    struct linux_cmsghdr header = {
        .bytes = HEAD + bytes,
        .level = SOL_SOCKET,
        .type = type,
    };
    if (user_write(room->to, &header, sizeof header))
        return false;
    uint64_t step = min(align_up(header.bytes, sizeof(uint64_t)), room->left);
    room->to += step;
    room->used += step;
    room->left -= step;
    return true;
}

/* What there is no room for is cut off, even in the middle. */
static void give_data(
    struct control_room *room, int type, const void *data, size_t bytes)
{
    if (room->left < HEAD) {
        *room->flags |= MSG_CTRUNC;
        return;
    }
    if (room->left < HEAD + bytes) {
        bytes = room->left - HEAD;
        *room->flags |= MSG_CTRUNC;
    }
    if (!user_write(room->to + HEAD, data, bytes))
        give_header(room, type, bytes);
}

static void give_identity(
    struct control_room *room, const struct identity *identity)
{
    struct linux_ucred who = {
        .pid = identity->pid ? identity->pid->number : 0,
        .uid = identity->uid == UINT32_MAX ? OVERFLOW_ID : identity->uid,
        .gid = identity->gid == UINT32_MAX ? OVERFLOW_ID : identity->gid,
    };
    give_data(room, SCM_CREDENTIALS, &who, sizeof who);
}

/* The number of what is told is that of the option which asked for it. */
static void give_time(struct control_room *room, const struct message *message)
{
    bool in_ns = message->told & MESSAGE_TIME_NS;
    bool is_new = message->told & MESSAGE_TIME_NEW;
    int64_t in_second = message->time_ns % NS_PER_SECOND;
    int64_t time[2] = {
        message->time_ns / NS_PER_SECOND,
        in_ns ? in_second : in_second / 1000,
    };
    give_data(room,
        in_ns ? (is_new ? SO_TIMESTAMPNS_NEW : SO_TIMESTAMPNS_OLD)
              : (is_new ? SO_TIMESTAMP_NEW : SO_TIMESTAMP_OLD),
        time, sizeof time);
}

/* One descriptor for the program, its number already written. */
static bool give_fd(struct file *file, int __user *to, unsigned fd_flags)
{
    int fd = files_reserve(current->files, 0, files_limit(), fd_flags);
    if (fd < 0)
        return false;
    if (user_write(to, &fd, sizeof fd)) {
        files_release(current->files, fd);
        return false;
    }
    files_install(current->files, fd, file_get(file));
    return true;
}

static void give_rights(
    struct control_room *room, const struct rights *rights, unsigned fd_flags)
{
    unsigned given = 0;
    unsigned most = room->left > HEAD ? (room->left - HEAD) / sizeof(int) : 0;
    int __user *to = (int __user *)(room->to + HEAD);
    while (given < min(most, rights->count) &&
        give_fd(rights->files[given], to + given, fd_flags))
        given++;
    if (given)
        give_header(room, SCM_RIGHTS, given * sizeof(int));
    if (given < rights->count)
        *room->flags |= MSG_CTRUNC;
}

uint64_t control_give(struct message *message, void __user *to, uint64_t bytes,
    unsigned asked, unsigned *flags)
{
    struct control_room room = { to, to ? bytes : 0, 0, flags };
    if (message->told & MESSAGE_TIME)
        give_time(&room, message);
    if (message->has_identity)
        give_identity(&room, &message->identity);
    if (message->rights)
        give_rights(&room, message->rights,
            asked & MSG_CMSG_CLOEXEC ? FD_CLOSE_ON_EXEC : 0);
    identity_put(&message->identity);
    rights_free(message->rights);
    message->rights = NULL;
    return room.used;
}
