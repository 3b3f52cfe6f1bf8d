/* SPDX-License-Identifier: MIT */
/* The library in every program: a page of data and the code behind it, both in
 * stores that all programs map.  A debugger may write to its copy of the code:
 * the mapping is private. */
#include "abi/linux/vdso.h"

#include "abi/linux/vdso/data.h"
#include "arch/clock.h"
#include "lib/errno.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mm/space.h"
#include "sched/timer.h"

static struct store *data_store, *code_store; /* [c] from the first exec on */
static struct vdso_data *data;                /* [c] in a page of data_store */

static size_t code_bytes(void)
{
    return align_up((size_t)(vdso_image_end - vdso_image), PAGE_BYTES);
}

static int fill_stores(void)
{
    size_t bytes = vdso_image_end - vdso_image;
    struct page *page = store_make(data_store, 0, PAGE_MAY_WAIT);
    if (!page ||
        store_write(code_store, 0, vdso_image, bytes) != (ssize_t)bytes)
        return -ENOMEM;
    store_resize(data_store, PAGE_BYTES);
    store_resize(code_store, code_bytes());
    data = page_pointer(page); /* the pin stays */
    clock_publish(&data->scale);
    vdso_clock_was_set();
    return 0;
}

/* By the first exec, which nobody else can be in. */
static int make_stores(void)
{
    data_store = store_new(NULL, NULL);
    code_store = store_new(NULL, NULL);
    return data_store && code_store ? fill_stores() : -ENOMEM;
}

void vdso_clock_was_set(void)
{
    if (data)
        atomic_store(&data->real_offset_ns, clock_real_offset());
}

void vdso_zone_was_set(uint64_t zone)
{
    if (data)
        atomic_store(&data->zone, zone);
}

static int map_data(struct space *space, uintptr_t at)
{
    struct mapping mapping = {
        .start = at,
        .bytes = PAGE_BYTES,
        .flags = AREA_READ | AREA_MAY_READ | AREA_NO_DUMP | AREA_SPECIAL,
        .place = PLACE_FIXED_FREE,
        .store = data_store,
        .name = "[vvar]",
    };
    return space_map(space, &mapping, &at);
}

int vdso_map(struct space *space)
{
    uintptr_t at;
    struct mapping mapping = {
        .bytes = PAGE_BYTES + code_bytes(),
        .flags = AREA_READ | AREA_EXECUTE | AREA_MAY_READ | AREA_MAY_WRITE |
            AREA_MAY_EXECUTE | AREA_SPECIAL,
        .place = PLACE_HINT,
        .store = code_store,
        .name = "[vdso]",
    };
    int error = code_store ? 0 : make_stores();
    if (error)
        return error;
    mapping.store = code_store;
    /* Room for both first, then each in its half. */
    error = space_map(space, &mapping, &at);
    if (error)
        return error;
    space_unmap(space, at, mapping.bytes);
    mapping.place = PLACE_FIXED_FREE;
    mapping.start = at + PAGE_BYTES;
    mapping.bytes = code_bytes();
    error = map_data(space, at);
    if (!error)
        error = space_map(space, &mapping, &at);
    if (!error)
        space->vdso = mapping.start;
    return error;
}
