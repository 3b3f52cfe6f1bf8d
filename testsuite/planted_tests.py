#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of the runner of tests: run.py is given tests that go wrong in every
way, and must say of each what is wrong with it, and of no other anything."""
import argparse
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SHARES = (
    # What the guest's own watch ends, and what ends the guest.
    ('TEST_SECONDS=8', (), (
        ('good', r'PASS \S+ \(1 cases, \d'),
        ('fails', r'not ok 2 - the second\n    # expected 1, got 2'),
        ('good', r'PASS'),
        ('skips', r'PASS \S+ \(1 cases, \d'),
        ('skips_silently', r'a case is skipped without a reason'),
        ('lies', r'3 cases planned, 1 came'),
        ('trails', r'ended with exit 3'),
        ('loses', r'not given back: mounts \d+ before, \d+ after'),
        ('sleeps', r'ended with time'),
        ('good', r'PASS'),
        ('kills', r'the guest stopped'),
        ('good', r'PASS'),
    )),
    # What hangs, as far as the host can see.
    ('TEST_SECONDS=1000', ('--silence', '20'), (
        ('sleeps', r'the guest hung'),
        ('good', r'PASS'),
    )),
    # What is good by itself, and what is not.
    ('', ('--second-try',), (
        ('crowded', r'FAIL'),
        ('good', r'PASS'),
        ('fails', r'FAIL'),
    ), (
        ('crowded', r'PASS'),
        ('fails', r'FAIL'),
    )),
)
# Not said of any kernel but ours.
OURS = 'loses',


def stories(text):
    """What run.py says of each test: blocks that begin with PASS or FAIL."""
    return re.findall(r'^(?:PASS|FAIL) .*\n(?:  .*\n)*', text, re.M)


def start(options, work, number):
    append, flags, tests = SHARES[number][:3]
    command = options.command.replace('panic=-1', f'panic=-1 {append}')
    log = os.path.join(options.logs, f'planted-{number}')
    return subprocess.Popen(
        [sys.executable, f'{HERE}/run.py', '--command', command,
         '--initrd', f'{work}/image.cpio', '--mkcpio', options.mkcpio,
         '--log', f'{log}.log', '--tap', f'{log}.tap', '--guests', '1', *flags,
         *(f'planted/{name}.sh' for name, _ in tests)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, 'TENON_SUMMARY': ''})


def make_image(options, work):
    with open(f'{work}/list', 'w', encoding='utf-8') as out:
        out.write('dir /tests/planted 0755\n')
        for name in sorted(os.listdir(f'{HERE}/planted')):
            out.write(f'file /tests/planted/{name} '
                      f'{HERE}/planted/{name} 0755\n')
    with open(f'{work}/image.cpio', 'wb') as out, \
            open(options.initrd, 'rb') as base:
        out.write(base.read())
        out.flush()
        subprocess.run([options.mkcpio, f'{work}/list'], stdout=out, check=True)


def check(number, text, is_ours):
    """Pairs: what is claimed of a test, whether it is so."""
    told = stories(text)
    tests = sum(SHARES[number][2:], ())
    yield 'a story for each test', len(told) == len(tests)
    if '--second-try' in SHARES[number][1]:
        yield 'what is unsteady', '\nunsteady: planted/crowded.sh\n' in text
    for (name, pattern), story in zip(tests, told):
        if is_ours or name not in OURS:
            yield f'{name}: {pattern}', re.search(pattern, story)
        yield f'{name}: its name', f' planted/{name}.sh' in story
        if story.startswith('FAIL'):
            yield (f'{name}: how to run it again',
                   f'make check TESTS=planted/{name}.sh' in story)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--command', required=True)
    parser.add_argument('--initrd', required=True)
    parser.add_argument('--mkcpio', required=True)
    parser.add_argument('--logs', required=True)
    parser.add_argument('--on', default='tenon')
    options = parser.parse_args()
    failures = 0
    with tempfile.TemporaryDirectory(prefix='tenon-planted-') as work:
        make_image(options, work)
        running = [start(options, work, i) for i in range(len(SHARES))]
        for number, process in enumerate(running):
            text = process.communicate()[0]
            wrong = [claim for claim, holds in
                     check(number, text, options.on == 'tenon') if not holds]
            if not process.returncode:
                wrong.append('the exit status says that something failed')
            failures += bool(wrong)
            for claim in wrong:
                print(f'  not so: {claim}')
            if wrong:
                print(''.join(f'  | {line}\n' for line in text.splitlines()))
    passed = len(SHARES) - failures
    print(f'runner: {passed} passed, {failures} failed')
    if os.environ.get('TENON_SUMMARY'):
        with open(os.environ['TENON_SUMMARY'], 'a', encoding='utf-8') as out:
            out.write(f'{passed} {failures} 0\n')
    return failures != 0


if __name__ == '__main__':
    sys.exit(main())
