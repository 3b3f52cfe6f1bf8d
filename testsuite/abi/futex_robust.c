/* SPDX-License-Identifier: MIT */
/* Robust lists: what the kernel does with the locks of who is gone. */
#include "asleep.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>

static long wait_for_change(volatile uint32_t *word, uint32_t value)
{
    return syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

static volatile uint32_t *shared;

struct lock {
    struct lock *next;
    uint32_t word;
};
static struct robust_list_head head;
static struct lock locks[4];

enum { LOCK_OFFSET = offsetof(struct lock, word) };

static void *dies_with_locks(void *none)
{
    (void)none;
    uint32_t tid = syscall(SYS_gettid);
    for (int i = 0; i < 4; i++) {
        locks[i].next = &locks[i + 1];
        locks[i].word = tid;
    }
    locks[1].word |= FUTEX_WAITERS;
    locks[2].word = 12345; /* of another */
    locks[2].next = (void *)&head;
    head.list.next = (void *)&locks[0];
    head.futex_offset = LOCK_OFFSET;
    head.list_op_pending = (void *)&locks[3];
    syscall(SYS_set_robust_list, &head, sizeof head);
    return NULL;
}

static void thread_dies(void)
{
    pthread_t thread;
    struct robust_list_head *now;
    size_t size = 0;
    pthread_create(&thread, NULL, dies_with_locks, NULL);
    pthread_join(thread, NULL);
    is(locks[0].word, FUTEX_OWNER_DIED);
    is(locks[1].word, FUTEX_OWNER_DIED | FUTEX_WAITERS);
    is(locks[2].word, 12345);
    is(locks[3].word, FUTEX_OWNER_DIED);
    fails_with(EINVAL, syscall(SYS_set_robust_list, &head, 23));
    is(syscall(SYS_set_robust_list, &head, sizeof head), 0);
    is(syscall(SYS_get_robust_list, 0, &now, &size), 0);
    ok(now == &head && size == sizeof head);
    is(syscall(SYS_set_robust_list, NULL, sizeof head), 0);
    fails_with(EFAULT, syscall(SYS_get_robust_list, 0, 8, &size));
    fails_with(EFAULT, syscall(SYS_get_robust_list, 0, &now, 8));
    fails_with(ESRCH, syscall(SYS_get_robust_list, 99999999, &now, &size));
}

/* A process that is killed, in shared memory. */
static void process_is_killed(void)
{
    pid_t child = fork();
    if (!child) {
        struct robust_list_head *own = (void *)(shared + 64);
        struct lock *lock = (void *)(shared + 32);
        lock->next = (void *)own;
        lock->word = getpid() | FUTEX_WAITERS;
        own->list.next = (void *)lock;
        own->futex_offset = LOCK_OFFSET;
        own->list_op_pending = NULL;
        syscall(SYS_set_robust_list, own, sizeof *own);
        shared[3] = 1;
        for (;;)
            pause();
    }
    while (!shared[3])
        sched_yield();
    struct lock *lock = (void *)(shared + 32);
    uint32_t value = lock->word;
    ok(value == (child | FUTEX_WAITERS));
    pid_t killer = fork();
    if (!killer) {
        until_asleep(getppid());
        kill(child, SIGKILL);
        _exit(0);
    }
    is(wait_for_change(&lock->word, value), 0);
    is(lock->word, FUTEX_OWNER_DIED | FUTEX_WAITERS);
    waitpid(child, NULL, 0);
    waitpid(killer, NULL, 0);
}

/* A list that is broken or has no end does no harm. */
static void list_is_broken(void)
{
    pid_t child = fork();
    if (!child) {
        head.list.next = (void *)&locks[0];
        locks[0].next = &locks[0];
        head.list_op_pending = (void *)24;
        syscall(SYS_set_robust_list, &head, sizeof head);
        _exit(8);
    }
    int status;
    waitpid(child, &status, 0);
    is(status, 8 << 8);
}

static int execs(void *ends)
{
    dup2(((int *)ends)[0], 0);
    execl("/bin/cat", "cat", NULL);
    return 9;
}

/* A new program is the end of the old one's promises. */
static void exec_keeps_them(void)
{
    static char stack[16384] __attribute__((aligned(16)));
    static volatile int word = 5;
    struct lock *lock = (struct lock *)&shared[16];
    int ends[2];
    pipe(ends);
    pid_t child = clone(execs, stack + sizeof stack,
        CLONE_VM | CLONE_VFORK | CLONE_CHILD_CLEARTID | SIGCHLD, ends, NULL,
        NULL, &word);
    is(word, 0);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(ends[0]), close(ends[1]);
    child = fork();
    if (!child) {
        lock->word = syscall(SYS_gettid);
        lock->next = (void *)&head;
        head.list.next = (void *)lock;
        head.list_op_pending = NULL;
        syscall(SYS_set_robust_list, &head, sizeof head);
        execl("/bin/true", "true", NULL);
        _exit(9);
    }
    waitpid(child, NULL, 0);
    is(lock->word, FUTEX_OWNER_DIED);
}

static void run(void)
{
    shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    thread_dies();
    process_is_killed();
    list_is_broken();
    exec_keeps_them();
}
TEST_MAIN
