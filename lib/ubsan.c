/* SPDX-License-Identifier: MIT */
/* What the debug build's -fsanitize=undefined calls.  All descriptions begin
 * with the place in the source; that and the kind is what we report. */
#include "lib/log.h"

#ifdef CONFIG_DEBUG

enum { REPORTS_MOST = 50 };

struct place {
    const char *file;
    uint32_t line, column;
};

static unsigned reports;

static void report(const char *what, const void *data)
{
    const struct place *place = data;
    if (reports++ < REPORTS_MOST)
        log_error("undefined: %s at %s:%u:%u", what, place->file, place->line,
            place->column);
}

#define HANDLER(name, what)                                                    \
    void __ubsan_handle_##name(const void *data);                              \
    void __ubsan_handle_##name(const void *data)                               \
    {                                                                          \
        report(what, data);                                                    \
    }

HANDLER(type_mismatch_v1, "access through a bad pointer")
HANDLER(pointer_overflow, "pointer arithmetic overflows")
HANDLER(add_overflow, "addition overflows")
HANDLER(sub_overflow, "subtraction overflows")
HANDLER(mul_overflow, "multiplication overflows")
HANDLER(negate_overflow, "negation overflows")
HANDLER(divrem_overflow, "division overflows")
HANDLER(shift_out_of_bounds, "bad shift")
HANDLER(out_of_bounds, "index out of bounds")
HANDLER(load_invalid_value, "value not of its type")
HANDLER(builtin_unreachable, "the unreachable is reached")
HANDLER(missing_return, "no return value")
HANDLER(vla_bound_not_positive, "bad array bound")
HANDLER(nonnull_arg, "NULL argument")
HANDLER(nonnull_return_v1, "NULL returned")
HANDLER(invalid_builtin, "bad argument of a builtin")

#endif
