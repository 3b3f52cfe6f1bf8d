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

static void run(void)
{
    is(in_child(user_is_limited, NULL), 9 << 8);
    of_all("/proc/sys/kernel/pid_max", 301);
    of_all("/proc/sys/kernel/threads-max", 200);
}
TEST_MAIN
