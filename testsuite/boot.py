#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Boots the kernel on each machine, and with everything that can be wrong with
an archive or a command line, and looks for what it must say."""
import argparse
import concurrent.futures
import gzip
import os
import re
import subprocess
import sys
import tempfile

import planted_faults

SECONDS = 240  # nothing waits for it but what hangs
HELLO = r'hello from 1:'
# What testsuite/helper/traced.c calls.
TRACED = tuple(re.escape(call) for call in (
    'setsockopt(-1, SOL_SOCKET, SO_PASSCRED, 0, 0) = -1 EBADF',
    'setsockopt(-1, 6, 1, 0, 0) = -1 EBADF',
    'SOCK_STREAM|SOCK_CLOEXEC, 0) = -1 EAFNOSUPPORT',
    'sigaltstack({0, SS_DISABLE, 0}, 0) = 0',
    'SA_NODEFER}, 0, 8) = 0',
    'clone3({CLONE_VM, SIGCHLD}, 8) = -1 EINVAL',
    'openat2(-1, "x", {',
    ', RESOLVE_BENEATH}, 1) = -1 EINVAL',
    'epoll_ctl(-1, EPOLL_CTL_ADD, -1, {EPOLLIN|EPOLLET, 0}) = -1 EBADF',
    'ppoll([{-1, POLLIN}, {-1, POLLHUP}, {0, 0}, {0, 0}, …], 5, ',
    'ppoll(0x8, 1, 0, 0, 1) = ',
    'FUTEX_WAIT_PRIVATE|FUTEX_CLOCK_REALTIME, 1, ',
    'memfd_create(NULL, MFD_CLOEXEC|MFD_ALLOW_SEALING) = -1 EFAULT',
))


class X86:
    """The machines of a CPU, the first the usual one; what is the same on all:
    where the console is, how an exit status comes out."""
    machines = 'microvm', 'q35', 'pc'
    cpus = 'qemu64', 'max'
    large = 'q35'
    console = 'ttyS0'
    extra = '-device', 'isa-debug-exit,iobase=0xf4,iosize=4'
    alien = b'\xb7\0', 'aarch64'  # the number of another CPU in an ELF


class Arm:
    machines = ('virt', 'virt,gic-version=3', 'virt,virtualization=on',
                'virt,gic-version=3,virtualization=on')
    cpus = 'cortex-a57', 'cortex-a72', 'max'
    large = 'virt,gic-version=3'
    console = 'ttyAMA0'
    extra = '-semihosting',
    alien = b'\x3e\0', 'x86_64'


CPUS = {'x86_64': X86, 'aarch64': Arm}


def cpio(options, *lines):
    """An archive of these mkcpio lines."""
    with tempfile.NamedTemporaryFile('w', suffix='.list') as spec:
        spec.write('\n'.join(lines) + '\n')
        spec.flush()
        return subprocess.run([options.mkcpio, spec.name], check=True,
                              stdout=subprocess.PIPE).stdout


def cases(options):
    """name, what is different, (pattern, …) that must come in this order,
    exit statuses that are right."""
    hello = cpio(options, f'file /init {options.hello} 0755')
    packed = gzip.compress(hello, mtime=0)
    nothing = cpio(options, 'dir /d 0755')
    script = cpio(options, f'file /init {__file__} 0644')
    kind = CPUS[options.cpu]
    for machine in kind.machines:
        for cpu in kind.cpus:
            for smp in 1, 4:
                yield (f'{machine} {cpu} smp {smp}',
                       dict(machine=machine, cpu=cpu, smp=smp, initrd=packed),
                       (HELLO,), (0,))
    for machine in kind.machines[0], kind.large:
        for smp in 2, 3, 5, 6, 7, 8:
            yield f'{machine} smp {smp}', \
                dict(machine=machine, smp=smp, initrd=hello), (HELLO,), (0,)
        for memory in 16, 32, 256, 1024:
            yield f'{machine} with {memory} MiB', \
                dict(machine=machine, memory=memory, initrd=packed), \
                (HELLO,), (0,)
    yield 'maxcpus', dict(smp=4, initrd=hello, append='maxcpus=1'), \
        (HELLO,), (0,)
    yield '4 GiB', dict(memory=4096, initrd=packed), (HELLO,), (0,)
    yield f'{kind.large} with 4 GiB', \
        dict(memory=4096, machine=kind.large, initrd=packed), (HELLO,), (0,)
    if kind is Arm:
        for machine in kind.machines:
            yield f'{machine}, loaded 4 MiB higher', \
                dict(machine=machine, kernel=loaded_at(options, 4 << 20),
                     smp=2, initrd=packed), (HELLO,), (0,)
        yield 'the ELF, without a word from the loader', \
            dict(kernel=options.kernel.replace('.img', '.elf'), initrd=None,
                 extra=('-m', '256')), (r'panic', r'initramfs|-initrd'), \
            'failure'
    yield 'words for init', \
        dict(initrd=hello, append='NAME=value one quiet -- two three=4'), \
        (r'hello from 1: \[/init\] \[one\] \[two\] \[three=4\]',
         r'environment: \[HOME=/\] \[TERM=linux\] \[NAME=value\]'), (0,)
    other = cpio(options, f'file /other {options.hello} 0755')
    yield 'rdinit=', dict(initrd=other, append='rdinit=/other'), \
        (r'hello from 1: \[/other\]',), (0,)
    yield 'two archives', dict(initrd=nothing + packed), (HELLO,), (0,)
    yield 'two packed archives', dict(initrd=gzip.compress(nothing) + packed),\
        (HELLO,), (0,)
    yield 'a senseless value', \
        dict(initrd=hello, append='loglevel=many'), \
        (r'loglevel', HELLO), (0,)
    yield 'strace=', dict(initrd=hello, append='strace=getpid'), \
        (r'\binit: getpid\(\) = 1', HELLO), (0,)
    traced = cpio(options, f'file /init {options.traced} 0755')
    yield 'strace=all', dict(initrd=traced, append='strace=all'), TRACED, (0,)
    yield 'no archive', dict(initrd=None), (r'panic', r'initramfs|-initrd'), \
        'failure'
    yield 'an archive cut short', dict(initrd=hello[:len(hello) // 2]), \
        (r'(?i)cut short|ends in the middle|truncated',), 'failure'
    yield 'bad gzip', \
        dict(initrd=packed[:5000] + b'\xff' * 500 + packed[5500:]), \
        (r'(?i)initramfs is corrupt|gzip',), 'failure'
    yield 'no archive at all in it', dict(initrd=b'MZ' + b'x' * 5000), \
        (r'(?i)archive',), 'failure'
    yield 'no init', dict(initrd=nothing), (r'(?i)no init|/init',), 'failure'
    yield 'an init that cannot run', dict(initrd=script), (r'/init',), \
        'failure'
    alien = bytearray(open(options.hello, 'rb').read())
    alien[18:20] = kind.alien[0]
    with tempfile.NamedTemporaryFile() as file:
        file.write(alien)
        file.flush()
        os.chmod(file.name, 0o755)
        image = cpio(options, f'file /init {file.name} 0755')
    yield 'an init for another CPU', dict(initrd=image), \
        (rf'(?i){kind.alien[1]}|another CPU',), 'failure'
    yield 'an init that exits', \
        dict(initrd=options.image, append='rdinit=/bin/true'), \
        (r'(?i)init.*(exited|ended)',), 'failure'
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(20 << 20)
        image = cpio(options, f'file /zeros {file.name} 0644')
    yield 'too little memory', \
        dict(memory=16, initrd=gzip.compress(image)), \
        (r'(?i)memory',), 'failure'
    yield from planted_faults.cases(options.image, options.checks.split())


def loaded_at(options, offset):
    """The Image with another offset from a boundary of 2 MiB in its header."""
    image = bytearray(open(options.kernel, 'rb').read())
    image[8:16] = offset.to_bytes(8, 'little')
    path = f'{options.kernel}.moved-{offset:x}'
    with open(path, 'wb') as out:
        out.write(image)
    return path


def run(options, name, changes, patterns, statuses):
    kind = CPUS[options.cpu]
    what = dict(machine=kind.machines[0], cpu='max', smp=1, memory=128,
                append='', kernel=options.kernel, extra=())
    what.update(changes)
    command = [options.qemu, '-M', what['machine'], '-cpu', what['cpu'],
               '-smp', str(what['smp']), '-m', str(what['memory']),
               '-nodefaults', '-no-user-config', '-display', 'none',
               '-no-reboot', '-serial', 'stdio', '-kernel', what['kernel'],
               *kind.extra, *what['extra'], '-append',
               f'console={kind.console} panic=-1 {what["append"]}']
    with tempfile.NamedTemporaryFile() as file:
        initrd = what['initrd']
        if isinstance(initrd, str):
            command += ['-initrd', initrd]
        elif initrd is not None:
            file.write(initrd)
            file.flush()
            command += ['-initrd', file.name]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, timeout=SECONDS,
                                  stderr=subprocess.STDOUT, check=False)
            output, status = done.stdout, done.returncode
        except subprocess.TimeoutExpired as error:
            output, status = error.stdout or b'', 'none: it hung'
    text = output.decode('utf-8', 'replace').replace('\r', '')
    at, missing = 0, None
    for pattern in patterns:
        match = re.search(pattern, text[at:])
        if not match:
            missing = pattern
            break
        at += match.end()
    right = status not in (0, 'none: it hung') if statuses == 'failure' \
        else status in statuses
    if not missing and right:
        return True
    story = [f'FAIL boot: {name}', f'  exit status {status}' +
             (f', not there: {missing}' if missing else '')]
    story += [f'  | {line}' for line in text.split('\n')[-15:]]
    sys.stdout.write('\n'.join(story) + '\n')
    sys.stdout.flush()
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for word in 'cpu', 'qemu', 'kernel', 'mkcpio', 'hello', 'traced', 'image':
        parser.add_argument(f'--{word}', required=True)
    parser.add_argument('--only', default='')
    parser.add_argument('--checks', default='',
                        help='what a debug build has: debug kasan')
    options = parser.parse_args()
    chosen = [case for case in cases(options) if options.only in case[0]]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        held = list(pool.map(lambda case: run(options, *case), chosen))
    passed, failed = held.count(True), held.count(False)
    print(f'boot: {passed} passed, {failed} failed')
    if os.environ.get('TENON_SUMMARY'):
        with open(os.environ['TENON_SUMMARY'], 'a') as out:
            out.write(f'{passed} {failed} 0\n')
    return failed != 0 or not passed


if __name__ == '__main__':
    sys.exit(main())
