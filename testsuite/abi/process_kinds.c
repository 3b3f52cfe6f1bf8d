/* SPDX-License-Identifier: MIT */
/* Every call that names a process or a thread, on every kind of number, for
 * root and for someone else: which say yes, and what the others say.  A row is
 * a call, a column a kind. */
#include "letters.h"
#include "process_calls.h"
#include "who.h"
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/prctl.h>
#include <time.h>

/* What there is to name; all but one are our children. */
static struct shared {
    int thread; /* of the child with two */
} *shared;
static int child, zombie, gone, foreign, helper;

static void *wait_in_thread(void *unused)
{
    (void)unused;
    __atomic_store_n(&shared->thread, syscall(SYS_gettid), __ATOMIC_RELEASE);
    for (;;)
        pause();
    return NULL;
}

static void *tell_number(void *to)
{
    *(volatile int *)to = syscall(SYS_gettid);
    for (;;)
        pause();
    return NULL;
}

static int start(uid_t uid, int has_thread)
{
    pthread_t thread;
    int pid = fork();
    if (pid)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGTERM, SIG_DFL);
    if (setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
        _exit(1);
    if (has_thread)
        pthread_create(&thread, NULL, wait_in_thread, NULL);
    for (;;)
        pause();
}

/* Until it is no more what it was when it began. */
static void wait_for_user(int pid, uid_t uid)
{
    char path[32];
    struct stat status;
    snprintf(path, sizeof path, "/proc/%d", pid);
    while (stat(path, &status) || status.st_uid != uid)
        usleep(1000);
}

/* As the test began, whatever a row has done to it. */
static void begin_afresh(int thread)
{
    struct sched_param none = { 0 };
    syscall(SYS_sched_setscheduler, thread, SCHED_OTHER, &none);
    setpriority(PRIO_PROCESS, thread, 0);
    syscall(SYS_ioprio_set, 1, thread, 0);
}

static void begin(uid_t user)
{
    shared->thread = 0;
    begin_afresh(0);
    begin_afresh(helper);
    child = start(user, 1);
    while (!__atomic_load_n(&shared->thread, __ATOMIC_ACQUIRE))
        usleep(1000);
    foreign = start(OTHER, 0);
    wait_for_user(foreign, OTHER);
    zombie = fork();
    if (!zombie)
        _exit(0);
    gone = fork();
    if (!gone)
        _exit(0);
    siginfo_t info;
    waitid(P_PID, zombie, &info, WEXITED | WNOWAIT);
    waitpid(gone, NULL, 0);
}

static void end(void)
{
    int all[] = { child, foreign, zombie };
    for (int i = 0; i < 3; i++) {
        kill(all[i], SIGKILL);
        waitpid(all[i], NULL, 0);
    }
}

enum { KINDS = 10 };
static const char *const kinds[KINDS] = { "self", "thread", "child",
    "thread of child", "zombie", "gone", "foreign", "zero", "minus one",
    "largest" };

static int number_of(int kind)
{
    const int numbers[KINDS] = { getpid(), helper, child, shared->thread, zombie,
        gone, foreign, 0, -1, INT32_MAX };
    return numbers[kind];
}

/* What the calls need besides the number. */
static int id, file;
static siginfo_t info;
static struct sched_param usual, first = { .sched_priority = 1 };
static cpu_set_t cpus;
static struct timespec times;
static struct rlimit limit;
static void *head;
static size_t size;
static char bytes[64];
static const struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
} attributes = { .size = 48 };
static struct __user_cap_header_struct cap_head;
static struct __user_cap_data_struct cap_data[2];

static siginfo_t *queued(void)
{
    memset(&info, 0, sizeof info);
    info.si_code = SI_QUEUE;
    return &info;
}

static int clock_of(int which)
{
    return (~id << 3) | which;
}

static int own(int type)
{
    struct {
        int type, pid;
    } owner = { type, id };
    return fcntl(file, F_SETOWN_EX, &owner);
}

static int open_of(const char *name, int flags)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", id, name);
    int fd = open(path, flags);
    if (fd < 0)
        return fd;
    int result = flags & O_DIRECTORY ? syscall(SYS_getdents64, fd, bytes, 64)
        : flags == O_WRONLY          ? write(fd, "0", 1)
                                     : read(fd, bytes, 8);
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

static int link_of(const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", id, name);
    return readlink(path, bytes, 8);
}

static int capabilities(void)
{
    cap_head.version = _LINUX_CAPABILITY_VERSION_3;
    cap_head.pid = id;
    return syscall(SYS_capget, &cap_head, cap_data);
}

static int timer_for(void)
{
    struct sigevent event = { .sigev_notify = 4 /* SIGEV_THREAD_ID */,
        .sigev_signo = SIGURG };
    int timer;
    memcpy((char *)&event + 16, &id, 4); /* sigev_notify_thread_id */
    int result = syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer);
    if (!result)
        syscall(SYS_timer_delete, timer);
    return result;
}

static int open_pidfd(void)
{
    int fd = syscall(SYS_pidfd_open, id, 0);
    if (fd >= 0)
        close(fd);
    return fd < 0 ? -1 : 0;
}

ROWS_OF_CALLS

static char try(int row, int kind)
{
    id = number_of(kind);
    errno = 0;
    long result = do_call(row);
    return result == -1 && errno ? letter_of(errno) : '.';
}

static void try_row(int row, bool as_root)
{
    char text[160];
    const char *expected = rows[row].expected[!as_root];
    char got[KINDS + 1] = { 0 };
    snprintf(text, sizeof text, "%s: %s", as_root ? "root" : "user",
        rows[row].text);
    begin(as_root ? 0 : USER);
    /* Once for all: with a second thread it is dear in a C library. */
    if (!as_root)
        become(USER, GROUP);
    for (int i = 0; i < KINDS; i++) {
        got[i] = try(row, i);
        letter_is(text, kinds[i], got[i], expected, i);
    }
    become_root();
    note_row(text, got, expected);
    end();
}

static void run(void)
{
    static volatile int its_number;
    pthread_t thread;
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_create(&thread, NULL, tell_number, (void *)&its_number);
    while (!its_number)
        usleep(1000);
    helper = its_number;
    file = open("/dev/null", O_RDONLY);
    getrlimit(RLIMIT_CORE, &limit);
    sched_getaffinity(0, sizeof cpus, &cpus);
    for (int i = 0; i < ROWS; i++) {
        try_row(i, true);
        try_row(i, false);
    }
}
TEST_MAIN
