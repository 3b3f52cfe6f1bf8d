/* SPDX-License-Identifier: MIT */
/* What the tests of registers have in common; what a CPU's own file gives is
 * declared first, and it includes this where that can be used. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include "stress.h"

#include <sys/time.h>
#include <sys/ucontext.h>

enum { ANY = -1, SPOILS = 5, SPOILS_OF_CPU = 3 };

/* Of the CPU: instructions, and the signal that ends who tries them. */
struct program {
    const char *name;
    void (*body)(void *);
    int signal;
};
extern const struct program programs[];
extern const int program_count;
/* Addresses that are none, or not a program's, or just not. */
extern void *const addresses[];
extern const int address_count;
/* A call with the stack pointer at that address. */
void call_without_stack(void *stack);
/* rt_sigreturn with it there. */
void return_from(void *stack);
/* What a signal frame has wrong, and how many words at its begin may be so. */
extern const char *const spoil_names[SPOILS_OF_CPU];
void spoil_context(mcontext_t *context, int which);
extern const int context_words;

static void instructions(void)
{
    for (int i = 0; i < program_count; i++) {
        char text[80];
        int wanted = programs[i].signal;
        snprintf(text, sizeof text, "%s: signal %d", programs[i].name, wanted);
        int status = in_child(programs[i].body, NULL);
        if (!tap_case(wanted == ANY ? status >= 0
                                    : (status & 0x7f) == wanted, text))
            note("status %#x", status);
    }
}

/* Calls with odd registers. */

static void on_bad_stack(int number)
{
    call_without_stack((void *)(long)number);
}

static void handler_nowhere(void *data)
{
    struct sigaction action = { .sa_handler = data };
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    _exit(0);
}

static void stack_nowhere(void *data)
{
    struct sigaction action = { .sa_handler = on_bad_stack,
        .sa_flags = SA_ONSTACK };
    stack_t stack = { .ss_sp = data, .ss_size = 65536 };
    sigaction(SIGUSR1, &action, NULL);
    if (sigaltstack(&stack, NULL))
        _exit(0);
    raise(SIGUSR1);
    _exit(0);
}

static bool try_addresses(void (*body)(void *))
{
    for (int i = 0; i < address_count; i++) {
        int status = in_child(body, addresses[i]);
        if (status < 0 || (status & 0x7f) == SIGALRM)
            return false;
    }
    return true;
}

/* Signal frames. */

static unsigned random_state;
static int kind;

static uint64_t random_word(void)
{
    switch (stress_random(&random_state) % 4) {
    case 0:
        return (uint64_t)addresses[stress_random(&random_state) % address_count];
    case 1:
        return stress_random(&random_state);
    case 2:
        return 1ull << stress_random(&random_state) % 64;
    }
    return (uint64_t)stress_random(&random_state) << 40 ^
        stress_random(&random_state);
}

static void on_signal(int number, siginfo_t *info, void *data)
{
    ucontext_t *context = data;
    switch (kind) {
    default:
        spoil_context(&context->uc_mcontext, kind);
        break;
    case SPOILS_OF_CPU:
        context->uc_flags = random_word();
        context->uc_stack.ss_sp = (void *)random_word();
        context->uc_stack.ss_size = random_word();
        context->uc_stack.ss_flags = random_word();
        memset(&context->uc_sigmask, random_word(), 8);
        break;
    case SPOILS_OF_CPU + 1:
        for (int i = 0; i < 40; i++)
            ((uint64_t *)context)[stress_random(&random_state) %
                context_words] = random_word();
    }
}

static void spoil(void *data)
{
    struct sigaction action = { .sa_sigaction = on_signal,
        .sa_flags = SA_SIGINFO };
    random_state = stress_seed() * 1000 + (long)data;
    kind = (long)data % SPOILS;
    sigaction(SIGUSR1, &action, NULL);
    struct itimerval limit = { .it_value.tv_usec = 200000 };
    setitimer(ITIMER_REAL, &limit, NULL);
    double value = 1.5 * kind;
    raise(SIGUSR1);
    _exit(value == 1.5 * kind ? 0 : 1);
}

static void frames(void)
{
    static const char *const names[] = { "stack and mask", "everything" };
    for (int i = 0; i < SPOILS; i++) {
        char text[80];
        bool held = true;
        stress_begin();
        for (long j = 0; held && (j < 60 || stress_goes_on()); j++)
            held = in_child(spoil, (void *)(j * SPOILS + i)) >= 0;
        snprintf(text, sizeof text, "a signal frame with other %s",
            i < SPOILS_OF_CPU ? spoil_names[i] : names[i - SPOILS_OF_CPU]);
        tap_case(held, text);
    }
}

/* rt_sigreturn with whatever lies on the stack, or no stack. */
static void return_now(void *data)
{
    static uint64_t room[1024] __attribute__((aligned(64)));
    long number = (long)data;
    random_state = number;
    for (int i = 0; i < 1024; i++)
        room[i] = stress_random(&random_state) % 3 ? random_word() : 0;
    return_from(number < address_count ? addresses[number]
                                       : (void *)(room + number % 300));
}

static void no_frames(void)
{
    bool held = true;
    stress_begin();
    for (long i = 0; held && (i < 100 || stress_goes_on()); i++) {
        int status = in_child(return_now, (void *)i);
        held = WIFSIGNALED(status);
    }
    tap_case(held, "rt_sigreturn where no frame is");
}

#endif
