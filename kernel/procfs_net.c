/* SPDX-License-Identifier: MIT */
/* /proc/PID/net. */
#include "kernel/procfs_tree.h"
#include "net/socket.h"
#include "net/unix_init.h"

enum { FLAG_ACCEPTS = 0x10000 };

/* The bytes of a name: of an abstract one NULs are shown as @. */
static void show_name(struct text *text, const struct socket_address *name)
{
    enum { HEAD = sizeof name->family };
    unsigned bytes = name->bytes - HEAD;
    const char *at = name->raw + HEAD;
    if (*at)
        bytes--; /* the path's NUL */
    for (unsigned i = 0; i < bytes; i++)
        text_add(text, at[i] ? &at[i] : "@", 1);
}

static void show_socket(const struct unix_line *line, void *data)
{
    struct text *text = data;
    text_print(text, "%016lx: %08X %08X %08X %04X %02X %5lu", 0ul,
        line->references, 0, line->listens ? FLAG_ACCEPTS : 0, line->type,
        line->state, line->inode);
    if (line->name.bytes) {
        text_add_string(text, " ");
        show_name(text, &line->name);
    }
    text_add_string(text, "\n");
}

static int show_unix(struct text *text, const struct proc_subject *subject)
{
    text_add_string(text,
        "Num       RefCount Protocol Flags    Type St Inode Path\n");
    unix_list(show_socket, text);
    return 0;
}

const struct proc_entry proc_net_children[] = {
    { .name = "unix", .type = INODE_REGULAR, .mode = 0444, .flags = PROC_SYSTEM,
        .show = show_unix },
    { 0 },
};
