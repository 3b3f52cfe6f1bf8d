/* SPDX-License-Identifier: MIT */
/* ioctl: a table from numbers to control verbs, with what is copied for each.
 * A number that is not there is the file's to refuse, mostly by -ENOTTY. */
#include <asm/ioctls.h>
#include <asm/sockios.h>
#include <asm/termbits.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/inotify.h>
#include <linux/random.h>
#include <linux/timerfd.h>

#include "abi/linux/arguments.h"
#include "abi/linux/device_numbers.h"
#include "abi/linux/open_flags.h"
#include "abi/linux/owner.h"
#include "abi/linux/termio.h"
#include "arch/atomic.h"
#include "kernel/terminal.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "net/socket.h"
#include "vfs/control.h"
#include "vfs/memory_devices.h"

enum direction {
    PLAIN, /* a number, or nothing */
    IN,    /* the argument points to what is read */
    OUT,   /* to where the answer goes */
};

struct row {
    unsigned number;
    uint16_t verb;
    uint8_t direction, bytes;
};

enum { CONTROL_BYTES_MAX = sizeof(struct terminal_modes_speed) };

#define MODES       sizeof(struct terminal_modes)
#define MODES_SPEED sizeof(struct terminal_modes_speed)
#define SIZE        sizeof(struct terminal_size)
#define INT         sizeof(int)

static const struct row rows[] = {
    { FIONREAD, CONTROL_BYTES_READY, OUT, INT },
    { TIOCOUTQ, CONTROL_BYTES_QUEUED, OUT, INT },
    { SIOCATMARK, CONTROL_AT_MARK, OUT, INT },
    { TCGETS, CONTROL_GET_MODES, OUT, MODES },
    { TCSETS, CONTROL_SET_MODES, IN, MODES },
    { TCSETSW, CONTROL_SET_MODES_DRAIN, IN, MODES },
    { TCSETSF, CONTROL_SET_MODES_FLUSH, IN, MODES },
    { TCGETS2, CONTROL_GET_SPEEDS, OUT, MODES_SPEED },
    { TCSETS2, CONTROL_SET_SPEEDS, IN, MODES_SPEED },
    { TCSETSW2, CONTROL_SET_SPEEDS_DRAIN, IN, MODES_SPEED },
    { TCSETSF2, CONTROL_SET_SPEEDS_FLUSH, IN, MODES_SPEED },
    { TIOCGWINSZ, CONTROL_GET_SIZE, OUT, SIZE },
    { TIOCSWINSZ, CONTROL_SET_SIZE, IN, SIZE },
    { TIOCGPGRP, CONTROL_GET_GROUP, OUT, INT },
    { TIOCSPGRP, CONTROL_SET_GROUP, IN, INT },
    { TIOCGSID, CONTROL_GET_SESSION, OUT, INT },
    { TIOCSCTTY, CONTROL_TAKE, PLAIN, 0 },
    { TIOCNOTTY, CONTROL_LEAVE, PLAIN, 0 },
    { TCFLSH, CONTROL_FLUSH, PLAIN, 0 },
    { TCXONC, CONTROL_FLOW, PLAIN, 0 },
    { TCSBRKP, CONTROL_BREAK, PLAIN, 0 },
    { TIOCSTI, CONTROL_SIMULATE, IN, 1 },
    { TIOCEXCL, CONTROL_EXCLUSIVE, PLAIN, 0 },
    { TIOCNXCL, CONTROL_SHARED, PLAIN, 0 },
    { TIOCGEXCL, CONTROL_GET_EXCLUSIVE, OUT, INT },
    { TIOCGETD, CONTROL_GET_LINE, OUT, INT },
    { TIOCSETD, CONTROL_SET_LINE, IN, INT },
    { TIOCPKT, CONTROL_PACKET, IN, INT },
    { TIOCGPKT, CONTROL_GET_PACKET, OUT, INT },
    { TIOCSIG, CONTROL_PTY_SIGNAL, PLAIN, 0 },
    { TIOCGPTN, CONTROL_PTY_NUMBER, OUT, INT },
    { TIOCSPTLCK, CONTROL_PTY_LOCK, IN, INT },
    { TIOCGPTLCK, CONTROL_PTY_GET_LOCK, OUT, INT },
    { TIOCCONS, CONTROL_CONSOLE, PLAIN, 0 },
    { RNDGETENTCNT, CONTROL_RANDOM_COUNT, OUT, INT },
    { TFD_IOC_SET_TICKS, CONTROL_SET_TICKS, IN, sizeof(uint64_t) },
    { INOTIFY_IOC_SETNEXTWD, CONTROL_SET_NEXT_WATCH, PLAIN, 0 },
};

static const struct row *row_find(unsigned number)
{
    for (size_t i = 0; i < array_size(rows); i++)
        if (rows[i].number == number)
            return &rows[i];
    return NULL;
}

static long control(
    struct file *file, const struct row *row, unsigned long argument)
{
    unsigned char buffer[CONTROL_BYTES_MAX] aligned_to(8);
    void __user *at = (void __user *)argument;
    if (row->direction == PLAIN)
        return file_control(file, row->verb, argument);
    memset(buffer, 0, sizeof buffer);
    if (row->direction == IN && user_read(buffer, at, row->bytes))
        return -EFAULT;
    long result = file_control(file, row->verb, (uintptr_t)buffer);
    if (result >= 0 && row->direction == OUT &&
        user_write(at, buffer, row->bytes))
        return -EFAULT;
    return result;
}

