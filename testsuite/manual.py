# SPDX-License-Identifier: MIT
"""The errors that the manual pages of section 2 list for a call.

A page may be of several calls.  An entry that begins with names in brackets,
`EBADF (fchmod()) ...`, is of those alone; any other is of all.
"""
import gzip
import os
import re

# The page of a call, where it has another name.
PAGE_OF = {'newfstatat': 'fstatat', 'pread64': 'pread', 'pwrite64': 'pwrite',
           'rt_sigaction': 'sigaction', 'prlimit64': 'prlimit',
           'fadvise64': 'posix_fadvise'}
ERROR = re.compile(r'\bE[A-Z0-9]{2,}\b')


def text_of(folder, name):
    """The page as written, or None; a page that names another is that one."""
    path = os.path.join(folder, name + '.2')
    for opened, end in (gzip.open, '.gz'), (open, ''):
        if os.path.exists(path + end):
            with opened(path + end, 'rt', encoding='utf-8',
                        errors='replace') as page:
                text = page.read()
            other = re.match(r'\s*\.so (?:man2/)?(\w+)\.2', text)
            return text_of(folder, other.group(1)) if other else text
    return None


def calls_meant(line):
    """The calls that a line of the page names in brackets: `.RB ( a ())`."""
    if not line.startswith(('.RB (', '.BR (', '.RB "(')):
        return ()
    return re.findall(r'(\w+) *\(\)', line.replace('"', ''))


def entries(text):
    """(errors, calls) of each entry under ERRORS; no calls: all."""
    text = re.sub(r'^\.\\".*\n', '', text, flags=re.M)
    section = re.search(r'^\.SH ERRORS(.*?)^\.SH', text, re.M | re.S)
    lines = section.group(1).split('\n') if section else []
    for number, line in enumerate(lines):
        if lines[number - 1].startswith(('.TP', '.TQ')) and number:
            tag = line.split('(')[0]
            meant = calls_meant(lines[number + 1]) if number + 1 < len(lines) else ()
            yield ERROR.findall(tag), meant


def errors(folder, call):
    """What the page lists for this call; nothing where there is no page."""
    name = PAGE_OF.get(call, call)
    text = text_of(folder, name)
    found = set()
    for tags, meant in entries(text or ''):
        if not meant or name in meant:
            found.update(tags)
    return found
