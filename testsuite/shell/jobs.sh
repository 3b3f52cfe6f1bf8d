#!/bin/sh
# SPDX-License-Identifier: MIT
# Jobs: the background, wait, and job control on a terminal of its own.
. /tests/shell/tap.sh

is 'wait for one' "$( (exit 7) & wait $!; echo $?)" 7
is 'for one that has ended' "$( (exit 8) & p=$!; sleep 0.2; wait $p; echo $?)" 8
is 'for all' "$(sleep 0.2 & sleep 0.1 & wait; echo $?)" 0
is 'in any order' "$( (sleep 0.3; exit 1) & a=$!; (exit 2) & b=$!
    wait $b; echo $?; wait $a; echo $?)" '2
1'
is 'for a stranger' "$(wait 1; echo $?)" 127 2> /dev/null
is 'a killed one' "$(sleep 9 & kill -9 $!; wait $!; echo $?)" 137
is 'fifty' "$(i=0; while test $i -lt 50; do (exit $i) & l="$l $!"
    i=$((i + 1)); done; s=0; for p in $l; do wait $p; s=$((s + $?)); done
    echo $s)" 1225
is 'they work at the same time' "$(for i in 1 2 3 4 5 6 7 8 9 10; do
    sleep 3 & done; s=$(date +%s); wait; test $(($(date +%s) - s)) -lt 20 &&
    echo together)" together
is 'input from nowhere' "$(echo x > f; $SH -c 'cat & wait' < f)" ''
is 'an orphan goes to init' "$($SH -c '(parent=0; until test $parent = 1; do
    sleep 0.1; read -r pid name state parent rest < /proc/self/stat; done
    echo $parent) & exit' | cat)" 1
is 'zombies are taken' "$(sleep 0.1 & sleep 0.1 & sleep 0.3; wait
    ps -o stat,comm | grep -c '^Z.*sleep')" 0
is 'without it they share' "$($SH -c 'sleep 5 & p=$!
    test $(cut -d " " -f 5 /proc/$p/stat) = $(cut -d " " -f 5 /proc/$$/stat) &&
    echo shared; kill $p')" shared

# Typed into an interactive shell; every @line must come.
typed() {
    { printf '%s\n' PS1= PS2= 'echo up$((1))' '@line up1' \
        '@mode -icanon'; cat; echo exit; echo exit; } |
        TERM=dumb ENV= /tests/helper/pty $SH -i > said 2>&1 ||
        { tr -d '\r' < said | sed 's/^/# /'; false; }
}
ok 'on a terminal: stop, list, kill' typed <<'END'
sleep 100
@asleep sleep
@send \x1a
@mode -icanon
jobs > list; kill -9 %1; wait; echo stopped=$(grep -ci stopped list)
@line stopped=1
END
ok 'stop and go on in front' typed <<'END'
rm -f go
sh -c 'until test -e go; do sleep 0.1; done; echo slept; exit 3'
@asleep sleep
@send \x1a
@mode -icanon
: > go
fg > /dev/null
@line slept
echo status=$?
@line status=3
END
ok 'stop and go on behind' typed <<'END'
rm -f go
sh -c 'until test -e go; do sleep 0.1; done; echo slept'
@asleep sleep
@send \x1a
@mode -icanon
: > go
bg > /dev/null
@line slept
END
ok 'kill %1' typed <<'END'
sleep 100 &
sleep 100 &
@asleep sleep 2
jobs > list; kill %1; kill %2; wait; echo sum=$(grep -c sleep list)
@line sum=2
END
ok 'each job is a group' typed <<'END'
sleep 100 &
@asleep sleep
set -- $(cat /proc/$!/stat); kill $!; test $5 = $1; echo same=$?
@line same=0
END
ok 'a pipeline is one' typed <<'END'
cat /proc/self/stat | { read a b c d e f; sh -c 'set -- $(cat /proc/$$/stat)
echo $5' > group; read g < group; test $e = $g; echo same=$?; }
@line same=0
END
ok 'the terminal is of the job in front' typed <<'END'
sh -c 'set -- $(cat /proc/self/stat); test $5 = $8; echo same=$?'
@line same=0
END
ok 'and comes back' typed <<'END'
set -- $(cat /proc/$$/stat); sh -c true; set -- $(cat /proc/$$/stat)
test $5 = $$; echo same=$?
@line same=0
END
ok 'interrupted by typing' typed <<'END'
sleep 100
@asleep sleep
@send \x03
@mode -icanon
echo status=$?
@line status=130
END
ok 'a whole pipeline is' typed <<'END'
sleep 100 | sleep 100 | sleep 100
@asleep sleep 3
@send \x03
@mode -icanon
echo status=$?
@line status=130
END
ok 'quit by typing' typed <<'END'
ulimit -c 0
sleep 100
@asleep sleep
@send \x1c
@mode -icanon
echo status=$?
@line status=131
END
ok 'a line is taken back by ^C' typed <<'END'
@send echo no
@text echo no
@asleep .
@send \x03
@line ^C
@mode -icanon
echo status=$((1 + 1))
@line status=2
END
ok 'end of input by typing' typed <<'END'
echo count=$(cat | wc -c)
@asleep cat
12345
@send \x04
@line count=6
END
ok 'a word without its end as well' typed <<'END'
v=$(cat | wc -c); echo; echo count=$v
@asleep cat
@send 123\x04\x04
@line count=3
END
ok 'erase, kill and word erase' typed <<'END'
read x; echo "<$x>"
@mode icanon
@send wrong\x15one twp\x7fo three\x17four\x7f\x7f\x7f\x7f
@send 3\x0d
@line <one two 3>
END
ok 'a reader in the background is stopped' typed <<'END'
cat &
@stopped cat
p=$!; echo state=$(grep -c '^State:.T' /proc/$p/status); kill -9 $p
@line state=1
END
ok 'a writer is when the terminal says so' typed <<'END'
stty tostop
sh -c 'echo word' &
@stopped sh
p=$!; echo state=$(grep -c '^State:.T' /proc/$p/status); kill -9 $p
@line state=1
END
ok 'and else is not' typed <<'END'
sh -c 'sleep 0.1; echo word' &
@line word
END
ok 'size of the window' typed <<'END'
stty rows 33 cols 77; echo size=$(stty size | tr ' ' x)
@line size=33x77
END
ok 'a change of it is told' typed <<'END'
sh -c 'trap "echo told" WINCH; stty rows 11; sleep 0.1; exit'
@line told
END
ok 'without echo' typed <<'END'
stty -echo; read x; stty echo; echo "<$x>"
@mode icanon -echo
secret
@line <secret>
END
ok 'byte by byte' typed <<'END'
stty raw -echo min 1; dd bs=1 count=3 2> /dev/null > bytes; stty sane
@asleep dd
@send a\x03\x0d
od -An -tx1 bytes | tr -d ' '
@line 61030d
END
ok '/dev/tty is that terminal' typed <<'END'
(echo first; echo second > /dev/tty) > /dev/null
@line second
END
ok 'it has a name' typed <<'END'
case $(tty) in /dev/pts/[0-9]*) echo named ;; esac
@line named
END
echo '(trap "echo hung up > flag; exit" HUP; echo set; while :; do sleep 0.1; done)
@line set
@close' | typed
becomes 'its end hangs up on those in front' grep -q 'hung up' flag
ok 'without a terminal there is none' test \
    "$(setsid $SH -c '(echo x > /dev/tty) 2> /dev/null || echo none')" = none
finish
