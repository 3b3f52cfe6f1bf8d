#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Boots a guest to its prompt, stops it with gdb and tries what tools/gdb.py
adds; also whether gdb finds its own way through the kernel's stacks."""
import argparse
import os
import select
import subprocess
import sys
import tempfile
import time

BOOT_SECONDS = 300
GDB_SECONDS = 300
SLEEPER = 'sleep 4711 & exec sleep 4712\n'

# A command, and what is in its output.
COMMANDS = [
    ('threads', ['init', 'sleep', 'sleeping', 'in sleep_until']),
    ('stack 1', ['kernel/signal_wait.c', 'sched/sleep.c']),
    ('files 1', ['ops']),
    ('files 99999', ['no process 99999']),
    ('maps 1', ['flags', 'store']),
    ('log', ['Tenon']),
    ('info threads', ['Thread 1.1', 'Thread 1.2']),
    ('thread apply all backtrace 4', ['#0', '#1']),
]


def read_until(process, text, seconds):
    """What the guest wrote until `text` stood there, or None."""
    seen = b''
    limit = time.monotonic() + seconds
    while text not in seen:
        left = limit - time.monotonic()
        if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
            return None
        data = os.read(process.stdout.fileno(), 65536)
        if not data:
            return None
        seen += data
    return seen


def run_gdb(options, socket):
    command = [options.gdb, '-batch', '-nx', '-ex', 'set pagination off',
               '-x', options.script, '-ex', f'target remote {socket}']
    for number, (words, _) in enumerate(COMMANDS):
        command += ['-ex', f'echo \\n== {number}\\n', '-ex', words]
    command += ['-ex', 'echo \\n== end\\n', '-ex', 'detach', options.kernel]
    result = subprocess.run(command, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            timeout=GDB_SECONDS, check=False)
    return result.stdout.decode('utf-8', 'replace')


def check(output):
    failed = 0
    for number, (words, wanted) in enumerate(COMMANDS):
        part = output.partition(f'\n== {number}\n')[2].partition('\n== ')[0]
        missing = [text for text in wanted if text not in part]
        if 'Traceback' in part or 'Python Exception' in part:
            missing.append('an end without an exception')
        failed += bool(missing)
        print(f"{'not ' if missing else ''}ok {number + 1} - gdb: {words}")
        if missing:
            print(f'# missing: {missing}; it said:')
            print(''.join(f'# {line}\n' for line in part.splitlines()))
    print(f'1..{len(COMMANDS)}')
    return failed


def main():
    parser = argparse.ArgumentParser()
    for name in ('command', 'initrd', 'gdb', 'script', 'kernel'):
        parser.add_argument('--' + name, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        socket = os.path.join(directory, 'gdb')
        command = options.command.replace('@INITRD@', options.initrd)
        process = subprocess.Popen(
            ['/bin/sh', '-c', f'exec {command} -gdb unix:{socket},server=on,'
             'wait=off'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            if read_until(process, b'# ', BOOT_SECONDS) is None:
                sys.exit('the guest came to no prompt')
            process.stdin.write(SLEEPER.encode())
            process.stdin.flush()
            time.sleep(5)
            output = run_gdb(options, socket)
        finally:
            process.kill()
            process.wait()
    sys.exit(1 if check(output) else 0)


main()
