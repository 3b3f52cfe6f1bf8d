/* SPDX-License-Identifier: MIT */
/* A walk under way: what vfs/walk.c does for path_find and its relatives.
 *
 *     walker_start(&walker, walk, path);
 *     do {
 *         walker_to_last(&walker, &last);    the directory is walker.here
 *         walker_take_last(&walker, &last, &is_done);   … and there
 *     } while (!is_done);                    a symlink goes on
 *     walker_end(&walker);
 */
#ifndef VFS_WALKER_H
#define VFS_WALKER_H

#include "vfs/paths.h"

struct pending_text;

struct walker {
    const struct walk *walk;
    struct place here, root;  /* with references; root: `..` stops there */
    const char *rest;         /* of the text that is being walked */
    char *text;               /* that text if it is a symlink's, owned */
    struct pending_text *pending; /* texts to go on with afterwards */
    unsigned flags;           /* the walk's; trailing slashes add to them */
    unsigned links;           /* followed so far */
    uint32_t names_at_start;
};

int walker_start(
    struct walker *walker, const struct walk *walk, const char *path);
/* Up to, not including, the last component; checks that here is a directory
 * which may be searched. */
int walker_to_last(struct walker *walker, struct last *last);
/* The last component; a symlink is followed if flags or a slash say so. */
int walker_take_last(
    struct walker *walker, const struct last *last, bool *is_done);
/* The last component is a symlink that is to be followed: its text is walked
 * next, or (*is_done) here is where a magic link went. */
int walker_follow(
    struct walker *walker, struct entry *link, bool *is_done);
void walker_end(struct walker *walker);

#endif
