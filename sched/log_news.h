/* SPDX-License-Identifier: MIT */
/* Who waits for a record of the log. */
#ifndef SCHED_LOG_NEWS_H
#define SCHED_LOG_NEWS_H

#include "sched/wait.h"

extern struct wait_queue log_news; /* woken with READY_IN */
void log_news_init(void); /* once kicks can be sent */
void log_news_tell(void); /* by the handler of kicks */

#endif
