/* SPDX-License-Identifier: MIT */
/* ELF images: what a file says about itself is checked before it is believed,
 * then its segments are mapped into a space that nobody runs in yet.
 *
 * Three kinds of image: at fixed addresses; position independent with an
 * interpreter (the usual program: to a place of its own, far from the maps that
 * come later); and without one (interpreters, static programs: to the maps).
 * Segments are mapped in whole pages of the file; behind the file's bytes the
 * last page is cleared, for there begins the program's zeroed memory. */
#include "kernel/elf_format.h"

#include "arch/cpu.h"
#include "kernel/exec.h"
#include "lib/errno.h"
#include "lib/log.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/space.h"
#include "vfs/file.h"

enum { HEADERS_MAX_BYTES = 65536, RANDOM_PAGE_BITS = 28 };

struct loading {
    struct file *file;
    struct space *space;
    bool is_interpreter;
    struct elf_image *image;
    struct elf_header header;
    struct elf_segment *segments;
    uintptr_t bias;
};

static const struct {
    unsigned machine;
    const char *name;
} machines[] = {
    { 3, "i386" },
    { 8, "mips" },
    { 20, "powerpc" },
    { 21, "powerpc64" },
    { 22, "s390" },
    { 40, "arm" },
    { 62, "x86_64" },
    { 183, "aarch64" },
    { 243, "riscv" },
    { 258, "loongarch" },
};

static const char *machine_name(unsigned machine)
{
    for (unsigned i = 0; i < array_size(machines); i++)
        if (machines[i].machine == machine)
            return machines[i].name;
    return "an unknown CPU";
}

static int read_at(
    struct file *file, uint64_t position, void *to, size_t bytes)
{
    ssize_t got = file_read_kernel(file, to, bytes, &position);
    if (got < 0)
        return got;
    return (size_t)got == bytes ? 0 : -EIO;
}

static int check_machine(const struct elf_header *header)
{
    const char *name = machine_name(header->machine);
    bool is_wide = header->identity[4] == ELF_CLASS_64;
    if (is_wide && !strcmp(name, cpu_platform()))
        return 0;
    log_notice("%s: cannot run this program: it is for %s%s, this is %s",
        current->comm, name, is_wide ? "" : " (32 bits)", cpu_platform());
    return -ENOEXEC;
}

static int check_header(const struct elf_header *header)
{
    if (memcmp(header->identity, ELF_MAGIC, 4))
        return -ENOEXEC;
    if (header->type != ELF_FIXED && header->type != ELF_MOVABLE)
        return -ENOEXEC;
    int error = check_machine(header);
    if (error)
        return error;
    if (header->identity[5] != ELF_LITTLE_ENDIAN ||
        header->segment_bytes != sizeof(struct elf_segment) ||
        !header->segment_count ||
        header->segment_count * sizeof(struct elf_segment) > HEADERS_MAX_BYTES)
        return -ENOEXEC;
    return 0;
}

static int read_headers(struct loading *l)
{
    int error = read_at(l->file, 0, &l->header, sizeof l->header);
    if (error)
        return error == -EIO && !l->is_interpreter ? -ENOEXEC : error;
    error = check_header(&l->header);
    if (error)
        return error;
    size_t bytes = l->header.segment_count * sizeof *l->segments;
    l->segments = heap_alloc(bytes);
    if (!l->segments)
        return -ENOMEM;
    return read_at(l->file, l->header.segments_at, l->segments, bytes);
}

#define for_each_segment(segment, l)                                           \
    for (segment = (l)->segments;                                              \
         segment < (l)->segments + (l)->header.segment_count; segment++)

static int read_interpreter(
    struct loading *l, const struct elf_segment *segment)
{
    size_t bytes = segment->file_bytes;
    if (bytes < 2 || bytes > PATH_BYTES_MAX)
        return -ENOEXEC;
    char *name = heap_alloc(bytes);
    if (!name)
        return -ENOMEM;
    int error = read_at(l->file, segment->offset, name, bytes);
    if (!error && name[bytes - 1])
        error = -ENOEXEC;
    if (!error) {
        l->image->interpreter = name;
        return 0;
    }
    heap_free(name);
    return error;
}

