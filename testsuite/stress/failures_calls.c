/* SPDX-License-Identifier: MIT */
/* What else allocates: identities, locks, attributes, paths, long lists of
 * pieces, memory that is split, without memory: see failures.h. */
#include "failures.h"

#include <linux/capability.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/xattr.h>

enum { PIECES = 100, PAGE = 4096 };

static char buffer[8 * PAGE];
static struct iovec pieces[PIECES];
static struct msghdr message = { .msg_iov = pieces, .msg_iovlen = PIECES };

enum { GRANTED = 128 }; /* beside the error of the call */

static int end_of_child(pid_t child)
{
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (child < 0 || !WIFEXITED(status))
        _exit(92);
    told_by_child = !!(WEXITSTATUS(status) & GRANTED);
    errno = WEXITSTATUS(status) & ~GRANTED;
    return errno ? -1 : 0;
}

#define IN_CHILD(name, call)                                                   \
    static int name(int nth)                                                   \
    {                                                                          \
        pid_t child = fork();                                                  \
        if (child)                                                             \
            return end_of_child(child);                                        \
        wish(nth);                                                             \
        int error = (call) < 0 ? errno : 0;                                    \
        _exit(error | (was_granted() ? GRANTED : 0));                          \
    }

/* Threads and what they share. */
static char stack[16384] __attribute__((aligned(16)));
static int end_at_once(void *unused)
{
    (void)unused;
    return 0;
}
static int try_clone(int nth)
{
    wish(nth);
    pid_t child = clone(end_at_once, stack + sizeof stack,
        CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | SIGCHLD, NULL);
    int error = errno;
    wait_for_child(child);
    errno = error;
    return child;
}
IN_CHILD(try_unshare, unshare(CLONE_FILES | CLONE_FS | CLONE_SYSVSEM))
IN_CHILD(try_close_range,
    syscall(SYS_close_range, 500, 600, 2 /* CLOSE_RANGE_UNSHARE */))

