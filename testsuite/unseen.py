# SPDX-License-Identifier: MIT
"""What no test has shown, and why: unseen-list has lines

    ERRORS OR FLAGS | CALLS | REASON        (calls `*`: all)
"""
import collections


def reasons(path):
    """(what, calls, reason) of each line; None for calls: all."""
    with open(path, encoding='utf-8') as lines:
        for line in lines:
            if line.startswith('#') or not line.strip():
                continue
            which, calls, reason = (part.strip() for part in line.split('|'))
            yield which.split(), None if calls == '*' else calls.split(), reason


def reason_of(known, call, what):
    """The first reason that fits, or None."""
    for which, calls, reason in known:
        if what in which and (calls is None or call in calls):
            return reason
    return None


def needless(known, unseen):
    """Lines of the list that have been shown after all; unseen: the pairs
    (call, what) that have not."""
    for which, calls, _ in known:
        for call in calls or ():
            for what in which:
                if (call, what) not in unseen:
                    yield f'{what} of {call}'


def print_all(left, known):
    """left: the pairs (call, what), in order; known: the reasons."""
    by_reason = collections.defaultdict(lambda: collections.defaultdict(list))
    for call, what in left:
        by_reason[reason_of(known, call, what)][call].append(what)
    said = [(reason or '', '; '.join(f'{call} {" ".join(all_of_it)}'
                                     for call, all_of_it in calls.items()))
            for reason, calls in by_reason.items()]
    print('\n## What tests have not shown\n')
    print('The errors that manual pages list and the flags that the tracer can '
          'name, but that no\ntest has shown of that very call; without a '
          'reason: a test is missing.\n')
    print('| reason | calls |\n|---|---|')
    for reason, text in sorted(said):
        print(f'| {reason} | {text} |')
