#!/bin/sh
# SPDX-License-Identifier: MIT
# ps, top, kill, killall, timeout, nice, nohup, setsid, time, env, id.
. /tests/shell/tap.sh

# The word between parentheses holds no space here, so fields may be counted.
field() { cut -d ' ' -f "$2" "/proc/$1/stat"; }
ln -s /bin/sleep sleeper 2> /dev/null
sleep 500 &
p=$!
runs $p sleep
is 'ps knows it' "$(ps -o pid,ppid,stat,comm | awk -v p=$p '$1 == p { print $2, $4 }')" \
    "$$ sleep"
is 'in which state' "$(ps -o pid,stat | awk -v p=$p '$1 == p { print $2 }')" S
is 'ps as it is' "$(ps | awk -v p=$p '$1 == p { print $2, $4 }')" 'root 500'
is 'the one that asks runs' "$(ps -o comm,stat | awk '$1 == "ps" { print $2 }')" R
is 'ps of names' "$(ps -o user,comm | awk '$2 == "sleep" { print $1; exit }')" root
is 'pidof' "$(pidof sleep)" $p
is 'top' "$(top -b -n 1 | awk 'NR == 1 { print $1, $3, $5 } NR == 2 { print $1 }
    NR == 4 { print $1, $2, $3, $4 }')" 'Mem: used, free,
CPU:
PID PPID USER STAT'
is 'top lists it' "$(top -b -n 1 | grep -c ' sleep 500$')" 1
is 'top, twice' "$(top -b -n 2 -d 1 | grep -c '^Mem:')" 2
is 'stat of a process' "$(field $p 2) $(field $p 3) $(field $p 4)" "(sleep) S $$"
is 'its command line' "$(tr '\0' ' ' < /proc/$p/cmdline)" 'sleep 500 '
is 'its folder and program' "$(readlink /proc/$p/cwd; readlink /proc/$p/root)" \
    "$PWD
/"
is 'its environment' "$(V=value sleep 90 & runs $! sleep
    tr '\0' '\n' < /proc/$!/environ | grep '^V='; kill $!; wait $!)" V=value
is 'its descriptors' "$(sleep 90 3< /dev/zero & runs $! sleep
    readlink /proc/$!/fd/0; readlink /proc/$!/fd/3; kill $!; wait $!)" '/dev/null
/dev/zero'
is 'its threads' "$(ls /proc/$p/task)" $p
is 'its limits' "$(grep -c . /proc/$p/limits)" 17
is 'status' "$(awk '/^(Name|State|Pid|PPid|Threads|Uid|Tgid):/ { $1 = $1; print }' \
    /proc/$p/status)" "Name: sleep
State: S (sleeping)
Tgid: $p
Pid: $p
PPid: $$
Uid: 0 0 0 0
Threads: 1"
kill $p
wait $p
is 'kill' $? 143
ok 'it is gone' test ! -e /proc/$p
is 'killall' "$(cp /bin/busybox sleepy 2> /dev/null; ln -sf sleepy sleep
    ./sleep 50 & a=$!; ./sleep 50 & runs $a sleep; runs $! sleep; killall sleep; wait; pidof sleep; rm sleep
    killall sleep 2> /dev/null; echo $?)" 1
is 'kill with a signal' "$($SH -c 'trap "echo usr1; exit" USR1; : > trapped
    while :; do sleep 0.1; done' & p=$!; soon test -e trapped
    kill -USR1 $p; wait $p)" usr1
is 'a process without a parent' "$( ($SH -c 'field() { cut -d " " -f $1 \
    /proc/$$/stat; }; until test "$(field 4)" = 1; do sleep 0.1; done
    field 4' & ) | cat)" 1
sleepers() { ps -o stat,comm | awk '$2 == "sleep" { print $1 }' | sort | tr '\n' ' '; }
are_sleepers() { test "$(sleepers)" = "$1"; }
$SH -c 'sleep 0.1 & exec sleep 60' &
becomes 'a zombie' are_sleepers 'S Z '
kill $!
wait $! 2> /dev/null

