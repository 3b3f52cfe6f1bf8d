#!/bin/sh
# SPDX-License-Identifier: MIT
# Signals as a shell sees them: traps, ignoring, statuses, kill.
. /tests/shell/tap.sh

for pair in HUP:1 INT:2 KILL:9 USR1:10 SEGV:11 USR2:12 PIPE:13 TERM:15; do
    name=${pair%:*}
    is "a child ended by $name" \
        "$($SH -c "ulimit -c 0; kill -$name \$\$" 2> /dev/null; echo $?)" \
        $((128 + ${pair#*:}))
done
for name in CHLD URG WINCH CONT; do
    is "$name alone does nothing" "$($SH -c "kill -$name \$\$; echo on")" on
done
is 'on exit' "$($SH -c 'trap "echo bye" EXIT; echo hi')" 'hi
bye'
is 'its status' "$($SH -c 'trap "echo \$?" EXIT; exit 6'; echo $?)" '6
6'
is 'exit in it' "$($SH -c 'trap "exit 5" EXIT; exit 6'; echo $?)" 5
is 'a signal' "$($SH -c 'trap "echo got" TERM; kill $$; echo on')" 'got
on'
is 'several' "$($SH -c 'trap "echo one" USR1; trap "echo two" USR2
    kill -USR1 $$; kill -USR2 $$; kill -USR1 $$')" 'one
two
one'
is 'one action for two' "$($SH -c 'trap "echo any" USR1 USR2
    kill -USR2 $$; kill -USR1 $$')" 'any
any'
is 'by number' "$($SH -c 'trap "echo ten" 10; kill -10 $$')" ten
is 'taken back' "$($SH -c 'trap "echo got" TERM; trap - TERM; kill $$
    echo on'; echo $?)" 143
is 'ignored' "$($SH -c 'trap "" TERM; kill $$; echo on')" on
is 'ignored by children as well' \
    "$($SH -c "trap '' TERM; $SH -c 'kill \$\$; echo on'")" on
is 'and by programs they become' \
    "$($SH -c 'trap "" TERM; sleep 1 & kill $!; wait $!; echo $?')" 0
is 'but traps are not for children' \
    "$($SH -c "trap 'echo got' TERM; $SH -c 'kill \$\$; echo on'"; echo $?)" 143
is 'nor for subshells' "$($SH -c 'trap "echo bye" EXIT; (echo sub)')" 'sub
bye'
is 'a subshell has its own' "$($SH -c '(trap "echo sub" EXIT); echo main')" 'sub
main'
is 'after the program in front of it' \
    "$(rm -f sent; $SH -c 'trap "echo got" USR1
    (sleep 0.2; kill -USR1 $$; : > sent) &
    sh -c "until test -e sent; do sleep 0.1; done"; echo on')" 'got
on'
is 'wait is ended by it' \
    "$($SH -c 'trap "echo got" USR1; sleep 200 & p=$!
    (until grep -q "(sleep) S" /proc/$p/stat; do sleep 0.1; done
    until grep -q "^State:.S" /proc/$$/status; do sleep 0.1; done
    kill -USR1 $$) & wait $p; echo $?; kill $p')" 'got
138'
is 'in a loop' "$($SH -c 'n=0; trap "n=\$((n + 1))" USR1
    while test $n -lt 50; do kill -USR1 $$; done; echo $n')" 50
is 'a child tells its parent' "$($SH -c 'trap "echo told; exit" USR1
    (kill -USR1 $$) & while :; do sleep 0.1; done')" told
is 'read goes on after it' "$(rm -f sent; { soon test -e sent; echo line; } |
    $SH -c 'trap : USR1; (sleep 0.1; kill -USR1 $$; : > sent) & read -r x ||
    read -r x; echo $x')" line
is 'a trap that sets another' "$($SH -c 'trap "trap \"echo second\" USR1" USR1
    kill -USR1 $$; kill -USR1 $$')" second
is 'return from a function in it' "$($SH -c 'f() { echo f; return 3; }
    trap f USR1; kill -USR1 $$; echo on')" 'f
on'
is 'trap shows them' \
    "$($SH -c "trap 'echo x' TERM; trap" | grep -c 'echo x.*TERM')" 1
is 'kill -0' "$(sleep 5 & runs $! sleep; kill -0 $! && echo there; kill $!; wait $!
    kill -0 $! 2> /dev/null || echo gone)" 'there
gone'
is 'kill of nobody' "$(kill -9 999999 2> /dev/null; echo $?)" 1
is 'kill -l' "$(kill -l 15) $(kill -l 143)" 'TERM TERM'
is 'a stopped one goes on' "$($SH -c 'i=0; while test $i -lt 20; do
        sleep 0.05; i=$((i + 1)); done; echo end' & p=$!
    kill -STOP $p; soon grep -q "^State:.T" /proc/$p/status && echo stopped
    kill -CONT $p; wait $p)" 'stopped
end'
is 'an alarm ends a program' "$(sleep 90 & runs $! sleep; kill -ALRM $!; wait $!
    echo $?)" 142
is 'a stopped one can be killed' "$(sleep 90 & kill -STOP $!; kill -9 $!
    wait $!; echo $?) $(sleep 90 & runs $! sleep; kill -STOP $!; kill $!
    kill -CONT $!; wait $!; echo $?)" '137 143'
# (mksh's children hold its own handlers until they are sleep.)
is 'a whole group' "$(setsid $SH -c 'sleep 90 & a=$!; sleep 90 & for p in $a $!
    do until grep -q "(sleep) S" /proc/$p/stat; do sleep 0.1; done; done
    echo here; kill -TERM 0'; echo $?)" 'here
143'
is 'a group by its number' "$(setsid $SH -c 'trap "" TERM; : > deaf
    until test -e ended; do sleep 0.1; done; echo lived
    ' & soon test -e deaf
    setsid $SH -c '{ : > one; exec sleep 30; } | { : > two; exec sleep 30; }' &
    g=$!; soon test -e one; soon test -e two
    kill -TERM -$g; wait $g; echo $?; : > ended; wait)" '143
lived'
finish
