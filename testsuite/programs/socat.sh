#!/bin/sh
# SPDX-License-Identifier: MIT
# socat: local sockets, pipes, ptys, descriptors.
. /tests/programs/real.sh
needs /usr/bin/socat
real_root
socat() {
    debian timeout 30 socat -t 10 "$@"
}
is 'a stream' "$(socat UNIX-LISTEN:/tmp/s EXEC:'tr a-z A-Z' &
    until test -S /debian/tmp/s; do sleep 0.05; done
    echo through | socat - UNIX-CONNECT:/tmp/s; wait)" THROUGH
is 'an abstract name' "$(socat ABSTRACT-LISTEN:name SYSTEM:cat &
    until grep -q @name /proc/net/unix; do sleep 0.05; done
    echo abstract | socat - ABSTRACT-CONNECT:name; wait)" abstract
is 'several clients' "$(socat UNIX-LISTEN:/tmp/many,fork EXEC:cat &
    listener=$!
    until test -S /debian/tmp/many; do sleep 0.05; done
    for i in 1 2 3 4 5; do echo $i | socat - UNIX-CONNECT:/tmp/many; done
    kill $listener; wait 2> /dev/null)" '1
2
3
4
5'
is 'datagrams' "$(socat -u UNIX-RECV:/tmp/d OPEN:/tmp/got,creat &
    until test -S /debian/tmp/d; do sleep 0.05; done
    echo packet | socat -u - UNIX-SENDTO:/tmp/d; sleep 0.3; kill $!
    cat /debian/tmp/got)" packet
is 'a pty' "$(sleep 1 | socat - EXEC:tty,pty | tr -d '\r' | tr -d 0-9)" /dev/pts/
is 'a pipe' "$(echo piped | socat - PIPE)" piped
is 'a megabyte' "$(head -c 1000000 /dev/zero | socat - EXEC:cat | wc -c)" 1000000
is 'no listener' "$(socat - UNIX-CONNECT:/tmp/nobody 2>&1 < /dev/null |
    grep -o 'No such file or directory')" 'No such file or directory'
real_done