is 'timeout' "$(timeout 0.3 sleep 9; echo $?; timeout 5 true; echo $?
    timeout 5 $SH -c 'exit 6'; echo $?)" '143
0
6'
is 'with another signal' "$(timeout -s KILL 0.3 sleep 9; echo $?)" 137
is 'nice' "$(nice; nice -n 5 nice; nice -n -3 nice)" '0
5
-3'
is 'as others see it' "$(nice -n 7 sleep 90 & runs $! sleep; field $! 19; kill $!; wait $!)" 7
is 'renice' "$(sleep 90 & renice -n 4 -p $! > /dev/null; field $! 19; kill $!; wait $!)" 4
is 'nohup' "$(nohup $SH -c 'kill -HUP $$; echo on' 2> /dev/null)" on
is 'setsid' "$(setsid $SH -c 'test $(cut -d " " -f 6 /proc/$$/stat) = $$ &&
    echo leads')" leads
is 'time' "$(time -p sleep 0.2 2>&1 | awk '{ print $1 }
    $1 == "real" && $2 >= 0.2 && $2 < 9 { print "right" }')" 'real
right
user
sys'
is 'time is used' "$($SH -c 'i=0; while test $i -lt 20000; do i=$((i + 1)); done
    set -- $(cat /proc/$$/stat); test $((${14} + ${15})) -gt 0 && echo some')" some
is 'and told of children' "$( ($SH -c 'i=0; while test $i -lt 30000; do
    i=$((i + 1)); done'; times) | tail -n 1 | grep -c '^0m0\.00.*0m0\.00')" 0
is 'sleep' "$(a=$(date +%s); sleep 1.2; b=$(date +%s); d=$((b - a))
    test $d -ge 1 -a $d -le 9 && echo slept; sleep 0; usleep 1000)" slept
is 'watch' "$(watch -n 1 echo seen 2> /dev/null | grep -m 2 '^seen')" 'seen
seen'
is 'yes and head' "$(yes word | head -n 1000 | uniq -c | tr -s ' ')" ' 1000 word'
is 'env' "$(env -i A=1 B=2 env | sort; env -u HOME $SH -c 'echo ${HOME-none}')" \
    'A=1
B=2
none'
is 'id' "$(id; id -u; id -g; id -un; id nobody)" \
    'uid=0(root) gid=0(root)
0
0
root
uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup)'
is 'whoami, groups, tty' "$(whoami; groups; tty < /dev/null)" 'root
root
not a tty'
is_gone() { ! kill -0 "$1" 2> /dev/null; }
is 'start-stop-daemon' "$(start-stop-daemon -S -b -m -p pid -x /bin/sleep -- 60
    soon test -s pid; runs $(cat pid) sleep; start-stop-daemon -K -p pid > /dev/null; echo $?
    soon is_gone $(cat pid) && echo gone)" '0
gone'
is 'which and command' "$(which ls | sed 's|.*/||'; which no_such; echo $?)" 'ls
1'
is 'taskset and nproc' "$(taskset 1 nproc; taskset -p $$ | sed 's/.*: //' |
    head -n 1 | grep -c '^[137f]*$')" '1
1'
count_sleepers() { ps | grep -c '[s]leep 77'; }
many_sleep() { test "$(count_sleepers)" = 100; }
is 'many processes' "$(i=0; while test $i -lt 100; do sleep 77 & i=$((i + 1)); done
    soon many_sleep; count_sleepers; killall sleep; wait; count_sleepers)" '100
0'
is 'a thousand one after the other' "$(i=0; while test $i -lt 1000; do
    /bin/true; i=$((i + 1)); done; echo $i)" 1000
is 'a chain of fifty' "$($SH -c 'n=50; deeper() { n=$((n - 1))
    if test $n -gt 0; then (deeper); else echo bottom; fi; }; deeper')" bottom
finish
