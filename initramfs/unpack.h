/* SPDX-License-Identifier: MIT */
/* The first root: newc archives, plain or gzip-compressed, one after another,
 * as Linux unpacks them. */
#ifndef INITRAMFS_UNPACK_H
#define INITRAMFS_UNPACK_H

#include "vfs/paths.h"

struct unpack_report {
    uint64_t files, bytes;
    char problem[160]; /* a plain sentence, or "" */
};
/* Unpacks into root as root's owner; -EINVAL with report->problem for corrupt
 * data (what came before stays), -ENOMEM/-ENOSPC. */
int initramfs_unpack(struct paths *root, const unsigned char *archive,
    size_t bytes, struct unpack_report *report);

#endif
