/* SPDX-License-Identifier: MIT */
/* Names: made, removed, moved and looked up, by what the bytes of the input
 * say.  The tree and what lies below it are those of unit/names_world.h; after each
 * input it is taken down, and every block must have come back. */
#include "hosted.h"

#include "../unit/names_world.h"

enum { PATH_LONGEST = 40 };

struct input {
    const uint8_t *at;
    size_t left;
};

static unsigned next(struct input *input)
{
    if (!input->left)
        return 0;
    input->left--;
    return *input->at++;
}

/* Short words of few letters, so that they meet. */
static const char *next_path(struct input *input, char *path)
{
    static const char letters[16] = "/abcd../a/b/c/.";
    unsigned bytes = next(input) % PATH_LONGEST;
    for (unsigned i = 0; i < bytes; i++)
        path[i] = letters[next(input) % 15];
    path[bytes] = 0;
    return path;
}

static void one(struct input *input)
{
    char first[PATH_LONGEST + 1], second[PATH_LONGEST + 1];
    unsigned what = next(input) % 9;
    next_path(input, first);
    if (what >= 6)
        next_path(input, second);
    switch (what) {
    case 0:
        find(first, next(input) & (WALK_FOLLOW | WALK_DIRECTORY | WALK_EMPTY));
        break;
    case 1:
        make_dir(first);
        break;
    case 2:
        make_file(first);
        break;
    case 3:
        remove_file(first);
        break;
    case 4:
        remove_dir(first);
        break;
    case 5:
        change_dir(first);
        break;
    case 6:
        make_link(second, first);
        break;
    case 7:
        rename_to(first, second, next(input) & (RENAME_KEEP | RENAME_SWAP));
        break;
    case 8:
        link_to(first, second);
    }
    must_hold_for_all(!spins && !mutexes && !readers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct input input = { data, bytes };
    begin();
    while (input.left)
        one(&input);
    end();
    must_hold_for_all(blocks <= 1); /* the table of names, grown */
    return 0;
}
