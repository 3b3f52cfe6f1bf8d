/* SPDX-License-Identifier: MIT */
/* What mount's flags do, and where they are told. */
#include "who.h"

#include <sys/mount.h>
#include <sys/statfs.h>

#ifndef MS_LAZYTIME
#define MS_LAZYTIME (1 << 25)
#endif
#define BORN     (1ul << 29) /* MS_BORN */
#define NO_USERS (1ul << 31) /* MS_NOUSER */
enum {
    NO_LINKS = 256,         /* MS_NOSYMFOLLOW */
    SAYS_NO_LINKS = 0x2000, /* ST_NOSYMFOLLOW */
    SAYS_MANDATORY = 0x40,  /* ST_MANDLOCK */
};

/* The words of the mount called m in /proc/self/mounts that flags make. */
static const char *words(void)
{
    static const char *const known[] = { "rw", "ro", "sync", "dirsync", "mand",
        "lazytime", "nosuid", "nodev", "noexec", "noatime", "nodiratime",
        "relatime", "nosymfollow" };
    static char line[4096], found[256];
    FILE *mounts = fopen("/proc/self/mounts", "r");
    found[0] = 0;
    while (fgets(line, sizeof line, mounts)) {
        char *path = strchr(line, ' ') + 1, *type = strchr(path, ' ') + 1;
        char *options = strchr(type, ' ') + 1, *end = strchr(options, ' ');
        if (strncmp(type - 3, "/m ", 3))
            continue;
        *end = 0, found[0] = 0;
        for (char *word = strtok(options, ","); word; word = strtok(NULL, ","))
            for (size_t i = 0; i < sizeof known / sizeof *known; i++)
                if (!strcmp(word, known[i]))
                    strcat(strcat(found, *found ? "," : ""), word);
    }
    fclose(mounts);
    return found;
}

static long said(void)
{
    struct statfs status;
    return statfs("m", &status) ? -1 : (long)(status.f_flags & ~0x20);
}

static bool mounted(unsigned long flags)
{
    umount("m");
    return !mount("none", "m", "tmpfs", flags, NULL);
}

static bool changed(unsigned long flags)
{
    return !mount("none", "m", NULL, MS_REMOUNT | flags, NULL);
}

