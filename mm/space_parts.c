/* SPDX-License-Identifier: MIT */
/* Where the parts of the program are: for /proc and the break alone, so a program
 * may say what it likes as long as it makes sense. */
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/area.h"

static uintptr_t *part_of(struct space *space, enum space_part part)
{
    static const size_t offsets[] = {
        [PART_CODE_START] = offsetof(struct space, code_start),
        [PART_CODE_END] = offsetof(struct space, code_end),
        [PART_DATA_START] = offsetof(struct space, data_start),
        [PART_DATA_END] = offsetof(struct space, data_end),
        [PART_BREAK_START] = offsetof(struct space, break_start),
        [PART_BREAK_END] = offsetof(struct space, break_end),
        [PART_STACK] = offsetof(struct space, stack_top),
        [PART_ARGUMENTS_START] = offsetof(struct space, arguments_start),
        [PART_ARGUMENTS_END] = offsetof(struct space, arguments_end),
        [PART_ENVIRONMENT_START] = offsetof(struct space, environment_start),
        [PART_ENVIRONMENT_END] = offsetof(struct space, environment_end),
    };
    static_assert(array_size(offsets) == SPACE_PARTS, "all of them");
    return (uintptr_t *)((char *)space + offsets[part]);
}

static bool make_sense(const struct space *space, const uint64_t *at)
{
    for (int part = 0; part < SPACE_PARTS; part++)
        if (at[part] < USER_START || at[part] >= USER_END)
            return false;
    if (at[PART_CODE_START] >= at[PART_CODE_END] ||
        at[PART_DATA_START] > at[PART_DATA_END] ||
        at[PART_BREAK_START] > at[PART_BREAK_END] ||
        at[PART_ARGUMENTS_START] > at[PART_ARGUMENTS_END] ||
        at[PART_ENVIRONMENT_START] > at[PART_ENVIRONMENT_END])
        return false;
    return at[PART_BREAK_END] - at[PART_BREAK_START] +
        at[PART_DATA_END] - at[PART_DATA_START] <=
        space->limit_data_bytes;
}

int space_set_part(struct space *space, enum space_part part, uintptr_t at)
{
    uint64_t parts[SPACE_PARTS];
    rwlock_write(&space->lock);
    for (int i = 0; i < SPACE_PARTS; i++)
        parts[i] = *part_of(space, i);
    parts[part] = at;
    int error = !make_sense(space, parts)                  ? -EINVAL
        : part >= PART_STACK && !area_find(space, at) ? -EFAULT
                                                           : 0;
    if (!error)
        *part_of(space, part) = at;
    rwlock_write_done(&space->lock);
    return error;
}

int space_check_parts(struct space *space, const uint64_t at[SPACE_PARTS])
{
    return make_sense(space, at) ? 0 : -EINVAL;
}

int space_set_parts(struct space *space, const uint64_t at[SPACE_PARTS])
{
    if (!make_sense(space, at))
        return -EINVAL;
    rwlock_write(&space->lock);
    for (int i = 0; i < SPACE_PARTS; i++)
        *part_of(space, i) = at[i];
    rwlock_write_done(&space->lock);
    return 0;
}

void space_set_auxv(struct space *space, const uint64_t *auxv, size_t bytes)
{
    unsigned words = 0;
    rwlock_write(&space->lock);
    memcpy(space->auxv, auxv, min(bytes, sizeof space->auxv));
    space->auxv[SPACE_AUXV_WORDS - 2] = space->auxv[SPACE_AUXV_WORDS - 1] = 0;
    while (space->auxv[words])
        words += 2;
    space->auxv_words = words + 2;
    rwlock_write_done(&space->lock);
}
