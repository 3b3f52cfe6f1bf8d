#!/bin/sh
# SPDX-License-Identifier: MIT
# Redirections: files, descriptors moved about, here-documents.
. /tests/shell/tap.sh

echo one > f
echo two >> f
is 'write and append' "$(cat f)" 'one
two'
is 'a later one wins' "$(echo x > g > h; cat g; cat h)" x
is 'read' "$(wc -l < f | tr -d ' ')" 2
is 'errors with output' "$({ echo out; echo err >&2; } 2>&1)" 'out
err'
is 'the order counts' "$({ echo out; echo err >&2; } 2>&1 > /dev/null)" err
is 'swapping' "$({ { echo out; echo err >&2; } 3>&1 1>&2 2>&3 3>&-; } \
    2> /dev/null)" err
is 'a closed output' "$( (echo x >&-) 2> /dev/null || echo failed)" failed
is 'a closed input' "$(cat <&- 2> /dev/null || echo failed)" failed
is 'read and write' "$(echo abcdef > rw; exec 3<> rw; read -r line <&3
    echo more >&3; exec 3>&-; cat rw)" 'abcdef
more'
is 'truncate' "$(: > f; wc -c < f | tr -d ' ')" 0
exec 5> five
echo a >&5
(echo b >&5)
$SH -c 'echo c >&5' 5>&5
exec 5>&-
is 'a descriptor that stays' "$(cat five)" 'a
b
c'
is 'and is closed' "$( (echo d >&5) 2> /dev/null || echo failed)" failed
exec 6< five
read -r first <&6
is 'one place in the file for all' "$first$($SH -c 'read x <&6; echo $x' 6<&6)" ab
exec 6<&-
printf '1\n2\n3\n' > left
printf 'a\nb\nc\n' > right
is 'two at once' "$(while read -r l <&3 && read -r r <&4; do echo $l$r
    done 3< left 4< right)" '1a
2b
3c'
is 'a loop that writes' "$(for i in 1 2 3; do echo $i; done > out
    cat out)" '1
2
3'
is 'a condition that reads' "$(if read -r x; then echo "<$x>"; fi < left)" '<1>'
is 'moving a descriptor' "$(exec 7> seven; exec 8>&7 7>&-; echo moved >&8
    exec 8>&-; cat seven)" moved
is 'nine of them' "$(exec 3>&1; exec 4>&3; exec 5>&4; exec 6>&5; exec 7>&6
    exec 8>&7; exec 9>&8; echo through >&9)" through
is 'standard input again' "$(exec 3<&0; exec < left; read -r x; exec <&3
    echo $x)" 1
is 'output of the whole shell' "$($SH -c 'exec > all 2>&1; echo out; ls /none
    echo end'; wc -l < all | tr -d ' ')" 3
is 'a failed one' "$(echo x > /no/such/file; echo $?) " '1 ' 2> /dev/null
is 'a folder cannot be written' "$( (echo x > /tmp) 2> /dev/null || echo no)" no
is 'noclobber' "$($SH -c 'set -C; (echo x > five) 2> /dev/null || echo kept
    echo y >| five; echo z > /dev/null; cat five')" 'kept
y'
fd=/proc/self/fd
is 'a file by its descriptor' "$(echo piped | cat $fd/0) $(cat $fd/3 3< left |
    head -n 1)" 'piped 1'
is 'a pipe by it' "$(echo x | cat /proc/self/fd/0 > /proc/self/fd/1)" x
is 'for errors' "$( (echo x > /proc/self/fd/2) 2>&1)" x
is '/proc/self/fd' "$(cat < left 9< right /proc/self/fd/9 | head -n 1)" a
is 'links of descriptors' "$(readlink /proc/self/fd/3 3< left)" "$(pwd)/left"

v=value
is 'here' "$(cat <<END
$v $(echo sub) \$v $((2 + 3)) "quoted" \\
END
)" 'value sub $v 5 "quoted" \'
is 'here, quoted' "$(cat <<'END'
$v $(echo sub) \n `x`
END
)" '$v $(echo sub) \n `x`'
is 'here, indented' "$(cat <<-END
		two tabs
	one tab
	END
)" 'two tabs
one tab'
is 'two of them' "$(cat <<A; cat <<B
first
A
second
B
)" 'first
second'
is 'on another descriptor' "$(cat <<A $fd/4 4<<B
out of a
A
out of b
B
)" 'out of b'
is 'in a loop' "$(for i in 1 2; do cat <<END
line $i
END
done)" 'line 1
line 2'
inner() {
    cat <<END
given $1
END
}
is 'in a function' "$(inner x; inner y)" 'given x
given y'
is 'into read' "$(read -r a b <<END
one two three
END
echo "$b")" 'two three'
is 'a pipeline from it' "$(sort <<END | head -n 1
b
a
END
)" a
big=$(seq 1 40000)
is 'a large one' "$(wc -c <<END | tr -d ' '
$big
END
)" 228894
is 'a large one, unread' "$(true <<END; echo went on
$big
END
)" 'went on'
finish
