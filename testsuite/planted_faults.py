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
    'heap_read_freed_later': (
        r'Bad access: read of 1 bytes at \w+: a heap block that was freed',
        r'freed on CPU \d by', r'heap_free\+', r'heap_read_freed_later\+'),
    'page_read_freed_later': (
        r'Bad access: read of 1 bytes at \w+: a page that was freed',
        r'and freed by', r'page_read_freed_later\+'),
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

OTHERS = {
    'heap_write_freed': (
        r'Kernel panic .*heap block \w+ of \d+ bytes was written to after it '
        r'was freed', r'heap_alloc\+'),
    'page_write_freed': (
        r'Kernel panic .*page \w+ was written to after it was freed',
        r'page_write_freed\+'),
    'stack_overflow': (
        r'Kernel panic .*kernel stack overflow', r'descend\+'),
    'reference_too_many': (
        r'a count of references is overflown', r'reference_too_many\+'),
    'reference_to_nothing': (
        r'a reference is taken to what has none',
        r'reference_to_nothing\+'),
    'reference_put_twice': (
        r'a reference is put that nobody had', r'reference_put_twice\+'),
    'sleep_under_lock': (
        r'Kernel panic .*not so: .*!lock_spins_held', r'schedule\+',
        r'store_plant\+'),
    'lock_out_of_order': (
        r'Kernel panic .*lock \w+ of rank \d+ taken under',
        r'spin_lock\+', r'store_plant\+'),
    'user_access_under_lock': (
        r'Kernel panic .*not so: !lock_spins_held\(\)', r'user_read\+',
        r'user_access_under_lock\+'),
    'user_access_in_interrupt': (
        r'Kernel panic .*not so: !irq_is_inside\(\)', r'user_read\+',
        r'read_user\+'),
    'stay_in_kernel': (
        r'Kernel panic .*stays in the kernel: sh took 10 ticks there',
        r'timer_fired\+', r'store_plant\+'),
    'shift_too_far': (
        r'undefined: bad shift at \S*debug_plant.c:\d+',),
}
# Those that go on after the fault: what the shell does besides.
AROUND = {
    'lose_block': (
        'echo > /proc/tenon-heap; {}; poweroff -f',
        (r'never given back', r'1, 100 bytes: .*lose_block')),
    'lose_page': (
        'echo > /proc/tenon-heap; {}; poweroff -f',
        (r'never given back', r'1, 4096 bytes: .*lose_page')),
    'lose_reference': (
        'echo > /proc/tenon-heap; ({0}; :); ({0}; :); ({0}; :); poweroff -f',
        (r'never given back', r'3, \d+ bytes: .* < spawn <',
         r'that stayed', r'3: .*pid_get < lose_reference < store_plant')),
    'wait_for_long': (
        '({} &); until dmesg | grep -q [w]aits.for.long; do :; done',
        (r'Thread \d+ \(sh\) waits for long, and nothing may interrupt',)),
}


def cases(image, checks):
    """As boot.py's cases; `checks`: what the kernel was built with."""
    if 'debug' not in checks:
        return
    script = 'for i in 1 2 3 4 5 6; do ls / | cat | wc; (sleep 0 & wait); ' \
        'cat /etc/passwd; done; echo all done; poweroff -f'
    yield ('failslab=', dict(smp=2, initrd=image, append='failslab=40 '
                             f'rdinit=/bin/sh -- -c "{script}"'),
           (r'(?i)out of memory|cannot allocate|cannot fork|can.t fork',
            r'all done'), (0,))
    faults = dict(OTHERS, **(KASAN if 'kasan' in checks else {}))
    rows = [(name, '{}', faults[name]) for name in faults]
    rows += [(name, *AROUND[name]) for name in AROUND]
    for name, around, patterns in rows:
        script = 'mount -t proc proc /proc; ' + \
            around.format(f'echo {name} > /proc/tenon-plant')
        yield (f'planted {name}',
               dict(smp=2, initrd=image,
                    append=f'rdinit=/bin/sh -- -c "{script}"'),
               patterns, (0,) if 'poweroff' in around else 'failure')
