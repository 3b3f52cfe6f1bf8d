#!/bin/sh
# SPDX-License-Identifier: MIT
# find, xargs, grep -r: going through a tree.
. /tests/shell/tap.sh

mkdir -p t/a/b/c t/d
echo 'needle one' > t/a/x.txt
echo 'hay' > t/a/b/y.txt
echo 'more hay
a needle here' > t/a/b/c/z.c
: > t/d/empty
ln -s ../a/x.txt t/d/link
mkfifo t/fifo
chmod 755 t/a/b/y.txt
touch -d '2020-01-01' t/a/x.txt
dd if=/dev/zero of=t/d/big bs=1k count=100 2> /dev/null
is 'the newest name comes first' "$(mkdir o; cd o; touch a b c d; ln b e; rm c
    touch f; mv f a; touch g; find .; cd ..; rm -r o)" '.
./g
./a
./e
./d
./b'
found() { find "$@" | sort | tr '\n' ' '; }
is 'all' "$(found t)" 't t/a t/a/b t/a/b/c t/a/b/c/z.c t/a/b/y.txt t/a/x.txt t/d t/d/big t/d/empty t/d/link t/fifo '
is 'by kind' "$(found t -type d)" 't t/a t/a/b t/a/b/c t/d '
is 'links and pipes' "$(found t -type l) $(found t -type p)" 't/d/link  t/fifo '
is 'by name' "$(found t -name '*.txt')" 't/a/b/y.txt t/a/x.txt '
is 'by path' "$(found t -path '*/b/*')" 't/a/b/c t/a/b/c/z.c t/a/b/y.txt '
is 'by size' "$(found t -type f -size +50k) $(found t -type f -size 0)" \
    't/d/big  t/d/empty '
is 'by mode' "$(found t -type f -perm 755) $(found t -type f -perm -100)" \
    't/a/b/y.txt  t/a/b/y.txt '
is 'by time' "$(found t -type f -mtime +100) $(found t -newer t/a/x.txt -name 'y*')" \
    't/a/x.txt  t/a/b/y.txt '
is 'depth' "$(found t -maxdepth 1) $(found t -mindepth 4)" \
    't t/a t/d t/fifo  t/a/b/c/z.c '
is 'not and or' "$(found t -type f ! -name '*.txt' -o -type p)" \
    't/a/b/c/z.c t/d/big t/d/empty t/fifo '
is 'prune' "$(found t -name b -prune -o -type f -print)" \
    't/a/x.txt t/d/big t/d/empty '
is 'depth first' "$(find t/a -depth | tail -n 1)" t/a
is 'through links' "$(found -L t -type f -name link)" 't/d/link '
is 'links by inode' "$(ln t/a/x.txt t/hard; found t -inum $(stat -c %i t/hard)
    found t -links +1 -type f; rm t/hard)" 't/a/x.txt t/hard t/a/x.txt t/hard '
is 'exec' "$(find t -name '*.txt' -exec basename {} \; | sort | tr '\n' ' ')" \
    'x.txt y.txt '
is 'exec together' "$(find t -name '*.txt' -exec sh -c 'echo $#' x {} +)" 2
is 'quit' "$(find t -name '*.txt' -quit | wc -l | tr -d ' ')" 0
is 'of nothing' "$(find none 2> /dev/null; echo $?)" 1
mkdir t/m
mount -t tmpfs tmpfs t/m
: > t/m/inside
is 'on one filesystem only' "$(found t -xdev -path 't/m*') $(found t -path 't/m*')" \
    't/m  t/m t/m/inside '
umount t/m

is 'xargs' "$(seq 1 5 | xargs)" '1 2 3 4 5'
is 'a few each' "$(seq 1 5 | xargs -n 2)" '1 2
3 4
5'
is 'in place' "$(printf 'a\nb\n' | xargs -I % echo '<%>')" '<a>
<b>'
is 'quotes' "$(printf '"a b" c\\ d '"'e f'" | xargs -n 1)" 'a b
c d
e f'
is 'zero bytes' "$(find t -name '*.txt' -print0 | sort -z | xargs -0 -n 1)" \
    't/a/b/y.txt
t/a/x.txt'
is 'nothing' "$(xargs -r echo x < /dev/null; xargs echo y < /dev/null)" y
# BusyBox hears of a program that is missing through the memory that vfork
# shares; that of musl for aarch64 shares none.
like 'statuses' "$(echo x | xargs false; echo $?
    echo x | xargs no_such_program 2> /dev/null; echo $?)" '123
12[37]'
is 'a long list' "$(seq 1 20000 | xargs echo | wc -w | tr -d ' ')" 20000
is 'side by side' "$(seq 1 8 | xargs -P 4 -n 1 sh -c 'sleep 0.1; echo $1' x |
    sort -n | tr '\n' ' ')" '1 2 3 4 5 6 7 8 '

rm t/fifo t/d/link
is 'grep -r' "$(grep -r needle t | sort)" 't/a/b/c/z.c:a needle here
t/a/x.txt:needle one'
is 'names only' "$(grep -rl needle t | sort | tr '\n' ' ')" 't/a/b/c/z.c t/a/x.txt '
is 'numbers and count' "$(grep -n needle t/a/b/c/z.c; grep -c hay t/a/b/c/z.c)" \
    '2:a needle here
1'
is 'without' "$(grep -v needle t/a/b/c/z.c)" 'more hay'
is 'extended' "$(printf 'abc\nabbc\nxyz\n' | grep -E '^ab{2}c$|z$')" 'abbc
xyz'
is 'fixed and whole' "$(printf 'a.c\nabc\nx a.c y\n' | grep -F a.c | wc -l |
    tr -d ' ') $(printf 'a.c\nabc\n' | grep -Fx a.c) $(printf 'word\nwords\n' |
    grep -w word)" '2 a.c word'
is 'only the part' "$(echo a12b345 | grep -o '[0-9]*' | tr '\n' ' ')" '12 345 '
is 'around' "$(seq 1 9 | grep -A 1 -B 1 5 | tr '\n' ' ')" '4 5 6 '
is 'case' "$(echo ABC | grep -i b)" ABC
is 'patterns from a file' "$(printf '1\n3\n' > p; seq 1 4 | grep -f p | tr '\n' ' '
    )" '1 3 '
is 'statuses of grep' "$(grep -q x /dev/null; echo $?; grep x none 2> /dev/null
    echo $?; echo x | grep -q x; echo $?)" '1
2
0'
finish
