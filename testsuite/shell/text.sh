#!/bin/sh
# SPDX-License-Identifier: MIT
# sed, awk, sort, uniq, wc, cut, tr, head, tail and their kin.
. /tests/shell/tap.sh

joined() { tr '\n' ' '; }
is 'sed s' "$(echo 'one two' | sed -e 's/o/0/' -e 's/\(t\)\(wo\)/\2\1/;s/e/E/g')" \
    '0nE wot'
is 'sed addresses' "$(seq 1 10 | sed -n '2,4p; $p; /7/p' | joined)" '2 3 4 7 10 '
is 'sed d, a, i, c' "$(seq 1 4 | sed -e '1d' -e '2a two' -e '3i three' -e '4c four' |
    joined)" '2 two three 3 four '
is 'sed hold space' "$(seq 1 4 | sed -n '1!G;h;$p' | joined)" '4 3 2 1 '
is 'sed branches' "$(printf 'a\\\nb\nc\n' | sed -e :a -e '/\\$/{N;s/\\\n//;ba' -e '}')" \
    'ab
c'
is 'sed y, q, =' "$(seq 1 9 | sed -e y/123/abc/ -e 3q | joined)$(seq 1 3 |
    sed -n '$=')" 'a b c 3'
is 'sed -i' "$(echo old > f; sed -i s/old/new/ f; cat f; sed -i.bak s/new/x/ f
    cat f f.bak)" 'new
x
new'
is 'sed -E' "$(echo aabb12 | sed -E 's/(a+)(b+)([0-9]+)/\3-\2-\1/')" 12-bb-aa
is 'sed w' "$(seq 1 4 | sed -n '/[24]/w out'; joined < out)" '2 4 '

is 'awk fields' "$(printf 'a 1\nb 2\nc 3\n' | awk '{ s += $2 } END { print NR, s }')" \
    '3 6'
is 'awk patterns' "$(seq 1 20 | awk '/1$/ || NR == 5; NR == 7, NR == 8' | joined)" \
    '1 5 7 8 11 '
is 'awk arrays' "$(printf 'x\ny\nx\nx\n' | awk '{ n[$1]++ } END { print n["x"], n["y"] }')" \
    '3 1'
is 'awk functions' "$(awk 'function f(n) { return n < 2 ? 1 : n * f(n - 1) }
    BEGIN { print f(10), length("abc"), substr("hello", 2, 3), index("abc", "c"),
    toupper("x"), int(7 / 2) }')" '3628800 3 ell 3 X 3'
is 'awk printf' "$(awk 'BEGIN { printf "%5.2f|%-5s|%05d|%x|%c\n", 3.14159, "ab", 42, 255, 65 }')" \
    ' 3.14|ab   |00042|ff|A'
is 'awk -F and OFS' "$(echo a:b:c | awk -F: -v OFS=- '{ $2 = "x"; print }')" a-x-c
is 'awk split, gsub, match' "$(echo 2020-01-02 | awk '{ n = split($0, p, "-")
    gsub(/0/, "o"); print n, p[3], $0, match("xxabc", /ab/) }')" '3 02 2o2o-o1-o2 3'
is 'awk getline and pipes' "$(awk 'BEGIN { "echo cmd" | getline x; print x
    print "b\na" | "sort"; close("sort"); while ((getline l < "out") > 0) print l }')" \
    'cmd
a
b
2
4'
is 'awk system and exit' "$(awk 'BEGIN { r = system("exit 3"); print r; exit 5 }'
    echo $?)" '3
5'
is 'awk floats' "$(awk 'BEGIN { print 1e300 * 10, 1 / 3, 0.1 + 0.2, -7 % 3 }')" \
    '1e+301 0.333333 0.3 -1'
is 'awk over much' "$(seq 1 50000 | awk '{ s += $1 } END { print s }')" 1250025000

is 'sort' "$(printf 'b\na\nC\n' | sort | joined)" 'C a b '
is 'sort numbers' "$(printf '10\n9\n-1\n100\n' | sort -n | joined)" '-1 9 10 100 '
is 'sort keys' "$(printf 'x 3 b\ny 1 c\nz 2 a\n' | sort -k 2n | cut -c 1 | joined
    printf 'a:3\nb:1\n' | sort -t : -k 2 | joined)" 'y z x b:1 a:3 '
is 'sort -r, -u, -f' "$(printf 'b\na\nb\n' | sort -ru | joined
    printf 'B\na\n' | sort -f | joined)" 'b a a B '
is 'sort much' "$(seq 1 20000 | sort -r | sort -n | md5sum)" \
    "$(seq 1 20000 | md5sum)"
