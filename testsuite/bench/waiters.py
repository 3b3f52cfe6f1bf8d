#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What those cost who wait for something else: waiters.c on Tenon, and where its
kernel is there on Linux, each on a machine with one CPU whose clock is the
instructions it runs (-icount).  A crowd must cost next to nothing on Tenon."""

import argparse
import os
import re

import counted

SECONDS = 900
MOST = 1.25  # times what it costs alone


def run(command, initrd):
    out = counted.run(command, initrd, SECONDS)
    found = {(name, int(crowd)): int(count) for name, crowd, count
             in re.findall(r'^(\w+) (\d+) (\d+)\r?$', out, re.M)}
    if ('end', 0) not in found:
        raise SystemExit('it did not come to its end:\n' + out)
    del found['end', 0]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--tenon', required=True)
    parser.add_argument('--linux', required=True)
    parser.add_argument('--oracle', required=True)
    parser.add_argument('--mkcpio', required=True)
    parser.add_argument('--program', required=True)
    options = parser.parse_args()
    with counted.initramfs(options.mkcpio, options.program) as initrd:
        tenon = run(options.tenon, initrd)
        linux = (run(options.linux, initrd)
                 if os.path.exists(options.oracle) else {})
    print(f'{"instructions":18}{"beside":>8}{"Tenon":>9}{"Linux":>9}')
    is_dear = False
    for (name, crowd), count in tenon.items():
        times = count / tenon[name, 0]
        is_dear |= times > MOST
        print(f'{name:18}{crowd:8}{count:9}{linux.get((name, crowd), "-"):>9}'
              f'{f"  {times:.2f} times" if crowd else ""}')
    if is_dear:
        raise SystemExit(f'more than {MOST} times is too much.')


main()
