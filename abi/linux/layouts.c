/* SPDX-License-Identifier: MIT */
/* Numbers and layouts that other folders have words of their own for, and that
 * are copied or passed on as they are: here it is proved that they are Linux's.
 * (What a single handler relies on is asserted beside it.) */
#include <asm/poll.h>
#include <asm/termbits.h>
#include <asm/termios.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <linux/uio.h>
#include <linux/wait.h>

#include "kernel/exit.h"
#include "kernel/limits.h"
#include "kernel/terminal.h"
#include "sched/thread.h"
#include "sched/wait.h"
#include "vfs/credentials.h"
#include "vfs/inode.h"
#include "vfs/transfer.h"

#define same(a, b) static_assert((long)(a) == (long)(b), #a " is " #b)

static_assert(sizeof(struct statx) == 256, "statx everywhere");

same(sizeof(struct io_segment), sizeof(struct iovec));
same(offsetof(struct io_segment, bytes), offsetof(struct iovec, iov_len));

same(READY_READ, POLLIN);
same(READY_PRIORITY, POLLPRI);
same(READY_WRITE, POLLOUT);
same(READY_ERROR, POLLERR);
same(READY_HANGUP, POLLHUP);
same(READY_INVALID, POLLNVAL);
same(READY_READ_NORMAL, POLLRDNORM);
same(READY_READ_BAND, POLLRDBAND);
same(READY_WRITE_NORMAL, POLLWRNORM);
same(READY_WRITE_BAND, POLLWRBAND);
same(READY_READ_HANGUP, POLLRDHUP);

same(INODE_FIFO, S_IFIFO >> 12);
same(INODE_CHARACTER, S_IFCHR >> 12);
same(INODE_DIRECTORY, S_IFDIR >> 12);
same(INODE_BLOCK, S_IFBLK >> 12);
same(INODE_REGULAR, S_IFREG >> 12);
same(INODE_SYMLINK, S_IFLNK >> 12);
same(INODE_SOCKET, S_IFSOCK >> 12);
same(MODE_SETUID, S_ISUID);
same(MODE_SETGID, S_ISGID);
same(MODE_STICKY, S_ISVTX);

same(LIMIT_CPU, RLIMIT_CPU);
same(LIMIT_FILE_BYTES, RLIMIT_FSIZE);
same(LIMIT_DATA, RLIMIT_DATA);
same(LIMIT_STACK, RLIMIT_STACK);
same(LIMIT_CORE, RLIMIT_CORE);
same(LIMIT_RESIDENT, RLIMIT_RSS);
same(LIMIT_PROCESSES, RLIMIT_NPROC);
same(LIMIT_FILES, RLIMIT_NOFILE);
same(LIMIT_LOCKED, RLIMIT_MEMLOCK);
same(LIMIT_SPACE, RLIMIT_AS);
same(LIMIT_LOCKS, RLIMIT_LOCKS);
same(LIMIT_SIGNALS, RLIMIT_SIGPENDING);
same(LIMIT_QUEUES, RLIMIT_MSGQUEUE);
same(LIMIT_NICE, RLIMIT_NICE);
same(LIMIT_REAL_TIME, RLIMIT_RTPRIO);
same(LIMIT_REAL_TIME_US, RLIMIT_RTTIME);
same(LIMIT_KINDS, RLIM_NLIMITS);
same(LIMIT_NONE, RLIM64_INFINITY);

same(POLICY_NORMAL, SCHED_NORMAL);
same(POLICY_FIFO, SCHED_FIFO);
same(POLICY_ROUND, SCHED_RR);
same(POLICY_BATCH, SCHED_BATCH);
same(POLICY_IDLE, SCHED_IDLE);

same(CAPABLE_CHOWN, CAP_CHOWN);
same(CAPABLE_DAC_OVERRIDE, CAP_DAC_OVERRIDE);
same(CAPABLE_DAC_READ_SEARCH, CAP_DAC_READ_SEARCH);
same(CAPABLE_FOWNER, CAP_FOWNER);
same(CAPABLE_FSETID, CAP_FSETID);
same(CAPABLE_KILL, CAP_KILL);
same(CAPABLE_SETGID, CAP_SETGID);
same(CAPABLE_SETUID, CAP_SETUID);
same(CAPABLE_SETPCAP, CAP_SETPCAP);
same(CAPABLE_NET_ADMIN, CAP_NET_ADMIN);
same(CAPABLE_IPC_LOCK, CAP_IPC_LOCK);
same(CAPABLE_SYS_MODULE, CAP_SYS_MODULE);
same(CAPABLE_SYS_CHROOT, CAP_SYS_CHROOT);
same(CAPABLE_SYS_PTRACE, CAP_SYS_PTRACE);
same(CAPABLE_SYS_ADMIN, CAP_SYS_ADMIN);
same(CAPABLE_SYS_BOOT, CAP_SYS_BOOT);
same(CAPABLE_SYS_NICE, CAP_SYS_NICE);
same(CAPABLE_SYS_RESOURCE, CAP_SYS_RESOURCE);
same(CAPABLE_SYS_TIME, CAP_SYS_TIME);
same(CAPABLE_SYS_TTY, CAP_SYS_TTY_CONFIG);
same(CAPABLE_MKNOD, CAP_MKNOD);
same(CAPABLE_LEASE, CAP_LEASE);
same(CAPABLE_SYSLOG, CAP_SYSLOG);
same(CAPABLE_WAKE_ALARM, CAP_WAKE_ALARM);
same(CAPABLE_LAST, CAP_LAST_CAP);

/* Terminals: the modes, their control characters, the size. */
same(TERMINAL_CONTROLS, NCCS);
same(sizeof(struct terminal_modes), sizeof(struct termios));
same(offsetof(struct terminal_modes, local), offsetof(struct termios, c_lflag));
same(offsetof(struct terminal_modes, line), offsetof(struct termios, c_line));
same(offsetof(struct terminal_modes, characters),
    offsetof(struct termios, c_cc));
same(sizeof(struct terminal_modes_speed), sizeof(struct termios2));
same(offsetof(struct terminal_modes_speed, input_speed),
    offsetof(struct termios2, c_ispeed));
same(sizeof(struct terminal_size), sizeof(struct winsize));
same(offsetof(struct terminal_size, columns),
    offsetof(struct winsize, ws_col));