is 'sort -o over itself' "$(printf '2\n1\n' > s; sort -o s s; joined < s)" '1 2 '
is 'sort -c' "$(printf '2\n1\n' | sort -c 2> /dev/null; echo $?)" 1
is 'uniq' "$(printf 'a\na\nb\na\n' | uniq | joined
    printf 'a\na\nb\n' | uniq -c | sed 's/^ *//' | joined
    printf 'a\na\nb\n' | uniq -d; printf 'a\na\nb\n' | uniq -u)" 'a b a 2 a 1 b a
b'
is 'wc' "$(printf 'one two\nthree\n' | wc | tr -s ' ' | sed 's/^ //')" '2 3 14'
is 'wc of files' "$(seq 1 5 > w1; seq 1 7 > w2; wc -l w1 w2 | sed 's/^ *//')" '5 w1
7 w2
12 total'
is 'cut' "$(echo a:b:c:d | cut -d : -f 2,4; echo abcdef | cut -c 2-3,5
    echo abcdef | cut -b 4-)" 'b:d
bce
def'
is 'tr' "$(echo hello | tr a-y b-z; echo aabbcc | tr -s ab; echo a1b2 | tr -d 0-9
    echo ab | tr -c 'a\n' x)" 'ifmmp
abcc
ab
ax'
is 'head and tail' "$(seq 1 100 | head -n 2 | joined; seq 1 100 | tail -n 2 | joined
    printf abcdef | head -c 2; printf abcdef | tail -c 2; seq 1 5 | tail -n +4 |
    joined; seq 1 5 | head -n -3 | joined)" '1 2 99 100 abef4 5 1 2 '
is 'tail -f' "$(echo one > log; tail -f log > seen & t=$!
    soon grep -q one seen; echo two >> log
    soon grep -q two seen; echo three >> log
    soon grep -q three seen; kill $t; cat seen)" \
    'one
two
three'
is 'tail -F of a new file' "$(echo old > log; tail -F log > seen 2> /dev/null & t=$!
    soon grep -q old seen; mv log log.1; echo new > log
    soon grep -q new seen; kill $t; cat seen)" 'old
new'
is 'rev, tac, nl' "$(echo abc | rev; seq 1 3 | tac | joined; printf 'x\ny\n' | nl |
    tr -s ' \t' ' ')" 'cba
3 2 1  1 x
 2 y'
is 'paste, fold, expand' "$(paste w1 w2 | head -n 1; echo abcdef | fold -w 4
    printf 'a\tb\n' | expand -t 4; printf 'a   b\n' | unexpand -a -t 4)" '1	1
abcd
ef
a   b
a	b'
is 'od and hexdump' "$(printf 'AB\n' | od -An -tx1 | tr -s ' '
    printf 'AB\n' | hexdump -C | head -n 1; printf 'AB' | xxd)" ' 41 42 0a
00000000  41 42 0a                                          |AB.|
00000000: 4142                                     AB'
is 'strings' "$(printf '\001\002hello\000\003' | strings)" hello
is 'cmp, diff, patch' "$(printf 'a\nb\n' > d1; printf 'a\nc\n' > d2
    cmp -s d1 d2; echo $?; cmp d1 d1; echo $?; diff -u d1 d2 > p; echo $?
    patch d1 < p > /dev/null; diff d1 d2; echo $?)" '1
0
1
0'
is 'seq' "$(seq 3 | joined; seq 2 2 6 | joined; seq 5 -2 1 | joined
    seq -w 8 10 | joined)" '1 2 3 2 4 6 5 3 1 08 09 10 '
is 'expr, bc, dc, factor' "$(expr 6 '*' 7; expr abc : 'a\(.\)'; echo '2^100' | bc
    echo '6 7 * p' | dc; factor 30030)" '42
b
1267650600228229401496703205376
42
30030: 2 3 5 7 11 13'
is 'base64, uuencode' "$(echo text | base64; echo dGV4dAo= | base64 -d
    echo text | uuencode name | uudecode -o -)" 'dGV4dAo=
text
text'
is 'basename, dirname' "$(basename /a/b.c .c; dirname /a/b.c)" 'b
/a'
is 'shuf' "$(seq 1 50 | shuf | sort -n | md5sum)" "$(seq 1 50 | md5sum)"
is 'ed' "$(printf 'one\ntwo\n' > e; printf '2s/two/TWO/\nw\nq\n' | ed e > /dev/null
    joined < e)" 'one TWO '
is 'less into a pipe' "$(seq 1 100 | less | tail -n 1)" 100
is 'more into a pipe' "$(seq 1 100 | more | tail -n 1)" 100
finish
