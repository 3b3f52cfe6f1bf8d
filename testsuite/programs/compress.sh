#!/bin/sh
# SPDX-License-Identifier: MIT
# xz, pigz and zstd with many threads: what they pack, they unpack.
. /tests/programs/real.sh
needs /usr/bin/zstd
real_root
# Eight megabytes that pack neither too well nor too badly.
awk 'BEGIN { srand(1); for (i = 0; i < 400000; i++)
    print i, int(rand() * 1000000), "some words between" }' > /debian/tmp/data
sum=$(md5sum < /debian/tmp/data)
both_ways() {
    is "$1" "$(debian timeout 100 $2 < /debian/tmp/data > /debian/tmp/packed
        echo $?; debian timeout 100 $3 < /debian/tmp/packed | md5sum)" "0
$sum"
    ok "$1 packs" test "$(stat -c %s /debian/tmp/packed)" -lt \
        "$(stat -c %s /debian/tmp/data)"
}
both_ways 'xz -T4' '/usr/bin/xz -T4 -1 --block-size=1MiB' '/usr/bin/xz -dc -T4'
both_ways 'pigz -p 4' 'pigz -p 4' 'pigz -dc'
both_ways 'zstd -T4' 'zstd -q -T4 -9' 'zstd -q -dc'
is 'and gzip reads pigz' "$(debian pigz -p 4 < /debian/tmp/data | gunzip | md5sum)" "$sum"
is 'many files at once' "$(cd /debian/tmp; for i in 1 2 3 4; do
        head -c 300000 data > many.$i; done
    debian timeout $minute zstd -q -T4 --rm /tmp/many.1 /tmp/many.2 /tmp/many.3 /tmp/many.4
    echo $?; ls many.*)" '0
many.1.zst
many.2.zst
many.3.zst
many.4.zst'
real_done
