/* SPDX-License-Identifier: MIT */
#ifndef ABI_LINUX_CREDENTIALS_CHANGE_H
#define ABI_LINUX_CREDENTIALS_CHANGE_H

struct credentials;

/* current's credentials from now on; the reference moves in. 0. */
int credentials_change(struct credentials *credentials);

#endif
