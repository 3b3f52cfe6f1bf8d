/* SPDX-License-Identifier: MIT */
/* The kernel's log: a ring of records that dmesg reads, copied to the console
 * when the level is below the console's.  Usable from anywhere, interrupts
 * included; a line at a time. */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include "lib/types.h"

enum log_level { /* as in syslog(2) */
    LOG_EMERGENCY,
    LOG_ALERT,
    LOG_CRITICAL,
    LOG_ERROR,
    LOG_WARNING,
    LOG_NOTICE,
    LOG_INFO,
    LOG_DEBUG,
};

/* One line, without its newline. */
void log_at(enum log_level level, const char *format, ...) printf_like(2);
#define log_error(...)   log_at(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_at(LOG_WARNING, __VA_ARGS__)
#define log_notice(...)  log_at(LOG_NOTICE, __VA_ARGS__)
#define log_info(...)    log_at(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_at(LOG_DEBUG, __VA_ARGS__)

/* Records of a level below this reach the console (default LOG_DEBUG = 7). */
void log_set_console_level(int level);
int log_console_level(void);

/* A record that a program writes: its facility in eights beside its level. Up
 * to LOG_TEXT_BYTES, which may be several lines. */
enum { LOG_LINE_BYTES = 1024, LOG_TEXT_BYTES = 992 };
enum { LOG_FACILITY_USER = 1 << 3 };
void log_put(unsigned priority, const char *text, size_t bytes);

/* As syslog(2) has it: "<priority>[ seconds.usec] line\n" for each line of the
 * record at *sequence, which moves on; 0 when there is none.  `capacity`
 * should be at least LOG_LINE_BYTES: what goes beyond is cut off.  A reader
 * that fell behind resumes at the oldest record. */
size_t log_read(uint64_t *sequence, char *buffer, size_t capacity);

/* The record at sequence, or the oldest after it: false when there is none. */
struct log_record {
    uint64_t sequence, time_ns;
    unsigned priority;
    size_t bytes;
    char text[LOG_TEXT_BYTES];
};
bool log_get(uint64_t sequence, struct log_record *record);

uint64_t log_oldest_sequence(void), log_next_sequence(void);
uint64_t log_first_sequence(void); /* the oldest that was not cleared */
void log_clear(void);
/* Called after each record, in whatever context wrote it. */
void log_set_news(void (*tell)(void));

/* How the log knows the time and writes; set once at boot. */
void log_set_clock(uint64_t (*now_ns)(void));

#endif
