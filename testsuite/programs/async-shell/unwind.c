/* SPDX-License-Identifier: MIT */
/* In the place of libunwind, for a program whose panics abort: what the standard
 * library calls to show where it was; it is shown nothing. */
int _Unwind_Backtrace(void *function, void *argument);
unsigned long _Unwind_GetIP(void *context);

int _Unwind_Backtrace(void *function, void *argument)
{
    (void)function;
    (void)argument;
    return 5; /* the end of the stack */
}

unsigned long _Unwind_GetIP(void *context)
{
    (void)context;
    return 0;
}
