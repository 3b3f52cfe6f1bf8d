/* SPDX-License-Identifier: MIT */
/* Who a program runs as: set-user-id and set-group-id bits, and how root and
 * capabilities go over an exec (capabilities(7), without file capabilities,
 * which no filesystem here has). */
#include "arch/atomic.h"
#include "kernel/exec.h"
#include "lib/errno.h"
#include "sched/thread.h"
#include "vfs/credentials.h"
#include "vfs/file.h"

enum { /* securebits, as in prctl(2) */
    SECURE_NO_ROOT = 1,
    SECURE_KEEP_CAPABILITIES = 16,
};

static void apply_set_id(struct credentials *who, struct file *file)
{
    struct inode *inode = file->inode;
    if (atomic_load(&file->place.mount->flags) & MOUNT_NO_SETUID ||
        current->task.no_new_privileges)
        return;
    spin_lock(&inode->lock);
    if (inode->mode & MODE_SETUID)
        who->euid = inode->uid;
    /* Without the group's x it meant mandatory locks once. */
    if ((inode->mode & (MODE_SETGID | 0010)) == (MODE_SETGID | 0010))
        who->egid = inode->gid;
    spin_unlock(&inode->lock);
}

static void apply_capabilities(struct credentials *who, bool has_set_id)
{
    bool root_counts = !(who->securebits & SECURE_NO_ROOT);
    if (has_set_id)
        who->ambient = 0;
    if (root_counts && (!who->uid || !who->euid))
        who->permitted = who->bounding | who->inheritable;
    else
        who->permitted = who->ambient;
    who->effective =
        root_counts && !who->euid ? who->permitted : who->ambient;
}

/* Someone who shares root and working directory could lead it astray: the
 * bits give nothing then, except to whom they give nothing new. */
static void refuse_unsafe(
    struct credentials *who, const struct credentials *old)
{
    bool gains = who->permitted & ~old->permitted;
    if (who->euid == old->euid && who->egid == old->egid && !gains)
        return;
    if (!credentials_can(old, CAPABLE_SETUID)) {
        who->euid = old->uid;
        who->egid = old->gid;
    }
    who->permitted &= old->permitted;
    who->effective &= old->permitted;
}

int exec_credentials(struct file *file, bool is_shared_unsafe,
    const struct credentials **who, bool *is_secure)
{
    const struct credentials *old = current->credentials;
    struct credentials *changed = credentials_copy(old);
    if (!changed)
        return -ENOMEM;
    apply_set_id(changed, file);
    bool has_set_id =
        changed->euid != old->euid || changed->egid != old->egid;
    /* Even if nothing comes of the bits. */
    *is_secure = changed->euid != old->uid || changed->egid != old->gid;
    apply_capabilities(changed, has_set_id);
    if (is_shared_unsafe)
        refuse_unsafe(changed, old);
    changed->suid = changed->fsuid = changed->euid;
    changed->sgid = changed->fsgid = changed->egid;
    changed->securebits &= ~SECURE_KEEP_CAPABILITIES;
    *is_secure |= changed->uid && changed->permitted & ~changed->ambient;
    *who = changed;
    return 0;
}
