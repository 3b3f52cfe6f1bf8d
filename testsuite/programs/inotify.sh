#!/bin/sh
# SPDX-License-Identifier: MIT
# inotifywait, inotifywatch.
. /tests/programs/real.sh
needs /usr/bin/inotifywait
real_root
mkdir -p /debian/tmp/d/sub
debian timeout 20 inotifywait -qmr --format '%w %e %f' /tmp/d > said &
sleep 0.5
echo x > /debian/tmp/d/file
mv /debian/tmp/d/file /debian/tmp/d/sub/moved
rm /debian/tmp/d/sub/moved
mkdir /debian/tmp/d/new
sleep 0.3
touch /debian/tmp/d/new/late
sleep 0.3
kill $(pidof inotifywait)
wait
for line in '/tmp/d/ CREATE file' '/tmp/d/ MODIFY file' \
    '/tmp/d/ CLOSE_WRITE,CLOSE file' '/tmp/d/ MOVED_FROM file' \
    '/tmp/d/sub/ MOVED_TO moved' '/tmp/d/sub/ DELETE moved' \
    '/tmp/d/ CREATE,ISDIR new' '/tmp/d/new/ CREATE late'; do
    ok "$line" grep -qx "$line" said
done
(sleep 0.3; echo >> /debian/tmp/d/once) &
is 'once' "$(debian timeout 10 inotifywait -q -e modify /tmp/d)" '/tmp/d/ MODIFY once'
wait
debian inotifywait -q -t 1 /tmp/d > /dev/null
is 'a time-out' $? 2
rm -f said
real_done
