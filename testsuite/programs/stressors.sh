#!/bin/sh
# SPDX-License-Identifier: MIT
# stress-ng: its stressors of threads, processes, signals and memory, which look
# at what they get (--verify).
. /tests/programs/real.sh
needs /usr/bin/stress-ng
real_root
stressor() {
    name=$1
    shift
    said=$(debian timeout 100 stress-ng --verify --temp-path /tmp \
        --timeout 60 "--$name" 2 "--$name-ops" "$@" 2>&1)
    status=$?
    ok "$name" test $status = 0
    test $status = 0 || echo "$said" | sed 's/^/# /'
}
stressor pthread 300
stressor futex 2000
stressor clone 100
stressor fork 200
stressor vfork 200
stressor exec 40
stressor kill 500
stressor signal 500
stressor sigq 500
stressor sigpending 500
stressor sigsegv 200
stressor schedpolicy 200
stressor yield 1000
stressor nice 20
stressor mmap 20 --mmap-bytes 8m
stressor vm 2000 --vm-bytes 8m
stressor mremap 20 --mremap-bytes 4m
stressor pipe 2000
stressor eventfd 500
stressor poll 200
stressor epoll 200
stressor timerfd 200
stressor sockpair 200
stressor wait 100
stressor zombie 100
real_done
