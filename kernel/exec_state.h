/* SPDX-License-Identifier: MIT */
/* What exec gathers, for the files that do its parts. */
#ifndef KERNEL_EXEC_STATE_H
#define KERNEL_EXEC_STATE_H

#include "kernel/exec.h"

enum { WORDS_MAX = 2 * EXEC_INTERPRETERS_MAX + 1 };

struct exec_state {
    const char *name;     /* as the caller gave it */
    bool name_is_lost;    /* -ENOENT for a script */
    struct file *file;    /* the image at last; nobody may write to it */
    struct strings strings;
    /* Arguments that scripts put in front, last one first: the script's name,
     * then each interpreter's argument and name. On the heap. */
    char *words[WORDS_MAX];
    unsigned word_count;
    size_t word_bytes;
    char head[EXEC_HEAD_BYTES + 1];

    struct space *space;
    struct elf_image image, interpreter;
    const struct credentials *who;
    struct program program;
};

/* exec_image.c */
int exec_open(struct exec_state *state, const struct walk *walk, const char *path);
int exec_open_place(struct exec_state *state, struct place place);
/* Opens a path as current sees it, for running; nobody may write to the file
 * until exec_close_file. */
int exec_open_path(const char *path, struct file **file);
void exec_close_file(struct file *file);
void exec_close(struct exec_state *state);
/* Goes from scripts to their interpreters until state->file is no script. */
int exec_find_image(struct exec_state *state);

/* exec_space.c: a new space with the program, its interpreter and a stack with
 * the strings. */
int exec_make_space(struct exec_state *state, unsigned long personality);

#endif
