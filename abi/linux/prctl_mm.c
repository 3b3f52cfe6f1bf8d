/* SPDX-License-Identifier: MIT */
/* prctl's PR_SET_MM: a program says where its parts are, and which file it is. */
#include "abi/linux/prctl_mm.h"

#include <linux/prctl.h>

#include "abi/linux/arguments.h"
#include "kernel/exec.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/space.h"

static const struct {
    unsigned what;
    enum space_part part;
} parts[] = {
    { PR_SET_MM_START_CODE, PART_CODE_START },
    { PR_SET_MM_END_CODE, PART_CODE_END },
    { PR_SET_MM_START_DATA, PART_DATA_START },
    { PR_SET_MM_END_DATA, PART_DATA_END },
    { PR_SET_MM_START_BRK, PART_BREAK_START },
    { PR_SET_MM_BRK, PART_BREAK_END },
    { PR_SET_MM_START_STACK, PART_STACK },
    { PR_SET_MM_ARG_START, PART_ARGUMENTS_START },
    { PR_SET_MM_ARG_END, PART_ARGUMENTS_END },
    { PR_SET_MM_ENV_START, PART_ENVIRONMENT_START },
    { PR_SET_MM_ENV_END, PART_ENVIRONMENT_END },
};

/* The map begins with the parts, in the order that we have of them. */
static_assert(offsetof(struct prctl_mm_map, auxv) ==
            SPACE_PARTS * sizeof(uint64_t) &&
        offsetof(struct prctl_mm_map, brk) ==
            PART_BREAK_END * sizeof(uint64_t) &&
        offsetof(struct prctl_mm_map, start_stack) ==
            PART_STACK * sizeof(uint64_t),
    "parts are copied as they are");

static int set_program(int fd)
{
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    int result = exec_set_program(file);
    files_return(file, has_reference);
    return result;
}

static int auxv_argument(
    uint64_t auxv[SPACE_AUXV_WORDS], const void __user *from, size_t bytes)
{
    const size_t most = SPACE_AUXV_WORDS * sizeof *auxv;
    memset(auxv, 0, most);
    if (bytes > most)
        return -EINVAL;
    return user_read(auxv, from, bytes) ? -EFAULT : 0;
}

static long set_auxv(const void __user *from, size_t bytes)
{
    uint64_t auxv[SPACE_AUXV_WORDS];
    int error = auxv_argument(auxv, from, bytes);
    if (!error)
        space_set_auxv(current->space, auxv, bytes);
    return error;
}

/* All at once: too much for the stack. */
struct wishes {
    struct prctl_mm_map map;
    uint64_t at[SPACE_PARTS], auxv[SPACE_AUXV_WORDS];
};

static int set_wishes(struct wishes *w, const void __user *from)
{
    if (user_read(&w->map, from, sizeof w->map))
        return -EFAULT;
    memcpy(w->at, &w->map, sizeof w->at);
    int error = space_check_parts(current->space, w->at);
    if (!error && w->map.auxv_size && !w->map.auxv)
        error = -EINVAL;
    if (!error)
        error = auxv_argument(w->auxv, (const void __user *)w->map.auxv,
            w->map.auxv_size);
    if (!error && w->map.exe_fd != UINT32_MAX)
        error = i_can(CAPABLE_SYS_ADMIN) || i_can(CAPABLE_CHECKPOINT_RESTORE)
            ? set_program(w->map.exe_fd)
            : -EPERM;
    if (!error)
        error = space_set_parts(current->space, w->at);
    if (!error && w->map.auxv_size)
        space_set_auxv(current->space, w->auxv, sizeof w->auxv);
    return error;
}

static long set_map(const void __user *from, size_t bytes)
{
    if (bytes != sizeof(struct prctl_mm_map))
        return -EINVAL;
    struct wishes *wishes = heap_alloc(sizeof *wishes);
    int error = wishes ? set_wishes(wishes, from) : -ENOMEM;
    heap_free(wishes);
    return error;
}

long prctl_set_mm(
    unsigned long what, unsigned long at, unsigned long bytes, unsigned long d)
{
    const unsigned map_bytes = sizeof(struct prctl_mm_map);
    bool has_size = what == PR_SET_MM_AUXV || what == PR_SET_MM_MAP ||
        what == PR_SET_MM_MAP_SIZE;
    if (d || (bytes && !has_size))
        return -EINVAL;
    if (what == PR_SET_MM_MAP)
        return set_map((const void __user *)at, bytes);
    if (what == PR_SET_MM_MAP_SIZE)
        return user_write((void __user *)at, &map_bytes, sizeof map_bytes);
    if (!i_can(CAPABLE_SYS_RESOURCE))
        return -EPERM;
    if (what == PR_SET_MM_EXE_FILE)
        return set_program(at);
    if (what == PR_SET_MM_AUXV)
        return set_auxv((const void __user *)at, bytes);
    for (size_t i = 0; i < array_size(parts); i++)
        if (parts[i].what == what)
            return space_set_part(current->space, parts[i].part, at);
    return -EINVAL;
}
