/* SPDX-License-Identifier: MIT */
/* Running programs: ELF and scripts. */
#ifndef KERNEL_EXEC_H
#define KERNEL_EXEC_H

#include "lib/list.h"
#include "vfs/paths.h"

enum { EXEC_STRING_MAX = 131072, EXEC_INTERPRETERS_MAX = 5, EXEC_HEAD_BYTES = 256 };

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

/* What the program is called: AT_EXECFN, and a script's argument. */
struct program_name {
    const char *text;
    bool is_lost; /* nothing is to be found by it once the program runs */
};

/* execve(2), execveat(2): does not return to the caller's program on success
 * (0); -E… while the old program is whole; ends the process, on its way back, if
 * it is too late. */
int exec(const struct walk *walk, const char *path,
    const struct program_name *name, const struct string_list *arguments,
    const struct string_list *environment);
/* An open file (execveat AT_EMPTY_PATH, fexecve). */
int exec_place(struct place place, const struct program_name *name,
    const struct string_list *arguments,
    const struct string_list *environment);

/* The file that current's space runs is another from now on: for /proc/PID/exe.
 * -EACCES: it could not be run; -EBUSY: of the old one something is mapped. */
struct file;
int exec_set_program(struct file *file);

/* thread->task.personality: what the kernel looks at (asserted in abi/). */
enum {
    PERSONALITY_FIXED_ADDRESSES = 0x0040000,
    PERSONALITY_MAPS_UPWARDS = 0x0200000,
    PERSONALITY_READ_IS_EXECUTE = 0x0400000, /* until the next exec */
    /* What a set-id program does not take over: also MMAP_PAGE_ZERO. */
    PERSONALITY_UNSAFE = PERSONALITY_FIXED_ADDRESSES |
        PERSONALITY_MAPS_UPWARDS | PERSONALITY_READ_IS_EXECUTE | 0x0100000,
};

/* exec_strings.c: the strings of a program on their way to its stack. */
enum { STRINGS_CHUNK_BYTES = 4096 };
struct strings {
    struct list chunks;   /* each a heap block of STRINGS_CHUNK_BYTES */
    size_t bytes;         /* in all, with their NULs */
    size_t first_bytes;   /* of the first string: argument 0, that scripts drop */
    size_t most;          /* -E2BIG beyond: with pointers and program's name */
    unsigned argument_count, environment_count;
};
void strings_init(
    struct strings *strings, uint64_t stack_limit, const char *name);
/* -E2BIG if `extra` bytes more were too many. */
int strings_check(const struct strings *strings, size_t extra);
void strings_free(struct strings *strings);
int strings_add_text(struct strings *strings, const char *text);
/* -E2BIG, -EFAULT, -ENOMEM, -ERESTART (killed) */
int strings_gather(struct strings *strings, const struct string_list *arguments,
    const struct string_list *environment);
/* Writes them, from byte `skip` on, to the space's memory at `at`. -EFAULT */
int strings_write(
    const struct strings *strings, size_t skip, struct space *space, uintptr_t at);

/* script.c: takes the line after #! apart: -ENOEXEC. `argument` may be NULL, the
 * interpreter's name may be empty. */
int script_parse(char *head, char **interpreter, char **argument);

/* exec_credentials.c: who runs the program then; NULL: as before; with what
 * the file's set-id bits give. is_secure as AT_SECURE. -ENOMEM */
struct credentials;
struct file;
int exec_credentials(struct file *file, bool is_shared_unsafe,
    const struct credentials **who, bool *is_secure);

/* elf.c: maps the image of an open file into space. The addresses are random
 * if `is_random`. */
struct elf_image {
    uintptr_t base, entry, headers, code_start, code_end, data_start, data_end, break_start;
    unsigned header_count;
    char *interpreter; /* heap, or NULL */
    bool wants_executable_stack, is_position_independent, is_random;
};
/* -ENOEXEC, -ELIBBAD (of an interpreter), -EINVAL, -EIO, -ENOMEM. image's
 * interpreter is the caller's to free, also after an error. */
int elf_load(struct file *file, struct space *space, bool is_interpreter, struct elf_image *image);

#endif
