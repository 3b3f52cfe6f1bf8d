/* SPDX-License-Identifier: MIT */
/* chmod and chown: who may, what they take away with them; setgid directories;
 * what a write does to setuid programs; umask. */
#include "who.h"

static void changing_modes(void)
{
    make_file("f", 0644);
    mkdir("d", 0755);
    is(chmod("f", 07777), 0);
    is(mode_of("f"), 07777);
    is(chmod("f", 0), 0);
    is(mode_of("f"), 0);
    is(chmod("f", 0100644), 0);
    is(mode_of("f"), 0644);
    is(chmod("d", 01777), 0);
    is(mode_of("d"), 01777);
    int fd = open("f", O_RDONLY);
    is(syscall(SYS_fchmod, fd, 0600), 0);
    is(mode_of("f"), 0600);
    int d = open("d", O_RDONLY);
    make_file("d/g", 0600);
    is(syscall(SYS_fchmodat, d, "g", 0640), 0);
    is(mode_of("d/g"), 0640);
    fails_with(ENOTDIR, syscall(SYS_fchmodat, fd, "g", 0640));
    fails_with(EBADF, syscall(SYS_fchmodat, -1, "g", 0640));
    fails_with(ENOENT, chmod("none", 0600));
    fails_with(ENOENT, chmod("", 0600));
    fails_with(ENOTDIR, chmod("f/", 0600));
    fails_with(EFAULT, chmod((char *)8, 0600));
    fails_with(EBADF, syscall(SYS_fchmod, -1, 0600));
    symlink("f", "link");
    is(chmod("link", 0644), 0);
    is(mode_of("f"), 0644);
    is(mode_of("link"), 0777);
    unlink("link");
    close(fd), close(d);
    unlink("d/g"), rmdir("d"), unlink("f");
}

static void who_may_change_modes(void)
{
    make_file_of("mine", 0644, USER, GROUP);
    make_file_of("other", 0666, OTHER, GROUP);
    make_file_of("foreign", 0644, USER, OTHER_GROUP);
    mkdir("d", 0777);
    chown("d", USER, OTHER_GROUP);
    become(USER, GROUP);
    is(chmod("mine", 06755), 0);
    is(mode_of("mine"), 06755);
    fails_with(EPERM, chmod("other", 0666));
    /* setgid only for one's own group */
    is(chmod("foreign", 06755), 0);
    is(mode_of("foreign"), 04755);
    is(chmod("d", 02755), 0);
    is(mode_of("d"), 0755);
    become_member(USER, GROUP, OTHER_GROUP);
    is(chmod("foreign", 06755), 0);
    is(mode_of("foreign"), 06755);
    is(chmod("d", 02755), 0);
    is(mode_of("d"), 02755);
    /* sticky on files is anyone's */
    is(chmod("mine", 01644), 0);
    is(mode_of("mine"), 01644);
    become_root();
    unlink("mine"), unlink("other"), unlink("foreign"), rmdir("d");
}

static void changing_owners(void)
{
    struct stat s;
    make_file("f", 0644);
    is(chown("f", 5, 6), 0);
    stat("f", &s);
    is(s.st_uid, 5);
    is(s.st_gid, 6);
    is(chown("f", -1, 7), 0);
    is(chown("f", 8, -1), 0);
    is(chown("f", -1, -1), 0);
    stat("f", &s);
    is(s.st_uid, 8);
    is(s.st_gid, 7);
    symlink("f", "link");
    is(lchown("link", 9, 9), 0);
    stat("f", &s);
    is(s.st_uid, 8);
    lstat("link", &s);
    is(s.st_uid, 9);
    is(chown("link", 10, 10), 0);
    stat("f", &s);
    is(s.st_uid, 10);
    is(fchownat(AT_FDCWD, "link", 11, 11, AT_SYMLINK_NOFOLLOW), 0);
    lstat("link", &s);
    is(s.st_uid, 11);
    int fd = open("f", O_RDONLY);
    is(fchown(fd, 12, 12), 0);
    is(fchownat(fd, "", 13, 13, AT_EMPTY_PATH), 0);
    stat("f", &s);
    is(s.st_uid, 13);
    fails_with(ENOENT, fchownat(fd, "", 13, 13, 0));
    fails_with(EINVAL, fchownat(fd, "", 13, 13, 0x8000));
    fails_with(EINVAL, fchownat(fd, "f", 13, 13, AT_SYMLINK_FOLLOW));
    fails_with(EBADF, fchown(-1, 1, 1));
    fails_with(ENOENT, chown("none", 1, 1));
    fails_with(EFAULT, chown((char *)8, 1, 1));
    is(chown("f", 4000000000u, 4000000001u), 0);
    stat("f", &s);
    ok(s.st_uid == 4000000000u && s.st_gid == 4000000001u);
    close(fd);
    unlink("link"), unlink("f");
}

