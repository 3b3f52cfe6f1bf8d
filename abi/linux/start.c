/* SPDX-License-Identifier: MIT */
/* The first stack of a program, as the ELF supplement draws it: from sp upwards
 * argc, argv, NULL, envp, NULL, the auxiliary vector; above it random bytes and
 * the platform's name, then the strings that exec has put there.
 *
 * The strings lie one after the other and only their number is known: they are
 * read once more, piece by piece, to find where each begins. */
#include <linux/auxvec.h>

#include "abi/linux/signal_frame.h"
#include "abi/linux/start.h"
#include "arch/cpu.h"
#include "lib/errno.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/space.h"
#include "sched/thread.h"
#include "vfs/credentials.h"

enum { RANDOM_BYTES = 16, CLOCK_TICKS = 100 };
enum { PIECE_BYTES = 2048, POINTERS_AT_ONCE = 256 };

/* Writes the pointers to `count` strings that begin at `string` into the stack
 * at *slot, and NULL after them. */
struct walker {
    struct space *space;
    uintptr_t string, slot; /* the next of each */
    char *piece;
    size_t have, used;
    uintptr_t *pointers;
    unsigned pointer_count;
};

static int flush_pointers(struct walker *w)
{
    size_t bytes = w->pointer_count * sizeof *w->pointers;
    if (space_write(w->space, w->slot, w->pointers, bytes) != bytes)
        return -EFAULT;
    w->slot += bytes;
    w->pointer_count = 0;
    return 0;
}

static int add_pointer(struct walker *w, uintptr_t pointer)
{
    w->pointers[w->pointer_count++] = pointer;
    return w->pointer_count == POINTERS_AT_ONCE ? flush_pointers(w) : 0;
}

/* Past the NUL of the string we are in. */
static int skip_string(struct walker *w)
{
    for (;;) {
        if (w->used == w->have) {
            w->have =
                space_read(w->space, w->string, w->piece, PIECE_BYTES);
            w->used = 0;
            if (!w->have)
                return -EFAULT;
        }
        char *from = w->piece + w->used;
        char *end = memchr(from, 0, w->have - w->used);
        size_t step =
            end ? (size_t)(end - from) + 1 : w->have - w->used;
        w->used += step;
        w->string += step;
        if (end)
            return 0;
    }
}

static int write_pointers(struct walker *w, unsigned count)
{
    int error = 0;
    for (unsigned i = 0; !error && i < count; i++) {
        error = add_pointer(w, w->string);
        if (!error)
            error = skip_string(w);
    }
    return error ? error : add_pointer(w, 0);
}

static int write_vectors(const struct program *program, uintptr_t sp)
{
    struct space *space = program->space;
    struct walker w = {
        .space = space,
        .string = program->strings,
        .slot = sp,
        .piece = heap_alloc(PIECE_BYTES),
        .pointers = heap_alloc(POINTERS_AT_ONCE * sizeof(uintptr_t)),
    };
    int error = w.piece && w.pointers ? 0 : -ENOMEM;
    if (!error)
        error = add_pointer(&w, program->argument_count);
    space->arguments_start = w.string;
    if (!error)
        error = write_pointers(&w, program->argument_count);
    space->arguments_end = space->environment_start = w.string;
    if (!error)
        error = write_pointers(&w, program->environment_count);
    space->environment_end = w.string;
    if (!error)
        error = flush_pointers(&w);
    heap_free(w.piece);
    heap_free(w.pointers);
    return error;
}

static void add_aux(struct space *space, uint64_t type, uint64_t value)
{
    space->auxv[space->auxv_words++] = type;
    space->auxv[space->auxv_words++] = value;
}

/* Only what is true: no AT_SYSINFO_EHDR without a vDSO, for example. */
static void fill_auxv(const struct program *program, uintptr_t random_at,
    uintptr_t platform_at)
{
    struct space *space = program->space;
    const struct credentials *who = current->credentials;
    space->auxv_words = 0;
    if (space->vdso)
        add_aux(space, AT_SYSINFO_EHDR, space->vdso);
    add_aux(space, AT_MINSIGSTKSZ, signal_frame_bytes());
    add_aux(space, AT_HWCAP, cpu_hwcap());
    add_aux(space, AT_PAGESZ, PAGE_BYTES);
    add_aux(space, AT_CLKTCK, CLOCK_TICKS);
    add_aux(space, AT_PHDR, program->headers);
    add_aux(space, AT_PHENT, program->header_bytes);
    add_aux(space, AT_PHNUM, program->header_count);
    add_aux(space, AT_BASE, program->interpreter_base);
    add_aux(space, AT_FLAGS, 0);
    add_aux(space, AT_ENTRY, program->own_entry);
    add_aux(space, AT_UID, who->uid);
    add_aux(space, AT_EUID, who->euid);
    add_aux(space, AT_GID, who->gid);
    add_aux(space, AT_EGID, who->egid);
    add_aux(space, AT_SECURE, program->is_secure);
    add_aux(space, AT_RANDOM, random_at);
    add_aux(space, AT_HWCAP2, cpu_hwcap2());
    /* The path follows the last string of the environment. */
    add_aux(space, AT_EXECFN, space->environment_end);
    add_aux(space, AT_PLATFORM, platform_at);
    add_aux(space, AT_NULL, 0);
}
enum { AUX_WORDS_MAX = 2 * 21 };
static_assert(AUX_WORDS_MAX <= array_size(((struct space *)0)->auxv),
    "room for the auxiliary vector");

static int put(
    struct space *space, uintptr_t at, const void *from, size_t bytes)
{
    return space_write(space, at, from, bytes) == bytes ? 0 : -EFAULT;
}

int start_program(const struct program *program, uintptr_t *sp)
{
    struct space *space = program->space;
    unsigned char random[RANDOM_BYTES];
    const char *platform = cpu_platform();
    size_t platform_bytes = strlen(platform) + 1;
    uintptr_t platform_at = program->stack_top - platform_bytes;
    uintptr_t random_at = align_down(platform_at - RANDOM_BYTES, 16ul);

    size_t pointers = 1 + program->argument_count + 1 +
        program->environment_count + 1;
    size_t auxv_bytes = AUX_WORDS_MAX * sizeof(uint64_t);
    size_t pointer_bytes = pointers * sizeof(uintptr_t);
    *sp = align_down(random_at - auxv_bytes - pointer_bytes, 16ul);

    random_fill(random, sizeof random);
    int error = put(space, platform_at, platform, platform_bytes);
    if (!error)
        error = put(space, random_at, random, sizeof random);
    if (!error)
        error = write_vectors(program, *sp);
    if (error)
        return error;
    fill_auxv(program, random_at, platform_at);
    return put(space, *sp + pointer_bytes, space->auxv,
        space->auxv_words * sizeof(uint64_t));
}
