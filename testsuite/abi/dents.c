/* SPDX-License-Identifier: MIT */
/* getdents64 and getdents: records, buffers of any size, positions that last,
 * directories that change meanwhile. */
#include "who.h"

#include <dirent.h>
#include <sys/sysmacros.h>

enum { MANY = 200 };

struct record {
    uint64_t inode;
    int64_t next;
    uint16_t bytes;
    uint8_t type;
    char name[];
};

struct old_record {
    unsigned long inode, next;
    uint16_t bytes;
    char name[];
};

static char buffer[65536];

static long list(int fd, size_t bytes)
{
    memset(buffer, 0xee, sizeof buffer);
    return syscall(SYS_getdents64, fd, buffer, bytes);
}

static struct record *find(long bytes, const char *name)
{
    for (long at = 0; at < bytes;) {
        struct record *record = (void *)(buffer + at);
        if (!strcmp(record->name, name))
            return record;
        at += record->bytes;
    }
    return NULL;
}

static void records(void)
{
    static const struct {
        const char *name;
        int type;
    } made[] = {
        { "file", DT_REG }, { "directory", DT_DIR }, { "fifo", DT_FIFO },
        { "socket", DT_SOCK }, { "link", DT_LNK }, { "char", DT_CHR },
        { "block", DT_BLK }, { ".", DT_DIR }, { "..", DT_DIR },
    };
    struct stat s;
    mkdir("d", 0755);
    chdir("d");
    make_file("file", 0);
    mkdir("directory", 0);
    mkfifo("fifo", 0);
    mknod("socket", S_IFSOCK, 0);
    symlink("x", "link");
    mknod("char", S_IFCHR, makedev(1, 3));
    mknod("block", S_IFBLK, makedev(1, 3));
    int fd = open(".", O_RDONLY);
    long bytes = list(fd, sizeof buffer);
    int count = 0;
    for (long at = 0; at < bytes; count++) {
        struct record *record = (void *)(buffer + at);
        if (record->bytes % 8 || record->bytes < 19 + strlen(record->name) + 1
            || record->bytes > 19 + strlen(record->name) + 8)
            ok(!"a record is as long as it must be");
        at += record->bytes;
    }
    is(count, 9);
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        struct record *record = find(bytes, made[i].name);
        lstat(made[i].name, &s);
        if (!tap_case(record && record->type == made[i].type
                    && record->inode == s.st_ino, made[i].name))
            note("type %d", record ? record->type : -1);
    }
    is(list(fd, sizeof buffer), 0);
#ifdef SYS_getdents
    is(lseek(fd, 0, SEEK_SET), 0);
    long again = syscall(SYS_getdents, fd, buffer, sizeof buffer);
    int right = 0;
    for (long at = 0; at < again;) {
        struct old_record *record = (void *)(buffer + at);
        int type = buffer[at + record->bytes - 1];
        for (size_t i = 0; i < sizeof made / sizeof *made; i++)
            right += !strcmp(record->name, made[i].name)
                && type == made[i].type;
        at += record->bytes;
    }
    is(right, 9);
#endif
    close(fd);
    unlink("file"), rmdir("directory"), unlink("fifo"), unlink("socket");
    unlink("link"), unlink("char"), unlink("block");
    chdir("..");
    rmdir("d");
}

static void errors(void)
{
    int fd = open(".", O_RDONLY), file = open("f", O_RDWR | O_CREAT, 0600);
    fails_with(EINVAL, list(fd, 0));
    fails_with(EINVAL, list(fd, 23));
    is(list(fd, 24), 24);
    lseek(fd, 0, SEEK_SET);
#ifdef SYS_getdents
    fails_with(EINVAL, syscall(SYS_getdents, fd, buffer, 8));
#endif
    fails_with(EFAULT, syscall(SYS_getdents64, fd, 8, 4096));
    fails_with(EBADF, list(-1, 4096));
    fails_with(ENOTDIR, list(file, 4096));
    int path = open(".", O_PATH);
    fails_with(EBADF, list(path, 4096));
    close(path), close(file), close(fd);
    mkdir("d", 0755);
    fd = open("d", O_RDONLY);
    rmdir("d");
    fails_with(ENOENT, list(fd, 4096));
    close(fd);
}

/* All names by buffers of a size: each once. */
static int count_by(int fd, size_t bytes)
{
    static char seen[MANY];
    int count = 0;
    long got;
    memset(seen, 0, sizeof seen);
    lseek(fd, 0, SEEK_SET);
    while ((got = list(fd, bytes)) > 0)
        for (long at = 0; at < got;) {
            struct record *record = (void *)(buffer + at);
            int number = atoi(record->name + 1);
            if (*record->name == 'n' && !seen[number]++)
                count++;
            at += record->bytes;
        }
    return count;
}

