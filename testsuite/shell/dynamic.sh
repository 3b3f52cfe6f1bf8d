#!/bin/sh
# SPDX-License-Identifier: MIT
# A root of Debian's: bash and coreutils with glibc's loader and libraries.
. /tests/shell/tap.sh

if test ! -x /dynamic/bin/bash; then
    skip 'the dynamic root' 'it is not in this image'
    finish
fi
mount -t proc proc /dynamic/proc
mount --bind /dev /dynamic/dev
mount -t tmpfs -o mode=1777 tmpfs /dynamic/tmp
mount --bind /tests /dynamic/tests
trap 'cd /; umount /dynamic/proc /dynamic/dev /dynamic/tmp /dynamic/tests' EXIT

# A line of bash within.
inside() { chroot /dynamic /bin/bash -c "cd /tmp; $1"; }
is 'bash' "$(inside 'echo $((6 * 7)) $BASH')" '42 /bin/bash'
is 'a program' "$(inside 'ls -d /bin /usr')" '/bin
/usr'
is 'the loader by itself' "$(inside "$linker /bin/echo loaded")" \
    loaded
is 'what it would load' "$(inside "$linker --list /bin/ls" |
    sed 's/ (0x.*//; s/^	//' | grep -v -e vdso -e '^$' | sort)" \
    "$linker
libc.so.6 => /lib/$cpu-linux-gnu/libc.so.6
libpcre2-8.so.0 => /usr/lib/$cpu-linux-gnu/libpcre2-8.so.0
libselinux.so.1 => /lib/$cpu-linux-gnu/libselinux.so.1"
is 'a library that is missing' "$(inside 'cp /bin/ls l; LD_LIBRARY_PATH=/none ./l -d /
    printf "#include" > x.so; LD_PRELOAD=/tmp/x.so ls -d / 2> /dev/null; rm x.so')" '/
/'
is 'each run lies elsewhere' "$(for i in 1 2 3; do inside 'cat /proc/self/maps' |
    sed -n '/libc.so.6/{s/-.*//p;q}'; done | sort -u | wc -l | tr -d ' ')" 3
is 'ls -la' "$(inside 'umask 022; mkdir d; cd d; echo abc > f; ln -s f l; mkfifo p
    mkdir s; touch -d "2020-01-02 03:04:05" f p s; touch -hd "2020-01-02" l
    TZ=UTC ls -la --time-style=long-iso f l p s | head -n 3 | tr -s " "
    ls -1F; ls --sort=size -1 f s; stat -c "%n %s %A %h" f p')" \
    '-rw-r--r-- 1 0 0 4 2020-01-02 03:04 f
lrwxrwxrwx 1 0 0 1 2020-01-02 00:00 l -> f
prw-r--r-- 1 0 0 0 2020-01-02 03:04 p
f
l@
p|
s/
f

s:
f 4 -rw-r--r-- 1
p 0 prw-r--r-- 1'
is 'sort' "$(inside 'printf "b\na\n10\n9\n" | sort; seq 1 30000 | sort -R | sort -n |
    md5sum')" "10
9
a
b
$(seq 1 30000 | md5sum)"
is 'sort side by side' "$(inside 'seq 60000 -1 1 | sort -n --parallel=4 -S 1M | tail -n 1')" \
    60000
is 'pipes of it all' "$(inside 'seq 1 100 | tac | head -n 3 | tr "\n" , | cut -d, -f1-3')" \
    100,99,98
is 'cp -a, mv, rm -r' "$(inside 'mkdir -p c/x/y; echo 1 > c/x/y/f; ln c/x/y/f c/hard
    ln -s x/y/f c/soft; chmod 640 c/x/y/f; cp -a c e; stat -c "%a %h" e/x/y/f
    readlink e/soft; mv e g; cat g/soft; rm -rf c g; ls -d c g 2> /dev/null')" '640 2
x/y/f
1'
is 'cp makes holes and copies them' "$(inside 'truncate -s 1M h; echo x >> h; cp h i
    cmp() { test "$(md5sum < $1)" = "$(md5sum < $2)"; }; cmp h i && echo same
    du -k i | cut -f1')" 'same
4'
is 'dd' "$(inside 'dd if=/dev/zero bs=1K count=5 2>&1 > /dev/null | head -n 2
    echo abc | dd conv=ucase status=none')" '5+0 records in
