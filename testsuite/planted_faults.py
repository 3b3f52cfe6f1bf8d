# SPDX-License-Identifier: MIT
"""The checkers of the debug build: each with a fault that is planted through
/proc/tenon-plant, and what the report must say, in this order.  boot.py boots
once for each."""

KASAN = {
    'heap_write_behind': (
        r'Bad access: write of 1 bytes at \w+: beside a heap block',
        r'by heap_write_behind\+', r'0 bytes behind a heap block of 100 bytes',
        r'allocated on CPU \d by', r'heap_write_behind\+',
        r'\[(04|fa)\]', r'Kernel panic', r'store_plant\+'),
    'heap_read_before': (
        r'Bad access: read of 1 bytes at \w+: beside a heap block',
        r'by heap_read_before\+'),
    'heap_read_freed': (
        r'Bad access: read of 1 bytes at \w+: a heap block that was freed',
        r'by heap_read_freed\+', r'8 bytes inside a heap block of 100 bytes',
        r'allocated on CPU \d by', r'heap_alloc\+', r'heap_read_freed\+',
        r'freed on CPU \d by', r'heap_free\+', r'heap_read_freed\+'),
    'heap_copy_too_much': (
        r'Bad access: write of 108 bytes at \w+: beside a heap block',
        r'by heap_copy_too_much\+', r'behind a heap block of 100 bytes'),
    'heap_free_twice': (
        r'a heap block is freed twice', r'heap block of 100 bytes',
        r'freed on CPU \d by', r'heap_free_twice\+'),
    'heap_free_inside': (
        r'what is freed does not begin a heap block',
        r'16 bytes inside a heap block of 100 bytes'),
    'large_write_behind': (
        r'Bad access: write of 1 bytes at \w+: behind a large heap block',
        r'by large_write_behind\+', r'allocated by', r'large_write_behind\+'),
    'page_read_freed': (
        r'Bad access: read of 1 bytes at \w+: a page that was freed',
        r'by page_read_freed\+', r'allocated by', r'page_read_freed\+',
        r'and freed by', r'page_read_freed\+'),
    'stack_write_behind': (
        r'Bad access: write of 1 bytes at \w+: behind a variable on the stack',
        r'by stack_write_behind\+'),
    'stack_read_ended': (
        r'Bad access: read of 1 bytes at \w+: a variable whose scope',
        r'by stack_read_ended\+'),
    'global_read_behind': (
        r'Bad access: read of 1 bytes at \w+: behind a global variable',
        r'by global_read_behind\+', r'global_text'),
}


def cases(image, checks):
    """As boot.py's cases; `checks`: what the kernel was built with."""
    for check, faults in ('kasan', KASAN),:
        for name, patterns in faults.items() if check in checks else ():
            script = 'mount -t proc proc /proc; ' \
                f'echo {name} > /proc/tenon-plant'
            yield (f'planted {name}',
                   dict(smp=2, initrd=image,
                        append=f'rdinit=/bin/sh -- -c "{script}"'),
                   patterns, 'failure')
