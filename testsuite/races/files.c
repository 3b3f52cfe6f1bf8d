/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_ACQUIRE */
/* Descriptors are found while others open, close and let the table grow. */
#include "grace.h"
#include "lib/bitmap.c"
#include "lib/refcount.c"
#include "vfs/files.c"

enum { ROUNDS = 300 };

static const struct file_ops ops;

void *heap_alloc_zeroed(size_t bytes)
{
    return calloc(1, bytes);
}

void heap_free(void *block)
{
    free(block);
}

void lock_drop_owner(
    struct inode *inode, enum lock_family family, const void *owner)
{
}

struct file *file_get(struct file *file)
{
    refcount_get(&file->refs);
    return file;
}

bool file_get_unless_zero(struct file *file)
{
    return refcount_get_unless_zero(&file->refs);
}

static void free_file(struct grace *grace)
{
    struct file *file = container_of(grace, struct file, grace);
    file->position = 0;
    free(file);
}

void file_put(struct file *file)
{
    if (file && refcount_put(&file->refs))
        grace_call(&file->grace, free_file);
}

static struct files *files;

static void open_one(unsigned round)
{
    struct file *file = calloc(1, sizeof *file);
    refcount_init(&file->refs);
    file->ops = &ops;
    file->position = 4711;
    files_add(files, file, FILES_NUMBERS, 0);
    if (round % 4 == 3)
        files_close(files, races_random(round));
    if (round % 8 == 7)
        files_duplicate(files, races_random(round), round, 0, FILES_NUMBERS);
}

static void look(unsigned below)
{
    bool has_reference;
    struct file *file =
        files_borrow(files, races_random(below), &has_reference);
    must(has_reference);
    must(!file || file->position == 4711);
    if (file)
        file_put(file);
}

static void work(unsigned cpu)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (cpu == 2)
            open_one(i + 1);
        for (unsigned j = 0; j < 20; j++)
            look(cpu == 3 ? 10 : ROUNDS);
        grace_quiescent();
    }
}

int main(void)
{
    files = files_get(files_new_with(1));
    races_run_graceful(work);
    must(!refcount_put(&files->refs));
    files_put(files);
}
