/* SPDX-License-Identifier: MIT */
/* Who a thread is, and whom it may look into. */
#include "kernel/process.h"

#include "arch/atomic.h"
#include "mm/space.h"
#include "vfs/credentials.h"
#include "vfs/users.h"

static bool has_changed(
    const struct credentials *old, const struct credentials *who)
{
    return old->euid != who->euid || old->egid != who->egid ||
        old->fsuid != who->fsuid || old->fsgid != who->fsgid ||
        who->permitted & ~old->permitted;
}

bool user_is_over_limit(const struct credentials *who)
{
    return who->uid &&
        user_has(who->uid, USER_THREADS) >
            process_limit(current->process, LIMIT_PROCESSES);
}

/* Becoming someone must not fail; an exec after it will. */
static void note_limit(
    const struct credentials *old, const struct credentials *who)
{
    if (old->uid != who->uid)
        current->task.user_is_over = user_is_over_limit(who);
}

void credentials_install(const struct credentials *who)
{
    struct thread *thread = current;
    struct process *process = thread->process;
    const struct credentials *old = thread->credentials;
    if (process) {
        note_limit(old, who);
        user_move_thread(old->uid, who->uid);
        if (thread->space)
            atomic_store(&thread->space->may_lock_all,
                credentials_can(who, CAPABLE_IPC_LOCK));
        /* What it holds in memory is no longer for its former equals. */
        if (has_changed(old, who)) {
            if (thread->space)
                atomic_store(&thread->space->is_dumpable, false);
            thread->task.parent_death_signal = 0;
        }
    }
    unsigned long irq_state = process ? spin_lock_irq(&process->lock) : 0;
    thread->credentials = who;
    if (process)
        spin_unlock_irq(&process->lock, irq_state);
    credentials_put(old);
}

static bool is_user(uint32_t uid, uint32_t gid, const struct credentials *whom)
{
    return uid == whom->uid && uid == whom->euid && uid == whom->suid &&
        gid == whom->gid && gid == whom->egid && gid == whom->sgid;
}

static bool is_over(const struct credentials *who,
    const struct credentials *whom, enum inspect_by by)
{
    return by == INSPECT_BY_FS
        ? is_user(who->fsuid, who->fsgid, whom) &&
            !(whom->permitted & ~who->effective)
        : is_user(who->uid, who->gid, whom) &&
            !(whom->permitted & ~who->permitted);
}

bool may_inspect(struct thread *target, enum inspect_by by)
{
    const struct credentials *who = current->credentials;
    if (target->process == current->process)
        return true;
    const struct credentials *whom = thread_credentials(target);
    if (!whom)
        return false;
    bool may = is_over(who, whom, by);
    struct space *space = may ? thread_space(target) : NULL;
    if (may)
        may = space ? atomic_load(&space->is_dumpable)
                    : target->task.was_dumpable;
    space_put(space);
    credentials_put(whom);
    return may || credentials_can(who, CAPABLE_SYS_PTRACE);
}
