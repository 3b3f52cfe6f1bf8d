/* SPDX-License-Identifier: MIT */
/* Device lines: the IOAPICs; and what each vector means. */
#include "arch/irq.h"
#include "arch/common/lines.h"
#include "arch/common/smp_call.h"
#include "arch/cpu.h"
#include "arch/pagetable.h"
#include "arch/trap.h"
#include "lib/errno.h"
#include "lib/log.h"
#include "machine/acpi.h"
#include "machine/apic.h"
#include "machine/cpu_local.h"
#include "machine/interrupts.h"
#include "machine/layout.h"
#include "machine/traps.h"

enum {
    LINES_MAX = VECTOR_DEVICES_END - VECTOR_DEVICES,
    ISA_LINES = 16,
    IOAPIC_SELECT = 0, /* in 32-bit words */
    IOAPIC_WINDOW = 4,
    IOAPIC_VERSION = 1,
    IOAPIC_ROUTES = 16,
    ROUTE_LOW_ACTIVE = 1 << 13,
    ROUTE_LEVEL = 1 << 15,
    ROUTE_MASKED = 1 << 16,
};

struct controller {
    volatile uint32_t *registers;
    unsigned first, count; /* lines */
};

static struct controller controllers[ACPI_IOAPICS_MAX];

static uint32_t controller_read(struct controller *controller, unsigned at)
{
    controller->registers[IOAPIC_SELECT] = at;
    return controller->registers[IOAPIC_WINDOW];
}

static void controller_write(
    struct controller *controller, unsigned at, uint32_t value)
{
    controller->registers[IOAPIC_SELECT] = at;
    controller->registers[IOAPIC_WINDOW] = value;
}

static void set_route(
    struct controller *controller, unsigned line, uint64_t route)
{
    unsigned at = IOAPIC_ROUTES + 2 * (line - controller->first);
    controller_write(controller, at, ROUTE_MASKED);
    controller_write(controller, at + 1, route >> 32);
    controller_write(controller, at, route);
}

void lines_init(void)
{
    for (unsigned i = 0; i < acpi.ioapic_count; i++) {
        struct controller *controller = &controllers[i];
        controller->registers = device_map(acpi.ioapics[i].address, PAGE_BYTES);
        if (!controller->registers)
            continue;
        controller->first = acpi.ioapics[i].first_line;
        controller->count =
            (controller_read(controller, IOAPIC_VERSION) >> 16 & 0xff) + 1;
        for (unsigned n = 0; n < controller->count; n++)
            set_route(controller, controller->first + n, ROUTE_MASKED);
    }
}

unsigned isa_line(unsigned line)
{
    return acpi.isa_lines[line].line;
}

static struct controller *controller_of(unsigned line)
{
    for (unsigned i = 0; i < array_size(controllers); i++) {
        struct controller *controller = &controllers[i];
        if (line >= controller->first &&
            line - controller->first < controller->count)
            return controller;
    }
    return NULL;
}

/* The old lines are active high, those beyond low, unless ACPI says. */
static bool is_low_active(unsigned line, enum irq_trigger trigger)
{
    for (unsigned i = 0; i < ISA_LINES; i++)
        if (acpi.isa_lines[i].line == line)
            return acpi.isa_lines[i].is_low_active;
    return trigger == IRQ_LEVEL;
}

int line_route(unsigned number, enum irq_trigger trigger)
{
    struct controller *controller = controller_of(number);
    if (!controller || number >= LINES_MAX)
        return -EINVAL;
    set_route(controller, number,
        (uint64_t)cpu_locals[0].apic_id << 56 | (VECTOR_DEVICES + number) |
            (trigger == IRQ_LEVEL ? ROUTE_LEVEL : 0) |
            (is_low_active(number, trigger) ? ROUTE_LOW_ACTIVE : 0));
    return 0;
}

void irq_handle(unsigned vector, const struct frame *frame)
{
    struct cpu_local *cpu = cpu_local();
    cpu->irq_count++;
    cpu->irq_is_from_user = frame_is_user(frame);
    switch (vector) {
    case VECTOR_TIMER:
        apic_acknowledge();
        return clock_interrupt();
    case VECTOR_CALL:
        apic_acknowledge();
        return smp_call_interrupt();
    case VECTOR_KICK:
        apic_acknowledge();
        return smp_kick_interrupt();
    case VECTOR_APIC_ERROR:
        apic_acknowledge();
        return log_warning("CPU %u: interrupt controller error", cpu_id());
    }
    if (vector >= VECTOR_DEVICES_END)
        return; /* spurious: not acknowledged */
    line_interrupt(vector - VECTOR_DEVICES);
    apic_acknowledge();
}