/* Who one is. */
IN_CHILD(try_session, setsid())
IN_CHILD(try_group, setpgid(0, 0))
IN_CHILD(try_user, syscall(SYS_setresuid, 5, 6, 7))
IN_CHILD(try_groups_of, syscall(SYS_setresgid, 5, 6, 7))
IN_CHILD(try_keep, prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
IN_CHILD(try_bounds, prctl(PR_CAPBSET_DROP, CAP_CHOWN, 0, 0, 0))
IN_CHILD(try_root, chroot("."))
IN_CHILD(try_folder, chdir("/tmp"))
static int set_no_capability(void)
{
    struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct none[2] = { 0 };
    return syscall(SYS_capset, &head, none);
}
IN_CHILD(try_capset, set_no_capability())

/* Locks and futexes. */
WITH_FILE(try_flock, flock(fd, LOCK_EX))
static struct flock a_lock = { .l_type = F_WRLCK, .l_start = 5, .l_len = 10 };
WITH_FILE(try_description_lock, fcntl(fd, 37 /* F_OFD_SETLK */, &a_lock))
WITH_FILE(try_look_at_lock, fcntl(fd, F_GETLK, &(struct flock){ .l_type = F_WRLCK }))
static int a_word;
ATTEMPT(try_lock_pi, a_word = 0, syscall(SYS_futex, &a_word, FUTEX_LOCK_PI, 0,
    NULL, NULL, 0), a_word = 0)

/* Attributes and paths. */
WITH_FILE(try_set_attribute,
    fsetxattr(fd, "trusted.name", buffer, 300, XATTR_CREATE))
ATTEMPT(try_get_attribute, int fd = open("file", O_RDWR | O_CREAT, 0600);
    fsetxattr(fd, "trusted.name", buffer, 300, 0),
    fgetxattr(fd, "trusted.name", buffer, 300), close(fd); unlink("file"))
ATTEMPT(try_list_attributes, int fd = open("file", O_RDWR | O_CREAT, 0600);
    fsetxattr(fd, "trusted.name", buffer, 300, 0),
    flistxattr(fd, buffer, 300), close(fd); unlink("file"))
ATTEMPT(try_remove_attribute, int fd = open("file", O_RDWR | O_CREAT, 0600);
    fsetxattr(fd, "trusted.name", buffer, 300, 0),
    fremovexattr(fd, "trusted.name"), close(fd); unlink("file"))
ATTEMPT(try_cwd, NOTHING, syscall(SYS_getcwd, buffer, PAGE), NOTHING)
ATTEMPT(try_readlink, NOTHING, readlink("/proc/self/exe", buffer, PAGE), NOTHING)
ATTEMPT(try_status_of, struct stat status, stat("/proc/self/status", &status),
    NOTHING)
static struct {
    unsigned bytes;
    int type;
    char data[128];
} handle;
ATTEMPT(try_name_handle, int mount; handle.bytes = 128,
    syscall(SYS_name_to_handle_at, AT_FDCWD, ".", &handle, &mount, 0), NOTHING)
ATTEMPT(try_open_handle, NOTHING,
    close_it(syscall(SYS_open_by_handle_at, AT_FDCWD, &handle, O_RDONLY)),
    NOTHING)
ATTEMPT(try_exchange,
    close_it(open("a", O_CREAT, 0600)); close_it(open("b", O_CREAT, 0600)),
    syscall(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "b", 2),
    unlink("a"); unlink("b"))
ATTEMPT(try_whiteout, close_it(open("a", O_CREAT, 0600)),
    syscall(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD,
        "a name that is too long to be kept within its entry", 4),
    unlink("a"); unlink("a name that is too long to be kept within its entry"))
ATTEMPT(try_link_unnamed, int fd = open(".", O_TMPFILE | O_RDWR, 0600),
    linkat(fd, "", AT_FDCWD, "named", AT_EMPTY_PATH), close(fd); unlink("named"))
ATTEMPT(try_node, NOTHING, mknod("node", S_IFCHR | 0600, 0x103), unlink("node"))
ATTEMPT(try_rmdir, mkdir("d", 0700), rmdir("d"), rmdir("d"))
ATTEMPT(try_unmount, mkdir("m", 0700); mount("none", "m", "tmpfs", 0, NULL),
    umount2("m", MNT_DETACH), umount2("m", MNT_DETACH); rmdir("m"))
ATTEMPT(try_bind_mount, mkdir("m", 0700),
    mount("/tmp", "m", NULL, MS_BIND | MS_REC, NULL),
    umount2("m", MNT_DETACH); rmdir("m"))

/* Moving bytes in many pieces, and between files. */
WITH_FILE(try_readv, readv(fd, pieces, PIECES))
WITH_FILE(try_writev, writev(fd, pieces, PIECES))
#define PAIR socketpair(AF_UNIX, SOCK_DGRAM, 0, ends)
WITH_ENDS(try_send_pieces, PAIR, sendmsg(ends[0], &message, 0))
WITH_ENDS(try_receive_pieces, PAIR || send(ends[0], "x", 1, 0) != 1,
    recvmsg(ends[1], &message, 0))
static struct mmsghdr many = { .msg_hdr = { .msg_iov = pieces,
    .msg_iovlen = PIECES } };
WITH_ENDS(try_send_many, PAIR, sendmmsg(ends[0], &many, 1, 0))
WITH_ENDS(try_receive_many, PAIR || send(ends[0], "x", 1, 0) != 1,
    recvmmsg(ends[1], &many, 1, 0, NULL))
#define TWO_FILES                                                              \
    int from = open("from", O_RDWR | O_CREAT, 0600);                           \
    int to = open("to", O_RDWR | O_CREAT, 0600);                               \
    pwrite(from, buffer, sizeof buffer, 0)
#define NO_FILES close(from); close(to); unlink("from"); unlink("to")
ATTEMPT(try_sendfile, TWO_FILES, sendfile(to, from, NULL, sizeof buffer),
    NO_FILES)
ATTEMPT(try_copy_range, TWO_FILES,
    syscall(SYS_copy_file_range, from, NULL, to, NULL, sizeof buffer, 0),
    NO_FILES)
WITH_FILE(try_truncate, ftruncate(fd, PAGE + 100))
ATTEMPT(try_punch, TWO_FILES,
    fallocate(from, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100, PAGE),
    NO_FILES)

/* Waiting for many. */
static struct pollfd polled[600];
static const struct timespec now;
ATTEMPT(try_ppoll, NOTHING,
    ppoll(polled, 600, &now, NULL), NOTHING)
ATTEMPT(try_epoll_wait, int fd = epoll_create1(0); 
    struct epoll_event event = { .events = EPOLLIN };
    epoll_ctl(fd, EPOLL_CTL_ADD, 0, &event),
    epoll_wait(fd, &event, 1, 0), close(fd))

/* Other processes, and signals. */
ATTEMPT(try_fetch, int self = syscall(SYS_pidfd_open, getpid(), 0),
    close_it(syscall(SYS_pidfd_getfd, self, 1, 0)), close(self))
ATTEMPT(try_tell, int self = syscall(SYS_pidfd_open, getpid(), 0),
    syscall(SYS_pidfd_send_signal, self, SIGURG, NULL, 0), close(self))
ATTEMPT(try_kill, NOTHING, kill(getpid(), SIGURG), NOTHING)
ATTEMPT(try_thread_kill, NOTHING,
    syscall(SYS_tgkill, getpid(), getpid(), SIGURG), NOTHING)
WITH_ENDS(try_async, socketpair(AF_UNIX, SOCK_STREAM, 0, ends),
    fcntl(ends[0], F_SETFL, O_ASYNC))
WITH_FILE(try_owner, fcntl(fd, F_SETOWN, getpid()))
WITH_FILE(try_owner_signal, fcntl(fd, F_SETSIG, SIGURG))

/* Memory that is split, and what there is of it. */
#define AREA char *at = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE,           \
    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
#define NO_AREA munmap(at, 8 * PAGE)
ATTEMPT(try_mlock, AREA, mlock(at + PAGE, PAGE), NO_AREA)
ATTEMPT(try_advise, AREA, madvise(at + PAGE, PAGE, MADV_DONTFORK), NO_AREA)
ATTEMPT(try_populate, AREA, madvise(at, PAGE, 23 /* MADV_POPULATE_WRITE */),
    NO_AREA)
ATTEMPT(try_mincore, AREA; unsigned char seen[8], mincore(at, 8 * PAGE, seen),
    NO_AREA)
static int failed(bool has_failed)
{
    errno = has_failed ? ENOMEM : 0;
    return has_failed ? -1 : 0;
}
ATTEMPT(try_break, long was = syscall(SYS_brk, 0),
    failed(syscall(SYS_brk, was + PAGE) == was), syscall(SYS_brk, was))
ATTEMPT(try_seals, int fd = syscall(SYS_memfd_create, "m", MFD_ALLOW_SEALING),
    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), close(fd))

