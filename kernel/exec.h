/* SPDX-License-Identifier: MIT */
/* Running programs: ELF and scripts. */
#ifndef KERNEL_EXEC_H
#define KERNEL_EXEC_H

#include "vfs/paths.h"

enum { EXEC_STRING_MAX = 131072, EXEC_INTERPRETERS_MAX = 5 };

/* Where argument and environment strings come from: user memory or the
 * kernel's (init). */
struct string_list {
    uintptr_t pointers;       /* user address of an array of pointers, or */
    const char *const *texts; /* the kernel's, NULL-ended */
};

struct program { /* what exec gathered, for abi->start_program */
    struct space *space;
    const char *path;          /* AT_EXECFN; as given */
    uintptr_t entry;           /* the interpreter's, if there is one */
    uintptr_t own_entry, headers; /* AT_ENTRY, AT_PHDR (mapped) */
    unsigned header_count, header_bytes;
    uintptr_t interpreter_base;/* AT_BASE, 0 without */
    unsigned argument_count, environment_count;
    uintptr_t strings;         /* in the new stack: arguments, then environment,
                                  then path, each ended by NUL */
    uintptr_t stack_top;       /* lowest used byte: below it the vectors go */
    bool is_secure;            /* AT_SECURE */
};

/* execve(2), execveat(2): does not return to the caller's program on success
 * (0); -E… while the old program is whole; kills the process if it is too late. */
int exec(const struct walk *walk, const char *path, const struct string_list *arguments,
    const struct string_list *environment);
/* An open file (execveat AT_EMPTY_PATH, fexecve). name as AT_EXECFN "/dev/fd/N". */
int exec_place(struct place place, const char *name, const struct string_list *arguments,
    const struct string_list *environment);

/* elf.c: maps the image of an open file into space. */
struct file;
struct elf_image {
    uintptr_t base, entry, headers, code_start, code_end, data_start, data_end, break_start;
    unsigned header_count;
    char *interpreter; /* heap, or NULL */
    bool wants_executable_stack;
};
int elf_load(struct file *file, struct space *space, bool is_interpreter, struct elf_image *image);

#endif
