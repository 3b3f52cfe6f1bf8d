/* SPDX-License-Identifier: MIT */
/* The space of a new program, made before anyone runs in it: where the stack,
 * the maps and the break are (random unless asked otherwise), the images, and
 * the strings at the top of the stack as Linux lays them: arguments,
 * environment, the program's name, eight zeros. */
#include "kernel/exec_state.h"

#include "kernel/process.h"
#include "lib/errno.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/space.h"
#include "vfs/file.h"

enum {
    STACK_RANDOM_BITS = 22, /* pages */
    MAP_RANDOM_BITS = 28,   /* pages */
    BREAK_RANDOM_BITS = 13, /* pages: 32 MiB */
    STACK_SLACK = 128 << 10,
    VECTOR_SLACK = 16 << 10, /* the auxiliary vector and what it points to */
    STACK_GUARD = 1 << 20,
    END_ZEROS = 8,
};

static uintptr_t random_pages(unsigned bits)
{
    return (random_number() & ((1ull << bits) - 1)) << PAGE_SHIFT;
}

static void set_limits(struct space *space)
{
    struct process *process = current->process;
    space->limit_bytes = process_limit(process, LIMIT_SPACE);
    space->limit_data_bytes = process_limit(process, LIMIT_DATA);
    space->limit_stack_bytes = process_limit(process, LIMIT_STACK);
    space->limit_locked_bytes = process_limit(process, LIMIT_LOCKED);
}

/* Maps go downwards from below the stack as large as it may become. */
static void choose_places(
    struct space *space, bool is_random, uintptr_t *stack_end)
{
    uint64_t gap = max(space->limit_stack_bytes, (uint64_t)128 << 20);
    gap = min(gap, (uint64_t)USER_END / 6 * 5);
    gap += STACK_GUARD;
    if (is_random)
        gap += ((uint64_t)1 << STACK_RANDOM_BITS << PAGE_SHIFT) +
            random_pages(MAP_RANDOM_BITS);
    space->map_top = align_down(USER_END - gap, PAGE_BYTES);
    *stack_end = USER_END - (is_random ? random_pages(STACK_RANDOM_BITS) : 0);
}

/* A program that is at home among the maps has its break away from them. */
static void set_break(struct exec_state *state, bool is_random)
{
    struct space *space = state->space;
    const struct elf_image *image = &state->image;
    uintptr_t at = align_up(image->break_start, PAGE_BYTES);
    if (image->is_position_independent && !image->interpreter)
        at = align_down(USER_END / 3 * 2, PAGE_BYTES);
    if (is_random)
        at += random_pages(BREAK_RANDOM_BITS);
    space->break_start = space->break_end = at;
}

static int load_interpreter(struct exec_state *state, bool is_random)
{
    struct file *file;
    if (!state->image.interpreter)
        return 0;
    int error = exec_open_path(state->image.interpreter, &file);
    if (error)
        return error;
    state->interpreter.is_random = is_random;
    error = elf_load(file, state->space, true, &state->interpreter);
    exec_close_file(file);
    return error;
}

static int load_images(struct exec_state *state, bool is_random)
{
    state->image.is_random = is_random;
    int error = elf_load(state->file, state->space, false, &state->image);
    if (!error)
        error = load_interpreter(state, is_random);
    if (error)
        return error;
    const struct elf_image *image = &state->image;
    struct space *space = state->space;
    struct program *program = &state->program;
    space->code_start = image->code_start;
    space->code_end = image->code_end;
    space->data_start = image->data_start;
    space->data_end = image->data_end;
    program->space = space;
    program->own_entry = program->entry = image->entry;
    program->headers = image->headers;
    program->header_count = image->header_count;
    program->header_bytes = 56;
    if (image->interpreter) {
        program->entry = state->interpreter.entry;
        program->interpreter_base = state->interpreter.base;
    }
    set_break(state, is_random);
    return 0;
}

static int map_stack(
    struct exec_state *state, uintptr_t stack_end, size_t used_bytes)
{
    size_t bytes = align_up(used_bytes + STACK_SLACK, PAGE_BYTES);
    uintptr_t at;
    struct mapping mapping = {
        .start = stack_end - bytes,
        .bytes = bytes,
        .flags = AREA_READ | AREA_WRITE | AREA_MAY_READ | AREA_MAY_WRITE |
            AREA_MAY_EXECUTE | AREA_GROWS_DOWN | AREA_STACK,
        .place = PLACE_FIXED_FREE,
        .name = "[stack]",
    };
    if (state->image.wants_executable_stack)
        mapping.flags |= AREA_EXECUTE;
    int error = space_map(state->space, &mapping, &at);
    return error == -EEXIST ? -ENOMEM : error;
}

static int write_text(struct space *space, uintptr_t *at, const char *text)
{
    size_t bytes = strlen(text) + 1;
    if (space_write(space, *at, text, bytes) != bytes)
        return -EFAULT;
    *at += bytes;
    return 0;
}

static int write_strings(struct exec_state *state, size_t skip)
{
    struct space *space = state->space;
    uintptr_t at = state->program.strings;
    int error = 0;
    for (unsigned i = state->word_count; i-- > 0 && !error;)
        error = write_text(space, &at, state->words[i]);
    if (!error)
        error = strings_write(&state->strings, skip, space, at);
    at += state->strings.bytes - skip;
    return error ? error : write_text(space, &at, state->name);
}

static int fill_stack(
    struct exec_state *state, uintptr_t stack_end, bool is_random)
{
    const struct strings *strings = &state->strings;
    struct program *program = &state->program;
    bool is_script = state->word_count;
    size_t skip = is_script ? strings->first_bytes : 0;
    program->argument_count =
        strings->argument_count + state->word_count - is_script;
    program->environment_count = strings->environment_count;
    size_t bytes = state->word_bytes + strings->bytes - skip +
        strlen(state->name) + 1 + END_ZEROS;
    size_t pointers = sizeof(uintptr_t) *
        (program->argument_count + program->environment_count + 3ul);
    int error = strings_check(strings, state->word_bytes - skip);
    if (error)
        return error;
    program->strings = stack_end - bytes;
    program->stack_top = program->strings;
    if (is_random)
        program->stack_top -= random_number() & 8191 & ~15ul;
    error = map_stack(state, stack_end, bytes + pointers + VECTOR_SLACK);
    return error ? error : write_strings(state, skip);
}

int exec_make_space(struct exec_state *state, unsigned long personality)
{
    uintptr_t stack_end;
    bool is_random = !(personality & PERSONALITY_FIXED_ADDRESSES);
    state->space = space_new();
    if (!state->space)
        return -ENOMEM;
    set_limits(state->space);
    if (current->space) {
        state->space->dump_filter = atomic_load(&current->space->dump_filter);
        state->space->no_huge_pages = current->space->no_huge_pages;
    }
    choose_places(state->space, is_random, &stack_end);
    if (personality & PERSONALITY_MAPS_UPWARDS)
        state->space->map_bottom = align_down(USER_END / 3, PAGE_BYTES) +
            (is_random ? random_pages(MAP_RANDOM_BITS) : 0);
    int error = load_images(state, is_random);
    return error ? error : fill_stack(state, stack_end, is_random);
}
