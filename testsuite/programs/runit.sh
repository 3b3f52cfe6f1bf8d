#!/bin/sh
# SPDX-License-Identifier: MIT
# runit: ten services, supervised, stopped and started.
. /tests/programs/real.sh
needs /usr/bin/runsvdir
real_root
for i in 0 1 2 3 4 5 6 7 8 9; do
    mkdir -p /debian/tmp/services/s$i
    cat > /debian/tmp/services/s$i/run <<END
#!/bin/bash
echo start >> /tmp/log$i
exec sleep 1000
END
    chmod 755 /debian/tmp/services/s$i/run
done
env -i PATH=/bin:/usr/bin chroot /debian runsvdir /tmp/services > /dev/null 2>&1 &
top=$!
state() {
    debian sv -w 10 status /tmp/services/s$1 | cut -d: -f1
}
all_run() {
    test "$(debian bash -c 'sv status /tmp/services/s?' | grep -c '^run: ')" = 10
}
becomes 'all ten run' all_run
ok 'down' debian sv -w 10 down /tmp/services/s3
is 'it is down' "$(state 3)" down
ok 'up' debian sv -w 10 up /tmp/services/s3
is 'it runs' "$(state 3)" run
started_twice() {
    test "$(wc -l < /debian/tmp/log7)" = 2
}
debian sv kill /tmp/services/s7
becomes 'who dies is started again' started_twice
kill -HUP $top
wait $top 2> /dev/null
becomes 'all are gone' sh -c '! pidof runsv sleep > /dev/null'
real_done
