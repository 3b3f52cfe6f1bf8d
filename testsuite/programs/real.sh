# SPDX-License-Identifier: MIT
# For tests of real programs:  . /tests/programs/real.sh PROGRAM
# It is tap.sh with a Debian root in /debian:
#     debian COMMAND…     runs it there
#     typed COMMAND…      runs it there on a terminal; what is typed comes from
#                         standard input, as tests/helper/pty takes it
# Without the program the test is one skipped case.
. /tests/shell/tap.sh

real_root() {
    for folder in proc dev; do
        mount --bind /$folder /debian/$folder
    done
    mount -t tmpfs none /debian/tmp
    mount -t tmpfs none /debian/run
    test -e /dev/fd || ln -s /proc/self/fd /dev/fd
    mount --bind /dev/pts /debian/dev/pts
}
real_done() {
    cd /
    for folder in dev/pts run tmp dev proc; do
        tries=0
        # Who was told to end may need a moment.
        until umount /debian/$folder 2> /dev/null || test $tries = 50; do
            sleep 0.1
            tries=$((tries + 1))
        done
        test $tries -lt 50 || ok "/debian/$folder is free" false
    done
    rm -f /dev/fd
    finish
}
debian() {
    env -i PATH=/bin:/usr/bin:/sbin:/usr/sbin HOME=/tmp TERM=vt100 LANG=C.UTF-8 \
        PYTHONDONTWRITEBYTECODE=1 chroot /debian "$@"
}
typed() {
    env -i PATH=/bin:/usr/bin:/sbin:/usr/sbin HOME=/tmp TERM=vt100 LANG=C.UTF-8 \
        /tests/helper/pty chroot /debian "$@"
}
needs() {
    test -e "/debian$1" && return
    skip "$1" 'it is not in this image (./bootstrap --with-programs)'
    finish
}
