#!/bin/sh
# SPDX-License-Identifier: MIT
# inotifywait, inotifywatch.
. /tests/programs/real.sh
needs /usr/bin/inotifywait
real_root
mkdir -p /debian/tmp/d/sub
debian timeout 60 inotifywait -mr --format '%w %e %f' /tmp/d > said 2> state &
soon grep -qsx 'Watches established.' state
echo x > /debian/tmp/d/file
mv /debian/tmp/d/file /debian/tmp/d/sub/moved
rm /debian/tmp/d/sub/moved
mkdir /debian/tmp/d/new
# It watches what is new a moment after it has heard of that.
tries=0
until grep -qx '/tmp/d/new/ CREATE late' said || test $tries = 200; do
    rm -f /debian/tmp/d/new/late
    touch /debian/tmp/d/new/late
    sleep 0.1
    tries=$((tries + 1))
done
kill $(pidof inotifywait)
wait
for line in '/tmp/d/ CREATE file' '/tmp/d/ MODIFY file' \
    '/tmp/d/ CLOSE_WRITE,CLOSE file' '/tmp/d/ MOVED_FROM file' \
    '/tmp/d/sub/ MOVED_TO moved' '/tmp/d/sub/ DELETE moved' \
    '/tmp/d/ CREATE,ISDIR new' '/tmp/d/new/ CREATE late'; do
    ok "$line" grep -qx "$line" said
done
while sleep 0.1; do echo >> /debian/tmp/d/once; done &
is 'once' "$(debian timeout 60 inotifywait -q -e modify /tmp/d)" '/tmp/d/ MODIFY once'
kill $!
wait
debian inotifywait -q -t 1 /tmp/d > /dev/null
is 'a time-out' $? 2
rm -f said state
real_done
