#!/bin/sh
# SPDX-License-Identifier: MIT
# Pipelines: many stages, much data, who ends first, statuses.
. /tests/shell/tap.sh

is 'status of the last' "$(true | false; echo $?; false | true; echo $?)" '1
0'
is 'status turned' "$(! true | false; echo $?)" 0
is 'twenty stages' "$(seq 1 2000 | cat | cat | cat | cat | cat | cat | cat |
    cat | cat | cat | cat | cat | cat | cat | cat | cat | cat | cat |
    tail -n 1)" 2000
is 'eight megabytes' "$(dd if=/dev/zero bs=64k count=128 2> /dev/null | cat |
    tr '\0' 'a' | wc -c | tr -d ' ')" 8388608
is 'the same bytes come out' \
    "$(seq 1 100000 | cat | dd bs=7 2> /dev/null | md5sum)" \
    "$(seq 1 100000 > all; md5sum < all)"
is 'a writer without a reader ends' "$(yes | head -n 3)" 'y
y
y'
is 'by a signal' "$( (yes; echo $? > status) | head -n 1; cat status)" 'y
141'
is 'which can be ignored' "$( (trap '' PIPE; yes 2> /dev/null; echo $? > status
    ) | head -n 1; cat status)" 'y
1'
is 'a reader without a writer' "$(: | cat; echo $?)" 0
is 'subshells and groups' "$( (echo a; echo b) | { read -r x; cat; echo $x; })" \
    'b
a'
is 'a loop reads' "$(seq 1 5 | while read -r n; do echo $((n * n)); done |
    tr '\n' ' ')" '1 4 9 16 25 '
is 'what is left goes to the next' "$(seq 1 4 | { read -r x; read -r y; cat; } |
    tr '\n' ' ')" '3 4 '
is 'loops in both' "$(for i in 1 2 3; do echo $i; done |
    for j in a b c; do read -r i; echo $j$i; done | tr '\n' ' ')" 'a1 b2 c3 '
is 'a pipeline in the background' "$( (seq 1 3 | tac) & wait; echo done)" '3
2
1
done'
is 'errors too' "$({ echo out; echo err >&2; } 2>&1 | sort | tr '\n' ' ')" \
    'err out '
is 'tee' "$(echo x | tee t1 t2; cat t1 t2)" 'x
x
x'
is 'tee appends' "$(echo y | tee -a t1 > /dev/null; cat t1)" 'x
y'
is 'all at once' "$(for i in 1 2 3 4 5 6 7 8; do
    seq 1 5000 | md5sum & done | sort -u | wc -l | tr -d ' ')" 1
mkfifo way back
(cat way | tr a-z A-Z > back) &
is 'a pipe with a name' "$(echo loud > way & cat back)" LOUD
wait
is 'and back again' "$( { while read -r n; do test $n -lt 20 || break
        echo $((n + 1)); done < way > back; } &
    exec 3> way 4< back; n=1
    while test $n -lt 20; do echo $n >&3; read -r n <&4 || break; done
    exec 3>&- 4<&-; wait; echo $n)" 20
is 'a co-operating pair' "$(rm -f way; mkfifo way
    { read -r x; echo "got $x"; } < way & echo word > way; wait)" 'got word'
is 'a pipe holds 64 KiB' "$(mkfifo hold; exec 5<> hold
    dd if=/dev/zero of=hold bs=4096 count=16 2> /dev/null; echo full
    timeout 0.3 dd if=/dev/zero bs=1 count=1 2> /dev/null >&5; echo $?)" 'full
143'
is 'a background writer keeps it open' "$( (sleep 0.3; echo late) | cat)" late
is 'the shell waits for the whole pipeline' \
    "$({ sleep 0.3; echo left > flag; } | true; cat flag)" left
finish
