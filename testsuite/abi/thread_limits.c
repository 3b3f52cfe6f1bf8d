/* SPDX-License-Identifier: MIT */
/* Too many threads: RLIMIT_NPROC, kernel.pid_max and kernel.threads-max give
 * EAGAIN, and when some have ended others can be made. */
#include "proc.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

enum { MOST = 600 };

static pthread_t threads[MOST];
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void *waits(void *data)
{
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return data;
}

/* As many as can be: how many, and the error of the next one. */
static int make(int *error)
{
    pthread_attr_t how;
    int made = 0;
    pthread_attr_init(&how);
    pthread_attr_setstacksize(&how, 16384);
    pthread_mutex_lock(&gate);
    *error = 0;
    while (made < MOST &&
        !(*error = pthread_create(&threads[made], &how, waits, NULL)))
        made++;
    return made;
}

static void end(int made)
{
    pthread_mutex_unlock(&gate);
    for (int i = 0; i < made; i++)
        pthread_join(threads[i], NULL);
    while (number_of("/proc/self/status", "Threads") > 1)
        usleep(1000);
}

static void user_is_limited(void *none)
{
    int error, good = 0;
    (void)none;
    setrlimit(RLIMIT_NPROC, &(struct rlimit){ 12, 12 });
    if (setresuid(7654, 7654, 7654))
        _exit(90);
    for (int i = 0; i < 3; i++) {
        int made = make(&error);
        good += made == 11 && error == EAGAIN;
        good += fork() == -1 && errno == EAGAIN; /* nor processes */
        end(made);
        pid_t child = fork();
        if (!child)
            _exit(0);
        good += child > 0 && waitpid(child, NULL, 0) == child;
    }
    _exit(good);
}

/* What was refused for all is not counted for the user. */
static void is_refused_often(int told, int may_go_on)
{
    int error, refused = 0;
    char byte = 0;
    if (setresuid(7655, 7655, 7655))
        _exit(90);
    int made = make(&error);
    for (int i = 0; i < 100; i++)
        refused += fork() == -1 && errno == EAGAIN;
    end(made);
    write(told, &byte, 1);
    read(may_go_on, &byte, 1);
    setrlimit(RLIMIT_NPROC, &(struct rlimit){ 12, 12 });
    made = make(&error);
    _exit(made == 11 && error == EAGAIN && refused == 100 ? 5 : 6);
}

static int set(const char *path, long value)
{
    char text[24];
    int fd = open(path, O_WRONLY);
    snprintf(text, sizeof text, "%ld", value);
    int result = write(fd, text, strlen(text)) < 0 ? -1 : 0, error = errno;
    close(fd);
    errno = error;
    return result;
}

static void of_all(const char *path, long value)
{
    long before = atol(whole(path));
    int error;
    for (int i = 0; i < 2; i++) {
        is(set(path, value), 0);
        int made = make(&error);
        is(error, EAGAIN);
        ok(made < value);
        set(path, before);
        pid_t child = fork(); /* there is room again */
        if (!child)
            _exit(3);
        int status;
        ok(waitpid(child, &status, 0) == child);
        is(status, 3 << 8);
        end(made);
    }
    is(atol(whole(path)) == before, 1);
    fails_with(EINVAL, set(path, 0));
    fails_with(EINVAL, set(path, 0x7fffffff));
}

static void of_all_and_a_user(void)
{
    const char *path = "/proc/sys/kernel/threads-max";
    long before = atol(whole(path));
    int told[2], may_go_on[2], status;
    char byte = 0;
    pipe(told), pipe(may_go_on);
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        set(path, 200);
        is_refused_often(told[1], may_go_on[0]);
    }
    read(told[0], &byte, 1);
    set(path, before);
    write(may_go_on[1], &byte, 1);
    ok(waitpid(child, &status, 0) == child);
    is(status, 5 << 8);
    close(told[0]), close(told[1]), close(may_go_on[0]), close(may_go_on[1]);
}

static void run(void)
{
    is(in_child(user_is_limited, NULL), 9 << 8);
    of_all("/proc/sys/kernel/pid_max", 301);
    of_all("/proc/sys/kernel/threads-max", 200);
    of_all_and_a_user();
}
TEST_MAIN
