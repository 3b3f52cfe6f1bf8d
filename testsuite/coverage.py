#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Which tests name which system call, and what runs have shown of it.

    coverage.py names SYSCALLS.TBL TESTSUITE
        fails if a call that claims `yes` is named by no test
    coverage.py page SYSCALLS.TBL LINUX-TRACE TENON-TRACE < PAGE > PAGE
        adds what tests were seen to call, on both kernels: the flags and the
        errors of each call that both traces have
"""
import collections
import os
import re
import sys

# The C library's names for calls, where they are others.
ALSO = {
    'rt_sigaction': ('sigaction', 'signal('), 'rt_sigprocmask': ('sigprocmask',),
    'rt_sigpending': ('sigpending',), 'rt_sigsuspend': ('sigsuspend',),
    'rt_sigtimedwait': ('sigtimedwait', 'sigwaitinfo', 'sigwait('),
    'rt_sigqueueinfo': ('sigqueue',), 'rt_sigreturn': ('sigaction',),
    'pread64': ('pread(',), 'pwrite64': ('pwrite(',), 'wait4': ('waitpid', 'wait('),
    'newfstatat': ('fstatat',), 'getdents': ('SYS_getdents',),
    'getdents64': ('readdir', 'getdents'), 'exit': ('_exit', 'SYS_exit'),
    'exit_group': ('_exit',), 'umount2': ('umount',), 'uname': ('uname',),
    'epoll_create1': ('epoll_create1',), 'eventfd2': ('eventfd',),
    'fadvise64': ('posix_fadvise',), 'prlimit64': ('prlimit',),
    'pselect6': ('pselect',), 'renameat2': ('renameat2',), 'signalfd4':
    ('signalfd',), 'inotify_init': ('inotify_init(', 'SYS_inotify_init'),
    'restart_syscall': ('restart_syscall', 'nanosleep'),
    'set_tid_address': ('set_tid_address', 'pthread_create'),
    'futex_waitv': ('syscall(449',), 'gettid': ('gettid',), 'arch_prctl': ('arch_prctl',),
}


def rows(table):
    """name: state, of the first row of each call"""
    found = {}
    with open(table, encoding='utf-8') as lines:
        for line in lines:
            parts = line.split('#')[0].split()
            if len(parts) >= 4:
                found.setdefault(parts[3], parts[2])
    return found


def words_of_tests(top):
    """Everything that the tests of the ABI say, each word once."""
    text = []
    for folder in 'abi', 'stress':
        for name in sorted(os.listdir(os.path.join(top, folder))):
            if name.endswith(('.c', '.h')) and name != 'garbage.c':
                with open(os.path.join(top, folder, name),
                          encoding='utf-8') as source:
                    text.append(source.read())
    return '\n'.join(text)


def is_named(name, text):
    for word in (name + '(', 'SYS_' + name) + ALSO.get(name, ()):
        if re.search(r'\b' + re.escape(word) + (r'\b' if word[-1].isalnum()
                                                else ''), text):
            return True
    return False


def check_names(table, top):
    text = words_of_tests(top)
    states = rows(table)
    nameless = [name for name, state in states.items()
                if state == 'yes' and not is_named(name, text)]
    for name in nameless:
        print(f'{name} claims `yes` in syscalls.tbl, and no test names it')
    claims = sum(state == 'yes' for state in states.values())
    print(f'{claims} calls claim `yes`, {len(nameless)} without a test')
    return bool(nameless)


# `name(arguments) = result`, as both tracers write it.
CALL = re.compile(r'(?:^|[ \]])([a-z_][a-z0-9_]*)\((.*)\)\s+= (-?\w+)(?: (E\w+))?')
FLAG = re.compile(r'\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b')


def shown(path):
    """name: (flags, errors) that a trace has"""
    flags = collections.defaultdict(set)
    errors = collections.defaultdict(set)
    calls = collections.Counter()
    with open(path, encoding='utf-8', errors='replace') as trace:
        for line in trace:
            match = CALL.search(line)
            if not match:
                continue
            name, arguments, result, error = match.groups()
            calls[name] += 1
            bare = re.sub(r'"(\\.|[^"\\])*"', '', arguments)
            flags[name].update(FLAG.findall(bare))
            if error and result == '-1' and error != 'ERESTART':
                errors[name].add(error)
    return calls, flags, errors


def page(table, linux, tenon):
    calls, flags, errors = shown(linux)
    our_calls, our_flags, our_errors = shown(tenon)
    states = rows(table)
    text = sys.stdin.read().split('\n## What tests have shown')[0].rstrip('\n')
    print(text)
    print('\n## What tests have shown\n')
    print('Read from runs of `testsuite/abi` on Linux, under strace, and on '
          'Tenon, with its\nown tracer, by `make coverage-page`: the flags '
          'and the errors of each call that\nwere seen on both.\n')
    print('| call | flags | errors |\n|---|---|---|')
    for name, state in states.items():
        if state in ('yes', 'part') and calls[name] and our_calls[name]:
            both = sorted(flags[name] & our_flags[name])
            wrong = sorted(errors[name] & our_errors[name])
            print(f'| {name} | {" ".join(both)} | {" ".join(wrong)} |')
    missing = [name for name, state in states.items()
               if state == 'yes' and not our_calls[name]]
    if missing:
        print('\nNot seen on both, though a test names them: '
              + ', '.join(missing) + '.')
    return 0


def main():
    if len(sys.argv) == 4 and sys.argv[1] == 'names':
        return check_names(*sys.argv[2:])
    if len(sys.argv) == 5 and sys.argv[1] == 'page':
        return page(*sys.argv[2:])
    print(__doc__)
    return 2


if __name__ == '__main__':
    sys.exit(main())
