/* SPDX-License-Identifier: MIT */
/* The text of mounts, mountinfo, mountstats: the mounts as seen from a root.
 *
 * Their list is under a spin lock, their paths need others; so references are
 * gathered first, and looked at afterwards. */
#include "arch/atomic.h"
#include "kernel/procfs_mounts.h"
#include "kernel/procfs_tree.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/paths.h"

enum { OPTIONS_BYTES = 512 };

struct gathered {
    struct mount **mounts;
    unsigned count, room;
};

static bool gather_one(struct mount *mount, void *data)
{
    struct gathered *g = data;
    if (g->count < g->room)
        g->mounts[g->count] = mount_get(mount);
    g->count++;
    return true;
}

static void release(struct gathered *g)
{
    for (unsigned i = 0; i < min(g->count, g->room); i++)
        mount_put(g->mounts[i]);
    heap_free(g->mounts);
}

/* All of them: again with more room while there are more than fit. */
static int gather(struct mounts *mounts, struct gathered *g)
{
    unsigned room = 16;
    for (;;) {
        *g = (struct gathered){ .room = room };
        if (!mounts)
            return 0; /* the root was unmounted: nothing is reached from it */
        g->mounts = heap_alloc(room * sizeof *g->mounts);
        if (!g->mounts)
            return -ENOMEM;
        mounts_for_each(mounts, gather_one, g);
        if (g->count <= g->room)
            return 0;
        room = g->count + 16;
        release(g);
    }
}

static const char special[] = " \t\n\\";

struct word {
    unsigned flag;
    const char *text;
};

static void add_words(
    struct text *text, unsigned flags, const struct word *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (flags & words[i].flag)
            text_add_string(text, words[i].text);
}

static void add_mount_options(struct text *text, const struct mount *mount)
{
    static const struct word words[] = {
        { MOUNT_NO_SETUID, ",nosuid" },
        { MOUNT_NO_DEVICES, ",nodev" },
        { MOUNT_NO_EXECUTE, ",noexec" },
        { MOUNT_NO_ATIME, ",noatime" },
        { MOUNT_NO_DIR_ATIME, ",nodiratime" },
        { MOUNT_RELATIVE_ATIME, ",relatime" },
        { MOUNT_NO_LINKS, ",nosymfollow" },
    };
    add_words(text, mount->flags, words, array_size(words));
}

/* Of the filesystem, whichever mount one looks through. */
static void add_common_options(
    struct text *text, const struct filesystem *filesystem)
{
    static const struct word words[] = {
        { MOUNT_SYNCHRONOUS, ",sync" },
        { MOUNT_SYNCHRONOUS_NAMES, ",dirsync" },
        { MOUNT_MANDATORY, ",mand" },
        { MOUNT_LAZY_TIME, ",lazytime" },
    };
    add_words(text, filesystem->flags, words, array_size(words));
}

static void add_filesystem_options(
    struct text *text, struct filesystem *filesystem, char *buffer)
{
    buffer[0] = 0;
    if (filesystem->type->options)
        filesystem->type->options(filesystem, buffer, OPTIONS_BYTES);
    text_add_string(text, buffer);
}

static void add_source(struct text *text, const struct mount *mount)
{
    text_add_escaped(
        text, mount->source ? mount->source : "none", special);
}

/* Where in its filesystem a mount begins: "/" but for those of parts. */
static void add_root(struct text *text, struct mount *mount, char *buffer)
{
    size_t at = PATH_BYTES_MAX - 1;
    buffer[at] = 0;
    names_hold();
    for (struct entry *entry = mount->root; entry != entry->parent;
         entry = entry->parent) {
        if (entry->name_bytes + 1u > at)
            break;
        at -= entry->name_bytes;
        memcpy(buffer + at, entry->name, entry->name_bytes);
        buffer[--at] = '/';
    }
    names_release();
    text_add_escaped(text, buffer[at] ? buffer + at : "/", special);
}

static void add_mount(struct text *text, struct mount *mount, const char *path,
    char *buffer)
{
    struct filesystem *filesystem = mount->filesystem;
    add_source(text, mount);
    text_add_string(text, " ");
    text_add_escaped(text, path, special);
    text_print(text, " %s %s", filesystem->type->name,
        mount_is_read_only(mount) ? "ro" : "rw");
    add_common_options(text, filesystem);
    add_mount_options(text, mount);
    add_filesystem_options(text, filesystem, buffer);
    text_add_string(text, " 0 0\n");
}

static void add_mount_info(struct text *text, struct mount *mount,
    const char *path, char *buffer)
{
    struct filesystem *filesystem = mount->filesystem;
    text_print(text, "%d %d %u:%u ", mount->id, mount->parent_id,
        (unsigned)(filesystem->device >> 32), (unsigned)filesystem->device);
    add_root(text, mount, buffer);
    text_add_string(text, " ");
    text_add_escaped(text, path, special);
    text_add_string(
        text, mount->flags & MOUNT_READ_ONLY ? " ro" : " rw");
    add_mount_options(text, mount);
    if (atomic_load(&mount->is_unbindable))
        text_add_string(text, " unbindable");
    text_print(text, " - %s ", filesystem->type->name);
    add_source(text, mount);
    text_add_string(
        text, filesystem->flags & MOUNT_READ_ONLY ? " ro" : " rw");
    add_common_options(text, filesystem);
    add_filesystem_options(text, filesystem, buffer);
    text_add_string(text, "\n");
}

static void add_mount_stats(
    struct text *text, struct mount *mount, const char *path)
{
    text_add_string(text, "device ");
    add_source(text, mount);
    text_add_string(text, " mounted on ");
    text_add_escaped(text, path, special);
    text_print(text, " with fstype %s\n", mount->filesystem->type->name);
}

static void add_one(struct text *text, struct mount *mount, struct place root,
    enum mounts_form form, char *buffer)
{
    char *work = buffer + PATH_BYTES_MAX;
    struct place at = { mount, mount->root };
    const char *path = place_path(at, root, buffer, PATH_BYTES_MAX);
    if (!path || path[0] != '/')
        return; /* not to be reached from there */
    if (form == MOUNTS_PLAIN)
        add_mount(text, mount, path, work);
    else if (form == MOUNTS_INFO)
        add_mount_info(text, mount, path, work);
    else
        add_mount_stats(text, mount, path);
}

int mounts_text(struct text *text, struct place root, enum mounts_form form)
{
    struct gathered g;
    char *buffer = heap_alloc(2 * PATH_BYTES_MAX);
    int error = buffer ? gather(atomic_load(&root.mount->mounts), &g) : -ENOMEM;
    if (!error) {
        for (unsigned i = 0; i < g.count; i++)
            add_one(text, g.mounts[i], root, form, buffer);
        release(&g);
    }
    heap_free(buffer);
    return error;
}
