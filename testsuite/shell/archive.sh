#!/bin/sh
# SPDX-License-Identifier: MIT
# tar, cpio, gzip and others, sums, dd.
. /tests/shell/tap.sh

umask 022
# Times of links and folders are not kept by every program.
describe() {
    (cd $1 && find . -type f -o -type p -o -type c | sort |
        xargs stat -c '%n %F %a %u:%g %t,%T %Y'
    find . -type d | sort | xargs stat -c '%n %a %u:%g'
    find . -type l | sort | xargs stat -c '%N %u:%g')
}
mkdir -p tree/sub/empty
echo text > tree/text
seq 1 5000 > tree/sub/numbers
chmod 741 tree/text
chown 3:4 tree/text
ln -s ../text tree/sub/link
mkfifo tree/fifo
mknod tree/null c 1 3
n=$(printf '%0120d' 7)
: > tree/sub/$n
find tree | xargs touch -h -d '2020-02-03 04:05:06'
is 'tar' "$(tar cf a.tar tree; mkdir x; tar xf a.tar -C x; describe x/tree)" \
    "$(describe tree)"
is 'its list' "$(tar tf a.tar | sort | head -n 3)" 'tree/
tree/fifo
tree/null'
is 'tar with gzip' "$(tar czf a.tgz tree; rm -r x; mkdir x; tar xzf a.tgz -C x
    describe x/tree)" "$(describe tree)"
is 'by a pipe' "$(rm -r x; mkdir x; tar cf - tree | tar xf - -C x; describe x/tree)" \
    "$(describe tree)"
is 'a part' "$(rm -r x; mkdir x; tar xf a.tar -C x tree/text; find x | sort |
    tr '\n' ' ')" 'x x/tree x/tree/text '
is 'hard links' "$(mkdir h; echo x > h/a; ln h/a h/b; tar cf h.tar h; rm -r h
    tar xf h.tar; stat -c %h h/a)" 2
is 'excluded' "$(tar cf - --exclude '*numbers' tree | tar tf - | grep -c numbers)" 0
is 'cpio' "$(rm -rf x; (cd tree; find . | cpio -o -H newc 2> /dev/null) > a.cpio
    mkdir x; (cd x; cpio -idm 2> /dev/null < ../a.cpio)
    describe x | grep -v directory)" "$(describe tree | grep -v directory)"
is 'its list too' "$(cpio -t 2> /dev/null < a.cpio | sort | head -n 4 | tr '\n' ' ')" \
    '. fifo null sub '
for pair in 'gzip gz' 'bzip2 bz2'; do
    set -- $pair
    is "$1" "$(cp tree/sub/numbers n; $1 n; ls n*; $1 -d n.$2; cmp n tree/sub/numbers
        echo $?; $1 -c n | $1 -dc | md5sum)" "n.$2
0
$(md5sum < n)"
done
is 'gzip as others know it' "$(printf hello | gzip -n | od -An -tx1 | head -c 12)" \
    ' 1f 8b 08 00'
is 'gzip -t finds damage' "$(gzip -c n > n.gz; gzip -t n.gz; echo $?
    dd if=/dev/zero of=n.gz bs=1 seek=900 count=50 conv=notrunc 2> /dev/null
    gzip -t n.gz 2> /dev/null; echo $?)" '0
1'
is 'zcat and gunzip' "$(printf x | gzip > z.gz; zcat z.gz; gunzip -c z.gz)" xx
is 'xz and lzma are read' "$(printf '%s' \
    /Td6WFoAAAFpIt42AgAhARYAAAB0L+WjAQAFaGVsbG8KAAAAIDA6NgABGgbF6sh5kEKZDQEAAAAAAVla |
    base64 -d | xzcat)" hello
is 'unzip' "$(printf '%s' \
    UEsDBBQAAAAIAAAAIQBM/FpmCwAAAHgAAAABAAAAYctIzcnJ58qgOwkAUEsBAhQDFAAAAAgAAAAhAEz8WmYLAAAAeAAAAAEAAAAAAAAAAAAAAIABAAAAAGFQSwUGAAAAAAEAAQAvAAAAKgAAAAAA |
    base64 -d > a.zip; unzip -p a.zip | uniq -c | tr -s " ")" ' 20 hello'

is 'md5sum' "$(printf abc | md5sum)" '900150983cd24fb0d6963f7d28e17f72  -'
is 'sha1sum' "$(printf abc | sha1sum)" \
    'a9993e364706816aba3e25717850c26c9cd0d89d  -'
is 'sha256sum' "$(printf abc | sha256sum)" \
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  -'
is 'sha512sum' "$(printf abc | sha512sum | cut -c 1-32)" \
    ddaf35a193617abacc417349ae204131
is 'sha3sum and crc32' "$(printf abc | sha3sum -a 256 | cut -c 1-16
    printf abc | crc32)" '3a985da74fe225b2
352441c2'
is 'of a megabyte' "$(yes | head -c 1000000 | sha256sum | cut -c 1-16
    yes | head -c 1000000 > m; sha256sum m | cut -c 1-16)" 'f893c2c2c50aec16
f893c2c2c50aec16'
is 'checking' "$(md5sum n m > sums; md5sum -c sums; echo x >> m
    md5sum -c sums 2> /dev/null | tail -n 1; md5sum -cs sums 2> /dev/null; echo $?
    )" 'n: OK
m: OK
m: FAILED
1'

is 'dd' "$(printf abcdefgh | dd bs=2 count=2 skip=1 2> /dev/null)" cdef
is 'its words' "$(dd if=/dev/zero of=z bs=512 count=3 2>&1 | head -n 2)" \
    '3+0 records in
3+0 records out'
is 'seek and notrunc' "$(printf abcdef > s; printf XY | dd of=s bs=1 seek=2 \
    conv=notrunc 2> /dev/null; cat s)" abXYef
is 'without it, cut off' "$(printf abcdef > s; printf XY | dd of=s bs=1 seek=2 \
    2> /dev/null; cat s)" abXY
is 'past the end' "$(printf a > s; printf z | dd of=s bs=1 seek=4 2> /dev/null
    od -An -tx1 s | tr -d ' ')" 610000007a
is 'pairs swapped' "$(printf badc | dd conv=swab 2> /dev/null)" abcd
is 'sync and fullblock' "$(printf abc | dd bs=4 conv=sync 2> /dev/null | wc -c |
    tr -d ' '; { printf ab; sleep 0.2; printf cd; } | dd bs=4 count=1 \
    iflag=fullblock 2> /dev/null)" '4
abcd'
is 'devices' "$(dd if=/dev/zero bs=1000 count=10 2> /dev/null | tr -d '\0' | wc -c |
    tr -d ' '; dd if=/dev/urandom bs=1000 count=1 2> /dev/null | wc -c | tr -d ' '
    dd if=/dev/null 2> /dev/null | wc -c | tr -d ' ')" '0
1000
0'
is 'a full one' "$(echo x 2>&1 > /dev/full | sed 's/.*: //')" \
    'No space left on device' 2> /dev/null
is 'a limit of size' "$(mkdir small; mount -t tmpfs -o size=64k tmpfs small
    dd if=/dev/zero of=small/f bs=4k 2>&1 | sed -n 's/^dd.*: //p'
    stat -c %s small/f; df -k small | awk 'END { print $2, $3, $4, $5 }'
    umount small)" 'No space left on device
65536
64 64 0 100%'
is 'fallocate, truncate' "$(fallocate -l 8192 fa; stat -c '%s %b' fa
    truncate -s 100 fa; stat -c %s fa)" '8192 16
100'
finish
