/* SPDX-License-Identifier: MIT */
/* For a CPU that runs without a user's tables. */
#ifndef MACHINE_EMPTY_TABLE_H
#define MACHINE_EMPTY_TABLE_H

void user_table_load_empty(void);

#endif
