/* SPDX-License-Identifier: MIT */
/* Runs on the build machine: a newc archive from a list of lines, the same
 * bytes whoever builds it and when.
 *
 *     dir   /path mode              file  /path source mode
 *     slink /path target            nod   /path mode c|b major minor
 *     tree  /path source            (a folder and all below it)
 *
 * Owner 0, time 0, inode numbers in order.  Hard links become copies. */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned next_inode = 1;
static const char *list_name;
static unsigned line_number;

__attribute__((noreturn, format(printf, 1, 2))) static void die(
    const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fprintf(stderr, "mkcpio: %s:%u: ", list_name, line_number);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    exit(1);
}

static void pad(size_t written)
{
    fwrite("\0\0\0", 1, -written & 3, stdout);
}

static void put(const char *path, unsigned mode, const void *data,
    size_t bytes, unsigned major, unsigned minor)
{
    while (*path == '/')
        path++;
    size_t name_bytes = strlen(path) + 1;
    unsigned links = (mode & S_IFMT) == S_IFDIR ? 2 : 1;
    int header = printf("070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X"
                        "%08zX%08X",
        next_inode++, mode, 0, 0, links, 0, bytes, 0, 0, major, minor,
        name_bytes, 0);
    fwrite(path, 1, name_bytes, stdout);
    pad(header + name_bytes);
    fwrite(data, 1, bytes, stdout);
    pad(bytes);
}

static void put_file(const char *path, const char *source, unsigned mode)
{
    struct stat status;
    FILE *file = fopen(source, "rb");
    if (!file || fstat(fileno(file), &status))
        die("%s: %s", source, strerror(errno));
    char *data = malloc(status.st_size + 1);
    if (!data || fread(data, 1, status.st_size, file) != (size_t)status.st_size)
        die("%s: cannot be read whole", source);
    put(path, S_IFREG | mode, data, status.st_size, 0, 0);
    free(data);
    fclose(file);
}

static void put_tree(const char *path, const char *source);

static void put_member(const char *path, const char *source)
{
    struct stat status;
    char target[4096];
    if (lstat(source, &status))
        die("%s: %s", source, strerror(errno));
    if (S_ISDIR(status.st_mode)) {
        put_tree(path, source);
    } else if (S_ISREG(status.st_mode)) {
        put_file(path, source, status.st_mode & 07777);
    } else if (S_ISLNK(status.st_mode)) {
        ssize_t bytes = readlink(source, target, sizeof target);
        if (bytes < 0)
            die("%s: %s", source, strerror(errno));
        put(path, S_IFLNK | 0777, target, bytes, 0, 0);
    }
}

static void put_tree(const char *path, const char *source)
{
    struct dirent **names;
    int count = scandir(source, &names, NULL, alphasort);
    if (count < 0)
        die("%s: %s", source, strerror(errno));
    put(path, S_IFDIR | 0755, "", 0, 0, 0);
    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name;
        char *to, *from;
        if (strcmp(name, ".") && strcmp(name, "..")) {
            if (asprintf(&to, "%s/%s", path, name) < 0 ||
                asprintf(&from, "%s/%s", source, name) < 0)
                die("out of memory");
            put_member(to, from);
            free(to);
            free(from);
        }
        free(names[i]);
    }
    free(names);
}

static void put_line(char *line)
{
    char kind[16], path[512], other[1024], type;
    unsigned mode, major, minor;
    if (line[0] == '#' || sscanf(line, "%15s", kind) != 1)
        return;
    if (sscanf(line, "dir %511s %o", path, &mode) == 2)
        put(path, S_IFDIR | mode, "", 0, 0, 0);
    else if (sscanf(line, "file %511s %1023s %o", path, other, &mode) == 3)
        put_file(path, other, mode);
    else if (sscanf(line, "slink %511s %1023s", path, other) == 2)
        put(path, S_IFLNK | 0777, other, strlen(other), 0, 0);
    else if (sscanf(line, "nod %511s %o %c %u %u", path, &mode, &type, &major,
                 &minor) == 5)
        put(path, (type == 'b' ? S_IFBLK : S_IFCHR) | mode, "", 0, major,
            minor);
    else if (sscanf(line, "tree %511s %1023s", path, other) == 2)
        put_tree(path, other);
    else
        die("not understood: %s", line);
}

int main(int count, char **arguments)
{
    char line[2048];
    if (count != 2) {
        fprintf(stderr, "usage: mkcpio LIST > ARCHIVE\n");
        return 2;
    }
    list_name = arguments[1];
    FILE *list = fopen(list_name, "r");
    if (!list)
        die("%s", strerror(errno));
    while (fgets(line, sizeof line, list)) {
        line_number++;
        put_line(line);
    }
    next_inode = 0;
    put("TRAILER!!!", 0, "", 0, 0, 0);
    if (fflush(stdout) || ferror(stdout))
        die("cannot write the archive");
    return 0;
}
