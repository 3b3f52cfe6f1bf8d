#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Which tests name which system call, and what runs have shown of it.

    coverage.py names SYSCALLS.TBL TESTSUITE
        fails if a call that claims `yes` is named by no test
    coverage.py page SYSCALLS.TBL LINUX-LOGS TENON-LOGS MANUAL REASONS < PAGE > PAGE
        adds what tests were seen to call, on both kernels: the flags and the
        errors of each call that the logs in both folders have; and what they
        have not of the errors in the folder MANUAL and of the flags that the
        tracer can name, with the reason that the file REASONS gives
"""
import collections
import os
import re
import sys

import manual
import named_flags
import unseen

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
CALL = re.compile(
    r'(?:^|[ \]])([a-z_][a-z0-9_]*)\((.*)\)\s+= (-?\w+|\?)(?: (E\w+))?')
FLAG = re.compile(r'\b(?!NULL\b)_*[A-Z][A-Z0-9_]{3,}\b')
# What strace splits where another thread comes between.
BEGUN = re.compile(r'(?:^|\] )(\d+) +(.*) <unfinished \.\.\.>$')
RESUMED = re.compile(r'^(\d+) +<\.\.\. \w+ resumed>(.*)')
THREAD = re.compile(r'^(?:\[ *[\d.]+\] )?(\d+) ')


def whole_calls(lines):
    """The lines of a trace, with what was split put together."""
    begun = {}
    for line in lines:
        match = BEGUN.search(line)
        if match:
            begun[match.group(1)] = match.group(2)
            continue
        match = RESUMED.match(line)
        yield match.group(1) + ' ' + begun.pop(match.group(1), '') + \
            match.group(2) if match else line


def who_was_interrupted(interrupted, line, call):
    """The name of the call that the signal's handler broke off, once
    rt_sigreturn gives its EINTR; until then interrupted has it by thread."""
    thread = THREAD.match(line)
    name, _, result, error = call
    if not thread:
        return None
    if error and error.startswith('ERESTART'):
        interrupted[thread.group(1)] = name
    elif name == 'rt_sigreturn':
        broken = interrupted.pop(thread.group(1), None)
        return broken if result == '-1' and error == 'EINTR' else None
    return None


def shown_by(lines, calls):
    """Adds what these lines have of each call."""
    interrupted = {}
    for line in whole_calls(lines):
        match = CALL.search(line)
        if not match:
            continue
        name, arguments, result, error = match.groups()
        calls[name].add(('', ''))
        bare = re.sub(r'"(\\.|[^"\\])*"', '', arguments)
        calls[name].update(('flag', flag) for flag in FLAG.findall(bare))
        # What rt_sigreturn gives is what another call gave.
        if result == '-1' and error and name != 'rt_sigreturn':
            calls[name].add(('error', error))
        broken = who_was_interrupted(interrupted, line, match.groups())
        if broken:
            calls[broken].add(('error', 'EINTR'))


def shown(folder):
    """Of each call, what the logs there have: flags and errors."""
    calls = collections.defaultdict(set)
    for log in sorted(os.listdir(folder)):
        with open(os.path.join(folder, log), encoding='utf-8',
                  errors='replace') as trace:
            shown_by(trace, calls)
    return calls


def print_shown(states, both):
    print('\n## What tests have shown\n')
    print('Made by `make coverage-page` from runs of `testsuite/abi` on Linux, '
          'under strace,\nand on Tenon, with its own tracer: the flags and the '
          'errors of each call that were\nseen on both.  A flag '
          'is named where both tracers name it.\n')
    print('| call | flags | errors |\n|---|---|---|')
    for name, state in states.items():
        if state in ('yes', 'part') and both[name]:
            flags = sorted(what for kind, what in both[name] if kind == 'flag')
            errors = sorted(what for kind, what in both[name]
                            if kind == 'error' and 'ERESTART' not in what)
            print(f'| {name} | {" ".join(flags)} | {" ".join(errors)} |')
    missing = [name for name, state in states.items()
               if state == 'yes' and not both[name]]
    if missing:
        print('\nNot seen on both, though a test names them: '
              + ', '.join(missing) + '.')


def unseen_of(table, states, both, folder):
    """The pairs (call, what) that `both` lacks: errors that a manual page
    lists, and flags that the tracer can name."""
    flags = named_flags.flags(table)
    for call, state in states.items():
        if state in ('yes', 'part'):
            listed = [('error', error) for error in manual.errors(folder, call)]
            listed += [('flag', flag) for flag in flags[call]]
            for kind, what in sorted(listed):
                if (kind, what) not in both[call]:
                    yield call, what


def page(table, linux, tenon, folder, list_of_reasons):
    linux, tenon = shown(linux), shown(tenon)
    states = rows(table)
    both = {name: linux[name] & tenon[name] for name in states}
    left = list(unseen_of(table, states, both, folder))
    known = list(unseen.reasons(list_of_reasons))
    text = sys.stdin.read().split('\n## What tests have shown')[0].rstrip('\n')
    print(text)
    print_shown(states, both)
    unseen.print_all(left, known)
    for line in unseen.needless(known, set(left)):
        print(f'{list_of_reasons}: {line} has been shown, or nothing lists it',
              file=sys.stderr)
    return 0


def main():
    if len(sys.argv) == 4 and sys.argv[1] == 'names':
        return check_names(*sys.argv[2:])
    if len(sys.argv) == 7 and sys.argv[1] == 'page':
        return page(*sys.argv[2:])
    print(__doc__)
    return 2


if __name__ == '__main__':
    sys.exit(main())
