#!/bin/sh
# SPDX-License-Identifier: MIT
# mount and umount, chroot, pivot_root, switch_root.
. /tests/shell/tap.sh

mkdir a b c
is 'a tmpfs' "$(mount -t tmpfs -o mode=711,uid=5,gid=6,size=1m name a
    stat -c '%a %u %g' a; grep " $PWD/a " /proc/mounts)" "711 5 6
name $PWD/a tmpfs rw,relatime,size=1024k,mode=711,uid=5,gid=6,inode64 0 0"
is 'it covers what was there' "$(: > a/in; umount a; ls a; mount -t tmpfs x a
    ls a; umount a)" ''
is 'umount of what is none' "$(umount b 2> /dev/null; echo $?)" 1
is 'mount of no kind' "$(mount -t nokind x b 2>&1 | sed 's/.*: //')" 'No such device'
mount -t tmpfs one a
echo content > a/file
mkdir a/sub
is 'bind' "$(mount --bind a b; cat b/file; echo new > b/file2; cat a/file2
    rm a/file2)" 'content
new'
is 'one filesystem' "$(test "$(stat -c %d a)" = "$(stat -c %d b)" && echo one)" one
is 'of a part' "$(mkdir -p a/sub/deep; mount --bind a/sub c; ls c; umount c)" deep
is 'of a file' "$(: > here; mount --bind a/file here; cat here; umount here
    cat here)" content
is 'a mount in it is not seen' "$(mount -t tmpfs two a/sub; : > a/sub/inner
    ls b/sub; mount --rbind a c; ls c/sub; umount c/sub; umount c; umount a/sub)" \
    'deep
inner'
is 'read only' "$(mount -o remount,ro,bind b; (echo x > b/file) 2>&1 |
    sed 's/.*: //'; echo x > a/file; cat b/file)" 'Read-only file system
x'
umount b
is 'the whole filesystem' "$(mount -o remount,ro a; (: > a/no) 2>&1 |
    sed 's/.*: //'; mount -o remount,rw a; : > a/yes; ls a)" 'Read-only file system
file
sub
yes'
is 'remount of a size' "$(mount -o remount,size=2m a; df -k a |
    awk 'END { print $2 }')" 2048
is 'options' "$(mount -o remount,noexec,nosuid,nodev,noatime a
    grep " $PWD/a " /proc/mounts | cut -d ' ' -f 4 | cut -d , -f 1-5
    cp /bin/busybox a/ls; a/ls 2>&1 | sed 's/.*: //'; rm a/ls)" \
    'rw,nosuid,nodev,noexec,noatime
Permission denied'
is 'busy' "$(mount -t tmpfs x b; (cd b; echo > in; exec sleep 60) &
    soon test -e b/in; umount b 2> /dev/null
    echo $?; kill $!; wait; umount b; echo $?)" '1
0'
is 'lazily' "$(mount -t tmpfs x b; exec 3> b/open; umount -l b; echo $?; ls b
    echo still >&3; echo $?)" '0
0'
is 'move' "$(mkdir -p b/x; mount -t tmpfs x b/x; : > b/x/in; mount --move b/x c
    ls c; ls b/x; grep -c "$PWD/c tmpfs" /proc/mounts; umount c)" 'in
1'
is 'one over the other' "$(mount -t tmpfs x b; : > b/low; mount -t tmpfs y b
    : > b/high; ls b; umount b; ls b; umount b)" 'high
low'
is 'across .. of a mount' "$(mount -t tmpfs x b; mkdir b/d; cd b/d; ls ../.. |
    tr '\n' ' '; cd ../../a; ls | tr '\n' ' '; cd ..; umount b)" \
    'a b c here file sub yes '
is 'no rename or link across' "$(mount -t tmpfs x b; ln a/file b/l 2> /dev/null
    echo $?; mv a/yes b/yes; ls b; ls a/yes 2> /dev/null; mv b/yes a; umount b)" '1
yes'
is 'a mount point stays' "$(mount -t tmpfs x b; rmdir b 2>&1 | sed 's/.*: //'
    umount b)" 'Resource busy'
is 'mountinfo' "$(mount -t tmpfs named b; awk -v p="$PWD/b" '$5 == p {
    print $4, $7, $8, $9 }' /proc/self/mountinfo; umount b)" '/ - tmpfs named'
is 'many' "$(i=0; while test $i -lt 50; do mkdir -p m/$i; mount -t tmpfs x m/$i
    : > m/$i/f; i=$((i + 1)); done; ls m/*/f | wc -l | tr -d ' '
    grep -c "$PWD/m/" /proc/mounts; umount m/*; ls m/*/f 2> /dev/null
    grep -c "$PWD/m/" /proc/mounts)" '50
50
0'

mkdir -p root/bin root/proc root/old root/tmp
cp /bin/busybox root/bin/busybox
for name in sh ls cat echo mount umount pwd test readlink grep; do
    ln -s busybox root/bin/$name
done
is 'chroot' "$(chroot root /bin/sh -c 'pwd; ls /; cd ..; pwd; ls /../bin/cat')" '/
bin
old
proc
tmp
/
/../bin/cat'
is 'links within it' "$(ln -s /tmp/x root/abs; echo in > root/tmp/x
    chroot root /bin/cat /abs; rm root/abs)" in
is 'what is outside cannot be named' "$(: > outside
    chroot root /bin/ls /../outside ../outside "$PWD/outside" 2> /dev/null; echo $?
    )" 1
is 'an open folder is a way out' "$(chroot root /bin/ls /proc/self/fd/9/ 9< . \
    2> /dev/null; echo $?)" 1
is 'the tables of mounts within' "$(mount -t proc proc root/proc
    chroot root /bin/sh -c 'cat /proc/mounts; readlink /proc/self/root'
    umount root/proc)" 'proc /proc proc rw,relatime 0 0
/'
is 'a way to what is outside shows itself in full' "$(mount -t proc proc root/proc
    chroot root /bin/readlink /proc/self/fd/9 9< .; umount root/proc)" "$PWD"
is 'not for nobody' "$(su -s /bin/sh nobody -c 'chroot root /bin/ls' 2> /dev/null
    test $? != 0 && echo no)" no
has_left() { test "$(readlink "/proc/$1/root")" != /; }
is 'the root of another' "$(chroot root /bin/sh -c 'read x' < /dev/zero & p=$!
    soon has_left $p; readlink /proc/$p/root; kill $p)" "$PWD/root"
is 'pivot_root is refused where it must be' "$(pivot_root root root/old 2> /dev/null
    echo $?; pivot_root a a/sub 2> /dev/null; echo $?)" '1
1'
mkdir top
mount -t tmpfs first top
cp -a root/bin top
mkdir top/new
cat > top/turn <<'END'
mount -t tmpfs second /new
cp -a /bin /new
mkdir /new/old
cd /new
pivot_root . old && echo turned
ls -d /old/turn /turn /bin/sh
ls /
umount -l /old && echo let go
ls /old
END
for name in pivot_root cp mkdir; do
    ln -s busybox top/bin/$name
done
is 'pivot_root' "$(chroot top /bin/sh /turn 2> /dev/null)" 'turned
/bin/sh
/old/turn
bin
old
let go'
umount top
is 'others stay where they are' "$(ls top; pwd | sed 's|.*/||')" "$(basename "$PWD")"
umount a
finish
