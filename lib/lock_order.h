/* SPDX-License-Identifier: MIT */
/* The ranks of all locks, low first: a CPU that holds a lock may only take
 * locks of higher rank.  The debug build stops at the first breach; two locks
 * of one rank are taken by lock_two(), in address order.  Sleeping locks come
 * first: they are never taken under a spin lock. */
#ifndef LIB_LOCK_ORDER_H
#define LIB_LOCK_ORDER_H

enum lock_rank {
    RANK_NONE, /* not checked */
    /* Sleeping locks. */
    RANK_ASYNC_CHANGE,  /* held while a file is polled */
    RANK_FILE_POSITION, /* held while the file's own functions run */
    RANK_SOCKET_NAME,   /* held while a socket gets its name in a directory */
    RANK_EPOLL_NESTING, /* which epolls watch which */
    RANK_EPOLL_ENTRIES, /* held while other files are polled; outer first */
    RANK_RENAME,
    RANK_MOUNTS_CHANGE,
    RANK_DIRECTORY, /* an inode's change mutex; parent before child */
    RANK_TERMINAL,
    RANK_PIPE,
    RANK_SOCKET_READING, /* held while bytes go to the reader */
    RANK_IN_FLIGHT,      /* which sockets are on their way through others */
    RANK_TIMERFD_SETTING, /* one that sets a timer */
    RANK_STORE_CHANGE,
    RANK_SPACE, /* a space's areas */
    RANK_SLEEPING_LAST,
    /* Spin locks. */
    RANK_PROCESS_TREE,
    RANK_FUTEX,
    RANK_BOOST, /* priority inheritance */
    RANK_SIGNALS, /* handlers.lock */
    RANK_PROCESS,
    RANK_TERMINAL_STATE,
    RANK_FILES,
    RANK_PATHS,
    RANK_MOUNTS,
    RANK_NAMES,
    RANK_INODE,
    RANK_FILE,
    RANK_NOTIFY, /* what a file that watches others has to tell */
    RANK_SOCKET_NAMES, /* who has which name */
    RANK_SOCKET,
    RANK_STORE, /* a store's page index */
    RANK_PAGE_TABLE,
    RANK_LEAF,  /* never holds another of these */
    RANK_SOCKET_QUEUE, /* woken before the queues of those who poll a sender */
    RANK_WAIT_QUEUE,
    RANK_TIMERFD_QUEUE, /* woken under the queue of the clock's setting */
    RANK_EPOLL_QUEUE, /* woken under the queues of what an epoll watches */
    RANK_EPOLL,
    RANK_TIMERFD,
    RANK_ASYNC, /* what signals are to tell of files */
    RANK_PID,
    RANK_TIMERS,
    RANK_WORK, /* queues of work and left-over puts */
    RANK_WORK_QUEUE, /* workers, woken under any queue */
    RANK_THREAD, /* a thread's state, against its wakers */
    RANK_RUN_QUEUE,
    RANK_HEAP,
    RANK_PAGES,
    RANK_GRACE,
    RANK_RANDOM,
    RANK_HOLDERS, /* of references: the debug build's accounts */
    RANK_LOG,
    RANK_CONSOLE,
    RANK_CLOCK, /* of the counter's scale, in interrupts */
};

#endif
