/* SPDX-License-Identifier: MIT */
/* fork, vfork, exit statuses, wait4, waitid. */
#include "cpu.h"
#include "tap.h"

#include <sys/resource.h>
#include <sys/mman.h>
#include <sched.h>

static void exits(void *code) { _exit((int)(intptr_t)code); }
static void is_killed(void *signal) { raise((int)(intptr_t)signal); }

static void statuses(void)
{
    int status = in_child(exits, (void *)7);
    ok(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    status = in_child(exits, (void *)0x1ff);
    ok(WIFEXITED(status) && WEXITSTATUS(status) == 0xff);
    status = in_child(is_killed, (void *)SIGTERM);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    status = in_child(is_killed, (void *)SIGKILL);
    is(status, SIGKILL);
}

static void nobody_to_wait_for(void)
{
    int status;
    fails_with(ECHILD, wait(&status));
    fails_with(ECHILD, waitpid(getpid(), &status, 0));
    fails_with(ECHILD, waitpid(1, &status, 0));
    fails_with(EINVAL, waitpid(-1, &status, 0x100000));
    fails_with(EINVAL, waitid(P_ALL, 0, NULL, 0));
    fails_with(EINVAL, waitid(99, 0, NULL, WEXITED));
}

static void memory_is_copied(void)
{
    static int private_word = 1;
    int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ok(shared != MAP_FAILED);
    *shared = 1;
    pid_t child = fork();
    if (!child) {
        private_word = 2;
        *shared = 2;
        _exit(0);
    }
    waitpid(child, NULL, 0);
    is(private_word, 1);
    is(*shared, 2);
    munmap(shared, 4096);
}

static void vfork_shares(void)
{
    static volatile int word;
    pid_t child = vfork_here();
    if (!child) {
        word = 5;
        _exit(3);
    }
    is(word, 5);
    int status;
    is(waitpid(child, &status, 0) == child, 1);
    is(WEXITSTATUS(status), 3);
}

static void no_hang_and_no_wait(void)
{
    int ends[2], status;
    char byte;
    ok(!pipe(ends));
    pid_t child = fork();
    if (!child) {
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) == 0 ? 9 : 8);
    }
    is(waitpid(child, &status, WNOHANG), 0);
    siginfo_t info;
    memset(&info, 0xff, sizeof info);
    is(waitid(P_PID, child, &info, WEXITED | WNOHANG), 0);
    is(info.si_pid, 0);
    is(info.si_signo, 0);
    close(ends[1]);
    is(waitid(P_PID, child, &info, WEXITED | WNOWAIT), 0);
    ok(info.si_pid == child);
    is(info.si_signo, SIGCHLD);
    is(info.si_code, CLD_EXITED);
    is(info.si_status, 9);
    ok(waitpid(child, &status, 0) == child);
    is(status, 9 << 8);
    fails_with(ECHILD, waitpid(child, &status, 0));
    close(ends[0]);
}

static void stop_and_continue(void)
{
    int status;
    pid_t child = fork();
    if (!child)
        for (;;)
            pause();
    kill(child, SIGSTOP);
    ok(waitpid(child, &status, WUNTRACED) == child);
    is(status, SIGSTOP << 8 | 0x7f);
    is(waitpid(child, &status, WUNTRACED | WNOHANG), 0);
    kill(child, SIGCONT);
    ok(waitpid(child, &status, WCONTINUED) == child);
    is(status, 0xffff);
    ok(WIFCONTINUED(status));
    kill(child, SIGKILL);
    ok(waitpid(child, &status, 0) == child);
    is(status, SIGKILL);
}

static void groups_are_waited_for(void)
{
    pid_t child = fork();
    if (!child) {
        setpgid(0, 0);
        _exit(4);
    }
    setpgid(child, child);
    int status;
    ok(waitpid(-child, &status, 0) == child);
    is(WEXITSTATUS(status), 4);
    fails_with(ECHILD, waitpid(-child, &status, 0));
}

static void ignored_children_vanish(void)
{
    signal(SIGCHLD, SIG_IGN);
    pid_t child = fork();
    if (!child)
        _exit(0);
    fails_with(ECHILD, waitpid(child, NULL, 0));
    signal(SIGCHLD, SIG_DFL);
}

static void orphans_go_to_a_parent(void)
{
    int ends[2];
    pid_t parent = 0;
    ok(!pipe(ends));
    pid_t child = fork();
    if (!child) {
        pid_t me = getpid();
        if (!fork()) {
            while (getppid() == me)
                sched_yield();
            parent = getppid();
            if (write(ends[1], &parent, sizeof parent) < 0)
                _exit(1);
            _exit(0);
        }
        _exit(0);
    }
    waitpid(child, NULL, 0);
    ok(read(ends[0], &parent, sizeof parent) == sizeof parent);
    is(parent, 1);
    close(ends[0]);
    close(ends[1]);
}

static void usage_is_told(void)
{
    struct rusage usage;
    pid_t child = fork();
    if (!child) {
        for (volatile int i = 0; i < 3000000; i++)
            ;
        _exit(0);
    }
    ok(wait4(child, NULL, 0, &usage) == child);
    ok(usage.ru_utime.tv_sec || usage.ru_utime.tv_usec ||
        usage.ru_stime.tv_usec || usage.ru_stime.tv_sec);
    ok(usage.ru_maxrss > 0);
}

static void many_at_once(void)
{
    int ended = 0;
    for (int i = 0; i < 100; i++)
        if (!fork())
            _exit(i);
    while (wait(NULL) > 0)
        ended++;
    is(ended, 100);
}

static void run(void)
{
    statuses();
    nobody_to_wait_for();
    memory_is_copied();
    vfork_shares();
    no_hang_and_no_wait();
    stop_and_continue();
    groups_are_waited_for();
    ignored_children_vanish();
    orphans_go_to_a_parent();
    usage_is_told();
    many_at_once();
}
TEST_MAIN
