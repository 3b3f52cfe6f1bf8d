/* SPDX-License-Identifier: MIT */
/* Objects without a path: pipes, eventfds, memfds, sockets.  Their entries are
 * roots of nothing, whose name is the whole of what /proc shows. */
#ifndef VFS_UNNAMED_H
#define VFS_UNNAMED_H

#include "vfs/mount.h"

/* At boot, once. False: want of memory. */
bool unnamed_init(void);
/* Was the place made by file_open_unnamed? Its text is entry->name then. */
bool place_is_unnamed(struct place place);

#endif
