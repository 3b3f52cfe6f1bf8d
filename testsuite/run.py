#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs tests in a guest kernel under QEMU and counts what they say in TAP.

One boot runs many tests.  A test that kills or hangs the guest costs that
test alone: it is marked, and the guest boots again with those that are left.
Several guests run side by side, two for each CPU of this machine, for most
tests wait most of their time; each takes a share of the tests at a time, the
longest first, so that they end together.

Beside the logs, in `times`, stands what each test cost, the dearest first: seconds
of this machine's CPUs, and seconds.

With --second-try, for the kernel that is not the one under test, what failed
runs once more with nothing beside it, and what is good then is named as unsteady.
"""
import argparse
import concurrent.futures
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

SILENCE_SECONDS = 300  # the guest's own limit for one test is 240
BOOT_SECONDS = 120
SHARES = 3  # for each guest, so that none ends long before the others
FEW = 5  # so many failures may be chance
# What takes longer than a few seconds, the longest first.
LONG = [f'shell/{name}.sh' for name in (
    'foreign_busybox', 'foreign_mksh_klibc', 'foreign_mksh_diet', 'dynamic',
    'foreign_bash', 'foreign_ash', 'foreign_mksh_musl', 'process', 'jobs',
    'foreign_bash_jobs')] + ['abi/realtime', 'shell/traps.sh', 'abi/preemption',
                             'shell/pipeline.sh', 'shell/text.sh']
# What a debug build says of itself that no program should bring about.
COMPLAINT = re.compile(r'\[ *\d+\.\d+\] (undefined: |Bad access|BUG: |lost: )')


class Result:
    def __init__(self, name, place=-1):
        self.name = name
        self.place = place  # among all tests
        self.lines = []
        self.passed = self.failed = self.skipped = 0
        self.planned = None
        self.problems = []
        self.began = time.monotonic()
        self.seconds = self.cpu_seconds = 0

    def take(self, line):
        self.lines.append(line)
        match = re.match(r'(not )?ok \d+ - (.*)', line)
        if match:
            if match.group(1):
                self.failed += 1
            elif re.search(r' # SKIP\b', line):
                self.skipped += 1
                if not re.search(r' # SKIP \S', line):
                    self.problems.append('a case is skipped without a reason')
            else:
                self.passed += 1
        elif re.match(r'1\.\.\d+$', line):
            self.planned = int(line[3:])
        elif COMPLAINT.search(line):
            self.problems.append(f'the kernel complained: {line}')
        elif line.startswith('@@LEAK '):
            what, before, after = line[7:].split()
            self.problems.append(
                f'not given back: {what} {before} before, {after} after')

    def end(self, how):
        self.seconds = time.monotonic() - self.began
        count = self.passed + self.failed + self.skipped
        if how not in ('exit 0', 'exit 1'):
            self.problems.append(f'ended with {how}')
        elif how == 'exit 1' and not self.failed:
            self.problems.append('exit status 1 without a failed case')
        if self.planned is None:
            self.problems.append('no plan: it did not come to its end')
        elif self.planned != count:
            self.problems.append(f'{self.planned} cases planned, {count} came')
        if not count:
            self.problems.append('not one case')

    def keep(self, folder):
        """The log of this test alone; where it is."""
        path = os.path.join(folder, self.name.replace('/', '-') + '.log')
        with open(path, 'w', encoding='utf-8') as out:
            out.writelines(f'{line}\n' for line in self.lines)
            out.writelines(f'# {problem}\n' for problem in self.problems)
        return path

    def is_good(self):
        return not self.failed and not self.problems


class Guest:
    """One boot; gives lines until it ends."""

    def __init__(self, command, log):
        self.log = log
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        self.rest = b''

    def line(self, seconds):
        """The next line; None at the end; raises TimeoutError."""
        limit = time.monotonic() + seconds
        pipe = self.process.stdout
        while b'\n' not in self.rest:
            left = limit - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise TimeoutError
            data = os.read(pipe.fileno(), 65536)
            self.log.write(data)
            if not data:
                return None
            self.rest += data
        line, self.rest = self.rest.split(b'\n', 1)
        return line.decode('utf-8', 'replace').rstrip('\r')

    def cpu_seconds(self):
        """What it has cost this machine."""
        with open(f'/proc/{self.process.pid}/stat', encoding='utf-8') as stat:
            ticks = stat.read().rsplit(')', 1)[1].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf('SC_CLK_TCK')

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return self.process.returncode


def make_image(options, tests):
    """The archive of the tests with the list of those to run behind it."""
    work = tempfile.mkdtemp(prefix='tenon-tests-')
    with open(f'{work}/list', 'w') as out:
        out.write('\n'.join(tests) + '\n')
    with open(f'{work}/spec', 'w') as out:
        out.write(f'file /tests/list {work}/list 0644\n')
    image = f'{work}/image.cpio'
    with open(image, 'wb') as out, open(options.initrd, 'rb') as base:
        out.write(base.read())
        out.write(b'\0' * (-out.tell() % 512))
        out.flush()
        subprocess.run([options.mkcpio, f'{work}/spec'], stdout=out, check=True)
    return work, image


def boot(options, tests, results, log):
    """Runs tests, pairs of place and name, until the guest ends; how many of
    them were begun."""
    work, image = make_image(options, [name for _, name in tests])
    command = options.command.replace('@INITRD@', image)
    guest = Guest(['/bin/sh', '-c', 'exec ' + command], log)
    now, begun, done, spent = None, 0, False, 0
    try:
        while True:
            line = guest.line(options.silence if begun else
                              max(options.silence, BOOT_SECONDS))
            if line is None:
                break
            match = re.match(r'@@(BEGIN|END|DONE|ERROR) ?(\S*) ?(.*)', line)
            if not match:
                if now:
                    now.take(line)
            elif match.group(1) == 'BEGIN':
                if now:
                    now.end('no word of its end')
                    report(options, now)
                now = Result(match.group(2), tests[begun][0])
                results.append(now)
                begun += 1
                spent = guest.cpu_seconds()
            elif match.group(1) == 'END' and now:
                now.end(match.group(3))
                now.cpu_seconds = guest.cpu_seconds() - spent
                report(options, now)
                now = None
            elif match.group(1) == 'DONE':
                done = True
                break
        how = 'the guest stopped'
    except TimeoutError:
        how = 'the guest hung' if begun else 'the guest did not come up'
    if done:
        try:
            while guest.line(20) is not None:
                pass
        except TimeoutError:
            how, done = 'the guest did not power off', False
    status = guest.stop()
    subprocess.run(['rm', '-rf', work])
    if done and begun < len(tests):
        how, done = 'it ended before its list did', False
    if now:
        now.problems.append(how)
        report(options, now)
    elif not done or status:
        lost = Result('boot' if not begun else 'power-off')
        lost.problems.append(f'{how}; QEMU exit status {status}')
        results.append(lost)
        report(options, lost)
    return begun, done


def story(options, result):
    """What is said of a test that has ended."""
    path = result.keep(options.logs)
    cases = result.passed + result.failed + result.skipped
    if result.is_good():
        yield f'PASS {result.name} ({cases} cases, {result.seconds:.1f} s)'
        return
    yield f'FAIL {result.name}'
    lines = result.lines
    for i, line in enumerate(lines):
        if line.startswith('not ok'):
            yield f'  {line}'
            if i + 1 < len(lines) and lines[i + 1].startswith('#'):
                yield f'    {lines[i + 1]}'
    for problem in result.problems:
        yield f'  {problem}'
    if result.planned is None:
        for line in lines[-12:]:
            yield f'  | {line}'
    yield (f'  only this one: make check TESTS={result.name}'
           f'{options.again}; log: {path}')


def report(options, result):
    sys.stdout.write(''.join(f'{line}\n' for line in story(options, result)))
    sys.stdout.flush()


def share_log(options, number):
    return options.log if not number else f'{options.logs}.{number}.log'


def run_share(options, number, tests):
    """One guest after the other, until no test is left."""
    results = []
    with open(share_log(options, number), 'wb') as log:
        while tests:
            begun, done = boot(options, tests, results, log)
            tests = tests[max(begun, 1):] if not done else []
    return results


def try_again(options, results):
    """The results, after a second try of the few that failed; what was unsteady."""
    bad = [i for i, result in enumerate(results) if not result.is_good()]
    unsteady = []
    if not options.second_try or len(bad) > FEW:
        return results, unsteady
    for i in bad:
        test = results[i].place, results[i].name
        if test[0] < 0:
            continue
        print(f'again: {test[1]}')
        second = run_share(options, f'again-{i}', [test])
        if len(second) == 1 and second[0].is_good():
            results[i] = second[0]
            unsteady.append(test[1])
    return results, unsteady


def run_all(options):
    tests = list(enumerate(options.tests))
    tests.sort(key=lambda test: LONG.index(test[1]) if test[1] in LONG
               else len(LONG))
    guests = min(options.guests, len(tests))
    count = min(guests * SHARES, len(tests)) if guests > 1 else 1
    with concurrent.futures.ThreadPoolExecutor(guests) as pool:
        ends = [pool.submit(run_share, options, i, tests[i::count])
                for i in range(count)]
        results = [result for end in ends for result in end.result()]
    return sorted(results, key=lambda result: result.place)


def keep_times(options, results):
    results = sorted(results, key=lambda result: -result.cpu_seconds)
    with open(f'{options.logs}/times', 'w', encoding='utf-8') as out:
        out.writelines(f'{result.cpu_seconds:7.1f} {result.seconds:7.1f} '
                       f'{result.name}\n' for result in results)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--command', required=True,
                        help='QEMU command line with @INITRD@ in it')
    parser.add_argument('--initrd', required=True)
    parser.add_argument('--mkcpio', required=True)
    parser.add_argument('--log', required=True,
                        help='what the guests say, a log for each share of the '
                        'tests; with a folder of the same name for the logs '
                        'of each test')
    parser.add_argument('--tap', help='file for the tests\' own lines')
    parser.add_argument('--again', default='')
    parser.add_argument('--silence', type=int, default=SILENCE_SECONDS)
    parser.add_argument('--second-try', action='store_true')
    parser.add_argument('--guests', type=int, default=2 * os.cpu_count(),
                        help='how many at a time')
    parser.add_argument('tests', nargs='+')
    options = parser.parse_args()
    options.logs = os.path.splitext(options.log)[0]
    os.makedirs(options.logs, exist_ok=True)
    results, unsteady = try_again(options, run_all(options))
    keep_times(options, results)
    if options.tap:
        with open(options.tap, 'w') as out:
            for result in results:
                out.write(f'== {result.name}\n')
                out.writelines(f'{line}\n' for line in result.lines
                               if re.match(r'(not )?ok |1\.\.', line))
    bad = [r.name for r in results if not r.is_good()]
    if bad:
        print(f'failed: {" ".join(bad)}')
    if unsteady:
        print(f'unsteady: {" ".join(unsteady)}')
    print(f'logs: {options.logs}/')
    passed = sum(r.passed for r in results)
    skipped = sum(r.skipped for r in results)
    failed = sum(r.failed + len(r.problems) for r in results)
    if not passed:
        failed += 1
        print('no case passed')
    print(f'{passed} passed, {failed} failed, {skipped} skipped')
    if os.environ.get('TENON_SUMMARY'):
        with open(os.environ['TENON_SUMMARY'], 'a') as out:
            out.write(f'{passed} {failed} {skipped}\n')
    return failed != 0


if __name__ == '__main__':
    sys.exit(main())
