/* SPDX-License-Identifier: MIT */
/* membarrier: other CPUs pass a barrier, so that those who run there need none.
 *
 * All CPUs are interrupted, whatever they run: coming in and going out, each is
 * made to order its memory and to fetch its code anew. */
#include <linux/membarrier.h>

#include "abi/linux/arguments.h"
#include "arch/atomic.h"
#include "arch/smp.h"
#include "mm/space.h"

/* What must be asked for first, and who asks for it. */
static const struct {
    int command, registration;
} commands[] = {
    { MEMBARRIER_CMD_PRIVATE_EXPEDITED,
        MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED },
    { MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE,
        MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE },
    { MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ,
        MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ },
};

static const int known = MEMBARRIER_CMD_GLOBAL |
    MEMBARRIER_CMD_GLOBAL_EXPEDITED |
    MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED |
    MEMBARRIER_CMD_PRIVATE_EXPEDITED |
    MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED |
    MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE |
    MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE |
    MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ |
    MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ;

static void pass(void *none)
{
    memory_barrier();
}

/* smp_call's steps order what the others do; the barriers beside it are for what
 * the caller did and will do, also where there is nobody to call.
 *
 * Whoever is in a stretch of rseq begins it again. */
static void pass_resumed(void *none)
{
    thread_must_resume();
}

static cpu_mask cpus(unsigned flags, int cpu)
{
    if (!(flags & MEMBARRIER_CMD_FLAG_CPU) || cpu < 0)
        return ~(cpu_mask)0;
    return (unsigned)cpu < cpu_count() ? (cpu_mask)1 << cpu : 0;
}

static long interrupt(cpu_mask mask, void (*call)(void *))
{
    cpu_mask all = cpu_count() >= 32 ? ~(cpu_mask)0
                                     : ((cpu_mask)1 << cpu_count()) - 1;
    memory_barrier();
    smp_call(mask & all, call, NULL);
    memory_barrier();
    return 0;
}

static long private(int command, unsigned flags, int cpu)
{
    for (size_t i = 0; i < array_size(commands); i++) {
        if (commands[i].registration == command) {
            atomic_or(&current->space->barriers, (unsigned)command);
            return 0;
        }
        if (commands[i].command != command)
            continue;
        if (!(atomic_load(&current->space->barriers) &
                commands[i].registration))
            return -EPERM;
        bool is_rseq = command == MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ;
        return interrupt(cpus(flags, cpu), is_rseq ? pass_resumed : pass);
    }
    return -EINVAL;
}

long sys_membarrier(int command, unsigned flags, int cpu)
{
    bool may_name_cpu = command == MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ;
    if (flags && !(may_name_cpu && flags == MEMBARRIER_CMD_FLAG_CPU))
        return -EINVAL;
    switch (command) {
    case MEMBARRIER_CMD_QUERY:
        return known;
    case MEMBARRIER_CMD_GLOBAL:
    case MEMBARRIER_CMD_GLOBAL_EXPEDITED:
        return interrupt(~(cpu_mask)0, pass);
    case MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED:
        return 0; /* all are told, registered or not */
    }
    return private(command, flags, cpu);
}
