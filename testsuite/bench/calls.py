#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What calls cost in instructions: calls.c on Tenon and on Linux, each on a machine
with one CPU whose clock is the instructions it runs (-icount)."""

import argparse
import re
import shlex
import subprocess
import tempfile

SECONDS = 300
COUNTED = '-icount', 'shift=0,sleep=off', '-smp', '1'


def run(command, initrd):
    command = shlex.split(command.replace('@INITRD@', initrd))
    out = subprocess.run([*command, *COUNTED], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, timeout=SECONDS,
                         check=False).stdout.decode(errors='replace')
    found = {name: int(count)
             for name, count in re.findall(r'^(\w+) (\d+)\r?$', out, re.M)}
    if 'fork_wait' not in found:
        raise SystemExit('it did not come to its end:\n' + out)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--tenon', required=True)
    parser.add_argument('--linux', required=True)
    parser.add_argument('--mkcpio', required=True)
    parser.add_argument('--program', required=True)
    options = parser.parse_args()
    with tempfile.NamedTemporaryFile('w', suffix='.list') as names, \
            tempfile.NamedTemporaryFile(suffix='.cpio') as initrd:
        names.write(f'file /init {options.program} 0755\n'
                    'dir /dev 0755\nnod /dev/console 0600 c 5 1\n')
        names.flush()
        subprocess.run([options.mkcpio, names.name], stdout=initrd, check=True)
        tenon = run(options.tenon, initrd.name)
        linux = run(options.linux, initrd.name)
    print(f'{"instructions":26}{"Tenon":>9}{"Linux":>9}')
    for name, count in tenon.items():
        print(f'{name:26}{count:9}{linux[name]:9}'
              f'{"  slower" if count > linux[name] else ""}')


main()
