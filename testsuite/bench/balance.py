#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How well work spreads over CPUs: balance.c on machines with one, two and four.

Two CPUs on two host cores (MTTCG): how much sooner the work is done.  Four with
counted instructions (-icount: the clock is the instructions of all CPUs): how many
more the same work takes than on one."""

import argparse
import re
import shlex
import subprocess
import tempfile

SECONDS = 300
JOBS = 'compute', 'pipes'
MOST_WASTE = 1.10
ROUNDS = 40  # short ones: other work of the host disturbs some
COUNTED = '-icount', 'shift=0,sleep=off'


def run(options, initrd, smp, rounds, extra):
    command = shlex.split(options.command.replace('@INITRD@', initrd))
    command[-1] += f' ROUNDS={rounds}'
    out = subprocess.run([*command, '-smp', str(smp), *extra],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         timeout=SECONDS, check=False).stdout.decode()
    found = dict(re.findall(r'^(compute|pipes) (\d+)', out, re.M))
    if len(found) != len(JOBS):
        raise SystemExit('it did not come to its end:\n' + out)
    return {name: int(ns) for name, ns in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--command', required=True)
    parser.add_argument('--mkcpio', required=True)
    parser.add_argument('--program', required=True)
    options = parser.parse_args()
    with tempfile.NamedTemporaryFile('w', suffix='.list') as names, \
            tempfile.NamedTemporaryFile(suffix='.cpio') as initrd:
        names.write(f'file /init {options.program} 0755\n')
        names.flush()
        subprocess.run([options.mkcpio, names.name], stdout=initrd, check=True)
        one, two = (run(options, initrd.name, smp, ROUNDS,
                        ('-accel', 'tcg,thread=multi')) for smp in (1, 2))
        counted, four = (run(options, initrd.name, smp, 1, COUNTED)
                         for smp in (1, 4))
    is_wasteful = False
    for job in JOBS:
        waste = four[job] / counted[job]
        is_wasteful |= waste > MOST_WASTE
        print(f'{job}: two CPUs are {one[job] / two[job]:.2f} times as fast '
              f'({one[job] / 1e6:.0f} ms, {two[job] / 1e6:.0f} ms); four take '
              f'{(waste - 1) * 100:+.1f}% instructions '
              f'({counted[job] / 1e6:.1f} million, {four[job] / 1e6:.1f})')
    if is_wasteful:
        raise SystemExit('more than a tenth is too much.')


main()
