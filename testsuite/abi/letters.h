/* SPDX-License-Identifier: MIT */
/* For tables of what calls say: a letter for each error, and of CALLS(CALL), a
 * list of CALL(call, …), each call by its number. */
#ifndef LETTERS_H
#define LETTERS_H

#include "tap.h"

/* Errors as letters; a dot is success. */
static const struct letter {
    char letter;
    int error;
    const char *name;
} letters[] = {
#define LETTER(letter, error) { letter, error, #error }
    LETTER('B', EBADF), LETTER('I', EINVAL), LETTER('S', ESPIPE),
    LETTER('K', ENOTSOCK), LETTER('D', ENOTDIR), LETTER('d', EISDIR),
    LETTER('T', ENOTTY), LETTER('a', EAGAIN), LETTER('P', EPERM),
    LETTER('O', EOPNOTSUPP), LETTER('V', ENODEV), LETTER('X', ENXIO),
    LETTER('p', EPIPE), LETTER('C', ENOTCONN), LETTER('c', EISCONN),
    LETTER('i', EIO), LETTER('n', ENODATA), LETTER('A', EACCES),
    LETTER('x', EXDEV), LETTER('r', EPROTOTYPE), LETTER('R', ECONNREFUSED),
    LETTER('E', EEXIST), LETTER('s', ESRCH), LETTER('f', ENOSPC),
    LETTER('e', EDESTADDRREQ), LETTER('M', ENOMEM), LETTER('N', ENOENT),
    LETTER('F', EFAULT), LETTER('t', ETXTBSY), LETTER('g', ERANGE),
    LETTER('h', ECHILD), LETTER('b', EBUSY), LETTER('m', EMFILE),
    LETTER('z', ENFILE), LETTER('L', ENAMETOOLONG), LETTER('y', EAFNOSUPPORT),
    LETTER('q', EPROTONOSUPPORT),
};

static inline char letter_of(int error)
{
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].error == error)
            return letters[i].letter;
    return '?';
}

static inline const char *name_of_letter(char letter)
{
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].letter == letter)
            return letters[i].name;
    return letter == '.' ? "success" : "an error without a letter";
}

/* A case: what was got of a kind is what the row expects at its place. */
static inline void letter_is(
    const char *row, const char *kind, char got, const char *expected, int place)
{
    char text[200];
    char want = place < (int)strlen(expected) ? expected[place] : '?';
    snprintf(text, sizeof text, "%s of %s: %s", row, kind, name_of_letter(want));
    if (!tap_case(got == want, text))
        note("it is %s", name_of_letter(got));
}

/* After the cases of a row: all of it, for who makes a table anew. */
static inline void note_row(
    const char *row, const char *got, const char *expected)
{
    if (strcmp(got, expected))
        note("row: %s \"%s\"", row, got);
}

#define LETTERS_COUNT(...) +1
#define LETTERS_DO(call, ...)                                                  \
    if (now++ == row)                                                          \
        return (long)(call);
#define LETTERS_ROW(call, ...) { #call, { __VA_ARGS__ } },
#define ROWS_OF_CALLS                                                          \
    enum { ROWS = 0 CALLS(LETTERS_COUNT) };                                    \
    static long do_call(int row)                                               \
    {                                                                          \
        int now = 0;                                                           \
        CALLS(LETTERS_DO)                                                      \
        return 0;                                                              \
    }                                                                          \
    static const struct row {                                                  \
        const char *text, *expected[2];                                        \
    } rows[] = { CALLS(LETTERS_ROW) };

#endif
