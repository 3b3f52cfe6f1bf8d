#!/bin/sh
# SPDX-License-Identifier: MIT
# chmod, chown, chgrp, su: who may do what.
. /tests/shell/tap.sh

# A line of shell as nobody, whose own shell is none.
as_nobody() { su -s /bin/sh nobody -c "$1"; }
umask 022
chmod 755 .
mode() { stat -c %a "$@"; }
: > f
is 'by number' "$(for m in 0 7 644 4711 2755 1777; do chmod $m f; mode f; done |
    tr '\n' ' ')" '0 7 644 4711 2755 1777 '
is 'by letters' "$(chmod 644 f; chmod u+x f; mode f; chmod go-r f; mode f
    chmod a=r f; mode f; chmod u=rwx,g=rx,o= f; mode f; chmod +t f; mode f
    chmod u+s,g+s f; mode f; chmod g=u f; mode f)" '744
700
444
750
1750
7750
5770'
is 'X' "$(mkdir -p d/e; : > d/f; chmod 600 d/f; chmod 700 d d/e; chmod -R go+rX d
    mode d d/e d/f | tr '\n' ' ')" '755 755 644 '
is 'umask' "$(umask 77; : > u; mkdir ud; mode u ud; umask 0; : > v; mode v
    umask u=rwx,g=rx,o=; umask)" '600
700
666
0027'
is 'chown' "$(chown 10:20 f; stat -c '%u %g' f; chown 11 f; stat -c '%u %g' f
    chgrp 21 f; stat -c '%u %g' f; chown nobody:nogroup f; stat -c '%U %G' f)" \
    '10 20
11 20
11 21
nobody nogroup'
is 'takes the set-id bits away' "$(chmod 6755 f; chown 1:1 f; mode f)" 755
is 'chown -h and -R' "$(ln -s f link; chown -h 5:5 link; stat -c %u link f
    chown -R 7:7 d; stat -c %u d d/e d/f | tr '\n' ' ')" '5
1
7 7 7 '
is 'a group given by its folder' "$(mkdir g; chown 0:33 g; chmod 2775 g; : > g/f
    mkdir g/d; stat -c '%g %a' g/f g/d)" '33 644
33 2755'

echo secret > mine
chmod 600 mine
mkdir -m 700 closed
: > closed/f
mkdir -m 777 free
mkdir -m 1777 sticky
: > sticky/roots
chmod 666 sticky/roots
is 'nobody is' "$(as_nobody 'id -u; id -g; id -G')" '65534
65534
65534'
is 'cannot read' "$(as_nobody 'cat mine' 2>&1 | sed 's/.*: //')" 'Permission denied'
is 'cannot write' "$(as_nobody 'echo x > mine' 2> /dev/null; cat mine)" secret
is 'cannot enter' "$(as_nobody 'ls closed/f' 2>&1 | sed 's/.*: //')" \
    'Permission denied'
is 'can in a free folder' "$(as_nobody 'touch free/f'; stat -c '%u %g' free/f)" \
    '65534 65534'
is 'removes what is anyones there' "$(: > free/r; as_nobody 'rm -f free/r'
    ls free)" f
is 'but not in a sticky one' "$(as_nobody 'rm -f sticky/roots' 2> /dev/null
    ls sticky)" roots
is 'though its own' "$(as_nobody 'touch sticky/own; rm sticky/own'
    ls sticky)" roots
is 'can write what it may' "$(as_nobody 'echo x > sticky/roots'
    cat sticky/roots)" x
is 'cannot change modes' "$(as_nobody 'chmod 777 mine' 2> /dev/null; mode mine)" 600
is 'nor owners' "$(as_nobody 'chown 65534 mine; chown 0 free/f' 2> /dev/null; stat -c %u mine free/f | tr '\n' ' ')" '0 65534 '
is 'nor kill others' "$(sleep 5 & as_nobody "kill $!" 2> /dev/null; echo $?
    kill $!)" 1
is 'nor mount' "$(as_nobody 'mount -t tmpfs tmpfs free' 2> /dev/null; test $? != 0 &&
    echo no)" no
is 'nor make devices' "$(as_nobody 'mknod free/n c 1 3' 2> /dev/null; echo $?)" 1
is 'nor set the name' "$(as_nobody 'hostname x' 2> /dev/null; test $? != 0 &&
    echo no)" no
is 'execution needs a bit, even for root' "$(echo 'echo ran' > run; ./run 2>&1 |
    sed 's/.*: //'; chmod 100 run; ./run)" 'Permission denied
ran'
is 'root may all' "$(chmod 000 mine; cat mine; chmod 000 closed; ls closed)" 'secret
f'
is 'a script of another user' "$(echo 'id -u' > free/s; chmod 755 free/s
    as_nobody free/s)" 65534
finish