/* Segments that are not loaded, but say something. */
static int read_notes(struct loading *l)
{
    const struct elf_segment *segment;
    for_each_segment(segment, l) {
        if (segment->type == SEGMENT_STACK)
            l->image->wants_executable_stack =
                segment->flags & SEGMENT_EXECUTE;
        if (segment->type != SEGMENT_INTERPRETER || l->is_interpreter ||
            l->image->interpreter)
            continue;
        int error = read_interpreter(l, segment);
        if (error)
            return error;
    }
    return 0;
}

static int check_segment(const struct elf_segment *segment)
{
    if (segment->file_bytes > segment->memory_bytes ||
        segment->memory_bytes > USER_END ||
        segment->address > USER_END - segment->memory_bytes)
        return -EINVAL;
    if (segment->file_bytes &&
        (segment->address - segment->offset) % PAGE_BYTES)
        return -EINVAL;
    return segment->offset > INT64_MAX - segment->file_bytes ? -EINVAL : 0;
}

struct extent {
    uintptr_t start, end, alignment;
};

/* From the first to the last byte of all that is loaded. */
static int measure(struct loading *l, struct extent *extent)
{
    const struct elf_segment *segment;
    *extent = (struct extent){ UINTPTR_MAX, 0, PAGE_BYTES };
    for_each_segment(segment, l) {
        if (segment->type != SEGMENT_LOAD || !segment->memory_bytes)
            continue;
        int error = check_segment(segment);
        if (error)
            return error;
        uintptr_t start = align_down(segment->address, PAGE_BYTES);
        extent->start = min(extent->start, start);
        extent->end =
            max(extent->end, segment->address + segment->memory_bytes);
        uintptr_t wish = segment->alignment;
        if (wish && !(wish & (wish - 1)) && wish <= USER_END / 4)
            extent->alignment = max(extent->alignment, wish);
    }
    if (!extent->end)
        return l->is_interpreter ? -EINVAL : -ENOEXEC;
    extent->end = align_up(extent->end, PAGE_BYTES);
    return 0;
}

/* Asks for a place of that size and gives it back: the space is still ours
 * alone, so that it stays free. */
static int find_place(struct space *space, uintptr_t hint,
    const struct extent *extent, uintptr_t *at)
{
    size_t bytes = extent->end - extent->start;
    bool is_exact = extent->alignment == PAGE_BYTES;
    struct mapping mapping = {
        .start = hint,
        .bytes = bytes + (is_exact ? 0 : extent->alignment),
        .flags = AREA_MAY_READ | AREA_NO_RESERVE,
    };
    if (mapping.bytes < bytes)
        return -ENOMEM;
    int error = space_map(space, &mapping, at);
    if (error)
        return error;
    error = space_unmap(space, *at, mapping.bytes);
    *at = align_up(*at, extent->alignment);
    return error;
}

static int choose_bias(struct loading *l, const struct extent *extent)
{
    uintptr_t at, hint = 0;
    if (l->header.type == ELF_FIXED)
        return 0;
    if (l->image->interpreter) {
        hint = align_down(USER_END / 3 * 2, PAGE_BYTES);
        if (l->image->is_random)
            hint += (random_number() & ((1ull << RANDOM_PAGE_BITS) - 1))
                << PAGE_SHIFT;
    }
    int error = find_place(l->space, hint, extent, &at);
    if (!error)
        l->bias = at - extent->start;
    return error;
}

static unsigned rights_of(const struct elf_segment *segment)
{
    unsigned rights = AREA_MAY_READ | AREA_MAY_WRITE | AREA_MAY_EXECUTE;
    if (segment->flags & SEGMENT_READ)
        rights |= AREA_READ;
    if (segment->flags & SEGMENT_WRITE)
        rights |= AREA_WRITE;
    if (segment->flags & SEGMENT_EXECUTE)
        rights |= AREA_EXECUTE;
    return rights;
}

/* Nothing is there that the image could hide, but for what its interpreter
 * does. */
static bool may_hide(const struct loading *l, bool is_first)
{
    return !is_first || l->is_interpreter;
}

static int map_file_part(
    struct loading *l, const struct elf_segment *segment, bool is_first)
{
    uintptr_t at = l->bias + segment->address, skew = at % PAGE_BYTES;
    struct mapping mapping = {
        .start = at - skew,
        .bytes = align_up(segment->file_bytes + skew, PAGE_BYTES),
        .flags = rights_of(segment),
        .place = may_hide(l, is_first) ? PLACE_FIXED : PLACE_FIXED_FREE,
        .offset = segment->offset - skew,
    };
    int error = file_map(l->file, &mapping);
    return error ? error : space_map(l->space, &mapping, &at);
}