static void fill(void)
{
    char name[32];
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "d/n%d", i);
        close(open(name, O_WRONLY | O_CREAT, 0600));
    }
}

static void sizes(void)
{
    mkdir("d", 0755);
    fill();
    int fd = open("d", O_RDONLY);
    is(count_by(fd, sizeof buffer), MANY);
    is(count_by(fd, 4096), MANY);
    is(count_by(fd, 100), MANY);
    is(count_by(fd, 32), MANY);
    close(fd);
}

/* Each d_off is a position to come back to. */
static void positions(void)
{
    static int64_t next[MANY + 2];
    static char names[MANY + 2][16];
    int fd = open("d", O_RDONLY), count = 0, right = 0;
    long bytes = list(fd, sizeof buffer);
    for (long at = 0; at < bytes; count++) {
        struct record *record = (void *)(buffer + at);
        next[count] = record->next;
        strcpy(names[count], record->name);
        at += record->bytes;
    }
    is(count, MANY + 2);
    for (int i = 0; i + 1 < count; i++) {
        lseek(fd, next[i], SEEK_SET);
        list(fd, 64);
        struct record *record = (void *)buffer;
        right += !strcmp(record->name, names[i + 1]);
    }
    is(right, count - 1);
    lseek(fd, next[count - 1], SEEK_SET);
    is(list(fd, 4096), 0);
    is(lseek(fd, 0, SEEK_CUR), next[count - 1]);
    /* The position belongs to the open file, which dup shares. */
    int same = dup(fd), other = open("d", O_RDONLY);
    lseek(same, 0, SEEK_SET);
    ok(list(fd, 64) > 0);
    is(lseek(other, 0, SEEK_CUR), 0);
    fails_with(EINVAL, lseek(fd, -1, SEEK_SET));
    close(same), close(other), close(fd);
}

/* Names that stay are met once, whatever comes and goes meanwhile. */
static void changes(void)
{
    char name[32];
    static char met[MANY];
    int fd = open("d", O_RDONLY), removed = 0, fresh = 0;
    long got;
    memset(met, 0, sizeof met);
    while ((got = list(fd, 256)) > 0)
        for (long at = 0; at < got;) {
            struct record *record = (void *)(buffer + at);
            at += record->bytes;
            if (*record->name != 'n')
                continue;
            int number = atoi(record->name + 1);
            met[number]++;
            if (number % 2) {
                snprintf(name, sizeof name, "d/n%d", number);
                removed += !unlink(name);
            }
            snprintf(name, sizeof name, "d/x%d", fresh++);
            if (fresh < 300)
                close(open(name, O_WRONLY | O_CREAT, 0600));
        }
    int once = 0;
    for (int i = 0; i < MANY; i++)
        once += met[i] == 1;
    is(once, MANY);
    is(removed, MANY / 2);
    close(fd);
    /* rm -r with one open directory. */
    DIR *all = opendir("d");
    struct dirent *entry;
    chdir("d");
    while ((entry = readdir(all)))
        if (*entry->d_name != '.')
            unlink(entry->d_name);
    chdir("..");
    closedir(all);
    is(rmdir("d"), 0);
}

static void telling(void)
{
    mkdir("d", 0755);
    fill();
    DIR *all = opendir("d");
    char third[32] = "", now[32] = "";
    long place = 0;
    for (int i = 0; i < 10; i++) {
        if (i == 5)
            place = telldir(all);
        struct dirent *entry = readdir(all);
        if (i == 5)
            strcpy(third, entry->d_name);
    }
    seekdir(all, place);
    strcpy(now, readdir(all)->d_name);
    ok(!strcmp(third, now));
    rewinddir(all);
    int count = 0;
    while (readdir(all))
        count++;
    is(count, MANY + 2);
    closedir(all);
}

static void long_names(void)
{
    char name[256];
    memset(name, 'l', 255);
    name[255] = 0;
    mkdir("e", 0755);
    chdir("e");
    make_file(name, 0600);
    chdir("..");
    int fd = open("e", O_RDONLY);
    list(fd, 48);
    fails_with(EINVAL, list(fd, 272));
    is(list(fd, 280), 280);
    ok(!strcmp(((struct record *)buffer)->name, name));
    close(fd);
}

static void run(void)
{
    records();
    errors();
    sizes();
    positions();
    changes();
    telling();
    long_names();
}
TEST_MAIN
