/* SPDX-License-Identifier: MIT */
/* Everything at once: families of threads and of processes that share parts in
 * all ways, and that start programs, stop, kill, follow and look into
 * each other while they do.  None of it may come to anything but an end: the
 * runner counts what is left. */
#include "stress.h"
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>

enum { FAMILIES = 5, LOCKS = 4, STACKS = 12, STACK_BYTES = 16384, IDS = 64 };

/* For all families: who there is, locks with and without inheritance. */
static struct shared {
    volatile int families[FAMILIES], ids[IDS];
    uint32_t inheriting[LOCKS], plain[LOCKS];
} *shared;

static struct robust {
    struct robust *next;
    uint32_t word;
} held = { &held, 0 };
static struct { struct robust *list; long offset; struct robust *pending; }
    robust_head = { &held, offsetof(struct robust, word), NULL };

static char stacks[STACKS][STACK_BYTES] __attribute__((aligned(16)));
static volatile int stack_users[STACKS];
static const char *own_path;
static volatile int caught;

/* The lower bits come round soon. */
static int pick(unsigned *random, unsigned count)
{
    return (stress_random(random) >> 8) % count;
}

static void catches(int number)
{
    caught += number;
}

static int anybody(unsigned *random)
{
    int id = pick(random, 2)
        ? shared->families[pick(random, FAMILIES)]
        : shared->ids[pick(random, IDS)];
    return id > 1 ? id : getpid();
}

static void tell_id(unsigned *random)
{
    shared->ids[pick(random, IDS)] = syscall(SYS_gettid);
}

static long futex(uint32_t *at, int operation, uint32_t value, uint32_t *at2)
{
    struct timespec soon;
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec = (soon.tv_nsec + 1000000) % 1000000000;
    return syscall(SYS_futex, at, operation, value, &soon, at2, value);
}

/* ------------------------------------------------ what anybody may do */

static void locks(unsigned *random)
{
    uint32_t *lock = &shared->inheriting[pick(random, LOCKS)];
    uint32_t *other = &shared->inheriting[pick(random, LOCKS)];
    if (!futex(lock, FUTEX_LOCK_PI, 0, NULL)) {
        if (!futex(other, FUTEX_LOCK_PI, 0, NULL))
            futex(other, FUTEX_UNLOCK_PI, 0, NULL);
        if (pick(random, 8)) /* some end with it */
            futex(lock, FUTEX_UNLOCK_PI, 0, NULL);
    }
}

static void waits(unsigned *random)
{
    uint32_t *word = &shared->plain[pick(random, LOCKS)];
    uint32_t *lock = &shared->inheriting[pick(random, LOCKS)];
    switch (pick(random, 4)) {
    case 0:
        syscall(SYS_futex, word, FUTEX_WAIT, *word,
            &(struct timespec){ .tv_nsec = 1000000 }, NULL, 0);
        break;
    case 1:
        __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST);
        syscall(SYS_futex, word, FUTEX_WAKE, 2, NULL, NULL, 0);
        break;
    case 2:
        futex(word, FUTEX_WAIT_REQUEUE_PI, *word, lock);
        futex(lock, FUTEX_UNLOCK_PI, 0, NULL);
        break;
    case 3:
        syscall(SYS_futex, word, FUTEX_CMP_REQUEUE_PI, 1, (void *)3, lock,
            *word);
        break;
    }
}

static void signals(unsigned *random)
{
    static const int numbers[] = { SIGUSR1, SIGSTOP, SIGCONT, SIGUSR2, SIGCONT,
        40, SIGCONT, SIGKILL };
    int number = numbers[pick(random, 8)], who = anybody(random);
    if (number == SIGKILL && pick(random, 8))
        number = SIGCONT;
    if (who == getppid())
        return;
    if (pick(random, 2))
        syscall(SYS_tkill, who, number);
    else
        kill(who, number);
    for (int i = 0; i < FAMILIES; i++)
        kill(shared->families[i], SIGCONT);
}

static void by_pidfd(unsigned *random)
{
    int fd = syscall(434 /* pidfd_open */, anybody(random), 0);
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
    if (fd < 0)
        return;
    poll(&poll_fd, 1, pick(random, 3));
    syscall(424 /* pidfd_send_signal */, fd, SIGCONT, NULL, 0);
    int theirs = syscall(438 /* pidfd_getfd */, fd, pick(random, 6), 0);
    if (theirs >= 0)
        close(theirs);
    close(fd);
}

static void looks(unsigned *random)
{
    static const char *const names[] = { "maps", "status", "stat", "cmdline",
        "fd", "task", "wchan", "environ" };
    char path[64], text[2000];
    snprintf(path, sizeof path, "/proc/%d/%s", anybody(random),
        names[pick(random, 8)]);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (read(fd, text, sizeof text) < 0)
        syscall(SYS_getdents64, fd, text, sizeof text);
    close(fd);
}

static void schedules(unsigned *random)
{
    int who = anybody(random);
    struct sched_param how = { .sched_priority = pick(random, 2) };
    unsigned long mask = 1 + pick(random, 15);
    syscall(SYS_sched_setscheduler, who,
        how.sched_priority ? SCHED_RR : SCHED_OTHER, &how);
    syscall(SYS_sched_setaffinity, who, sizeof mask, &mask);
    if (pick(random, 2))
        sched_yield();
}

static void parts(unsigned *random)
{
    static const int flags[] = { CLONE_FILES, CLONE_FS, CLONE_FILES | CLONE_FS,
        CLONE_SIGHAND, CLONE_VM, CLONE_SYSVSEM };
    unshare(flags[pick(random, 6)]);
    syscall(SYS_close_range, 60, 80, pick(random, 2) ? 2 : 0);
    dup2(1, 60 + pick(random, 20));
}