5+0 records out
ABC'
is 'df and du' "$(inside 'df -k --output=fstype,target /tmp | tail -n 1 | tr -s " "
    mkdir -p u/v; dd if=/dev/zero of=u/v/f bs=4k count=2 status=none; du -k u')" \
    'tmpfs /tmp
8	u/v
8	u'
is 'numbers' "$(inside 'factor 1234567890 18446744073709551617
    expr 2 \* 99999999999999999999; printf "%.10f %g\n" 3.14159265358979 1e300')" \
    '1234567890: 2 3 3 5 3607 3803
18446744073709551617: 274177 67280421310721
199999999999999999998
3.1415926536 1e+300'
is 'sums' "$(inside 'printf abc | md5sum; printf abc | sha256sum | cut -c 1-16
    printf abc | cksum')" '900150983cd24fb0d6963f7d28e17f72  -
ba7816bf8f01cfea
1219131554 3'
is 'split, paste, join, comm' "$(inside 'seq 1 6 | split -l 2 - part; paste part*
    printf "1 a\n2 b\n" > j1; printf "1 x\n2 y\n" > j2; join j1 j2
    seq 1 5 > c1; seq 4 8 > c2; comm -12 c1 c2' | tr '\t' ' ')" '1 3 5
2 4 6
1 a x
2 b y
4
5'
is 'timeout, nice, nohup' "$(inside 'timeout 0.2 sleep 9; echo $?; nice -n 3 nice
    timeout -s KILL 0.2 sleep 9; echo $?; timeout -k 1 5 bash -c \
    "trap : TERM; while :; do sleep 0.05; done"; echo $?')" '124
3
137
137'
is 'stdbuf preloads' "$(inside 'stdbuf -oL env' | grep -c LD_PRELOAD=.*libstdbuf.so)" 1
is 'install, truncate, realpath' "$(inside 'echo x > s; install -D -m 711 s q/r/t
    stat -c %a q/r/t; truncate -s 10 q/r/t; stat -c %s q/r/t
    realpath q/../q/./r')" '711
10
/tmp/q/r'
is 'mktemp, tee, wc, yes' "$(inside 'f=$(mktemp); yes | head -n 1000 | tee $f | wc -lc
    wc -c < $f' | tr -s ' ')" ' 1000 2000
2000'
is 'signals and traps' "$(inside 'trap "echo got" USR1; kill -USR1 $$; sleep 5 &
    kill $!; wait $!; echo $?')" 'got
143'
is 'job control' "$(inside 'set -m; sleep 9 & kill %1; wait %1; echo $?' 2> /dev/null)" 143
is 'pipes between many' "$(inside 'for i in {1..20}; do (echo $i | cat | cat) & done |
    sort -n | tail -n 1')" 20
is 'what sees where it is' "$(inside 'readlink /proc/self/exe; readlink /proc/$$/exe
    readlink /proc/$$/root')" '/bin/readlink
/bin/bash
/'
is 'its map has its files' "$(inside 'cat /proc/self/maps' | awk '{ print $6 }' |
    grep '^/' | uniq | tr '\n' ' ')" \
    "/bin/cat /lib/$cpu-linux-gnu/libc.so.6 /lib/$cpu-linux-gnu/${linker##*/} "
is 'mksh with glibc' "$(chroot /dynamic /bin/mksh -c 'print $((2 * 512)) $KSH_VERSION' |
    cut -c 1-4)" 1024
is 'pathological: a script' "$(inside 'printf "#!/bin/bash\necho script \$1\n" > run
    chmod +x run; ./run arg')" 'script arg'
is 'uname, date, id' "$(inside 'uname -sm; TZ=UTC date -d @0 +%F; id -u; nproc' |
    head -n 3)" "Linux $cpu
1970-01-01
0"
is 'stty needs a terminal' "$(inside 'stty -a < /dev/null' 2>&1 | sed 's/.*: //')" \
    'Inappropriate ioctl for device'
is 'and finds one' "$(/tests/helper/pty chroot /dynamic \
    /bin/stty size < /dev/null | tr -d '\r')" '0 0'
is 'a hundred programs' "$(inside 'for ((i = 0; i < 100; i++)); do /bin/true || echo no
    done; echo $i')" 100
is 'tail -f' "$(inside 'echo one > log; tail -f log > told & until test -s told
    do sleep 0.1; done; echo two >> log; until [[ $(< told) = *two ]]
    do sleep 0.1; done; kill $!; cat told')" 'one
two'
finish
