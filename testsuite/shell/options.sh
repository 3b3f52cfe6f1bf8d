#!/bin/sh
# SPDX-License-Identifier: MIT
# set: -e and its exceptions, -u, -x, -f, -n, pipefail.
. /tests/shell/tap.sh

run() { $SH -c "$1" 2> /dev/null; echo $?; }
is '-e ends' "$(run 'set -e; false; echo on')" 1
is '-e with its status' "$(run 'set -e; (exit 9); echo on')" 9
is '-e not in a condition' "$(run 'set -e; if false; then :; fi
    false || true; ! true; while false; do :; done; false && true; echo on')" 'on
0'
is '-e in a function' "$(run 'set -e; f() { false; echo in; }; f; echo on')" 1
is '-e not in a function under a condition' \
    "$(run 'set -e; f() { false; echo in; }; f || :; echo on')" 'in
on
0'
is '-e in a subshell' "$(run 'set -e; (false; echo in); echo on')" 1
is '-e by substitution' "$(run 'set -e; v=$(false); echo on')" 1
is '-e and a pipeline' "$(run 'set -e; false | true; echo on; true | false
    echo off')" 'on
1'
is '-e and a trap' "$(run 'set -e; trap "echo bye" EXIT; false')" 'bye
1'
is '-e taken back' "$(run 'set -e; set +e; false; echo on')" 'on
0'
is '-e by the command line' "$($SH -ec 'false; echo on'; echo $?)" 1
is '-u ends' "$($SH -c 'set -u; echo $none; echo on' 2> /dev/null)" ''
is '-u has exceptions' "$(run 'set -u; echo ${none-x} $#')" 'x 0
0'
is '-x says it' "$($SH -c 'PS4="+ "; set -x; echo a "b c" > /dev/null' 2>&1 |
    grep -c '^+ echo a ')" 1
is '-f leaves names' "$(run 'set -f; echo /*')" '/*
0'
is '-n only reads' "$($SH -nc 'echo no'; echo $?)" 0
is '-v shows' "$(echo 'echo x' > s; $SH -v s 2>&1)" 'echo x
x'
is '-a exports' "$(run 'set -a; V=5; env | grep "^V="')" 'V=5
0'
is '-c and $-' "$($SH -c 'set -eu; case $- in *e*u*|*u*e*) echo both; esac')" both
is 'pipefail' "$(run 'set -o pipefail; false | true; echo $?
    true | true; echo $?; (exit 3) | (exit 4) | true; echo $?')" '1
0
4
0'
is 'pipefail and a signal' "$(run 'set -o pipefail; yes | head -n 1; echo $?')" \
    'y
141
0'
is 'a syntax error' "$($SH -c 'if then' 2> /dev/null; test $? != 0 && echo bad)" \
    bad
is '-i is not for scripts' "$($SH -c 'case $- in *i*) echo i; esac')" ''
finish
