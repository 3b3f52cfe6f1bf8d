/* SPDX-License-Identifier: MIT */
/* unshare of memory and handlers: what only looks, or has ended, is nobody who
 * has a part in them. */
#include "clone.h"

#include <sys/mman.h>
#include <sys/prctl.h>

enum { LOOKERS = 2, LOOKS = 3000, CHILDREN = 100 };

static volatile int *looks; /* of all of them */

static const char *const names[] = {
    "maps", "status", "stat", "statm", "cmdline", "environ", "auxv",
};

static void look(const char *name)
{
    static char text[4096];
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", getppid(), name);
    int fd = open(path, O_RDONLY);
    while (fd >= 0 && read(fd, text, sizeof text) > 0)
        continue;
    close(fd);
}

/* Until it is killed. */
static pid_t start_looking(void)
{
    pid_t child = fork();
    if (child)
        return child;
    for (unsigned i = 0;; i++) {
        look(names[i % (sizeof names / sizeof *names)]);
        __sync_fetch_and_add(looks, 1);
    }
}

static void while_others_look(void)
{
    int refused[2] = { 0, 0 };
    pid_t lookers[LOOKERS];
    looks = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    prctl(PR_SET_DUMPABLE, 1);
    for (int i = 0; i < LOOKERS; i++)
        lookers[i] = start_looking();
    while (*looks < LOOKS) {
        refused[0] += unshare(CLONE_VM) != 0;
        refused[1] += unshare(CLONE_SIGHAND) != 0;
        sched_yield();
    }
    is(refused[0], 0);
    is(refused[1], 0);
    for (int i = 0; i < LOOKERS; i++) {
        kill(lookers[i], SIGKILL);
        waitpid(lookers[i], NULL, 0);
    }
}

static int ends(void *none)
{
    (void)none;
    return 0;
}

static void zombies(void)
{
    siginfo_t info;
    start(ends, CLONE_VM | SIGCHLD, NULL);
    is(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
    is(unshare(CLONE_VM), 0);
    is(waitpid(-1, NULL, 0) > 0, 1);
    start(ends, CLONE_VM | CLONE_SIGHAND | SIGCHLD, NULL);
    is(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
    fails_with(EINVAL, unshare(CLONE_SIGHAND));
    is(waitpid(-1, NULL, 0) > 0, 1);
    is(unshare(CLONE_SIGHAND), 0);
}

static void just_waited_for(void)
{
    int refused = 0;
    for (int i = 0; i < CHILDREN; i++) {
        ended(start(ends, CLONE_VM | CLONE_SIGHAND | SIGCHLD, NULL));
        refused += unshare(CLONE_SIGHAND | CLONE_VM) != 0;
    }
    is(refused, 0);
}

static void run(void)
{
    while_others_look();
    zombies();
    just_waited_for();
}
TEST_MAIN
