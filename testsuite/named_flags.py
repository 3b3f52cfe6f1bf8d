# SPDX-License-Identifier: MIT
"""The flags that Tenon's tracer can name in the arguments of each call: from
the tables of names in abi/linux/strace_*.c, by the argument words of
syscalls.tbl."""
import glob
import os
import re

TABLE = re.compile(r'NAMES\((\w+)\) = \{(.*?)\n\};', re.S)
NAME = re.compile(r'N\((\w+)\)|"([A-Z]\w+)"')
# The tables that words print by which are not said in words.tbl.
OF_PRINTERS = {
    'cloneflags': ('clone',), 'cloneargs': ('clone',), 'futexop': ('futexop',),
    'socktype': ('socktype',), 'sigaction': ('sa',), 'altstack': ('ss',),
    'openhow': ('open', 'resolve'), 'epollevent': ('epollevents',),
    'pollfds': ('poll',), 'sockoption': ('sockoption',),
}


def tables(folder):
    """table: the names in it"""
    found = {}
    for pattern in 'strace_*.c', 'x86_64/strace_*.c':
        for path in glob.glob(os.path.join(folder, pattern)):
            with open(path, encoding='utf-8') as source:
                for table, text in TABLE.findall(source.read()):
                    found[table] = {a or b for a, b in NAME.findall(text)}
    return found


def words(folder):
    """word: the names of the tables it prints by"""
    names, found = tables(folder), {}
    with open(os.path.join(folder, 'words.tbl'), encoding='utf-8') as lines:
        for line in lines:
            parts = [part.strip() for part in line.split('|')]
            if len(parts) == 3 and not line.startswith('#'):
                printer, *table = parts[2].split()
                used = table or OF_PRINTERS.get(printer, ())
                found[parts[0]] = set().union(*(names.get(t, ()) for t in used))
    return found


def flags(table):
    """call: the flags its arguments may name; table: syscalls.tbl"""
    of_word, found = words(os.path.dirname(table)), {}
    with open(table, encoding='utf-8') as lines:
        for line in lines:
            parts = line.split('#')[0].split()
            if len(parts) >= 4:
                found.setdefault(parts[3], set()).update(*(
                    of_word.get(word.split(':')[0], ()) for word in parts[4:]))
    return found
