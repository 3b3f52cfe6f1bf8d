# SPDX-License-Identifier: MIT
"""For gdb:  gdb -x tools/gdb.py tenon.elf  (after `make debug`).

Adds: threads, stack TID, files PID, maps PID, log.  Only memory is read, so
that they work wherever the CPUs were stopped.
"""
import gdb

# Where a switched-off thread's saved frame pointer lies, from its stack pointer;
# the return address follows it.
FRAME_AT = {'i386:x86-64': 40, 'aarch64': 80}


def listed(head, kind, member):
    """The objects in a struct list."""
    kind = gdb.lookup_type(kind)
    offset = [f.bitpos // 8 for f in kind.fields() if f.name == member][0]
    link = head['next']
    while link != head.address:
        yield gdb.Value(int(link) - offset).cast(kind.pointer())
        link = link['next']


def processes():
    first = gdb.parse_and_eval("'process.c'::first")

    def below(process):
        yield process
        for child in listed(process['children'], 'struct process', 'sibling'):
            yield from below(child)
    if int(first):
        yield from below(first)


def process_of(number):
    for process in processes():
        if int(process['pid']['number']) == number:
            return process
    raise gdb.GdbError(f'no process {number}')


def threads():
    """All that bear a number, by it."""
    found = {}
    buckets = gdb.parse_and_eval("'pid.c'::buckets")
    for index in range(buckets.type.range()[1] + 1):
        for pid in listed(buckets[index], 'struct pid', 'hash_link'):
            if int(pid['thread']):
                found[int(pid['number'])] = pid['thread']
    return sorted(found.items())


def word_at(address):
    kind = gdb.lookup_type('unsigned long').pointer()
    return int(gdb.Value(address).cast(kind).dereference())


def return_addresses(thread):
    """Of the functions a thread that does not run is in, innermost first."""
    cpu = gdb.selected_inferior().architecture().name()
    at = int(thread['context']['sp']) + FRAME_AT[cpu]
    top = int(thread['context']['stack_top'])
    while 0 < at < top or (not top and at):
        below = word_at(at)
        address = word_at(at + 8)
        if not address:
            return
        yield address
        if below <= at:
            return
        at = below


def name_of(address):
    block = gdb.block_for_pc(address - 1)
    while block and not block.function:
        block = block.superblock
    line = gdb.find_pc_line(address - 1)
    file = line.symtab.filename if line.symtab else '?'
    return (block.function.name if block else '?'), file, line.line


def where(thread):
    """The innermost function outside of sched/."""
    for address in return_addresses(thread):
        name, file, line = name_of(address)
        if '/sched/' not in file:
            return f'in {name} ({file.split("../")[-1]}:{line})'
    return ''


class Threads(gdb.Command):
    """threads: each thread that has a number, its state, where it sleeps."""

    def __init__(self):
        super().__init__('threads', gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        kind = gdb.lookup_type('enum thread_state')
        for number, thread in threads():
            runs = int(thread['sched']['is_on_cpu'])
            state = str(thread['state'].cast(kind))[len('THREAD_'):].lower()
            print(f"{number:6} {'running' if runs else state:9} "
                  f"cpu {int(thread['sched']['cpu'])} "
                  f"{thread['comm'].string():16} "
                  f"{'' if runs else where(thread)}".rstrip())


class Stack(gdb.Command):
    """stack TID: the functions a thread that does not run is in."""

    def __init__(self):
        super().__init__('stack', gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        thread = dict(threads()).get(int(argument))
        if thread is None:
            raise gdb.GdbError(f'no thread {argument}')
        if int(thread['sched']['is_on_cpu']):
            raise gdb.GdbError('it runs: info threads, thread N, backtrace')
        for address in return_addresses(thread):
            name, file, line = name_of(address)
            print(f'{address:#x} {name} {file.split("../")[-1]}:{line}')


class Files(gdb.Command):
    """files PID: the open files of a process."""

    def __init__(self):
        super().__init__('files', gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        leader = process_of(int(argument))['leader']
        slots = leader['files']['slots']
        for index in range(int(slots['chunk_count'])):
            chunk = slots['chunks'][index]
            for at in range(64 if int(chunk) else 0):
                file = chunk['files'][at]
                if int(file):
                    print(f"{index * 64 + at:4} {file} ops {file['ops']}")


class Maps(gdb.Command):
    """maps PID: the areas of a process' address space."""

    def __init__(self):
        super().__init__('maps', gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        offset = int(gdb.parse_and_eval(
            '(unsigned long)&((struct area *)0)->node'))

        def walk(node):
            if not int(node):
                return
            walk(node['left'])
            area = gdb.parse_and_eval(f'(struct area *){int(node) - offset}')
            print(f"{int(area['start']):#014x}-{int(area['end']):#014x} "
                  f"flags {int(area['flags']):#x} store {area['store']}")
            walk(node['right'])
        leader = process_of(int(argument))['leader']
        walk(leader['space']['areas']['root'])


class Log(gdb.Command):
    """log: the lines of the kernel's log that are kept."""

    def __init__(self):
        super().__init__('log', gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        def of_log(name):
            return gdb.parse_and_eval(f"'log.c'::{name}")
        kept = of_log('text')
        text = gdb.selected_inferior().read_memory(
            int(kept.address), kept.type.sizeof).tobytes()
        records = of_log('records')
        count = records.type.range()[1] + 1
        for sequence in range(int(of_log('oldest')), int(of_log('next'))):
            record = records[sequence % count]
            start, size = int(record['start']), int(record['bytes'])
            line = bytes_of_ring(text, start, size)
            us = int(record['time_ns']) // 1000
            print(f'[{us // 1000000:5}.{us % 1000000:06}] '
                  f"{line.decode('latin-1')}")


def bytes_of_ring(ring, start, count):
    start %= len(ring)
    return (ring[start:] + ring[:start])[:count]


Threads()
Stack()
Files()
Maps()
Log()
