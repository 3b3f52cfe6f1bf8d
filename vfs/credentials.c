/* SPDX-License-Identifier: MIT */
/* Who someone is.  Nothing here changes once it is shared, so that readers need
 * no lock: a change makes a copy and replaces the whole. */
#include "vfs/credentials.h"

#include "mm/heap.h"

struct credentials *credentials_new(void)
{
    struct credentials *who = heap_alloc_zeroed(sizeof *who);
    if (!who)
        return NULL;
    refcount_init(&who->refs);
    who->effective = who->permitted = who->bounding = CAPABILITIES_ALL;
    return who;
}

struct credentials *credentials_copy(const struct credentials *from)
{
    struct credentials *who = heap_copy(from, sizeof *from);
    if (!who)
        return NULL;
    refcount_init(&who->refs);
    if (!from->group_count) {
        who->groups = NULL;
        return who;
    }
    who->groups =
        heap_copy(from->groups, from->group_count * sizeof *from->groups);
    if (!who->groups) {
        heap_free(who);
        return NULL;
    }
    return who;
}

/* Only the count changes, so the object is const to all others. */
static struct credentials *unlocked(const struct credentials *who)
{
    return (struct credentials *)(uintptr_t)who;
}

const struct credentials *credentials_get(const struct credentials *who)
{
    refcount_get(&unlocked(who)->refs);
    return who;
}

void credentials_put(const struct credentials *who)
{
    if (!who || !refcount_put(&unlocked(who)->refs))
        return;
    heap_free(who->groups);
    heap_free(unlocked(who));
}

bool credentials_can(const struct credentials *who, unsigned capability)
{
    return who->effective >> capability & 1;
}

bool credentials_in_group(const struct credentials *who, uint32_t gid)
{
    if (who->fsgid == gid)
        return true;
    unsigned low = 0, high = who->group_count;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (who->groups[middle] == gid)
            return true;
        if (who->groups[middle] < gid)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
