/* SPDX-License-Identifier: MIT */
/* Who a program is after execve: set-id bits, what takes their force away, and
 * how capabilities go over. */
#include "exec_tools.h"

#include <linux/securebits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>

static void make(const char *name, uid_t user, gid_t group, mode_t mode)
{
    copy_file(TELL, name, 0755);
    chown(name, user, group);
    chmod(name, mode);
}

static const char *who(const char *name)
{
    return run_program(name, WORDS("x"), WORDS("TELL=identity"));
}

static const char *can(const char *name)
{
    return run_program(name, WORDS("x"), WORDS("TELL=capabilities"));
}

static void set_id_bits(void)
{
    make("suid", 0, 0, 04755);
    make("suid5", 5, 5, 04755);
    make("sgid5", 5, 5, 02755);
    make("both5", 5, 6, 06755);
    make("locked5", 5, 5, 02745); /* the group may not run it */
    make("plain", 5, 5, 0755);
    is_text(who("plain"), "0 0 0, 0 0 0, secure 0, new 0, dump 1");
    is_text(who("suid5"), "0 5 5, 0 0 0, secure 1, new 0, dump 0");
    is_text(who("sgid5"), "0 0 0, 0 5 5, secure 1, new 0, dump 0");
    is_text(who("both5"), "0 5 5, 0 6 6, secure 1, new 0, dump 0");
    is_text(who("locked5"), "0 0 0, 0 0 0, secure 0, new 0, dump 1");
    exec_user = 1000;
    is_text(who("plain"),
        "1000 1000 1000, 1000 1000 1000, secure 0, new 0, dump 1");
    is_text(who("suid"), "1000 0 0, 1000 1000 1000, secure 1, new 0, dump 0");
    is_text(who("sgid5"), "1000 1000 1000, 1000 5 5, secure 1, new 0, dump 0");
    is_text(who("both5"), "1000 5 5, 1000 6 6, secure 1, new 0, dump 0");
    exec_user = 5;
    is_text(who("both5"), "5 5 5, 5 6 6, secure 1, new 0, dump 0");
    is_text(who("suid5"), "5 5 5, 5 5 5, secure 0, new 0, dump 1");
    exec_user = 0;
}

static void what_takes_them_away(void)
{
    make("changed", 5, 5, 06755);
    chown("changed", 7, 7); /* loses the bits */
    exec_user = 1000;
    is_text(who("changed"),
        "1000 1000 1000, 1000 1000 1000, secure 0, new 0, dump 1");
    exec_user = 0;
    make("written", 0, 0, 06755);
    int fd = open("written", O_WRONLY | O_APPEND);
    chmod("written", 06777);
    exec_user = 1000;
    close(fd);
    is_text(who("written"), "1000 0 0, 1000 0 0, secure 1, new 0, dump 0");
    exec_user = 0;
    mkdir("m", 0755);
    is(mount("tmpfs", "m", "tmpfs", MS_NOSUID, NULL), 0);
    make("m/suid", 0, 0, 06755);
    exec_user = 1000;
    is_text(who("m/suid"),
        "1000 1000 1000, 1000 1000 1000, secure 0, new 0, dump 1");
    exec_user = 0;
    is(umount("m"), 0);
    /* A script's bits mean nothing, its interpreter's do. */
    put_text("script", "#!" TELL "\n", 0);
    chmod("script", 06755);
    put_text("script2", "#!suid\n", 0755);
    exec_user = 1000;
    is_text(who("script"),
        "1000 1000 1000, 1000 1000 1000, secure 0, new 0, dump 1");
    is_text(who("script2"),
        "1000 0 0, 1000 1000 1000, secure 1, new 0, dump 0");
    exec_user = 0;
}

static void no_new_privileges(void *path)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    execve(path, WORDS("x"), WORDS("TELL=identity"));
}

static void with_no_new_privileges(void)
{
    exec_user = 1000;
    is_text(hear(no_new_privileges, "suid"),
        "1000 1000 1000, 1000 1000 1000, secure 0, new 1, dump 1");
    is_text(hear(no_new_privileges, "both5"),
        "1000 1000 1000, 1000 1000 1000, secure 0, new 1, dump 1");
    exec_user = 0;
}

static void is_unreadable(void)
{
    make("secret", 0, 0, 0711);
    exec_user = 1000;
    is_text(who("secret"),
        "1000 1000 1000, 1000 1000 1000, secure 0, new 0, dump 0");
    exec_user = 0;
}

static char child_stack[65536] __attribute__((aligned(16)));

static int child_execs(void *path)
{
    execve(path, WORDS("x"), WORDS("TELL=identity"));
    return 1;
}

