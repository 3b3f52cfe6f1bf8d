/* SPDX-License-Identifier: MIT */
/* What the changers of trees share: vfs/path_*.c. */
#ifndef VFS_PATH_CHANGE_H
#define VFS_PATH_CHANGE_H

#include "vfs/paths.h"

/* May something new be made in directory? -ENOENT, -EACCES */
int directory_may_gain(
    const struct entry *directory, const struct credentials *who);
/* May victim, which is there, be removed as (or not as) a directory? -EACCES,
 * -EPERM, -ENOTDIR, -EISDIR, -ENOENT */
int directory_may_lose(const struct entry *directory,
    const struct entry *victim, bool as_directory,
    const struct credentials *who);
bool entry_is_directory(const struct entry *entry);

#endif