static long switch_waiting(struct file *file, const void __user *argument)
{
    int is_on;
    if (user_read(&is_on, argument, sizeof is_on))
        return -EFAULT;
    if (is_on)
        atomic_or(&file->flags, OPEN_NONBLOCK);
    else
        atomic_and(&file->flags, ~OPEN_NONBLOCK);
    return 0;
}

/* Of a regular file: how far it is to the end. */
static long bytes_ready(struct file *file, void __user *argument)
{
    struct attributes attributes;
    inode_attributes(file->inode, &attributes);
    int left = attributes.bytes - file->position;
    return user_write(argument, &left, sizeof left);
}

static long block_bytes(struct file *file, void __user *to)
{
    struct attributes attributes;
    inode_attributes(file->inode, &attributes);
    int bytes = attributes.block_bytes;
    return user_write(to, &bytes, sizeof bytes);
}

/* FS_IOC_GETFLAGS: tmpfs, which keeps extended attributes, knows flags as well,
 * of which none is ever set here. */
static long inode_flags(struct file *file, void __user *to)
{
    const struct inode *inode = file->inode;
    bool has_flags = inode->ops->keeps_extended &&
        (inode->type == INODE_REGULAR || inode->type == INODE_DIRECTORY);
    int none = 0;
    return has_flags ? user_write(to, &none, sizeof none)
                     : file_control(file, CONTROL_NONE, 0);
}

enum { ENTROPY_BYTES_MAX = 65536 };

/* struct rand_pool_info: bits, bytes, then the bytes themselves. */
static long add_entropy(struct file *file, const void __user *argument)
{
    struct rand_pool_info head;
    int count;
    long known = file_control(file, CONTROL_RANDOM_COUNT, (uintptr_t)&count);
    if (known < 0)
        return known;
    if (!i_can(CAPABLE_SYS_ADMIN))
        return -EPERM;
    if (user_read(&head, argument, sizeof head))
        return -EFAULT;
    if (head.buf_size < 0 || head.buf_size > ENTROPY_BYTES_MAX)
        return -EINVAL;
    unsigned char *data = heap_alloc(head.buf_size + 1);
    if (!data)
        return -ENOMEM;
    struct random_entropy entropy = {
        .bits = head.entropy_count,
        .bytes = head.buf_size,
        .data = data,
    };
    const char __user *from = (const char __user *)argument + sizeof head;
    long result = user_read(data, from, entropy.bytes);
    if (!result)
        result = file_control(file, CONTROL_RANDOM_ADD, (uintptr_t)&entropy);
    heap_free(data);
    return result;
}

/* TIOCGPTPEER: the other side of a pty, by a descriptor of its own. */
static long open_peer(struct file *file, unsigned long flags)
{
    long fd = file_control(
        file, CONTROL_PTY_PEER, open_flags_from_linux(flags | O_LARGEFILE));
    if (fd >= 0 && flags & O_CLOEXEC)
        files_set_flags(current->files, fd, FD_CLOSE_ON_EXEC);
    return fd;
}

static long device_of(struct file *file, void __user *to)
{
    uint64_t device;
    long result = file_control(file, CONTROL_GET_DEVICE, (uintptr_t)&device);
    if (result < 0)
        return result;
    unsigned number = device_to_linux(device);
    return user_write(to, &number, sizeof number);
}

static long control_file(
    struct file *file, int fd, unsigned request, unsigned long argument)
{
    void __user *pointer = (void __user *)argument;
    switch (request) {
    case FIOCLEX:
        return files_set_flags(current->files, fd, FD_CLOSE_ON_EXEC);
    case FIONCLEX:
        return files_set_flags(current->files, fd, 0);
    case FIONBIO:
        return switch_waiting(file, pointer);
    case FIOASYNC:
        return async_by_ioctl(file, fd, pointer);
    case FIOSETOWN:
    case SIOCSPGRP:
        return file_socket(file) ? owner_set_by_ioctl(file, pointer) : -ENOTTY;
    case FIOGETOWN:
    case SIOCGPGRP:
        return file_socket(file) ? owner_get_by_ioctl(file, pointer) : -ENOTTY;
    case FIONREAD:
        if (file->inode->type == INODE_REGULAR)
            return bytes_ready(file, pointer);
        break;
    case FIGETBSZ:
        return block_bytes(file, pointer);
    case FS_IOC_GETFLAGS:
        return inode_flags(file, pointer);
    case TCSBRK: /* tcsendbreak, or tcdrain by a number that is not 0 */
        return file_control(
            file, argument ? CONTROL_DRAIN : CONTROL_BREAK, 0);
    case TIOCGDEV:
        return device_of(file, pointer);
    case TCGETA:
        return termio_get(file, pointer);
    case TCSETA:
        return termio_set(file, CONTROL_SET_MODES, pointer);
    case TCSETAW:
        return termio_set(file, CONTROL_SET_MODES_DRAIN, pointer);
    case TCSETAF:
        return termio_set(file, CONTROL_SET_MODES_FLUSH, pointer);
    case TIOCGPTPEER:
        return open_peer(file, argument);
    case RNDADDENTROPY:
        return add_entropy(file, pointer);
    }
    const struct row *row = row_find(request);
    return row ? control(file, row, argument)
               : file_control(file, CONTROL_NONE, 0);
}

long sys_ioctl(int fd, unsigned request, unsigned long argument)
{
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    long result = control_file(file, fd, request, argument);
    files_return(file, has_reference);
    return result;
}
