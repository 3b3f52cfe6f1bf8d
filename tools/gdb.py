# SPDX-License-Identifier: MIT
"""For gdb:  gdb -x tools/gdb.py tenon.elf  (after `make debug`).

Adds: threads, files PID, maps PID, log.
"""
import gdb

STATES = {0: 'new', 1: 'runnable', 2: 'sleeping', 3: 'stopped', 4: 'dead'}


def listed(head, kind, member):
    """The objects in a struct list."""
    kind = gdb.lookup_type(kind)
    offset = [f.bitpos // 8 for f in kind.fields() if f.name == member][0]
    link = head['next']
    while link != head.address:
        yield gdb.Value(int(link) - offset).cast(kind.pointer())
        link = link['next']


def nested(head, kind, path):
    """The same where the link lies inside another member: `a.b`."""
    offset = int(gdb.parse_and_eval(f'(unsigned long)&((({kind} *)0)->{path})'))
    link = head['next']
    while link != head.address:
        yield gdb.parse_and_eval(f'({kind} *){int(link) - offset}')
        link = link['next']


def processes():
    first = gdb.parse_and_eval('process_first()')

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


class Threads(gdb.Command):
    """threads: each thread with its state and where it sleeps."""

    def __init__(self):
        super().__init__('threads', gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        for process in processes():
            for thread in nested(process['threads'], 'struct thread',
                                 'task.process_link'):
                print(f"{int(thread['pid']['number']):6} "
                      f"{STATES[int(thread['state'])]:9} "
                      f"cpu {int(thread['sched']['cpu'])} "
                      f"{thread['comm'].string()}")


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
        def walk(node):
            if not int(node):
                return
            walk(node['left'])
            offset = int(gdb.parse_and_eval(
                '(unsigned long)&((struct area *)0)->node'))
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
Files()
Maps()
Log()