static void of_a_new_one(void)
{
    static const struct {
        unsigned long flags;
        const char *words;
        long said;
    } rows[] = {
        { 0, "rw,relatime", 0x1000 },
        { MS_RDONLY, "ro,relatime", 0x1001 },
        { MS_NOSUID | MS_NODEV, "rw,nosuid,nodev,relatime", 0x1006 },
        { MS_NOEXEC | MS_NOATIME, "rw,noexec,noatime", 0x408 },
        { MS_NODIRATIME, "rw,nodiratime,relatime", 0x1800 },
        { MS_STRICTATIME, "rw", 0 },
        { MS_STRICTATIME | MS_NOATIME, "rw", 0 },
        { MS_STRICTATIME | MS_RELATIME, "rw", 0 },
        { MS_RELATIME | MS_NOATIME, "rw,noatime", 0x400 },
        { MS_SYNCHRONOUS, "rw,sync,relatime", 0x1010 },
        { MS_DIRSYNC, "rw,dirsync,relatime", 0x1000 },
        { MS_SYNCHRONOUS | MS_DIRSYNC, "rw,sync,dirsync,relatime", 0x1010 },
        { MS_LAZYTIME, "rw,lazytime,relatime", 0x1000 },
        { MS_MANDLOCK, "rw,mand,relatime", 0x1000 | SAYS_MANDATORY },
        { NO_LINKS, "rw,relatime,nosymfollow", 0x1000 | SAYS_NO_LINKS },
        { MS_SILENT | MS_POSIXACL | MS_I_VERSION, "rw,relatime", 0x1000 },
        { MS_KERNMOUNT | MS_ACTIVE | BORN, "rw,relatime", 0x1000 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ok(mounted(rows[i].flags));
        if (!is_text(words(), rows[i].words) |
            !is(said(), rows[i].said))
            note("with %#lx", rows[i].flags);
    }
    umount("m");
}

/* Which a remount sets, takes away, or leaves as they are. */
static void of_a_changed_one(void)
{
    mounted(MS_DIRSYNC | MS_LAZYTIME | MS_NOSUID);
    ok(changed(0));
    is_text(words(), "rw,dirsync,relatime");
    ok(changed(MS_LAZYTIME | MS_MANDLOCK | MS_SYNCHRONOUS));
    is_text(words(), "rw,sync,dirsync,mand,lazytime,relatime");
    ok(changed(NO_LINKS));
    is_text(words(), "rw,dirsync,relatime,nosymfollow");
    ok(changed(MS_BIND | MS_LAZYTIME | MS_NODEV));
    is_text(words(), "rw,dirsync,nodev,relatime");
    ok(changed(MS_BIND | NO_LINKS));
    is_text(words(), "rw,dirsync,relatime,nosymfollow");
    mounted(0);
    ok(changed(MS_DIRSYNC));
    is_text(words(), "rw,relatime");
    ok(changed(MS_BIND | MS_SYNCHRONOUS | MS_MANDLOCK));
    is_text(words(), "rw,relatime");
    is(said(), 0x1000);
    umount("m");
    fails_with(EINVAL, mount("none", "m", "tmpfs", NO_USERS, NULL));
    fails_with(EINVAL, mount("none", "m", "tmpfs", 1ul << 40, NULL));
    fails_with(ENOENT, mount("none", "none", "tmpfs", NO_USERS, NULL));
    become(USER, GROUP);
    fails_with(EINVAL, mount("none", "m", "tmpfs", NO_USERS, NULL));
    fails_with(EPERM, mount("none", "m", "tmpfs", 0, NULL));
    become_root();
}

/* No link is followed that lies there; links that lead there are. */
static void no_links(void)
{
    mounted(0);
    make_file("m/f", 0644);
    mkdir("m/d", 0755), make_file("m/d/f", 0644);
    symlink("f", "m/link"), symlink("d", "m/way");
    symlink("m/f", "there"), symlink("m/link", "twice");
    changed(NO_LINKS);
    fails_with(ELOOP, open("m/link", O_RDONLY));
    fails_with(ELOOP, open("m/way/f", O_RDONLY));
    fails_with(ELOOP, open("m/way/", O_RDONLY));
    fails_with(ELOOP, open("twice", O_RDONLY));
    fails_with(ELOOP, open("m/link", O_CREAT | O_RDWR, 0600));
    fails_with(EEXIST, open("m/link", O_CREAT | O_EXCL | O_RDWR, 0600));
    fails_with(ELOOP, open("m/link", O_RDONLY | O_NOFOLLOW));
    fails_with(ELOOP, truncate("m/link", 0));
    fails_with(ELOOP, chmod("m/link", 0600));
    fails_with(ELOOP, access("m/link", R_OK));
    close(open("there", O_RDONLY));
    is(access("there", R_OK), 0);
    is(access("m/d/f", R_OK), 0);
    char text[8];
    is(readlink("m/link", text, sizeof text), 1);
    is(type_of("m/link"), S_IFLNK);
    is(rename("m/link", "m/other"), 0);
    is(unlink("m/other"), 0);
    is(symlink("x", "m/new"), 0);
    changed(0);
    is(access("m/way/f", R_OK), 0);
    /* Of one mount of two. */
    mkdir("two", 0755);
    mount("m", "two", NULL, MS_BIND, NULL);
    mount("none", "two", NULL, MS_REMOUNT | MS_BIND | NO_LINKS, NULL);
    is(access("m/way/f", R_OK), 0);
    fails_with(ELOOP, access("two/way/f", R_OK));
    umount("two"), rmdir("two"), umount("m");
    unlink("there"), unlink("twice");
    /* Nor those that lead to open files. */
    mount("none", "m", "proc", NO_LINKS, NULL);
    fails_with(ELOOP, open("m/self/exe", O_RDONLY));
    fails_with(ELOOP, open("m/thread-self/stat", O_RDONLY));
    fails_with(ELOOP, open("m/1/root/", O_RDONLY));
    int fd = open("m/1/stat", O_RDONLY);
    ok(fd >= 0);
    close(fd), umount("m");
}

static void run(void)
{
    mkdir("m", 0755);
    of_a_new_one();
    of_a_changed_one();
    no_links();
    rmdir("m");
}
TEST_MAIN