static void who_may_change_owners(void)
{
    make_file_of("mine", 0644, USER, GROUP);
    make_file_of("other", 0644, OTHER, GROUP);
    become_member(USER, GROUP, OTHER_GROUP);
    fails_with(EPERM, chown("mine", OTHER, -1));
    fails_with(EPERM, chown("mine", 0, -1));
    is(chown("mine", USER, -1), 0);
    is(chown("mine", -1, OTHER_GROUP), 0);
    is(chown("mine", USER, GROUP), 0);
    fails_with(EPERM, chown("mine", -1, 5));
    is(chown("mine", -1, -1), 0);
    fails_with(EPERM, chown("other", -1, GROUP));
    fails_with(EPERM, chown("other", OTHER, -1));
    is(chown("other", -1, -1), 0);
    become_root();
    unlink("mine"), unlink("other");
}

/* What becomes of the bits when `uid` changes the owner to what it is. */
static void owners_take_bits(void)
{
    static const struct {
        const char *text;
        mode_t before;
        uid_t by, to;
        gid_t group;
        mode_t after;
    } cases[] = {
        { "root: a new owner takes both", 06755, 0, 7, -1, 0755 },
        { "root: a new group too", 06755, 0, -1, 7, 0755 },
        { "root: the same owner too", 06755, 0, USER, GROUP, 0755 },
        { "root: nothing changed, though", 06755, 0, -1, -1, 0755 },
        { "root: setgid without execution stays", 06745, 0, 7, 7, 02745 },
        { "root: setuid without execution goes", 04644, 0, 7, 7, 0644 },
        { "root: sticky stays", 01755, 0, 7, 7, 01755 },
        { "user: the same group takes both", 06755, USER, -1, GROUP, 0755 },
        { "user: nothing changed, still", 06755, USER, -1, -1, 0755 },
        { "user: setgid without execution", 06644, USER, -1, GROUP, 02644 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_file_of("f", cases[i].before, USER, GROUP);
        if (cases[i].by)
            become(cases[i].by, GROUP);
        int result = chown("f", cases[i].to, cases[i].group);
        become_root();
        int after = mode_of("f");
        if (!tap_case(!result && after == (int)cases[i].after, cases[i].text))
            note("returned %d, mode %#o, expected %#o", result, after,
                cases[i].after);
        unlink("f");
    }
    mkdir("d", 0755);
    chmod("d", 07755);
    is(chown("d", 7, 7), 0);
    is(mode_of("d"), 07755);
    rmdir("d");
}

/* What a write, a truncation, or a mapping take away. */
static void writes_take_bits(void)
{
    static const struct {
        const char *text;
        mode_t before;
        uid_t by;
        mode_t after;
    } cases[] = {
        { "root's write takes nothing", 06777, 0, 06777 },
        { "a user's write takes both", 06777, USER, 0777 },
        { "setgid without execution, not in group", 02767, USER, 0767 },
        { "setuid without execution", 04666, USER, 0666 },
        { "sticky stays", 01777, USER, 01777 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_file_of("f", cases[i].before, OTHER, OTHER_GROUP);
        if (cases[i].by)
            become(cases[i].by, GROUP);
        int fd = open("f", O_WRONLY);
        ssize_t result = write(fd, "x", 1);
        become_root();
        int after = mode_of("f");
        if (!tap_case(result == 1 && after == (int)cases[i].after,
                cases[i].text))
            note("mode %#o, expected %#o", after, cases[i].after);
        close(fd);
        unlink("f");
    }
    make_file_of("f", 06777, OTHER, OTHER_GROUP);
    become(USER, GROUP);
    int fd = open("f", O_WRONLY);
    is(write(fd, "x", 0), 0);
    is(mode_of("f"), 06777);
    is(ftruncate(fd, 10), 0);
    is(mode_of("f"), 0777);
    close(fd);
    become_root();
    chmod("f", 06777);
    become(USER, GROUP);
    is(truncate("f", 10), 0);
    is(mode_of("f"), 0777);
    become_root();
    chmod("f", 06777);
    become(USER, GROUP);
    close(open("f", O_WRONLY | O_TRUNC));
    is(mode_of("f"), 0777);
    become_root();
    chmod("f", 06777);
    become(USER, GROUP);
    fd = open("f", O_RDWR);
    is(fallocate(fd, 0, 0, 100), 0);
    is(mode_of("f"), 0777);
    close(fd);
    become_root();
    unlink("f");
}

static void setgid_directories(void)
{
    struct stat s;
    make_directory_of("d", 02777, OTHER, OTHER_GROUP);
    become(USER, GROUP);
    umask(0);
    mkdir("d/sub", 0755);
    stat("d/sub", &s);
    is(s.st_gid, OTHER_GROUP);
    is(s.st_uid, USER);
    is(s.st_mode & 07777, 02755);
    close(open("d/f", O_WRONLY | O_CREAT, 0666));
    stat("d/f", &s);
    is(s.st_gid, OTHER_GROUP);
    is(s.st_mode & 07777, 0666);
    close(open("d/program", O_WRONLY | O_CREAT, 06777));
    is(mode_of("d/program"), 04777);
    close(open("d/no-program", O_WRONLY | O_CREAT, 06767));
    is(mode_of("d/no-program"), 06767);
    mknod("d/fifo", S_IFIFO | 0666, 0);
    stat("d/fifo", &s);
    is(s.st_gid, OTHER_GROUP);
    symlink("x", "d/link");
    lstat("d/link", &s);
    is(s.st_gid, OTHER_GROUP);
    int fd = open("d", O_TMPFILE | O_RDWR, 02777);
    fstat(fd, &s);
    is(s.st_gid, OTHER_GROUP);
    is(s.st_mode & 07777, 0777);
    close(fd);
    mkdir("d/sub/sub", 0700);
    is(mode_of("d/sub/sub"), 02700);
    become_root();
    close(open("d/root", O_WRONLY | O_CREAT, 06777));
    is(mode_of("d/root"), 06777);
    umask(022);
}

static void masks(void)
{
    is(umask(0777), 022);
    is(umask(01077), 0777);
    is(umask(022), 077);
    umask(0137);
    close(open("m", O_WRONLY | O_CREAT, 0777));
    mkdir("n", 07777);
    mknod("o", S_IFIFO | 0777, 0);
    symlink("x", "p");
    umask(022);
    is(mode_of("m"), 0640);
    is(mode_of("n"), 01640);
    is(mode_of("o"), 0640);
    is(mode_of("p"), 0777);
    unlink("m"), rmdir("n"), unlink("o"), unlink("p");
}

static void run(void)
{
    umask(022);
    chmod(".", 0777);
    changing_modes();
    who_may_change_modes();
    changing_owners();
    who_may_change_owners();
    owners_take_bits();
    writes_take_bits();
    setgid_directories();
    masks();
}
TEST_MAIN
