/* SPDX-License-Identifier: MIT */
/* Objects without a path: pipes, eventfds, memfds, sockets.  Their entries are
 * roots of nothing, whose name is the whole of what /proc shows. */
#ifndef VFS_UNNAMED_H
#define VFS_UNNAMED_H

#include "vfs/mount.h"

/* Once, before the first of them: 0 or -ENOMEM. */
int unnamed_init(void);

/* Was the place made by file_open_unnamed? Its text is entry->name then. */
bool place_is_unnamed(struct place place);

#endif