static void reaps(unsigned *random)
{
    for (int i = pick(random, 6); i >= 0; i--)
        waitpid(-1, NULL, WNOHANG | __WALL);
}

static void starts_program(const char *how)
{
    char *words[] = { (char *)own_path, (char *)how, NULL };
    char *none[] = { NULL };
    execve(own_path, words, none);
}

static void makes(unsigned *random);
static void (*const acts[])(unsigned *random) = {
    locks, waits, signals, by_pidfd, looks, schedules, parts, reaps, makes,
    makes, makes, tell_id, waits, locks,
};
enum { ACTS = sizeof acts / sizeof *acts };

static void acts_for_a_while(unsigned random)
{
    int times = pick(&random, 12);
    tell_id(&random);
    if (pick(&random, 2))
        syscall(SYS_set_robust_list, &robust_head, sizeof robust_head);
    held.word = syscall(SYS_gettid);
    while (times--)
        acts[pick(&random, ACTS)](&random);
}

/* ------------------------------------------------------ who is made */

/* Without a library's thread about it: so nothing but calls. */
static int newborn(void *data)
{
    unsigned random = (uintptr_t)data;
    int times = pick(&random, 4);
    tell_id(&random);
    while (times--)
        acts[pick(&random, 8)](&random);
    if (!(pick(&random, 16)))
        starts_program("ends");
    syscall(pick(&random, 8) ? SYS_exit : SYS_exit_group, 0);
    return 0;
}

static void clones(unsigned *random)
{
    static const unsigned long flags[] = {
        SIGCHLD, CLONE_VM | SIGCHLD, CLONE_VM | CLONE_VFORK | SIGCHLD,
        CLONE_VM | CLONE_SIGHAND, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD,
        CLONE_FILES | CLONE_FS | SIGCHLD, CLONE_VM | CLONE_FILES | SIGUSR1,
        CLONE_PARENT | CLONE_FILES | SIGCHLD,
        CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_FILES | CLONE_FS,
        CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_SIGHAND | SIGCHLD,
    };
    unsigned long how = flags[pick(random, 10)];
    int i = pick(random, STACKS);
    if (!__sync_bool_compare_and_swap(&stack_users[i], 0, 1))
        return;
    if (clone(newborn, stacks[i] + STACK_BYTES,
            how | (how & CLONE_VM ? CLONE_CHILD_CLEARTID : 0),
            (void *)(uintptr_t)stress_random(random), NULL, NULL,
            &stack_users[i]) < 0 ||
        !(how & CLONE_VM))
        stack_users[i] = 0;
}

static void *thread_body(void *data)
{
    acts_for_a_while((uintptr_t)data);
    return NULL;
}

static void makes(unsigned *random)
{
    pthread_t thread;
    pthread_attr_t attributes;
    switch (pick(random, 8)) {
    case 0:
        if (!fork()) {
            acts_for_a_while(stress_random(random));
            _exit(0);
        }
        break;
    case 1:
        if (!(pick(random, 8)))
            starts_program("family");
        break;
    case 2:
    case 3:
    case 4:
        clones(random);
        break;
    default:
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, STACK_BYTES);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_create(&thread, &attributes, thread_body,
            (void *)(uintptr_t)stress_random(random));
    }
}

static void family(void)
{
    unsigned random = getpid() * 7919u + time(NULL);
    signal(SIGUSR1, catches);
    signal(SIGUSR2, catches);
    signal(40, catches);
    for (int i = 0; i < 4; i++)
        makes(&random);
    for (int i = 0; i < 40; i++)
        acts_for_a_while(stress_random(&random));
    _exit(0);
}

/* ----------------------------------------------------------- above */

static void begin_family(int i, int group)
{
    pid_t child = fork();
    if (child) {
        setpgid(child, group ? group : child);
        shared->families[i] = child;
        return;
    }
    setpgid(0, group);
    setrlimit(RLIMIT_NPROC, &(struct rlimit){ 200, 200 });
    close(0);
    int fd = open("shared", O_RDWR);
    dup2(fd, 59);
    starts_program("family");
    _exit(1);
}

static void end_all(int group)
{
    while (waitpid(-1, NULL, __WALL | WNOHANG) >= 0 || errno != ECHILD) {
        kill(-group, SIGKILL);
        usleep(1000);
    }
}

static int map_shared(int fd)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return shared != MAP_FAILED;
}

static void run(void)
{
    int fd = open("shared", O_RDWR | O_CREAT, 0666), died = 0;
    ftruncate(fd, sizeof *shared);
    ok(map_shared(fd));
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    stress_begin();
    pid_t keeper = fork(); /* so that the group stays */
    if (!keeper) {
        setpgid(0, 0);
        for (;;)
            pause();
    }
    setpgid(keeper, keeper);
    while (stress_goes_on()) {
        for (int i = 0; i < FAMILIES; i++)
            if (!shared->families[i] || kill(shared->families[i], 0))
                begin_family(i, keeper), died++;
        while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
            continue;
        kill(-keeper, SIGCONT);
        usleep(2000);
    }
    end_all(keeper);
    ok(died >= FAMILIES);
}

int main(int count, char **words)
{
    own_path = words[0];
    if (count > 1 && !strcmp(words[1], "ends"))
        _exit(0);
    if (count > 1 && map_shared(59))
        family();
    if (count > 1)
        _exit(2);
    setvbuf(stdout, NULL, _IOLBF, 0);
    tap_limit();
    run();
    printf("1..%d\n", tap_cases);
    return tap_failures != 0;
}
