/* SPDX-License-Identifier: MIT */
/* Terminals: their life, and the way of a byte that arrives.
 *
 * The hard part is the locks.  The line discipline runs under terminal->lock,
 * which is above the locks that signals take; so what it wants done is noted,
 * the lock is dropped, and only then somebody is signalled and woken. */
#include "kernel/terminal_core.h"

#include "arch/atomic.h"
#include "lib/signals.h"
#include "lib/string.h"
#include "mm/heap.h"

const struct terminal_modes terminal_first_modes = {
    .input = INPUT_CR_TO_NL | INPUT_FLOW,
    .output = OUTPUT_PROCESS | OUTPUT_NL_TO_CRNL,
    .control = CONTROL_38400 | CONTROL_EIGHT_BITS | CONTROL_RECEIVE
        | CONTROL_HANG_UP,
    .local = LOCAL_SIGNALS | LOCAL_LINES | LOCAL_ECHO | LOCAL_ECHO_ERASE
        | LOCAL_ECHO_KILL | LOCAL_ECHO_CONTROL | LOCAL_ECHO_KILL_ERASE
        | LOCAL_EXTENDED,
    .characters = {
        [CHARACTER_INTERRUPT] = 3, [CHARACTER_QUIT] = 28,
        [CHARACTER_ERASE] = 127, [CHARACTER_KILL] = 21,
        [CHARACTER_END_OF_FILE] = 4, [CHARACTER_TIME] = 0,
        [CHARACTER_MIN] = 1, [CHARACTER_START] = 17, [CHARACTER_STOP] = 19,
        [CHARACTER_SUSPEND] = 26, [CHARACTER_REPRINT] = 18,
        [CHARACTER_DISCARD] = 15, [CHARACTER_ERASE_WORD] = 23,
        [CHARACTER_LITERAL] = 22,
    },
};

static void pump_later(struct work *work)
{
    terminal_pump(container_of(work, struct terminal, work));
}

struct terminal *terminal_new(const struct terminal_driver *driver,
    const struct terminal_modes *modes, size_t arriving_bytes)
{
    struct terminal *terminal = heap_alloc_zeroed(sizeof *terminal);
    void *arriving = heap_alloc(arriving_bytes);
    struct line *line = heap_alloc(sizeof *line);
    if (!terminal || !arriving || !line) {
        heap_free(terminal);
        heap_free(arriving);
        heap_free(line);
        return NULL;
    }
    refcount_init(&terminal->refs);
    terminal->driver = driver;
    spin_init(&terminal->arriving_lock, RANK_LEAF);
    ring_init(&terminal->arriving, arriving, arriving_bytes);
    work_init(&terminal->work, pump_later);
    spin_init(&terminal->lock, RANK_TERMINAL_STATE);
    terminal->line = line;
    line_init(line, modes);
    terminal->input_speed = terminal->output_speed = 38400;
    wait_queue_init(&terminal->readers);
    wait_queue_init(&terminal->writers);
    wait_queue_init(&terminal->pollers);
    list_init(&terminal->deferred.link);
    return terminal;
}

struct terminal *terminal_get(struct terminal *terminal)
{
    if (terminal)
        refcount_get(&terminal->refs);
    return terminal;
}

static void free_terminal(struct deferred *deferred)
{
    struct terminal *terminal =
        container_of(deferred, struct terminal, deferred);
    if (terminal->driver->freed)
        terminal->driver->freed(terminal);
    pid_put(terminal->session);
    pid_put(terminal->group);
    heap_free(terminal->arriving.bytes);
    heap_free(terminal->line);
    heap_free(terminal);
}

/* Processes give theirs up under the tree's lock: the rest is for later. */
void terminal_put(struct terminal *terminal)
{
    if (!terminal || !refcount_put(&terminal->refs))
        return;
    terminal->deferred.run = free_terminal;
    thread_defer(&terminal->deferred);
}

uint64_t terminal_device(struct terminal *terminal)
{
    return terminal->device;
}

void terminal_wake(struct terminal *terminal, unsigned events)
{
    if (events & READY_WRITE && atomic_load(&terminal->lacks_room) &&
        atomic_exchange(&terminal->lacks_room, false))
        events |= TELL_OUT;
    if (events & (READY_READ | READY_HANGUP))
        wait_queue_wake_all(&terminal->readers, events);
    if (events & (READY_WRITE | READY_HANGUP))
        wait_queue_wake_all(&terminal->writers, events);
    wait_queue_wake_all(&terminal->pollers, events);
}

/* Input. */

size_t terminal_arrive(
    struct terminal *terminal, const unsigned char *bytes, size_t count)
{
    unsigned long irq = spin_lock_irq(&terminal->arriving_lock);
    size_t fitted = ring_put(&terminal->arriving, bytes, count);
    spin_unlock_irq(&terminal->arriving_lock, irq);
    return fitted;
}

void terminal_push_echo(struct terminal *terminal)
{
    struct ring *echo = &terminal->line->echo;
    while (ring_used(echo) && !terminal->line->is_stopped) {
        size_t room = terminal->driver->room(terminal);
        size_t chunk = min(room, (size_t)STAGING_BYTES);
        chunk = ring_take(echo, terminal->staging, chunk);
        if (!chunk)
            return;
        terminal->driver->write(terminal, terminal->staging, chunk);
    }
}

void terminal_settle(struct terminal *terminal)
{
    struct line *line = terminal->line;
    unsigned events = line->events;
    uint32_t signals = line->signals;
    line->events = line->signals = 0;
    if (events & LINE_FLUSHED_OUTPUT)
        terminal->driver->flush(terminal);
    terminal_push_echo(terminal);
    if (terminal->driver->happened)
        terminal->driver->happened(terminal, events);
    spin_unlock(&terminal->lock);
    for (int number = 1; number < 32; number++)
        if (signals >> number & 1)
            terminal_signal_foreground(terminal, number);
    unsigned ready = 0;
    if (events & LINE_READABLE)
        ready |= READY_IN | TELL_IN;
    if (events & (LINE_STARTED | LINE_FLUSHED_OUTPUT))
        ready |= READY_OUT;
    if (ready)
        terminal_wake(terminal, ready);
}

/* One stretch: false when nothing was left or nothing had room. */
static bool pump_some(struct terminal *terminal)
{
    unsigned char bytes[128];
    spin_lock(&terminal->lock);
    unsigned long irq = spin_lock_irq(&terminal->arriving_lock);
    size_t count = ring_peek(&terminal->arriving, bytes, sizeof bytes);
    spin_unlock_irq(&terminal->arriving_lock, irq);
    /* What the line has no room for keeps its place meanwhile: only with
     * terminal->lock are bytes taken out, but they come in at any time. */
    size_t used = line_receive(terminal->line, bytes, count);
    irq = spin_lock_irq(&terminal->arriving_lock);
    ring_drop(&terminal->arriving, used);
    spin_unlock_irq(&terminal->arriving_lock, irq);
    terminal_settle(terminal);
    return used && used == count;
}

void terminal_pump(struct terminal *terminal)
{
    while (pump_some(terminal))
        continue;
}

void terminals_init(void)
{
    terminal_console_init();
    pty_init();
}