/* What the kernel tells. */
#define LOOKS(name, path)                                                      \
    ATTEMPT(name, int fd = open(path, O_RDONLY), read(fd, buffer, sizeof buffer), \
        close(fd))
LOOKS(try_status, "/proc/self/status")
LOOKS(try_mounts, "/proc/self/mountinfo")
LOOKS(try_environment, "/proc/self/environ")
LOOKS(try_stat, "/proc/stat")
LOOKS(try_memory, "/proc/meminfo")
LOOKS(try_limits, "/proc/self/limits")
LOOKS(try_sockets, "/proc/net/unix")
LOOKS(try_sys, "/sys/devices/system/cpu/online")
ATTEMPT(try_descriptors, int fd = open("/proc/self/fd", O_RDONLY),
    syscall(SYS_getdents64, fd, buffer, PAGE), close(fd))
ATTEMPT(try_log, NOTHING, syscall(SYS_syslog, 3, buffer, PAGE), NOTHING)
ATTEMPT(try_peer, int master = open("/dev/ptmx", O_RDWR | O_NOCTTY); int off = 0;
    ioctl(master, TIOCSPTLCK, &off),
    close_it(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY)), close(master))
ATTEMPT(try_seen, int fd = inotify_init1(IN_NONBLOCK);
    inotify_add_watch(fd, ".", IN_CREATE); mkdir("d", 0700),
    read(fd, buffer, PAGE), close(fd); rmdir("d"))

