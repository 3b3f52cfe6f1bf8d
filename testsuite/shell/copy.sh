#!/bin/sh
# SPDX-License-Identifier: MIT
# cp, mv, rm, ln, mkdir, rmdir, realpath: changing the tree.
. /tests/shell/tap.sh

umask 022
# Times of links and folders are not kept by every program.
describe() {
    (cd $1 && find . -type f -o -type p -o -type c | sort |
        xargs stat -c '%n %F %a %u:%g %t,%T %Y'
    find . -type d | sort | xargs stat -c '%n %a %u:%g'
    find . -type l | sort | xargs stat -c '%N %u:%g')
}
mkdir -p from/sub/empty
echo text > from/text
echo '#!/bin/sh' > from/sub/script
chmod 750 from/sub/script
chown 5:6 from/sub/script
chmod 2775 from/sub/empty
ln -s ../text from/sub/link
ln -s /no/where from/lost
mkfifo from/fifo
mknod from/zero c 1 5
find from | xargs touch -h -d '2020-02-03 04:05:06'
is 'cp' "$(cp from/text copy; cat copy)" text
is 'cp into a folder' "$(mkdir into; cp from/text copy into; ls into)" 'copy
text'
is 'cp -a' "$(cp -a from to; describe to)" "$(describe from)"
is 'cp -r makes new times' "$(cp -r from/sub plain
    test $(stat -c %Y plain/script) -gt 1580702706 && echo new)" new
is 'cp over an old one' "$(echo longer text > copy; cp from/text copy; cat copy)" \
    text
is 'cp a large one' "$(dd if=/dev/urandom of=large bs=64k count=32 2> /dev/null
    cp large large2; cmp large large2 && echo same)" same
is 'cp -l and -s' "$(cp -l large hard; cp -s "$PWD/large" soft
    stat -c %h hard; readlink soft | sed 's|.*/||')" '2
large'
is 'cp of a folder needs -r' "$(cp from x 2> /dev/null; echo $?; ls x \
    2> /dev/null)" 1
is 'onto itself' "$(cp large large 2> /dev/null; echo $?)" 1

is 'mv' "$(mv copy moved; ls copy 2> /dev/null; cat moved)" text
is 'mv of a folder' "$(mv to there; describe there)" "$(describe from)"
is 'mv into one' "$(mv moved there; cat there/moved)" text
is 'mv over a file' "$(echo a > a; echo b > b; mv a b; cat b; ls a 2> /dev/null)" a
is 'mv over an empty folder' "$(mkdir -p m/x n/x; touch m/x/in; mv m/x n && ls n/x)" \
    in
is 'mv not over a full one' "$(mkdir -p m/x; mv m/x n 2> /dev/null; echo $?)" 1
is 'mv not into itself' "$(mv n n/x/deeper 2> /dev/null; echo $?)" 1
mkdir other
mount -t tmpfs tmpfs other
is 'mv between filesystems' "$(rm there/moved; mv there other && describe other/there; ls there 2> /dev/null)" \
    "$(describe from)"
umount other
is 'mv -n and -f' "$(echo a > a; echo b > b; mv -n a b; cat b; mv -f a b; cat b)" \
    'b
a'

is 'rm' "$(rm b; ls b 2> /dev/null; rm b 2> /dev/null; echo $?; rm -f b; echo $?)" \
    '1
0'
is 'rm -r of much' "$(mkdir big; cd big
    for d in 0 1 2 3 4 5 6 7 8 9; do mkdir -p $d/x/y/z; (cd $d
        seq 1 60 | xargs touch; cd x/y; seq 1 60 | xargs touch); done; cd ..
    find big | wc -l | tr -d ' '; rm -r big; ls big 2> /dev/null)" 1241
is 'rm of a folder' "$(mkdir d; rm d 2> /dev/null; echo $?; rmdir d; ls d \
    2> /dev/null)" 1
is 'rmdir of a full one' "$(mkdir -p d/e; rmdir d 2> /dev/null; echo $?
    rmdir -p d/e; ls d 2> /dev/null)" 1
is 'what is open stays' "$(echo still > open; exec 3< open; rm open; cat <&3)" still
is 'a removed place' "$(mkdir gone; cd gone; rmdir ../gone; ls; (: > x) 2> /dev/null
    echo $?; cd ..; pwd | sed 's|.*/||')" "1
$(basename "$PWD")" 2> /dev/null
is 'rm of odd names' "$(touch -- -x 'a b' '*' 'new
line'; rm -- -x 'a b' '*' 'new
line'; ls | grep -c -e '^-x' -e 'a b' -e '[*]' -e line)" 0

is 'ln' "$(ln from/text hard2; stat -c %h from/text; rm hard2
    stat -c %h from/text)" '2
1'
is 'ln -s' "$(ln -s from/text soft2; cat soft2; readlink soft2)" 'text
from/text'
is 'ln -sf, -sfn' "$(ln -sf large soft2; readlink soft2; ln -s from dir
    ln -sfn into dir; readlink dir)" 'large
into'
is 'not twice' "$(ln -s x soft2 2> /dev/null; echo $?)" 1
is 'not of a folder' "$(ln from hardfrom 2> /dev/null; echo $?)" 1
is 'a circle' "$(ln -s r1 r2; ln -s r2 r1; cat r1 2>&1 | grep -c -i 'levels\|loop')" 1
is 'forty is too long a way' "$(echo end > l0; i=0; while test $i -lt 41; do
    ln -s l$i l$((i + 1)); i=$((i + 1)); done; cat l40; cat l41 2> /dev/null
    echo $?)" 'end
1'
is 'readlink -f and realpath' "$(mkdir -p p/q; ln -s p/q way
    readlink -f way/../q/. | sed 's|.*/t/||'; realpath way | sed 's|.*/t/||')" \
    "$(cd p/q; pwd -P | sed 's|.*/t/||')
$(cd p/q; pwd -P | sed 's|.*/t/||')"

is 'mkdir -p' "$(mkdir -p one/two/three one/two; echo $?; ls -d one/two/three)" '0
one/two/three'
is 'mkdir -m' "$(mkdir -m 700 secret; stat -c %a secret)" 700
is 'mkdir of what is there' "$(mkdir one 2> /dev/null; echo $?)" 1
is 'mkdir nowhere' "$(mkdir no/where 2> /dev/null; echo $?)" 1
is 'long names' "$(n=$(printf '%0255d' 1); : > $n && ls $n | wc -c | tr -d ' '
    (: > 0$n) 2> /dev/null || echo too long)" '256
too long'
is 'mktemp' "$(f=$(mktemp); d=$(mktemp -d); stat -c '%F %a' $f $d; rm -r $f $d
    mktemp -p . xx.XXXXXX | grep -c '^\./xx\.[A-Za-z0-9]\{6\}$')" \
    'regular empty file 600
directory 700
1'
is 'install by dd and sync' "$(dd if=large of=l2 bs=1000 conv=fsync 2> /dev/null
    sync; cmp large l2; echo $?)" 0
is 'shred and unlink' "$(echo secret > s; shred -n 1 s; grep -c secret s; unlink s
    ls s 2> /dev/null)" 0
finish
