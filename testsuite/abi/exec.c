/* SPDX-License-Identifier: MIT */
/* execve: its errors, one by one, and the limits of what is handed over. */
#include "exec_tools.h"

#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>

static char long_name[300], long_path[5000];

static void the_name(void)
{
    char **none = WORDS("x");
    memset(long_name, 'n', 256);
    memset(long_path, '/', 4096);
    mkdir("d", 0755);
    symlink("loop", "loop");
    symlink(TELL, "link");
    symlink("nowhere", "dangling");
    put_text("plain", "text", 0644);
    is(exec_error("", none, none), ENOENT);
    is(exec_error("missing", none, none), ENOENT);
    is(exec_error("d/missing", none, none), ENOENT);
    is(exec_error("dangling", none, none), ENOENT);
    is(exec_error("plain/x", none, none), ENOTDIR);
    is(exec_error("loop", none, none), ELOOP);
    is(exec_error("loop/x", none, none), ELOOP);
    is(exec_error(long_name, none, none), ENAMETOOLONG);
    is(exec_error(long_path, none, none), ENAMETOOLONG);
    is(exec_error(NULL, none, none), EFAULT);
    is(exec_error((char *)-8, none, none), EFAULT);
    is(exec_error("link", none, none), 0);
    is(exec_error(TELL, none, none), 0);
}

static void not_permitted(void)
{
    char **none = WORDS("x");
    /* Nobody may run what has no x bit at all, not even root. */
    is(exec_error("plain", none, none), EACCES);
    is(exec_error("d", none, none), EACCES);
    is(exec_error("/dev/null", none, none), EACCES);
    mkfifo("fifo", 0777);
    is(exec_error("fifo", none, none), EACCES);
    copy_file(TELL, "mine", 0700);
    is(exec_error("mine", none, none), 0);
    copy_file(TELL, "others", 0001);
    is(exec_error("others", none, none), 0);
    mkdir("closed", 0700);
    copy_file(TELL, "closed/tell", 0755);
    is(exec_error("closed/tell", none, none), 0);
}

static void not_permitted_to_nobody(void)
{
    char **none = WORDS("x");
    exec_user = 1000;
    is(exec_error("mine", none, none), EACCES);
    is(exec_error("closed/tell", none, none), EACCES);
    /* What may be run need not be readable. */
    is(exec_error("others", none, none), 0);
    exec_user = 0;
}

static void no_exec_mount(void)
{
    char **none = WORDS("x");
    mkdir("m", 0755);
    is(mount("tmpfs", "m", "tmpfs", MS_NOEXEC, NULL), 0);
    copy_file(TELL, "m/tell", 0755);
    put_text("m/script", "#!" TELL "\n", 0755);
    is(exec_error("m/tell", none, none), EACCES);
    is(exec_error("m/script", none, none), EACCES);
    put_text("by", "#!m/tell\n", 0755);
    is(exec_error("by", none, none), EACCES);
    is(umount("m"), 0);
}

static void bad_pointers(void)
{
    char *end = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(end + 4096, 4096);
    char **last = (char **)(end + 4096) - 1;
    *last = "x";
    is(exec_error(TELL, (char **)8, NULL), EFAULT);
    is(exec_error(TELL, WORDS("x"), (char **)8), EFAULT);
    is(exec_error(TELL, WORDS("x", (char *)8), NULL), EFAULT);
    is(exec_error(TELL, WORDS("x"), WORDS((char *)8)), EFAULT);
    is(exec_error(TELL, last, NULL), EFAULT); /* not ended within its page */
    *last = NULL;
    is(exec_error(TELL, last, NULL), 0);
    is(exec_error(TELL, WORDS("x"), last), 0);
    memset(end + 4000, 'x', 96);
    is(exec_error(TELL, WORDS(end + 4000), NULL), EFAULT);
    end[4095] = 0;
    is(exec_error(TELL, WORDS(end + 4000), NULL), 0);
    /* The strings are looked at before the file. */
    is(exec_error("missing", (char **)8, NULL), EFAULT);
    is(exec_error("missing", WORDS("x", (char *)8), NULL), EFAULT);
    munmap(end, 4096);
}

static void no_arguments(void)
{
    is_text(run_program(TELL, NULL, NULL), "[]");
    is_text(run_program(TELL, WORDS(), WORDS()), "[]");
    is_text(run_program(TELL, WORDS("a", "", "b c"), NULL), "[a][][b c]");
    is_text(run_program(TELL, WORDS("a"),
                WORDS("TELL=environment", "A=1", "", "B", "A=2")),
        "[A=1][][B][A=2]");
}

enum { STRING_MAX = 131072, MIB = 1 << 20 };

static char *filled(size_t length)
{
    char *text = malloc(length + 1);
    memset(text, 'a', length);
    text[length] = 0;
    return text;
}

static void one_string(void)
{
    char *text = filled(STRING_MAX);
    is(exec_error(TELL, WORDS("x", text), NULL), E2BIG);
    is(exec_error(TELL, WORDS("x"), WORDS(text)), E2BIG);
    text[STRING_MAX - 1] = 0;
    is_text(run_program(TELL, WORDS("x", text), WORDS("TELL=sizes")),
        "2 1 131072");
    is(exec_error(TELL, WORDS("x"), WORDS(text)), 0);
    is(exec_error(text, WORDS("x"), NULL), ENAMETOOLONG);
    free(text);
}

