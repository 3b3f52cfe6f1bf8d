/* SPDX-License-Identifier: MIT */
/* From a place back to its name: upwards, built from the end of the buffer.
 * Names and mounts stand still meanwhile, under two spin locks: the buffer
 * bounds how long. */
#include "lib/string.h"
#include "vfs/paths.h"
#include "vfs/unnamed.h"

static const char deleted[] = " (deleted)";

struct text {
    char *buffer, *start;
};

static bool prepend(struct text *text, const char *what, size_t bytes)
{
    if ((size_t)(text->start - text->buffer) < bytes)
        return false;
    text->start -= bytes;
    memcpy(text->start, what, bytes);
    return true;
}

static bool prepend_name(struct text *text, const struct entry *entry)
{
    return prepend(text, entry->name, entry->name_bytes)
        && prepend(text, "/", 1);
}

/* With both locks; *is_reachable: root was met. */
static bool build(struct text *text, struct place place, struct place root,
    bool *is_reachable)
{
    while (!place_is_same(place, root)) {
        struct mount *mount = place.mount;
        if (place.entry == mount->root && mount->at.mount) {
            place = mount->at;
            continue;
        }
        *is_reachable = place.entry != mount->root
            && place.entry->parent != place.entry;
        if (!*is_reachable)
            return true;
        if (!prepend_name(text, place.entry))
            return false;
        place.entry = place.entry->parent;
    }
    return true;
}

static bool build_all(struct text *text, struct place place, struct place root,
    const char *word)
{
    bool is_reachable = true;
    if (entry_is_dropped(place.entry)
        && !prepend(text, deleted, sizeof deleted - 1))
        return false;
    const char *end = text->start;
    if (!build(text, place, root, &is_reachable))
        return false;
    if (text->start == end && !prepend(text, "/", 1))
        return false;
    return is_reachable || prepend(text, word, strlen(word));
}

static char *path_with(struct place place, struct place root, char *buffer,
    size_t capacity, const char *word)
{
    struct text text = { buffer, buffer + capacity };
    if (!prepend(&text, "", 1))
        return NULL;
    if (place_is_unnamed(place)) {
        /* "pipe:[7]": the name is all there is, and never changes. */
        const struct entry *entry = place.entry;
        return prepend(&text, entry->name, entry->name_bytes) ? text.start
                                                              : NULL;
    }
    mounts_hold();
    names_hold();
    bool fits = build_all(&text, place, root, word);
    names_release();
    mounts_release();
    return fits ? text.start : NULL;
}

char *place_path(
    struct place place, struct place root, char *buffer, size_t capacity)
{
    return path_with(place, root, buffer, capacity, "(unreachable)");
}

char *place_path_from_top(
    struct place place, struct place root, char *buffer, size_t capacity)
{
    return path_with(place, root, buffer, capacity, "");
}
