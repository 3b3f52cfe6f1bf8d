/* SPDX-License-Identifier: MIT */
/* ELF files that anything may be wrong with, loaded into a space: mm/ is the
 * kernel's own, over the hosted world of the unit tests.  After each input all
 * pages must have come back.
 *
 * The first byte of the input says what is made right in the header, so that
 * what lies behind its checks is reached too. */
#include "memory.h"

#include "kernel/elf.c"

enum { RAM_BYTES = 64 << 20, FILE_MOST = 64 << 10, PLACES_MOST = 64 };
enum { MAKE_HEADER = 1, IS_INTERPRETER = 2, IS_RANDOM = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

#define must_hold_for_all(claim)                                               \
    do {                                                                       \
        if (!(claim))                                                          \
            panic("line %d: not so: %s", __LINE__, #claim);                    \
    } while (0)

static struct store *content;

ssize_t file_read_kernel(
    struct file *file, void *to, size_t bytes, uint64_t *position)
{
    if ((int64_t)*position < 0)
        return -EINVAL;
    if (*position >= content->bytes)
        return 0;
    bytes = min(bytes, content->bytes - *position);
    return store_read(content, *position, to, bytes);
}

int file_map(struct file *file, struct mapping *mapping)
{
    mapping->store = content;
    return 0;
}

const char *cpu_platform(void)
{
    return "x86_64";
}

uint64_t random_number(void)
{
    return 0x123456789abcdefull;
}

void log_at(enum log_level level, const char *how, ...)
{
}

static void make_header(struct elf_header *header)
{
    memcpy(header->identity, ELF_MAGIC, 4);
    header->identity[4] = ELF_CLASS_64;
    header->identity[5] = ELF_LITTLE_ENDIAN;
    header->type = header->type & 1 ? ELF_FIXED : ELF_MOVABLE;
    header->machine = 62;
    header->segments_at = sizeof *header;
    header->segment_bytes = sizeof(struct elf_segment);
    header->segment_count = header->segment_count % 8 + 1;
}

static void fill_content(const uint8_t *data, size_t bytes, unsigned what)
{
    static char file[FILE_MOST];
    bytes = min(bytes, sizeof file);
    memcpy(file, data, bytes);
    if (what & MAKE_HEADER && bytes >= sizeof(struct elf_header))
        make_header((struct elf_header *)file);
    content = store_new(NULL, NULL);
    store_resize(content, bytes);
    must_hold_for_all(store_write(content, 0, file, bytes) == (ssize_t)bytes);
}

/* A byte of each end of each area, as far as there is patience. */
static void touch(struct space *space)
{
    unsigned char byte;
    struct tree_node *node = tree_first(&space->areas);
    for (int i = 0; node && i < PLACES_MOST; i++, node = tree_next(node)) {
        const struct area *area = tree_entry(node, struct area, node);
        must_hold_for_all(area->start < area->end && area->end <= USER_END);
        cpu_access(space, area->start, &byte, false);
        cpu_access(space, area->end - 1, &byte, false);
    }
}

static void load_one(unsigned what)
{
    struct elf_image image = { .is_random = what & IS_RANDOM };
    struct space *space = space_new();
    space->map_top = 0x7fff00000000;
    int error = elf_load(NULL, space, what & IS_INTERPRETER, &image);
    must_hold_for_all(error <= 0 && error > -4096);
    if (!error) {
        must_hold_for_all(image.entry < USER_END && image.header_count);
        must_hold_for_all(
            !image.interpreter || memchr(image.interpreter, 0, PATH_BYTES_MAX));
        touch(space);
    }
    heap_free(image.interpreter);
    space_put(space);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static bool is_up;
    if (!is_up)
        hosted_boot(RAM_BYTES);
    is_up = true;
    if (!bytes)
        return 0;
    uint64_t free = hosted_free_pages();
    fill_content(data + 1, bytes - 1, *data);
    load_one(*data);
    store_put(content);
    must_hold_for_all(hosted_free_pages() == free);
    return 0;
}
