#!/bin/sh
# SPDX-License-Identifier: MIT
# Our program in C++: what its library has of threads, many times over.
. /tests/programs/real.sh
if ! test -x /tests/threads/static; then
    skip 'threads in C++' 'it is not in this image (no g++)'
    finish
fi
said='under a lock: 16000
readers and writers: 1
through a queue: 8004000
by futures: 127992000
exceptions: 8
ends of threads: 36
once: 1
together: 1
inside: 3
to and fro: 2000
stopped: 8
time-outs: in time'
all_equal() {
    for i in 1 2 3 4 5; do
        "$@" 2>&1
        echo $?
    done | sort | uniq -c | awk '$1 % 5 { print }'
}
is 'static' "$(timeout $minute /tests/threads/static 2>&1)" "$said"
is 'five times' "$(all_equal timeout $minute /tests/threads/static)" ''
needs "/usr/lib/$cpu-linux-gnu/libstdc++.so.6"
real_root
cp /tests/threads/dynamic /debian/tmp
is 'with its libraries' "$(debian timeout $minute /tmp/dynamic 2>&1)" "$said"
is 'five times' "$(all_equal debian timeout $minute /tmp/dynamic)" ''
real_done
