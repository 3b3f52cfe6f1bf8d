/* SPDX-License-Identifier: MIT */
/* Waiting for children.
 *
 * Each look at the children is made under process_tree_lock and takes what it
 * finds there and then, so that of several waiters one gets it.  Between looks
 * the waiter is queued on its process' child_queue, whose wakes come after what
 * they tell of has been written. */
#include "arch/atomic.h"
#include "kernel/exit.h"
#include "lib/errno.h"
#include "vfs/credentials.h"

struct search {
    enum wait_who who;
    struct pid *pid; /* of WAIT_PID, WAIT_GROUP: with a reference */
    unsigned what;
    struct waited *waited;
    int result; /* 0: nothing yet */
};

static bool is_meant(const struct search *search, struct process *child)
    must_hold(process_tree_lock)
{
    if (child->state == PROCESS_DEAD)
        return false;
    if (search->who == WAIT_GROUP && child->group != search->pid)
        return false;
    if (search->what & WAIT_OWN_THREAD && child->maker != current)
        return false;
    bool is_clone = child->exit_signal != SIGCHLD;
    bool wants_clone = search->what & WAIT_CLONE;
    return search->what & WAIT_ALL_KINDS || is_clone == wants_clone;
}

static void describe(struct search *search, struct process *child, int code,
    int status)
    must_hold(process_tree_lock)
{
    struct waited *waited = search->waited;
    const struct credentials *who = thread_credentials(child->leader);
    waited->pid = search->result = process_number(child);
    waited->code = code;
    waited->status = status;
    waited->uid = who ? who->uid : 0;
    credentials_put(who);
    process_usage_locked(child, &waited->usage);
    usage_add(&waited->usage, &child->children_usage);
}

static int code_of_end(int status)
{
    if (!(status & 0x7f))
        return CLD_EXITED;
    return status & STATUS_CORE ? CLD_DUMPED : CLD_KILLED;
}

static void take_zombie(struct search *search, struct process *child)
    must_hold(process_tree_lock)
{
    int status = child->exit_status;
    describe(search, child, code_of_end(status), status);
    if (search->what & WAIT_NO_REAP)
        return;
    usage_add(&current->process->children_usage, &search->waited->usage);
    child->state = PROCESS_DEAD;
    process_release_locked(child);
}

/* Job control: each stop and each continuation is reported once. */
static void take_stop(struct search *search, struct process *child)
    must_hold(process_tree_lock)
{
    int code = 0, status = 0;
    bool keeps = search->what & WAIT_NO_REAP;
    unsigned long irq_state = handlers_lock(child->leader);
    if (search->what & WAIT_STOPPED && child->is_stopped &&
        !child->stop_reported) {
        code = CLD_STOPPED;
        status = STATUS_STOPPED(child->stop_signal);
        child->stop_reported = !keeps;
    } else if (search->what & WAIT_CONTINUED && child->is_continued &&
        !child->continue_reported) {
        code = CLD_CONTINUED;
        status = STATUS_CONTINUED;
        child->continue_reported = !keeps;
    }
    handlers_unlock(child->leader, irq_state);
    if (code)
        describe(search, child, code, status);
}

/* Whether there is, or may be later, something to wait for in this child. */
static bool look_at(struct search *search, struct process *child)
    must_hold(process_tree_lock)
{
    if (!is_meant(search, child))
        return false;
    if (child->state != PROCESS_ZOMBIE) {
        take_stop(search, child);
        return true;
    }
    if (!(search->what & WAIT_EXITED))
        return false;
    take_zombie(search, child);
    return true;
}

static bool look_at_all(struct search *search) must_hold(process_tree_lock)
{
    struct process *child, *after;
    bool has_any = false;
    list_for_each_safe(child, after, &current->process->children, sibling) {
        has_any |= look_at(search, child);
        if (search->result)
            break;
    }
    return has_any;
}

static bool look_at_one(struct search *search) must_hold(process_tree_lock)
{
    struct process *child = search->pid ? search->pid->process : NULL;
    return child && child->parent == current->process &&
        look_at(search, child);
}

/* One look; false: go on waiting. */
static bool look(struct search *search)
{
    spin_lock(&process_tree_lock);
    bool has_any = search->who == WAIT_PID ? look_at_one(search)
                                           : look_at_all(search);
    spin_unlock(&process_tree_lock);
    if (!search->result && !has_any)
        search->result = -ECHILD;
    return search->result != 0;
}

static struct pid *own_group(void)
{
    spin_lock(&process_tree_lock);
    struct pid *group = pid_get(current->process->group);
    spin_unlock(&process_tree_lock);
    return group;
}

static int find_pid(struct search *search, int number)
{
    switch (search->who) {
    case WAIT_ANY:
        return 0;
    case WAIT_GROUP:
        search->pid = number ? pid_find_get(number) : own_group();
        break;
    case WAIT_PID:
    case WAIT_PIDFD:
        search->who = WAIT_PID;
        search->pid = pid_find_get(number);
        break;
    }
    return search->pid ? 0 : -ECHILD;
}

int child_wait(
    enum wait_who who, int number, unsigned what, struct waited *waited)
{
    struct search search = { .who = who, .what = what, .waited = waited };
    int error = find_pid(&search, number);
    if (error)
        return error;
    if (!look(&search)) {
        if (!(what & WAIT_NO_HANG))
            error = wait_until(&current->process->child_queue,
                SLEEP_INTERRUPTIBLE, FOREVER, look(&search));
    }
    pid_put(search.pid);
    return search.result ? search.result : error;
}
