/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_FULL */
/* What each holder wrote is seen by who puts last, and frees. */
#include "races.h"
#include "lib/refcount.c"

enum { ROUNDS = 5000, HOLDERS = 3 };

static struct object {
    struct refcount refs;
    unsigned seen[HOLDERS];
} *objects[ROUNDS];

static void work(unsigned cpu)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct object *object = objects[i];
        bool has_more = refcount_get_unless_zero(&object->refs);
        must(has_more);
        object->seen[cpu] = i;
        must(!refcount_put(&object->refs));
        if (!refcount_put(&object->refs))
            continue;
        must(object->seen[(cpu + 1) % HOLDERS] == i);
        free(object);
    }
}

int main(void)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        objects[i] = calloc(1, sizeof *objects[i]);
        refcount_init(&objects[i]->refs);
        for (unsigned j = 1; j < HOLDERS; j++)
            refcount_get(&objects[i]->refs);
    }
    races_run(HOLDERS, work);
}
