#!/bin/sh
# SPDX-License-Identifier: MIT
# read: fields, backslashes, the end, and taking not one byte too many.
. /tests/shell/tap.sh

is 'a line' "$(echo 'some words' | { read -r x; echo "<$x>"; })" '<some words>'
is 'fields' "$(echo 'a b  c d' | { read -r x y z; echo "<$x><$y><$z>"; })" \
    '<a><b><c d>'
is 'too few' "$(echo a | { read -r x y; echo "<$x><$y>"; })" '<a><>'
is 'a separator' "$(echo 'a:b:c d' | { IFS=: read -r x y z
    echo "<$x><$y><$z>"; })" '<a><b><c d>'
is 'blanks around' "$(echo '  a b  ' | { read -r x; echo "<$x>"; })" '<a b>'
is 'kept with an empty IFS' "$(echo '  a b  ' | { IFS= read -r x
    echo "<$x>"; })" '<  a b  >'
is 'backslashes' "$(printf '%s\n' 'a\tb' | { read -r x; printf '%s' "$x"; })" \
    'a\tb'
is 'a continued line' "$(printf 'a\\\nb\nc\n' | { read x; echo "$x"; })" ab
is 'the end' "$(printf '' | { read -r x; echo $?; })" 1
is 'a line without its end' "$(printf 'abc' | { read -r x; echo "$? $x"; })" \
    '1 abc'
is 'not one byte too many' "$(printf 'a\nb\nc\n' | { read -r x; cat; })" 'b
c'
is 'from a file either' "$(printf 'a\nb\nc\n' > f; { read -r x; cat; } < f)" 'b
c'
is 'a file line by line' "$(seq 1 200 > f; n=0; while read -r x; do
    n=$((n + x)); done < f; echo $n)" 20100
is 'some characters' "$(printf 'abcdef\n' | $SH -c 'read -n 3 x 2> /dev/null &&
    echo $x || echo abc')" abc
is 'too late' "$(rm -f over; soon test -e over |
    { read -t 1 x; test $? != 0 && echo late; : > over; })" late
is 'in time' "$({ sleep 0.2; echo word; } | { read -t 30 -r x; echo $x; })" word
is 'nothing where there is a folder' "$(read -r x 2> /dev/null < /tmp
    test $? != 0 && echo no)" no
finish
