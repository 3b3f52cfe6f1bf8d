#!/bin/sh
# SPDX-License-Identifier: MIT
# uname, hostname, date, free, uptime, df, dmesg, sysctl: about the machine.
. /tests/shell/tap.sh

is 'uname' "$(uname -s; uname -m)" "Linux
$cpu"
like 'its release' "$(uname -r)" '6.1.*'
is 'as in proc' "$(cat /proc/sys/kernel/ostype /proc/sys/kernel/osrelease)" "$(uname -s
    uname -r)"
like 'the version line' "$(cat /proc/version)" 'Linux version 6.1.* (*) #* SMP *'
is 'hostname' "$(old=$(hostname); hostname box.example; hostname; uname -n
    cat /proc/sys/kernel/hostname; hostname -s; hostname "$old")" 'box.example
box.example
box.example
box'
is 'by writing' "$(old=$(hostname); echo other > /proc/sys/kernel/hostname; hostname
    hostname "$old")" other
ok 'the clock tells this century' test "$(date +%s)" -gt 1700000000
is 'date' "$(date -u -d '2024-02-29 12:34:56' '+%Y/%m/%d %H:%M:%S %j %a %s')" \
    '2024/02/29 12:34:56 060 Thu 1709210096'
is 'the clock goes' "$(a=$(cut -d. -f1 /proc/uptime); sleep 1.5
    b=$(cut -d. -f1 /proc/uptime); test $((b - a)) -ge 1 -a $((b - a)) -le 60 &&
    echo goes)" goes
is 'and can be set' "$(n=$(date +%s); date -s @1600000000 > /dev/null
    a=$(date +%s); date -s @$n > /dev/null
    test $((a - 1600000000)) -le 60 && echo set)" set
like 'uptime' "$(uptime)" ' ??:??:?? up *,  load average: *.??, *.??, *.??'
is 'loads' "$(awk '{ print NF; split($4, t, "/"); print (t[1] >= 1 && t[2] >= 2) }' \
    /proc/loadavg)" '5
1'
is 'free' "$(free | awk 'NR == 1 { print $1, $2, $3, $6 }
    NR == 2 { print $1, ($2 > 40000), ($3 <= $2), NF }
    NR == 3 { print $1, $2, $3, $4 }')" 'total used free available
Mem: 1 1 7
Swap: 0 0 0'
is 'memory is taken and comes back' "$(f() { awk '/^MemFree/ { print $2 }' \
    /proc/meminfo; }; sync; a=$(f); dd if=/dev/zero of=big bs=1M count=12 2> /dev/null
    b=$(f); rm big; c=$(f)
    echo $((a - b > 8000)) $((c - b > 8000)))" '1 1'
is 'meminfo' "$(awk '{ print $1, $3 }' /proc/meminfo | grep -E \
    '^(MemTotal|MemFree|MemAvailable|Buffers|Cached|SwapTotal|SwapFree|Shmem|Slab):')" \
    'MemTotal: kB
MemFree: kB
MemAvailable: kB
Buffers: kB
Cached: kB
SwapTotal: kB
SwapFree: kB
Shmem: kB
Slab: kB'
is 'df' "$(df -k /tmp | awk 'NR == 2 { print $1, ($2 > 1000), ($3 + $4 == $2), $6 }')" \
    'tmpfs 1 1 /tmp'
is 'df of one size' "$(mkdir m; mount -t tmpfs -o size=1m,nr_inodes=10 mine m
    dd if=/dev/zero of=m/f bs=1k count=256 2> /dev/null; df -k m | tail -n 1 |
    tr -s ' ' | cut -d ' ' -f 1-5; df -i m | tail -n 1 | tr -s ' ' |
    cut -d ' ' -f 2-5; umount m)" 'mine 1024 256 768 25%
10 2 8 20%'
is 'inodes come to an end' "$(mount -t tmpfs -o nr_inodes=4 mine m; cd m
    touch a b c 2> /dev/null; touch d 2>&1 | sed 's/.*: //'; ls; cd ..; umount m)" \
    'No space left on device
a
b
c'
for i in 1 2 3; do echo "line $i of $$" > /dev/kmsg; done
ok 'dmesg has lines with times' test \
    "$(dmesg | grep -c '^\[ *[0-9]*\.[0-9]\{6\}\] ')" -gt 2
is 'a word into the log' "$(echo "marked $$" > /dev/kmsg; dmesg | grep -c "marked $$")" 1
is 'dmesg -c clears' "$(dmesg -c > /dev/null; dmesg | wc -l | tr -d ' ')" 0
is 'sysctl' "$(sysctl kernel.ostype; sysctl -n kernel.pid_max |
    grep -c '^[0-9]*$')" 'kernel.ostype = Linux
1'
is 'processors' "$(test "$(grep -c '^processor' /proc/cpuinfo)" = "$(nproc)" &&
    echo agree)" agree
is 'stat has each' "$(test "$(grep -c '^cpu[0-9]' /proc/stat)" = "$(nproc)" &&
    grep -E -o '^(cpu|intr|ctxt|btime|processes|procs_running|procs_blocked) ' \
    /proc/stat | tr -d '\n')" \
    'cpu intr ctxt btime processes procs_running procs_blocked '
is 'forks are counted' "$(f() { awk '/^processes/ { print $2 }' /proc/stat; }
    a=$(f); /bin/true; /bin/true; b=$(f); test $((b - a)) -ge 2 && echo more)" more
is 'filesystems' "$(grep -w -o -e tmpfs -e proc -e sysfs -e devpts -e devtmpfs \
    /proc/filesystems | sort | tr '\n' ' ')" 'devpts devtmpfs proc sysfs tmpfs '
is 'random numbers' "$(cat /proc/sys/kernel/random/uuid | tr '0-9a-f' x
    head -c 16 /dev/urandom | wc -c | tr -d ' ')" \
    'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx
16'
is 'no two are the same' "$(cat /proc/sys/kernel/random/uuid \
    /proc/sys/kernel/random/uuid | sort -u | wc -l | tr -d ' ')" 2
is 'devices' "$(cd /dev; stat -c '%n %F %t,%T %a' null zero full random urandom \
    tty console)" 'null character special file 1,3 666
zero character special file 1,5 666
full character special file 1,7 666
random character special file 1,8 666
urandom character special file 1,9 666
tty character special file 5,0 666
console character special file 5,1 600'
is 'a device by number' "$(mknod z c 1 5; head -c 3 z | od -An -tx1; mknod n c 1 3
    echo x > n; cat n; mknod no c 250 77; cat no 2>&1 | sed 's/.*: //')" ' 00 00 00
No such device or address'
is 'a fifo' "$(mkfifo -m 600 p; stat -c '%F %a' p; echo x > p & cat p)" 'fifo 600
x'
is 'not to be run from here' "$(mkdir -p nd; mount -t tmpfs -o nodev mine nd
    mknod nd/null c 1 3; cat nd/null 2>&1 | sed 's/.*: //'; umount nd)" \
    'Permission denied'
is 'arch and hostid' "$(arch; hostid | wc -c | tr -d ' ')" "$cpu
9"
is 'cal' "$(cal 2 2024 | grep -c 29)" 1
is 'getconf of limits' "$(cat /proc/sys/fs/pipe-max-size)" 1048576
is 'links of proc' "$(cd /proc; test "$(readlink self)" -gt 1 && echo self
    readlink mounts)" 'self
self/mounts'
finish
