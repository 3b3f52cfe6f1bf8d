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
        for fd in range(int(slots['count'])):
            file = slots['files'][fd]
            if int(file):
                print(f"{fd:4} {file} ops {file['ops']}")


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


Threads()
Files()
Maps()
