/* SPDX-License-Identifier: MIT */
/* send, recv and their kin. */
#include "abi/linux/arguments.h"
#include "abi/linux/io.h"
#include "abi/linux/socket.h"
#include "arch/clock.h"
#include "arch/atomic.h"

enum { MESSAGES_MAX = 1024 };

static const struct {
    unsigned linux_flag, flag;
} flag_table[] = {
    { MSG_DONTWAIT, MESSAGE_DO_NOT_WAIT },
    { MSG_PEEK, MESSAGE_PEEK },
    { MSG_WAITALL, MESSAGE_WAIT_ALL },
    { MSG_TRUNC, MESSAGE_TELL_WHOLE },
    { MSG_OOB, MESSAGE_OUT_OF_BAND },
    { MSG_EOR, MESSAGE_END_RECORD },
};

/* What 32-bit calls add to their flags: no program may give it itself. */
enum { MESSAGE_COMPAT = (int)0x80000000 };

/* What no family knows is ignored, as everywhere. */
static unsigned flags_from(unsigned linux_flags)
{
    unsigned flags = 0;
    for (size_t i = 0; i < array_size(flag_table); i++)
        if (linux_flags & flag_table[i].linux_flag)
            flags |= flag_table[i].flag;
    return flags;
}

/* Sending. */

static ssize_t send(struct socket *socket, struct message *message, int flags)
{
    struct socket_user user;
    socket_user_now(&user);
    message->user = &user;
    message->flags = flags_from(flags);
    ssize_t result = socket_send(socket, message);
    if (result == -EPIPE && !(flags & MSG_NOSIGNAL) &&
        !socket->ops->breaks_silently)
        io_broken_pipe();
    rights_free(message->rights);
    identity_put(&message->identity);
    return result;
}

static ssize_t send_buffer(struct socket *socket, const void __user *buffer,
    size_t bytes, int flags, const void __user *to, int to_bytes)
{
    struct socket_address address;
    struct transfer t;
    struct message message = { .data = &t };
    if (to) {
        int error = address_argument(&address, to, to_bytes);
        if (error)
            return error;
        message.address = address.bytes ? &address : NULL;
    }
    transfer_user(&t, (uintptr_t)buffer, bytes);
    return send(socket, &message, flags);
}

long sys_sendto(int fd, const void __user *buffer, size_t bytes, int flags,
    const void __user *to, int to_bytes)
{
    struct file *file;
    bool has_reference;
    int error;
    bytes = min(bytes, (size_t)IO_BYTES_MAX);
    if (!user_range_is_ok(buffer, bytes))
        return -EFAULT;
    struct socket *socket = socket_argument(fd, &file, &has_reference, &error);
    if (!socket)
        return error;
    ssize_t result = send_buffer(socket, buffer, bytes, flags, to, to_bytes);
    files_return(file, has_reference);
    return result;
}

/* A header, as far as both ways need it. */
static int header_argument(
    struct linux_msghdr *header, const struct linux_msghdr __user *from)
{
    if (user_read(header, from, sizeof *header))
        return -EFAULT;
    if (!header->name)
        header->name_bytes = 0;
    return header->name_bytes < 0 ? -EINVAL : 0;
}

static int data_argument(
    struct vector *vector, const struct linux_msghdr *header)
{
    if (header->vector_count > IO_SEGMENTS_MAX)
        return -EMSGSIZE;
    return vector_argument(vector, header->vector, header->vector_count);
}

/* Where to, and the bytes; after 0: vector_done. */
static int send_argument(struct message *message, struct socket_address *to,
    struct vector *vector, const struct linux_msghdr *header)
{
    int bytes = min(header->name_bytes, (int)sizeof to->raw);
    int error = address_argument(to, header->name, bytes);
    message->address = !error && to->bytes ? to : NULL;
    return error ? error : data_argument(vector, header);
}

static ssize_t send_message(
    struct socket *socket, const struct linux_msghdr __user *from, int flags)
{
    struct linux_msghdr header;
    struct socket_address address;
    struct vector vector;
    struct transfer t;
    struct message message = { .data = &t };
    int error = header_argument(&header, from);
    if (!error)
        error = send_argument(&message, &address, &vector, &header);
    if (error)
        return error;
    transfer_segments(&t, vector.segments, vector.count, vector.total);
    error = control_argument(&message, header.control, header.control_bytes);
    ssize_t result = error;
    if (!error) {
        result = send(socket, &message, flags);
    } else {
        rights_free(message.rights);
        identity_put(&message.identity);
    }
    vector_done(&vector);
    return result;
}

long sys_sendmsg(int fd, const void __user *from, int flags)
{
    struct file *file;
    bool has_reference;
    int error;
    if (flags & MESSAGE_COMPAT)
        return -EINVAL;
    struct socket *socket = socket_argument(fd, &file, &has_reference, &error);
    if (!socket)
        return error;
    ssize_t result = send_message(socket, from, flags);
    files_return(file, has_reference);
    return result;
}

/* One of several messages: its header comes first. */
static int give_bytes(const char __user *at, unsigned bytes)
{
    return user_write(user_member(at, struct linux_mmsghdr, bytes), &bytes,
        sizeof bytes);
}

static long send_messages(
    struct socket *socket, char __user *at, unsigned count, int flags)
{
    ssize_t result = 0;
    unsigned sent = 0;
    for (; sent < count; sent++, at += sizeof(struct linux_mmsghdr)) {
        result = send_message(socket, (void __user *)at, flags);
        if (result >= 0 && give_bytes(at, result))
            result = -EFAULT;
        if (result < 0)
            break;
        thread_breathe();
    }
    return sent ? (long)sent : result;
}

