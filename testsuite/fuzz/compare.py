#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""compare.py LINUX-LOG TENON-LOG: what fuzz/differ has said (FUZZ_SHOW=1) on
two kernels: of each sequence that is different, the first call that is."""
import re
import sys


def sequences(path):
    """seed: [line of a call, …, the end]"""
    found, steps = {}, []
    with open(path, encoding='utf-8', errors='replace') as log:
        for line in log:
            line = line.rstrip()
            match = re.match(r'ok \d+ - seed (\d+): .*?(\S+ ?\S* ?\S*)$', line)
            if match:
                found[int(match.group(1))] = steps + [match.group(2)]
                steps = []
            elif re.match(r'# \w+\(', line):
                steps.append(line[2:])
            elif line.startswith('@@'):
                steps = []
    return found


def essence(line):
    """Numbers of processes are different everywhere, so not the arguments."""
    return re.sub(r'\(.*\)', '', line)


def main():
    linux, tenon = (sequences(path) for path in sys.argv[1:3])
    different = 0
    for seed in sorted(linux.keys() | tenon.keys()):
        one, other = linux.get(seed, ['nothing']), tenon.get(seed, ['nothing'])
        pairs = [pair for pair in zip(one + ['the end'], other + ['the end'])
                 if essence(pair[0]) != essence(pair[1])]
        different += bool(pairs)
        for left, right in pairs[:1]:
            print(f'seed {seed}: {left}\n    Tenon: '
                  f'{right.rsplit(" = ", 1)[-1]}')
    print(f'{len(linux)} sequences, {different} are different')
    return different != 0 or not linux


if __name__ == '__main__':
    sys.exit(main())
