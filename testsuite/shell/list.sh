#!/bin/sh
# SPDX-License-Identifier: MIT
# ls, stat, touch, du: what is said of files.
. /tests/shell/tap.sh

umask 022
mkdir -p tree/a/b tree/c
echo 12345 > tree/a/file
echo x > tree/a/b/deep
: > tree/.hidden
ln -s ../a/file tree/c/link
ln tree/a/file tree/c/hard
mkfifo tree/fifo
mknod tree/null c 1 3
chmod 4755 tree/a/b/deep
chmod 1777 tree/c
touch -d '2020-01-02 03:04:05' tree/a/file tree/a/b/deep tree/.hidden tree/fifo \
    tree/null tree/a/b
touch -h -d '2021-06-07 08:09:10' tree/c/link
touch -d '2020-01-02 03:04:05' tree/a tree/c tree

is 'names' "$(ls tree)" 'a
c
fifo
null'
is 'with hidden ones' "$(ls -A tree | tr '\n' ' ')" '.hidden a c fifo null '
is 'with all' "$(ls -a tree | tr '\n' ' ')" '. .. .hidden a c fifo null '
is 'with signs' "$(ls -F tree tree/c | tr '\n' ' ')" \
    'tree: a/ c/ fifo| null  tree/c: hard link@ '
is 'in full, with folders within' \
    "$(ls -laR --full-time tree | sed -e 's/ *[0-9]* \(20[0-9-]* \)/ \1/' \
        -e '/^total/d' -e '/ \.\.*$/d')" \
    'tree:
-rw-r--r--    1 root     root 2020-01-02 03:04:05 +0000 .hidden
drwxr-xr-x    3 root     root 2020-01-02 03:04:05 +0000 a
drwxrwxrwt    2 root     root 2020-01-02 03:04:05 +0000 c
prw-r--r--    1 root     root 2020-01-02 03:04:05 +0000 fifo
crw-r--r--    1 root     root        1, 2020-01-02 03:04:05 +0000 null

tree/a:
drwxr-xr-x    2 root     root 2020-01-02 03:04:05 +0000 b
-rw-r--r--    2 root     root 2020-01-02 03:04:05 +0000 file

tree/a/b:
-rwsr-xr-x    1 root     root 2020-01-02 03:04:05 +0000 deep

tree/c:
-rw-r--r--    2 root     root 2020-01-02 03:04:05 +0000 hard
lrwxrwxrwx    1 root     root 2021-06-07 08:09:10 +0000 link -> ../a/file'
is 'a folder itself' "$(ls -ld tree/a | cut -c 1-18)" 'drwxr-xr-x    3 ro'
is 'sizes' "$(ls -l tree/a/file tree/c/hard | awk '{ print $5 }')" '6
6'
is 'one inode' "$(test "$(ls -i tree/a/file | awk '{ print $1 }')" = \
    "$(ls -i tree/c/hard | awk '{ print $1 }')" && echo same)" same
is 'by time' "$(touch -d '2019-01-01' old; touch -d '2022-01-01' new; ls -t new old)" \
    'new
old'
is 'by size, backwards' "$(ls -Sr tree/a/file tree/.hidden)" 'tree/.hidden
tree/a/file'
is 'blocks' "$(dd if=/dev/zero of=blocks bs=4096 count=3 2> /dev/null
    ls -s blocks)" '    12 blocks'
is 'of nothing' "$(ls none 2> /dev/null; echo $?)" 1
is 'users by number' "$(chown 12:34 old; ls -ln old | awk '{ print $3, $4 }')" \
    '12 34'

is 'stat' "$(stat -c '%n %s %F %a %A %h %u %g %t,%T %Y' tree/a/file tree/c \
    tree/c/link tree/fifo tree/null)" \
    'tree/a/file 6 regular file 644 -rw-r--r-- 2 0 0 0,0 1577934245
tree/c 80 directory 1777 drwxrwxrwt 2 0 0 0,0 1577934245
tree/c/link 9 symbolic link 777 lrwxrwxrwx 1 0 0 0,0 1623053350
tree/fifo 0 fifo 644 prw-r--r-- 1 0 0 0,0 1577934245
tree/null 0 character special file 644 crw-r--r-- 1 0 0 1,3 1577934245'
is 'stat through a link' "$(stat -L -c '%s %F' tree/c/link)" '6 regular file'
is 'blocks by stat' "$(stat -c '%b %B %o' blocks)" '24 512 4096'
is 'a folder counts its names' "$(mkdir count; stat -c '%s %h' count
    mkdir count/a count/b; : > count/c; stat -c '%s %h' count
    rmdir count/a; stat -c '%s %h' count)" '40 2
100 4
80 3'
is 'of the filesystem' "$(stat -f -c '%T %l %s %S' .)" 'tmpfs 255 4096 4096'
is 'of others' "$(stat -f -c '%T' /proc /sys /dev/pts)" 'proc
sysfs
devpts'

is 'touch makes' "$(touch fresh; ls fresh; touch -c not; ls not 2> /dev/null)" \
    fresh
is 'a time of another' "$(touch -r tree/a/file fresh; stat -c %Y fresh)" 1577934245
is 'now' "$(n=$(date +%s); touch fresh; t=$(stat -c %Y fresh)
    test $t -ge $((n - 1)) -a $t -le $((n + 60)) && echo now)" now
is 'what writing does to times' "$(touch -d 2020-01-01 w; echo x >> w
    test $(stat -c %Y w) -gt 1577836800 && echo changed)" changed
is 'a folder changes with its names' "$(touch -d 2020-01-01 count; : > count/n
    test $(stat -c %Y count) -gt 1577836800 && echo changed)" changed
is 'before 1970 and after 2038' "$(touch -d '1950-01-01 00:00:00' old; stat -c %Y old
    touch -d '2100-01-01 00:00:00' old; stat -c %Y old)" '-631152000
4102444800'

is 'du' "$(mkdir du; dd if=/dev/zero of=du/a bs=1k count=8 2> /dev/null
    mkdir du/sub; dd if=/dev/zero of=du/sub/b bs=1k count=4 2> /dev/null
    ln du/a du/sub/a; du -k du; du -sk du/sub; du -ak du/sub | sort -n)" \
    '12	du/sub
12	du
12	du/sub
4	du/sub/b
8	du/sub/a
12	du/sub'
is 'a file with holes' "$(truncate -s 1M hole; stat -c '%s %b' hole
    echo x | dd of=hole bs=1 seek=500000 conv=notrunc 2> /dev/null
    stat -c '%s %b' hole)" '1048576 0
1048576 8'
is 'truncating gives back' "$(truncate -s 0 hole; stat -c '%s %b' hole)" '0 0'
is 'a number of many' "$(mkdir many; cd many; seq 1 500 | xargs touch; cd ..
    ls many | wc -l | tr -d ' ')" 500
finish
