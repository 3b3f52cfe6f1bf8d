/* SPDX-License-Identifier: MIT */
/* Running a program: everything that may fail is done beside the old program,
 * in a space of its own, and only then do the other threads and the old space
 * go.  What fails after that can only end the process. */
#include "kernel/exec.h"

#include "arch/atomic.h"
#include "arch/context.h"
#include "kernel/abi.h"
#include "kernel/exec_state.h"
#include "kernel/exit.h"
#include "kernel/futex.h"
#include "kernel/spawn.h"
#include "kernel/thread.h"
#include "kernel/timers.h"
#include "lib/errno.h"
#include "lib/log.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/space.h"
#include "sched/boost.h"
#include "vfs/credentials.h"
#include "vfs/files.h"

/* The file that a space runs cannot be written to; a copy of the space says so
 * once more. */
static void program_get(void *program)
{
    struct file *file = file_get(program);
    /* Denied already: it cannot fail. */
    if (inode_deny_write(file->inode))
        log_warning("exec: a running program is open for writing");
}

static void program_put(void *program)
{
    struct file *file = program;
    inode_end_deny(file->inode);
    file_put(file);
}

static bool is_not_of_program(const struct area *area, void *is_mapped)
{
    const struct file *program = area->space->program, *file = area->object;
    if (program && area->backing == &file_backing &&
        file->inode == program->inode)
        *(bool *)is_mapped = true;
    return !*(bool *)is_mapped;
}

int exec_set_program(struct file *file)
{
    struct space *space = current->space;
    const struct mount *mount = file->place.mount;
    bool is_mapped = false;
    if (file->inode->type != INODE_REGULAR || !mount ||
        !mount_may_execute(mount) ||
        inode_permission(file->inode, MAY_EXECUTE, current->credentials))
        return -EACCES;
    space_for_each(space, is_not_of_program, &is_mapped);
    if (is_mapped)
        return -EBUSY;
    if (inode_deny_write(file->inode))
        return -EACCES;
    file_get(file);
    rwlock_write(&space->lock);
    void *old = space->program;
    space->program = file;
    rwlock_write_done(&space->lock);
    if (old)
        program_put(old);
    return 0;
}

static struct exec_state *state_new(const struct program_name *name)
{
    struct exec_state *state = heap_alloc_zeroed(sizeof *state);
    if (!state)
        return NULL;
    strings_init(&state->strings,
        process_limit(current->process, LIMIT_STACK), name->text);
    state->name = name->text;
    state->name_is_lost = name->is_lost;
    state->program.path = name->text;
    return state;
}

static void state_free(struct exec_state *state)
{
    if (!state)
        return;
    for (unsigned i = 0; i < state->word_count; i++)
        heap_free(state->words[i]);
    strings_free(&state->strings);
    heap_free(state->image.interpreter);
    space_put(state->space);
    exec_close(state);
    credentials_put(state->who);
    heap_free(state);
}

/* Names, and who may use them: read before the old program goes. */
static int prepare(struct exec_state *state)
{
    const struct credentials *who;
    bool is_secure;
    int error = exec_credentials(state->file, false, &who, &is_secure);
    if (error)
        return error;
    credentials_put(who);
    unsigned long personality = current->task.personality;
    if (is_secure)
        personality &= ~(unsigned long)PERSONALITY_UNSAFE;
    return exec_make_space(state, personality);
}

/* Files and handlers are the program's own from now on; whoever shared root
 * and working directory with us still does, and so set-id bits mean nothing. */
static int take_parts(struct exec_state *state)
{
    int error = handlers_unshare();
    if (error)
        return error;
    if (files_are_shared(current->files)) {
        struct files *own;
        error = files_copy(current->files, &own);
        if (error)
            return error;
        thread_enter_files(own);
    }
    bool is_unsafe = paths_are_shared(current->paths);
    return exec_credentials(
        state->file, is_unsafe, &state->who, &state->program.is_secure);
}

