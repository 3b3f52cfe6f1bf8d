#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What calls cost in instructions: calls.c on Tenon and on Linux, each on a machine
with one CPU whose clock is the instructions it runs (-icount)."""

import argparse
import re

import counted

SECONDS = 300


def run(command, initrd):
    out = counted.run(command, initrd, SECONDS)
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
    with counted.initramfs(options.mkcpio, options.program) as initrd:
        tenon = run(options.tenon, initrd)
        linux = run(options.linux, initrd)
    print(f'{"instructions":26}{"Tenon":>9}{"Linux":>9}')
    for name, count in tenon.items():
        print(f'{name:26}{count:9}{linux[name]:9}'
              f'{"  slower" if count > linux[name] else ""}')


main()
