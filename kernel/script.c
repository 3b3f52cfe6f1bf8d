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

/* The line's end within the head; NULL: longer, and so perhaps cut short. */
static char *line_end(char *head, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (head[i] == '\n' || head[i] == '\0')
            return head + i;
    return NULL;
}

/* head has room for a NUL at head[bytes]. */
int script_parse(char *head, size_t bytes, char **interpreter, char **argument)
{
    if (bytes < 2 || head[0] != '#' || head[1] != '!')
        return -ENOEXEC;
    char *end = line_end(head, bytes);
    bool is_cut = !end && bytes == EXEC_HEAD_BYTES;
    if (!end)
        end = head + bytes;
    char *at = head + 2;
    while (at < end && is_blank(*at))
        at++;
    char *name = at;
    while (at < end && !is_blank(*at))
        at++;
    /* A path that may go on beyond what we have is no path. */
    if (at == name || (is_cut && at == end))
        return -ENOEXEC;
    char *name_end = at;
    while (at < end && is_blank(*at))
        at++;
    while (end > at && is_blank(end[-1]))
        end--;
    *interpreter = name;
    *argument = at < end ? at : NULL;
    *end = '\0';
    *name_end = '\0';
    return 0;
}
