/* SPDX-License-Identifier: MIT */
/* Parts of current replaced by copies of its own. */
#ifndef ABI_LINUX_UNSHARE_H
#define ABI_LINUX_UNSHARE_H

struct files;
struct paths;

/* The references move in; the old parts' are put: may sleep. */
void replace_files(struct files *files);
void replace_paths(struct paths *paths);

#endif