/* Whoever shares root and working directory could lead the program astray. */
static void shares_its_root(void *path)
{
    pid_t child = clone(child_execs, child_stack + sizeof child_stack,
        CLONE_FS | SIGCHLD, path);
    waitpid(child, NULL, 0);
    _exit(0);
}

static void with_a_shared_root(void)
{
    exec_user = 1000;
    is_text(hear(shares_its_root, "suid"),
        "1000 1000 1000, 1000 1000 1000, secure 1, new 0, dump 1");
    exec_user = 0;
}

/* The lowest eight capabilities as the program tells them. */
struct header {
    uint32_t version;
    int pid;
};
struct data {
    uint32_t effective, permitted, inheritable;
};

static void set_capabilities(
    uint32_t effective, uint32_t permitted, uint32_t inheritable)
{
    struct header head = { 0x20080522, 0 };
    struct data data[2] = { { effective, permitted, inheritable } };
    if (syscall(SYS_capset, &head, data))
        dprintf(1, "capset: %s\n", strerror(errno));
}

static void exec_capable(const char *path)
{
    execve(path, WORDS("x"), WORDS("TELL=capabilities"));
}

static void root_drops(void *path)
{
    set_capabilities(0, 0, 0);
    exec_capable(path);
}

/* What it gains is not for other eyes. */
static void root_gains(void *path)
{
    set_capabilities(0, 0, 0);
    execve(path, WORDS("x"), WORDS("TELL=identity"));
}

static void effective_again(void *path)
{
    setresuid(-1, 1000, -1);
    execve(path, WORDS("x"), WORDS("TELL=identity"));
}

static void group_again(void *path)
{
    setresgid(-1, 1000, -1);
    execve(path, WORDS("x"), WORDS("TELL=identity"));
}

static void root_is_nothing_special(void *path)
{
    prctl(PR_SET_SECUREBITS, SECBIT_NOROOT);
    exec_capable(path);
}

static void user_keeps(void *path)
{
    prctl(PR_SET_KEEPCAPS, 1);
    setresuid(1000, 1000, 1000);
    set_capabilities(2, 2, 2);
    exec_capable(path);
}

static void user_has_ambient(void *path)
{
    prctl(PR_SET_KEEPCAPS, 1);
    setresuid(1000, 1000, 1000);
    set_capabilities(6, 6, 6);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 1, 0, 0);
    exec_capable(path);
}

static void bounded(void *path)
{
    for (int i = 3; i < 41; i++)
        prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
    exec_capable(path);
}

static void effective_user(void *path)
{
    setresuid(-1, 1000, -1);
    exec_capable(path);
}

static void capabilities(void)
{
    is_text(can(TELL), "e ff p ff i 0, keep 0, ambient 0");
    is_text(can("suid5"), "e 0 p ff i 0, keep 0, ambient 0");
    is_text(hear(root_drops, TELL), "e ff p ff i 0, keep 0, ambient 0");
    is_text(hear(root_is_nothing_special, TELL),
        "e 0 p 0 i 0, keep 0, ambient 0");
    is_text(hear(user_keeps, TELL), "e 0 p 0 i 2, keep 0, ambient 0");
    is_text(hear(user_has_ambient, TELL), "e 2 p 2 i 6, keep 0, ambient 1");
    is_text(hear(user_has_ambient, "suid"), "e ff p ff i 6, keep 0, ambient 0");
    is_text(hear(user_has_ambient, "sgid5"), "e 0 p 0 i 6, keep 0, ambient 0");
    is_text(hear(bounded, TELL), "e 7 p 7 i 0, keep 0, ambient 0");
    is_text(hear(effective_user, TELL), "e 0 p ff i 0, keep 0, ambient 0");
    is_text(hear(root_gains, TELL),
        "0 0 0, 0 0 0, secure 0, new 0, dump 0");
    is_text(hear(effective_again, TELL),
        "0 1000 1000, 0 0 0, secure 1, new 0, dump 0");
    is_text(hear(group_again, TELL),
        "0 0 0, 0 1000 1000, secure 1, new 0, dump 0");
    exec_user = 1000;
    is_text(can(TELL), "e 0 p 0 i 0, keep 0, ambient 0");
    is_text(can("suid"), "e ff p ff i 0, keep 0, ambient 0");
    exec_user = 0;
}

static void run(void)
{
    chmod(".", 0777);
    set_id_bits();
    what_takes_them_away();
    with_no_new_privileges();
    is_unreadable();
    with_a_shared_root();
    capabilities();
}
TEST_MAIN