/* A list of `count` strings of `length` bytes without their NULs. */
static char **list_of(size_t count, size_t length)
{
    char **list = calloc(count + 1, sizeof *list), *text = filled(length);
    for (size_t i = 0; i < count; i++)
        list[i] = text;
    return list;
}

static void free_list(char **list)
{
    free(*list);
    free(list);
}

static void limit_stack(rlim_t bytes)
{
    struct rlimit limit;
    getrlimit(RLIMIT_STACK, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_STACK, &limit);
}

/* The most strings of 1000 bytes that can be handed over: a quarter of the
 * stack's limit for all of it, pointers, program's name and all. */
static void in_all(void)
{
    static const struct {
        rlim_t limit;
        size_t most;
    } rows[] = {
        { 8 * MIB, 2 * MIB },
        { 4 * MIB, MIB },
        { 256 << 10, 128 << 10 }, /* so much always */
        { RLIM_INFINITY, 6 * MIB },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t fixed = sizeof TELL + 8;
        size_t count = (rows[i].most - fixed) / (1000 + 8);
        limit_stack(rows[i].limit);
        char **list = list_of(count + 1, 999);
        is(exec_error(TELL, list, NULL), E2BIG);
        list[count] = NULL;
        is(exec_error(TELL, list, NULL), 0);
        /* Arguments and environment together. */
        is(exec_error(TELL, list, WORDS("A", list[0], list[0])), E2BIG);
        free_list(list);
    }
    limit_stack(8 * MIB);
}

static void to_the_byte(void)
{
    /* argument 0, and what is left of 128 KiB in one string. */
    size_t rest = STRING_MAX - sizeof TELL - 2 * 8 - 2;
    char *text = filled(rest - 1);
    limit_stack(256 << 10);
    is(exec_error(TELL, WORDS("x", text), NULL), 0);
    char *longer = filled(rest);
    is(exec_error(TELL, WORDS("x", longer), NULL), E2BIG);
    is(exec_error(TELL, WORDS("xy", text), NULL), E2BIG);
    is(exec_error(TELL, WORDS("x", text), WORDS("")), E2BIG);
    limit_stack(8 * MIB);
    free(text);
    free(longer);
}

static void many_small_ones(void)
{
    char **list = list_of(100000, 0);
    is_text(run_program(TELL, list, WORDS("TELL=sizes")), "100000 1 0");
    is_text(run_program(TELL, WORDS("x"), list), "[x]");
    free_list(list);
}

static void text_busy(void)
{
    char **none = WORDS("x");
    copy_file(TELL, "busy", 0755);
    int fd = open("busy", O_WRONLY);
    is(exec_error("busy", none, none), ETXTBSY);
    put_text("busy.sh", "#!busy\n", 0755);
    is(exec_error("busy.sh", none, none), ETXTBSY);
    close(fd);
    is(exec_error("busy.sh", none, none), 0);
    fd = open("busy.sh", O_RDWR);
    is(exec_error("busy.sh", none, none), ETXTBSY);
    close(fd);
    fd = open("busy", O_RDONLY);
    is(exec_error("busy", none, none), 0);
    close(fd);
}

/* A program that runs: a copy of tell cannot wait, so cat reads a pipe. */
static void running(void)
{
    int ends[2];
    copy_file("/bin/busybox", "cat", 0755);
    is(pipe(ends), 0);
    int out[2];
    is(pipe(out), 0);
    pid_t child = fork();
    if (!child) {
        dup2(ends[0], 0);
        dup2(out[1], 1);
        close(ends[1]);
        execl("cat", "cat", NULL);
        _exit(1);
    }
    char byte = 'x';
    ok(write(ends[1], &byte, 1) == 1);
    ok(read(out[0], &byte, 1) == 1); /* it runs */
    fails_with(ETXTBSY, open("cat", O_WRONLY));
    fails_with(ETXTBSY, open("cat", O_RDWR));
    fails_with(ETXTBSY, open("cat", O_RDONLY | O_TRUNC));
    fails_with(ETXTBSY, truncate("cat", 0));
    int fd = open("cat", O_RDONLY);
    ok(fd >= 0);
    close(fd);
    is(rename("cat", "cat2"), 0);
    is(unlink("cat2"), 0);
    for (int i = 0; i < 2; i++)
        close(ends[i]);
    int status;
    ok(waitpid(child, &status, 0) == child);
    is(status, 0);
    close(out[0]);
    close(out[1]);
}

/* After a failed exec the program is as it was. */
static void failure_changes_nothing(void)
{
    char name[17] = "";
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    signal(SIGUSR1, exit);
    put_text("empty", "", 0755);
    fails_with(ENOEXEC, execve("empty", WORDS("x"), NULL));
    fails_with(ENOENT, execve("missing", WORDS("x"), NULL));
    ok(fcntl(fd, F_GETFD) == FD_CLOEXEC);
    ok(signal(SIGUSR1, SIG_DFL) == (void (*)(int))exit);
    FILE *comm = fopen("/proc/self/comm", "r");
    fscanf(comm, "%16s", name);
    fclose(comm);
    is_text(name, "exec");
    close(fd);
}

static void run(void)
{
    chmod(".", 0777);
    the_name();
    not_permitted();
    not_permitted_to_nobody();
    no_exec_mount();
    bad_pointers();
    no_arguments();
    one_string();
    in_all();
    to_the_byte();
    many_small_ones();
    text_busy();
    running();
    failure_changes_nothing();
}
TEST_MAIN