static const struct operation operations[] = {
    { "clone", try_clone, EAGAIN },
    { "unshare", try_unshare, 0 },
    { "close_range", try_close_range, 0 },
    { "setsid", try_session, 0 },
    { "setpgid", try_group, 0 },
    { "setresuid", try_user, EAGAIN },
    { "setresgid", try_groups_of, 0 },
    { "PR_SET_KEEPCAPS", try_keep, 0 },
    { "PR_CAPBSET_DROP", try_bounds, 0 },
    { "chroot", try_root, 0 },
    { "chdir", try_folder, 0 },
    { "capset", try_capset, 0 },
    { "flock", try_flock, ENOLCK },
    { "F_OFD_SETLK", try_description_lock, ENOLCK },
    { "F_GETLK", try_look_at_lock, 0 },
    { "FUTEX_LOCK_PI", try_lock_pi, 0 },
    { "setxattr", try_set_attribute, ENOSPC },
    { "getxattr", try_get_attribute, 0 },
    { "listxattr", try_list_attributes, 0 },
    { "removexattr", try_remove_attribute, 0 },
    { "getcwd", try_cwd, 0 },
    { "readlink", try_readlink, 0 },
    { "stat", try_status_of, 0 },
    { "name_to_handle_at", try_name_handle, 0 },
    { "open_by_handle_at", try_open_handle, 0 },
    { "renameat2", try_exchange, ENOSPC },
    { "RENAME_WHITEOUT", try_whiteout, ENOSPC },
    { "linkat", try_link_unnamed, ENOSPC },
    { "mknod", try_node, ENOSPC },
    { "rmdir", try_rmdir, 0 },
    { "umount2", try_unmount, 0 },
    { "a bind mount", try_bind_mount, 0 },
    { "readv", try_readv, 0 },
    { "writev", try_writev, ENOSPC },
    { "sendmsg", try_send_pieces, ENOBUFS },
    { "recvmsg", try_receive_pieces, 0 },
    { "sendmmsg", try_send_many, ENOBUFS },
    { "recvmmsg", try_receive_many, 0 },
    { "sendfile", try_sendfile, ENOSPC },
    { "copy_file_range", try_copy_range, ENOSPC },
    { "ftruncate", try_truncate, ENOSPC },
    { "FALLOC_FL_PUNCH_HOLE", try_punch, ENOSPC },
    { "ppoll", try_ppoll, 0 },
    { "epoll_wait", try_epoll_wait, 0 },
    { "pidfd_getfd", try_fetch, 0 },
    { "pidfd_send_signal", try_tell, EAGAIN },
    { "kill", try_kill, EAGAIN },
    { "tgkill", try_thread_kill, EAGAIN },
    { "O_ASYNC", try_async, 0 },
    { "F_SETOWN", try_owner, 0 },
    { "F_SETSIG", try_owner_signal, 0 },
    { "mlock", try_mlock, EAGAIN },
    { "MADV_DONTFORK", try_advise, EAGAIN },
    { "MADV_POPULATE_WRITE", try_populate, EFAULT },
    { "mincore", try_mincore, EAGAIN },
    { "brk", try_break, 0 },
    { "F_ADD_SEALS", try_seals, 0 },
    { "read of status", try_status, 0 },
    { "read of mountinfo", try_mounts, 0 },
    { "read of environ", try_environment, 0 },
    { "read of /proc/stat", try_stat, 0 },
    { "read of meminfo", try_memory, 0 },
    { "read of limits", try_limits, 0 },
    { "read of sockets", try_sockets, 0 },
    { "read in /sys", try_sys, 0 },
    { "getdents of descriptors", try_descriptors, 0 },
    { "syslog", try_log, 0 },
    { "TIOCGPTPEER", try_peer, 0 },
    { "read of inotify", try_seen, 0 },
};

static void run(void)
{
    for (int i = 0; i < PIECES; i++)
        pieces[i] = (struct iovec){ buffer + i, 1 };
    for (int i = 0; i < 600; i++)
        polled[i] = (struct pollfd){ .fd = -1 };
    walk_all(operations, sizeof operations / sizeof *operations);
}
TEST_MAIN
