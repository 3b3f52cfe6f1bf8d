/* SPDX-License-Identifier: MIT */
#ifndef ABI_LINUX_CREDENTIALS_CHANGE_H
#define ABI_LINUX_CREDENTIALS_CHANGE_H

struct credentials;

/* current's credentials from now on; the reference moves in.  Takes away what a
 * new identity must not keep (being dumpable, the parent's death signal). 0. */
int credentials_change(struct credentials *credentials);

#endif