static void forget_old_program(void)
{
    struct thread *thread = current;
    futex_thread_ends(thread);
    boost_set_ownership(MAY_OWN);
    thread->task.clear_tid = 0;
    thread->task.robust_list = 0;
    thread->task.robust_bytes = 0;
    thread_set_rseq(0, 0);
    thread->restart.again = NULL;
    thread->signals.altstack = 0;
    thread->signals.altstack_bytes = 0;
    thread->signals.altstack_flags = ALTSTACK_OFF;
    process_timers_exec();
    handlers_reset(thread->handlers, false);
    files_close_on_exec(thread->files);
}

static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void become_stranger(struct process *process)
{
    spin_lock(&process_tree_lock);
    process->has_execed = true;
    process->exec_count++;
    process->exit_signal = SIGCHLD;
    spin_unlock(&process_tree_lock);
}

/* Other eyes see into the program only if it is no more than its user, and
 * readable to him; a change of credentials takes that away once more. */
static void set_identity(struct exec_state *state)
{
    struct thread *thread = current;
    const struct credentials *who = state->who;
    bool may_read = !inode_permission(state->file->inode, MAY_READ, who);
    thread->task.personality &= ~(unsigned long)PERSONALITY_READ_IS_EXECUTE;
    if (state->program.is_secure) {
        thread->task.personality &= ~(unsigned long)PERSONALITY_UNSAFE;
        thread->task.parent_death_signal = 0;
    }
    atomic_store(&thread->space->is_dumpable,
        may_read && who->euid == who->uid && who->egid == who->gid);
    credentials_install(who);
    state->who = NULL;
}

static int enter_program(struct exec_state *state)
{
    struct thread *thread = current;
    struct space *space = state->space;
    uintptr_t sp;
    space->program = state->file;
    space->program_get = program_get;
    space->program_put = program_put;
    state->space = NULL; /* now current's, and with it the file */
    forget_old_program();
    thread_enter_space(space);
    spawn_release_vfork(thread);
    become_stranger(thread->process);
    thread_set_comm(thread, last_name(state->name));
    set_identity(state);
    state->file = NULL;
    int error = the_abi->map_extras ? the_abi->map_extras(space) : 0;
    if (!error)
        error = the_abi->start_program(&state->program, &sp);
    if (error)
        return error;
    space->stack_top = sp;
    context_reset_user(&thread->context, state->program.entry, sp);
    return 0;
}

/* Takes the old program's threads away; no error returns to it after that. */
static int replace_program(struct exec_state *state, bool *is_too_late)
{
    int error = process_take_over();
    if (error)
        return error;
    *is_too_late = true;
    error = take_parts(state);
    return error ? error : enter_program(state);
}

static int run(struct exec_state *state)
{
    bool is_too_late = false;
    int error = exec_find_image(state);
    if (!error)
        error = prepare(state);
    if (!error)
        error = replace_program(state, &is_too_late);
    state_free(state);
    /* Its callers still free what they have; it ends on the way out. */
    if (error && is_too_late) {
        process_kill_threads(STATUS_KILLED(SIGSEGV));
        thread_set_work(current, WORK_KILL);
    }
    return error;
}

/* The strings come first: their errors win over those of the file. */
static int begin(const struct program_name *name,
    const struct string_list *arguments, const struct string_list *environment,
    struct exec_state **state)
{
    *state = NULL;
    if (current->task.user_is_over && user_is_over_limit(current->credentials))
        return -EAGAIN;
    current->task.user_is_over = false;
    *state = state_new(name);
    if (!*state)
        return -ENOMEM;
    return strings_gather(&(*state)->strings, arguments, environment);
}

int exec(const struct walk *walk, const char *path,
    const struct program_name *name, const struct string_list *arguments,
    const struct string_list *environment)
{
    struct exec_state *state;
    int error = begin(name, arguments, environment, &state);
    if (!error)
        error = exec_open(state, walk, path);
    if (!error)
        return run(state);
    state_free(state);
    return error;
}

int exec_place(struct place place, const struct program_name *name,
    const struct string_list *arguments, const struct string_list *environment)
{
    struct exec_state *state;
    int error = begin(name, arguments, environment, &state);
    if (!error)
        error = exec_open_place(state, place);
    if (!error)
        return run(state);
    state_free(state);
    return error;
}
