/* SPDX-License-Identifier: MIT */
/* A put of a space where its last one may not be done: under sleeping locks
 * that files take too. */
#ifndef MM_SPACE_PUT_H
#define MM_SPACE_PUT_H

struct space;
void space_put_later(struct space *space);

#endif
