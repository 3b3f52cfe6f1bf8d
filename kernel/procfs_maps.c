/* SPDX-License-Identifier: MIT */
/* /proc/PID/maps, and what is read out of the memory of a process: its
 * arguments, its environment, its auxiliary vector. */
#include "kernel/abi.h"
#include "kernel/procfs_tree.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/space.h"
#include "vfs/file.h"
#include "vfs/paths.h"

enum { NAME_COLUMN = 73, COPY_BYTES = 4096, STRINGS_MOST = 8 << 20 };

struct mapper {
    struct text *text;
    struct place root; /* the reader's */
    char *path;        /* PATH_BYTES_MAX */
};

static void add_area_name(
    struct mapper *m, size_t start, const char *name)
{
    if (!name || !*name)
        return;
    text_pad(m->text, start, NAME_COLUMN);
    text_add_escaped(m->text, name, "\n");
}

static const char *name_of(const struct area *area)
{
    if (area->name)
        return area->name;
    if (area->flags & AREA_HEAP)
        return "[heap]";
    if (area->flags & AREA_SHARED)
        return "/dev/zero (deleted)"; /* what Linux makes it of */
    return area->flags & AREA_STACK ? "[stack]" : NULL;
}

/* What is behind an area. */
static const char *describe(const struct mapper *m, const struct area *area,
    uint64_t *device, uint64_t *inode)
{
    bool is_file = area->backing == &file_backing;
    m->path[0] = 0;
    area->backing->describe(
        area->object, m->path, is_file ? 0 : PATH_BYTES_MAX, device, inode);
    if (!is_file)
        return m->path;
    const struct file *file = area->object;
    return place_path_from_top(
        file->place, m->root, m->path, PATH_BYTES_MAX);
}

static bool add_area(const struct area *area, void *data)
{
    struct mapper *m = data;
    size_t start = m->text->bytes;
    uint64_t device = 0, inode = 0;
    bool has_file = area->backing && area->backing->describe;
    if (!has_file && area->store)
        inode = area->store->identity;
    uint64_t offset = has_file || area->store ? area->offset : 0;
    const char *name =
        has_file ? describe(m, area, &device, &inode) : name_of(area);
    text_print(m->text, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ",
        area->start, area->end, area->flags & AREA_READ ? 'r' : '-',
        area->flags & AREA_WRITE ? 'w' : '-',
        area->flags & AREA_EXECUTE ? 'x' : '-',
        area->flags & AREA_SHARED ? 's' : 'p', offset,
        (unsigned)(device >> 32), (unsigned)device, inode);
    add_area_name(m, start, name);
    text_add_string(m->text, "\n");
    return !m->text->error;
}

int show_maps(struct text *text, const struct proc_subject *subject)
{
    struct mapper m = { .text = text, .path = heap_alloc(PATH_BYTES_MAX) };
    if (!m.path)
        return -ENOMEM;
    m.root = paths_root(current->paths);
    struct space *space = subject_space(subject);
    if (space) {
        space_for_each(space, add_area, &m);
        text_add_string(text, the_abi->maps_tail());
    }
    space_put(space);
    place_put(m.root);
    heap_free(m.path);
    return 0;
}

/* A stretch of its memory, as far as it is there. */
static int add_memory(struct text *text, const struct proc_subject *subject,
    uintptr_t start, uintptr_t end, struct space *space)
{
    char *buffer = heap_alloc(COPY_BYTES);
    if (!buffer)
        return -ENOMEM;
    /* No more than exec takes, whatever prctl said. */
    if (start < end && end - start > STRINGS_MOST)
        end = start + STRINGS_MOST;
    while (start < end && !text->error) {
        size_t part = min(end - start, (size_t)COPY_BYTES);
        size_t got = space_read(space, start, buffer, part);
        text_add(text, buffer, got);
        start += got;
        if (got < part)
            break;
        thread_breathe();
    }
    heap_free(buffer);
    return 0;
}

int show_cmdline(struct text *text, const struct proc_subject *subject)
{
    struct space *space = subject_space(subject);
    if (!space)
        return 0;
    int error = add_memory(text, subject, space->arguments_start,
        space->arguments_end, space);
    space_put(space);
    return error;
}

int show_environ(struct text *text, const struct proc_subject *subject)
{
    struct space *space = subject_space(subject);
    if (!space)
        return 0;
    int error = add_memory(text, subject, space->environment_start,
        space->environment_end, space);
    space_put(space);
    return error;
}

int show_auxv(struct text *text, const struct proc_subject *subject)
{
    struct space *space = subject_space(subject);
    if (!space)
        return 0;
    text_add(text, (const char *)space->auxv,
        space->auxv_words * sizeof space->auxv[0]);
    space_put(space);
    return 0;
}
