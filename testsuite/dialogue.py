#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plays typed dialogues with a guest whose serial line is a terminal.

A dialogue is a file of lines:
    boot IMAGE WORDS with this archive and command line; first, or not at all
    type TEXT        TEXT and Return
    send TEXT        TEXT alone; \\x03, \\e, \\t and so on are understood
    expect REGEX     wait until the output since the last match holds it
    absent REGEX     it must not stand in the output since the last match
    wait SECONDS     let time pass
    resize ROWS COLS ignored by the guest's serial line; for the record
    exit STATUS      wait for QEMU to end with that status
@CONSOLE@ stands for the name of the serial line.  Each expect, absent and exit
is one case.
"""
import argparse
import concurrent.futures
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

SECONDS = 60  # nothing waits for it but what fails
BOOT_SECONDS = 120


class Dialogue:
    def __init__(self, command, log):
        self.log = log
        self.text = ''
        self.is_first = True
        master, slave = pty.openpty()
        subprocess.run(['stty', 'raw', '-echo', '-onlcr'], stdin=slave, check=True)
        self.terminal = master
        self.process = subprocess.Popen(
            ['/bin/sh', '-c', 'exec ' + command], stdin=slave, stdout=slave,
            stderr=slave, start_new_session=True)
        os.close(slave)

    def read(self, seconds):
        if not select.select([self.terminal], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.terminal, 65536)
        except OSError:
            return False
        self.log.write(data)
        self.text += data.decode('utf-8', 'replace')
        self.tell_cursor()
        return bool(data)

    def tell_cursor(self):
        """A program asks how large the terminal is: answer as one does.  Where
        the cursor is after a prompt is not told: not every terminal does."""
        asked = '\x1b[999;999H\x1b[6n'
        if asked in self.text:
            self.text = self.text.replace(asked, '')
            os.write(self.terminal, b'\x1b[24;80R')
        self.text = self.text.replace('\x1b[6n', '')

    def expect(self, pattern):
        limit = time.monotonic() + (BOOT_SECONDS if self.is_first else SECONDS)
        self.is_first = False
        while True:
            match = re.search(pattern, self.text)
            if match:
                self.text = self.text[match.end():]
                return True
            left = limit - time.monotonic()
            if left <= 0 or (self.process.poll() is not None
                             and not self.read(0)):
                return False
            self.read(min(left, 0.5))

    def absent(self, pattern):
        while self.read(0.2):
            pass
        return not re.search(pattern, self.text)

    def exit(self, status):
        limit = time.monotonic() + SECONDS
        while self.process.poll() is None and time.monotonic() < limit:
            self.read(0.2)
        return self.process.poll() == int(status)

    def play(self, line):
        """None, or whether the case held."""
        word, _, rest = line.partition(' ')
        if word in ('type', 'send'):
            data = rest.replace('\\e', '\\x1b').encode()
            data = data.decode('unicode_escape').encode('latin-1')
            # Who asks how large the terminal is gets the answer before more.
            while self.read(0.05):
                pass
            # As fast as a hasty person, not as a flood.
            for byte in data + (b'\r' if word == 'type' else b''):
                os.write(self.terminal, bytes([byte]))
                self.read(0.002)
        elif word == 'wait':
            limit = time.monotonic() + float(rest)
            while time.monotonic() < limit:
                self.read(0.1)
        elif word in ('expect', 'absent', 'exit'):
            return getattr(self, word)(rest)
        elif word and not word.startswith('#'):
            raise ValueError(f'not understood: {line}')
        return None

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def play(path, options):
    name = os.path.splitext(os.path.basename(path))[0]
    with open(path, encoding='utf-8') as file:
        lines = file.read().replace('@CONSOLE@', options.console).split('\n')
    initrd, words = options.initrd, ''
    for number, line in enumerate(lines):
        if line.startswith('boot '):
            _, initrd, words = (line + ' ').split(' ', 2)
            lines[number] = ''
    command = options.command.replace('@INITRD@', initrd)
    command = command.replace('@WORDS@', words.strip())
    passed = 0
    with open(f'{options.logs}/dialogue-{name}.log', 'wb') as log:
        dialogue = Dialogue(command, log)
        try:
            for number, line in enumerate(lines, 1):
                held = dialogue.play(line)
                passed += held is True
                if held is False:
                    print(f'FAIL dialogue/{name}\n  line {number}: {line}\n'
                          f'  had: {dialogue.text[-400:]!r}\n'
                          f'  log: {log.name}')
                    return passed, 1
        finally:
            dialogue.stop()
    print(f'PASS dialogue/{name} ({passed} cases)', flush=True)
    return passed, 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--command', required=True)
    parser.add_argument('--initrd', required=True)
    parser.add_argument('--logs', required=True)
    parser.add_argument('--console', required=True)
    parser.add_argument('dialogues', nargs='+')
    options = parser.parse_args()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = list(pool.map(lambda path: play(path, options),
                               options.dialogues))
    passed, failed = (sum(column) for column in zip(*counts))
    print(f'{passed} passed, {failed} failed')
    if os.environ.get('TENON_SUMMARY'):
        with open(os.environ['TENON_SUMMARY'], 'a') as out:
            out.write(f'{passed} {failed} 0\n')
    return failed != 0


if __name__ == '__main__':
    sys.exit(main())
