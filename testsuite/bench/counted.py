# SPDX-License-Identifier: MIT
"""Runs a program as the init of a machine with one CPU whose clock is the
instructions it runs (-icount)."""

import contextlib
import shlex
import subprocess
import tempfile

COUNTED = '-icount', 'shift=0,sleep=off', '-smp', '1'


def run(command, initrd, seconds):
    """What the machine says until it is off; @INITRD@ is in the command."""
    command = shlex.split(command.replace('@INITRD@', initrd))
    return subprocess.run([*command, *COUNTED], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, timeout=seconds,
                          check=False).stdout.decode(errors='replace')


@contextlib.contextmanager
def initramfs(mkcpio, program):
    """The name of an archive with nothing but the program."""
    with tempfile.NamedTemporaryFile('w', suffix='.list') as names, \
            tempfile.NamedTemporaryFile(suffix='.cpio') as initrd:
        names.write(f'file /init {program} 0755\n'
                    'dir /dev 0755\nnod /dev/console 0600 c 5 1\n')
        names.flush()
        subprocess.run([mkcpio, names.name], stdout=initrd, check=True)
        yield initrd.name