long sys_sendmmsg(int fd, void __user *at, unsigned count, int flags)
{
    struct file *file;
    bool has_reference;
    int error;
    if (flags & MESSAGE_COMPAT)
        return -EINVAL;
    struct socket *socket = socket_argument(fd, &file, &has_reference, &error);
    if (!socket)
        return error;
    long result = send_messages(
        socket, at, min(count, (unsigned)MESSAGES_MAX), flags);
    files_return(file, has_reference);
    return result;
}

/* Receiving. */

static ssize_t receive(
    struct socket *socket, struct message *message, int flags)
{
    message->flags = flags_from(flags);
    return socket_receive(socket, message);
}

static void drop_extras(struct message *message)
{
    rights_free(message->rights);
    identity_put(&message->identity);
}

static ssize_t receive_buffer(struct socket *socket, void __user *buffer,
    size_t bytes, int flags, void __user *from, int __user *from_bytes)
{
    struct socket_address address = { 0 };
    struct transfer t;
    struct message message = { .data = &t, .address = &address };
    transfer_user(&t, (uintptr_t)buffer, bytes);
    ssize_t result = receive(socket, &message, flags);
    drop_extras(&message);
    if (result >= 0 && from) {
        int error = address_give(&address, from, from_bytes);
        if (error)
            return error;
    }
    return result;
}

long sys_recvfrom(int fd, void __user *buffer, size_t bytes, int flags,
    void __user *from, void __user *from_bytes)
{
    struct file *file;
    bool has_reference;
    int error;
    bytes = min(bytes, (size_t)IO_BYTES_MAX);
    if (!user_range_is_ok(buffer, bytes))
        return -EFAULT;
    struct socket *socket = socket_argument(fd, &file, &has_reference, &error);
    if (!socket)
        return error;
    ssize_t result =
        receive_buffer(socket, buffer, bytes, flags, from, from_bytes);
    files_return(file, has_reference);
    return result;
}

/* The name's room is what the header said at first. */
static int give_name(const struct linux_msghdr *header,
    const struct socket_address *address, struct linux_msghdr __user *to)
{
    int bytes = address->bytes;
    if (!header->name)
        return 0;
    if (user_write(header->name, address->raw, min(header->name_bytes, bytes)))
        return -EFAULT;
    return user_write(&to->name_bytes, &bytes, sizeof bytes);
}

static int give_header(const struct linux_msghdr *header,
    struct message *message, int asked, struct linux_msghdr __user *to)
{
    unsigned flags = asked & MSG_CMSG_CLOEXEC;
    if (message->told & MESSAGE_CUT)
        flags |= MSG_TRUNC;
    if (message->told & MESSAGE_OUT_OF_BAND)
        flags |= MSG_OOB;
    uint64_t used = control_give(
        message, header->control, header->control_bytes, asked, &flags);
    int error = give_name(header, message->address, to);
    if (!error)
        error = user_write(&to->flags, &flags, sizeof flags);
    if (!error)
        error = user_write(&to->control_bytes, &used, sizeof used);
    return error;
}

static ssize_t receive_message(
    struct socket *socket, struct linux_msghdr __user *at, int flags)
{
    struct linux_msghdr header;
    struct socket_address address = { 0 };
    struct vector vector;
    struct transfer t;
    struct message message = { .data = &t, .address = &address };
    int error = header_argument(&header, at);
    if (!error)
        error = data_argument(&vector, &header);
    if (error)
        return error;
    transfer_segments(&t, vector.segments, vector.count, vector.total);
    ssize_t result = receive(socket, &message, flags);
    vector_done(&vector);
    if (result < 0) {
        drop_extras(&message);
        return result;
    }
    error = give_header(&header, &message, flags, at);
    return error ? error : result;
}

long sys_recvmsg(int fd, void __user *at, int flags)
{
    struct file *file;
    bool has_reference;
    int error;
    if (flags & MESSAGE_COMPAT)
        return -EINVAL;
    struct socket *socket = socket_argument(fd, &file, &has_reference, &error);
    if (!socket)
        return error;
    ssize_t result = receive_message(socket, at, flags);
    files_return(file, has_reference);
    return result;
}

static long receive_messages(struct socket *socket, char __user *at,
    unsigned count, int flags, uint64_t deadline_ns)
{
    ssize_t result = socket_take_error(socket);
    unsigned received = 0;
    if (result)
        return result;
    for (; received < count; at += sizeof(struct linux_mmsghdr)) {
        result = receive_message(
            socket, (void __user *)at, flags & ~MSG_WAITFORONE);
        if (result >= 0 && give_bytes(at, result))
            result = -EFAULT;
        if (result < 0)
            break;
        received++;
        if (flags & MSG_WAITFORONE)
            flags |= MSG_DONTWAIT;
        if (clock_ns() >= deadline_ns)
            break;
        thread_breathe();
    }
    /* What went wrong after some came is told by the next call. */
    if (received && result < 0 && result != -EAGAIN)
        atomic_store(&socket->error, -result);
    return received ? (long)received : result;
}

long sys_recvmmsg(
    int fd, void __user *at, unsigned count, int flags, void __user *timeout)
{
    struct file *file;
    bool has_reference;
    uint64_t deadline_ns;
    if (flags & MESSAGE_COMPAT)
        return -EINVAL;
    int error = deadline_argument(timeout, &deadline_ns);
    if (error)
        return error;
    struct socket *socket = socket_argument(fd, &file, &has_reference, &error);
    if (!socket)
        return error;
    long result = receive_messages(socket, at,
        min(count, (unsigned)MESSAGES_MAX), flags, deadline_ns);
    files_return(file, has_reference);
    if (timeout && result > 0 && time_give(timeout, time_left(deadline_ns)))
        result = -EFAULT;
    return result;
}
