/* SPDX-License-Identifier: MIT */
/* Scripts: "#!" names the program that reads them, with at most one argument,
 * all that is left of the line. */
#include "kernel/exec.h"

#include "lib/errno.h"
#include "lib/string.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static char *skip_blanks(char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at;
}

/* The first blank or NUL, or `end`. */
static char *skip_word(char *at, char *end)
{
    while (at < end && *at && !is_blank(*at))
        at++;
    return at;
}

/* head is EXEC_HEAD_BYTES long, zeros behind the file's end. A line that goes
 * on beyond it is cut, but never within the interpreter's name. */
int script_parse(char *head, char **interpreter, char **argument)
{
    if (head[0] != '#' || head[1] != '!')
        return -ENOEXEC;
    char *limit = head + EXEC_HEAD_BYTES;
    char *end = memchr(head, '\n', EXEC_HEAD_BYTES);
    if (!end) {
        if (skip_word(skip_blanks(head + 2, limit), limit) == limit)
            return -ENOEXEC;
        end = limit - 1;
    }
    while (is_blank(end[-1]))
        end--;
    char *name = skip_blanks(head + 2, end);
    if (name == end)
        return -ENOEXEC;
    char *name_end = skip_word(name, end);
    bool has_argument = name_end < end && *name_end;
    *interpreter = name;
    *argument = has_argument ? skip_blanks(name_end, end) : NULL;
    *end = '\0';
    *name_end = '\0';
    return 0;
}
