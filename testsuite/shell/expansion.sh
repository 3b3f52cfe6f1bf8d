#!/bin/sh
# SPDX-License-Identifier: MIT
# Expansion: parameters, arithmetic, fields, patterns, files' names.
. /tests/shell/tap.sh

unset none
empty= word=path/to/file.tar.gz
is 'a default' "${none-one} ${none:-two} <${empty-three}> ${empty:-four}" \
    'one two <> four'
is 'an alternative' "<${none+x}> <${empty+x}> <${empty:+x}> ${word:+x}" \
    '<> <x> <> x'
is 'assignment' "${given:=kept} $given" 'kept kept'
is 'an unset one can end the shell' \
    "$($SH -c 'echo ${none:?is missing}; echo on' 2>&1 | grep -c 'is missing')" 1
is 'prefix and suffix' "${word#*/} ${word##*/} ${word%.*} ${word%%.*}" \
    'to/file.tar.gz file.tar.gz path/to/file.tar path/to/file'
is 'length' "${#word} ${#empty}" '19 0'
is 'nesting' "${none:-${empty:-$(echo "in${word#path}")}}" 'in/to/file.tar.gz'
is 'quotes within' "$(echo "${none:-'a  b'}" "a  b" 'a  "b"' a\ \ b)" \
    "'a  b' a  b a  \"b\" a  b"
set -- one 'two words' '' four
is 'count of parameters' $# 4
is 'all as fields' "$(printf '<%s>' "$@")" '<one><two words><><four>'
is 'all in one' "$(IFS=+; echo "$*")" 'one+two words++four'
is 'unquoted they split' "$(printf '<%s>' $*)" '<one><two><words><four>'
shift 2
is 'shift' "$1/$#" /2
set -- 1 2 3 4 5 6 7 8 9 ten eleven
is 'more than nine' "${10} ${11} $10" 'ten eleven 10'

is 'arithmetic' "$((1 + 2 * 3 - 4 / 2 % 3)) $(((1 + 2) * 3))" '5 9'
is 'bits' "$((0xff & 0x0f | 0x30 ^ 1)) $((1 << 10 >> 3)) $((~0))" '63 128 -1'
is 'comparisons' "$((1 < 2))$((2 <= 1))$((3 == 3))$((3 != 3))$((!1))" 10100
is 'logic' "$((1 && 0)) $((1 || 0)) $((1 ? 7 : 8)) $((0 ? 7 : 8))" '0 1 7 8'
n=5
is 'assigning' "$((n += 3)) $n $((n = n * 2)) $n" '8 8 16 16'
if test -z "$KSH_VERSION"; then
    is 'octal' "$((010 + 1))" 9
    is 'sixty-three bits' "$((9223372036854775807))" 9223372036854775807
fi
is 'division truncates' "$((-7 / 2)) $((-7 % 2))" '-3 -1'

IFS=:
fields=a:b::c
set -- $fields
is 'a separator of ones own' "$#<$1><$2><$3><$4>" '4<a><b><><c>'
IFS=' 	
'
fields='  a  b
c	d '
set -- $fields
is 'white space folds' "$#$1$2$3$4" 4abcd
unset IFS
is 'command substitution strips newlines' "<$(printf 'x\n\n\n')>" '<x>'
is 'and nests' "$(echo $(echo $(echo $(echo deep))))" deep
is 'backquotes' "`echo a \`echo b\``" 'a b'
is 'status of an assignment' "$(v=$(exit 9); echo $?)" 9
is 'large substitutions' "$(v=$(dd if=/dev/zero bs=1000 count=300 2> /dev/null |
    tr '\0' x); echo ${#v})" 300000

mkdir names
cd names || exit
touch a.c b.c c.h .hidden 'with space.c' a1 a2 b1
mkdir d d/e
touch d/e/f.c
is 'star' "$(printf '<%s>' *.c)" '<a.c><b.c><with space.c>'
is 'question mark and set' "$(echo ?1) $(echo [ab]2) $(echo [!a]1)" 'a1 b1 a2 b1'
is 'folders in a pattern' "$(echo d/*/*.c) $(echo */)" 'd/e/f.c d/'
is 'hidden ones are asked for' "$(echo .h*)" .hidden
is 'no match stays' "$(echo *.none)" '*.none'
is 'quoted it is no pattern' "$(echo '*'.c "*".h \*)" '*.c *.h *'
is 'order' "$(echo *)" 'a.c a1 a2 b.c b1 c.h d with space.c'
cd ..
is 'tilde' "$(HOME=/some/home; echo ~ ~/x)" '/some/home /some/home/x'
is 'a thousand names' "$(mkdir many; cd many
    i=0; while test $i -lt 1000; do : > n$i; i=$((i + 1)); done
    set -- n*; echo $# $1 ${1000})" '1000 n0 n999'
if (eval 'test "$(echo {a,b}c)" = "ac bc"') 2> /dev/null; then
    ok 'braces' true
else
    ok 'braces stay' test "$(echo '{a,b}c')" = '{a,b}c'
fi
is 'printf' "$(printf '%05d|%-4s|%x|%o|%c|%b|%%|%s\n' 42 ab 255 8 xyz 'a\tb' z)" \
    '00042|ab  |ff|10|x|a	b|%|z'
is 'printf goes round' "$(printf '%s-%s\n' a b c)" 'a-b
c-'
finish