/* The rest of the page that holds the file's last byte. What the program could
 * not write it cannot miss either. */
static void clear_rest(struct loading *l, const struct elf_segment *segment)
{
    static const char zeros[256];
    uintptr_t at = l->bias + segment->address + segment->file_bytes;
    uintptr_t end = align_up(at, PAGE_BYTES);
    while (at < end) {
        size_t step = min(end - at, sizeof zeros);
        if (space_write(l->space, at, zeros, step) != step)
            return;
        at += step;
    }
}

static int map_zero_part(
    struct loading *l, const struct elf_segment *segment, bool is_first)
{
    uintptr_t start = l->bias + segment->address;
    uintptr_t end = align_up(start + segment->memory_bytes, PAGE_BYTES);
    start = segment->file_bytes
        ? align_up(start + segment->file_bytes, PAGE_BYTES)
        : align_down(start, PAGE_BYTES);
    if (start >= end)
        return 0;
    struct mapping mapping = {
        .start = start,
        .bytes = end - start,
        .flags = rights_of(segment),
        .place = may_hide(l, is_first) ? PLACE_FIXED : PLACE_FIXED_FREE,
    };
    return space_map(l->space, &mapping, &start);
}

static int map_segment(
    struct loading *l, const struct elf_segment *segment, bool is_first)
{
    if (segment->file_bytes) {
        int error = map_file_part(l, segment, is_first);
        if (error)
            return error;
        is_first = false;
        if (segment->memory_bytes > segment->file_bytes)
            clear_rest(l, segment);
    }
    return map_zero_part(l, segment, is_first);
}

/* For /proc, brk and the auxiliary vector. */
static void note_segment(struct loading *l, const struct elf_segment *segment)
{
    struct elf_image *image = l->image;
    uintptr_t start = l->bias + segment->address;
    uintptr_t file_end = start + segment->file_bytes;
    uint64_t headers = l->header.segments_at;
    if (segment->flags & SEGMENT_EXECUTE) {
        image->code_start =
            image->code_start ? min(image->code_start, start) : start;
        image->code_end = max(image->code_end, file_end);
    }
    image->data_start = max(image->data_start, start);
    image->data_end = max(image->data_end, file_end);
    image->break_start =
        max(image->break_start, start + segment->memory_bytes);
    if (headers >= segment->offset &&
        headers - segment->offset < segment->file_bytes)
        image->headers = start + (headers - segment->offset);
}

static int map_segments(struct loading *l)
{
    const struct elf_segment *segment;
    bool is_first = true;
    for_each_segment(segment, l) {
        if (segment->type != SEGMENT_LOAD || !segment->memory_bytes)
            continue;
        int error = map_segment(l, segment, is_first);
        if (error)
            return error;
        note_segment(l, segment);
        is_first = false;
    }
    return 0;
}

static int load(struct loading *l)
{
    struct extent extent;
    int error = read_headers(l);
    if (!error)
        error = read_notes(l);
    if (!error)
        error = measure(l, &extent);
    if (!error)
        error = choose_bias(l, &extent);
    if (!error)
        error = map_segments(l);
    if (error)
        return error;
    struct elf_image *image = l->image;
    image->base = l->bias;
    image->entry = l->bias + l->header.entry;
    image->header_count = l->header.segment_count;
    image->is_position_independent = l->header.type == ELF_MOVABLE;
    return image->entry >= USER_END ? -EINVAL : 0;
}

int elf_load(struct file *file, struct space *space, bool is_interpreter,
    struct elf_image *image)
{
    struct loading *l = heap_alloc_zeroed(sizeof *l);
    if (!l)
        return -ENOMEM;
    bool is_random = image->is_random;
    *image = (struct elf_image){ .is_random = is_random };
    l->file = file;
    l->space = space;
    l->is_interpreter = is_interpreter;
    l->image = image;
    int error = load(l);
    heap_free(l->segments);
    heap_free(l);
    return error == -ENOEXEC && is_interpreter ? -ELIBBAD : error;
}
