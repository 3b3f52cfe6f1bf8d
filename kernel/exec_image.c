/* SPDX-License-Identifier: MIT */
/* From the name of a program to the file that is its image: opened for running
 * and guarded against writers; scripts lead on to their interpreters. */
#include "kernel/exec_state.h"

#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "sched/thread.h"
#include "vfs/file.h"

static int deny_write(struct file *file)
{
    int error = inode_deny_write(file->inode);
    if (error)
        file_put(file);
    return error;
}

void exec_close_file(struct file *file)
{
    if (!file)
        return;
    inode_end_deny(file->inode);
    file_put(file);
}

void exec_close(struct exec_state *state)
{
    exec_close_file(state->file);
    state->file = NULL;
}

static int set_file(struct exec_state *state, struct file *file)
{
    int error = deny_write(file);
    if (!error)
        state->file = file;
    return error;
}

int exec_open(
    struct exec_state *state, const struct walk *walk, const char *path)
{
    struct file *file;
    unsigned flags = OPEN_EXECUTE;
    if (!(walk->flags & WALK_FOLLOW))
        flags |= OPEN_NO_FOLLOW;
    int error = file_open(walk, path, flags, 0, &file);
    return error ? error : set_file(state, file);
}

int exec_open_place(struct exec_state *state, struct place place)
{
    struct file *file;
    int error =
        file_open_place(place, OPEN_EXECUTE, current->credentials, &file);
    return error ? error : set_file(state, file);
}

int exec_open_path(const char *path, struct file **file)
{
    struct walk walk = {
        .paths = current->paths,
        .who = current->credentials,
        .from = paths_cwd(current->paths),
        /* No name at all, as a script may say, is the working directory. */
        .flags = WALK_FOLLOW | WALK_EMPTY,
    };
    int error = file_open(&walk, path, OPEN_EXECUTE, 0, file);
    place_put(walk.from);
    return error ? error : deny_write(*file);
}

/* Zeros behind the file's end. */
static int read_head(struct exec_state *state)
{
    uint64_t position = 0;
    memset(state->head, 0, sizeof state->head);
    ssize_t got = file_read_kernel(
        state->file, state->head, EXEC_HEAD_BYTES, &position);
    return got < 0 ? got : 0;
}

static int push_word(struct exec_state *state, const char *text)
{
    size_t bytes = strlen(text) + 1;
    if (state->word_count == WORDS_MAX)
        return -ELOOP;
    char *word = heap_copy(text, bytes);
    if (!word)
        return -ENOMEM;
    state->words[state->word_count++] = word;
    state->word_bytes += bytes;
    return 0;
}

/* The first script's name takes the place of argument 0. */
static int push_words(
    struct exec_state *state, const char *interpreter, const char *argument)
{
    int error = state->word_count ? 0 : push_word(state, state->name);
    if (!error && argument)
        error = push_word(state, argument);
    return error ? error : push_word(state, interpreter);
}

/* One step: -ENOEXEC if the file is no script. */
static int follow_script(struct exec_state *state)
{
    char *interpreter, *argument;
    int error = script_parse(state->head, &interpreter, &argument);
    if (!error && state->name_is_lost)
        error = -ENOENT; /* the interpreter would not find the script */
    if (!error)
        error = push_words(state, interpreter, argument);
    if (error)
        return error;
    struct file *file;
    error = exec_open_path(interpreter, &file);
    if (error)
        return error;
    exec_close(state);
    state->file = file;
    return 0;
}

int exec_find_image(struct exec_state *state)
{
    for (unsigned depth = 0; depth <= EXEC_INTERPRETERS_MAX; depth++) {
        int error = read_head(state);
        if (error)
            return error;
        if (memcmp(state->head, "#!", 2))
            return 0;
        if (depth == EXEC_INTERPRETERS_MAX)
            break;
        error = follow_script(state);
        if (error)
            return error;
    }
    return -ELOOP;
}
