#!/bin/sh
# SPDX-License-Identifier: MIT
# Control: conditions, loops, case, functions, getopts, eval, subshells.
. /tests/shell/tap.sh

is 'if' "$(if false; then echo a; elif true; then echo b; else echo c; fi)" b
is 'not, and, or' "$(! false && echo a || echo b; ! true || echo c)" 'a
c'
is 'while' "$(i=0; while test $i -lt 3; do echo $i; i=$((i + 1)); done)" '0
1
2'
is 'until, break, continue' "$(i=0; until false; do i=$((i + 1))
    test $i = 2 && continue; test $i = 4 && break; echo $i; done; echo at $i)" \
    '1
3
at 4'
is 'break out of two' "$(for a in 1 2; do for b in 1 2; do
    echo $a$b; break 2; done; done)" 11
is 'for over words' "$(for w in a 'b c' d; do printf '<%s>' "$w"; done)" \
    '<a><b c><d>'
is 'for over parameters' "$(set -- x y; for w; do printf '<%s>' "$w"; done)" \
    '<x><y>'
is 'case' "$(for w in abc a.c 7 '' 'x y' '*'; do case $w in
    '') echo empty ;; a?c) echo letter ;; [0-9]) echo digit ;;
    \*) echo star ;; x*|y*) echo or ;; *) echo other ;; esac; done)" \
    'letter
letter
digit
empty
or
star'
is 'the status of a loop' "$(for i in 1 2; do (exit $i); done; echo $?)" 2
is 'no command has status 0' "$(false; if false; then :; fi; echo $?)" 0
is 'an unknown command is 127' "$(/no/such 2> /dev/null; echo $?
    no_such_command 2> /dev/null; echo $?)" '127
127'
: > plain
is 'one without permission is 126' "$(./plain 2> /dev/null; echo $?
    /tmp 2> /dev/null; echo $?)" '126
126'
echo 'echo no head line, $1' > headless
chmod +x headless
is 'a script without #!' "$(./headless arg)" 'no head line, arg'
case $SH in /*) path=$SH ;; *) path=/bin/$SH ;; esac
printf '#!%s -e\nfalse\necho not here\n' $path > head
chmod +x head
is '#! with an argument' "$(./head; echo $?)" 1
printf '#!/no/interpreter\n' > lost
chmod +x lost
is '#! of nothing' "$(./lost 2> /dev/null; test $? -ge 126 && echo no)" no

count() { echo $#; }
is 'a function' "$(count a 'b c' d)" 3
fact() { if test $1 -le 1; then echo 1; else
    echo $(($1 * $(fact $(($1 - 1))))); fi; }
is 'that calls itself through subshells' "$(fact 12)" 479001600
deep() { test $1 = 0 || deep $(($1 - 1)); }
ok 'and two hundred deep' deep 200
status() { return $1; echo never; }
is 'return' "$(status 5; echo $?)" 5
outer=1
scope() { local outer=2; inner=3; echo $outer; }
is 'local' "$(scope; echo $outer)" '2
1'
is 'a function with redirections' "$(both() { echo out; echo err >&2; } 2>&1
    both | sort)" 'err
out'
is 'a function before a program' "$(ls() { echo mine; }; ls; unset -f ls
    ls plain)" 'mine
plain'
is 'command passes the function by' "$(echo() { printf 'mine\n'; }
    command echo builtin)" builtin
is 'parameters come back' "$(set -- a b; count 1 2 3; echo $*)" '3
a b'

options() {
    OPTIND=1
    while getopts ab:c opt "$@"; do
        case $opt in
        a | c) printf '%s ' $opt ;;
        b) printf 'b=%s ' "$OPTARG" ;;
        *) printf 'wrong ' ;;
        esac
    done
    shift $((OPTIND - 1))
    echo "rest: $*"
}
is 'getopts' "$(options -a -b value -c x y)" 'a b=value c rest: x y'
is 'getopts, joined' "$(options -acbvalue -- -x)" 'a c b=value rest: -x'
is 'getopts, wrong' "$(options -z x 2> /dev/null)" 'wrong rest: x'

is 'eval' "$(name=x; eval "$name=5; echo \$$name")" 5
is 'dot' "$(echo 'v=7; w=$1' > part; . ./part; echo $v)" 7
is 'return of a dotted file' "$(echo 'return 4; echo no' > part
    . ./part; echo $?)" 4
is 'a subshell keeps its changes' "$(v=1; (v=2; cd /; echo $v); echo $v; pwd)" \
    "2
1
$(pwd)"
is 'a group does not' "$(v=1; { v=2; }; echo $v)" 2
is '$$ is the same in a subshell' "$(test $$ = "$( (echo $$) )" && echo same)" \
    same
is 'exit in a subshell' "$( (exit 3); echo $?)" 3
is 'assignment for one command' "$(V=1 env | grep '^V='; echo "<$V>")" 'V=1
<>'
is 'export' "$(export V=2; $SH -c 'echo $V')" 2
is 'unset' "$(V=1; unset V; echo ${V-none})" none
is 'readonly' "$($SH -c 'readonly V=1; V=2; echo reached' 2> /dev/null)" ''
is 'exec replaces the shell' "$($SH -c 'exec echo replaced; echo never')" replaced
is 'exec of nothing' "$($SH -c 'exec /no/such; echo never' 2> /dev/null
    echo $?)" 127
is 'the name of a script' "$($SH -c 'echo $0 $1' name arg)" 'name arg'
is 'a script by standard input' "$(echo 'echo from $((20 + 1))' | $SH)" 'from 21'
is 'arguments for it' "$(echo 'echo $1 $2' | $SH -s one two)" 'one two'
is 'type' "$(type cd > /dev/null && type count > /dev/null && echo known)" known
is 'umask' "$(umask 027; umask | tail -c 4; : > masked; mkdir maskedd
    stat -c %a masked maskedd)" '027
640
750'
is 'cd -' "$(cd /; cd /usr; cd - > /dev/null; pwd)" /
is 'cd and pwd follow links by name' "$(mkdir -p real/sub; ln -s real/sub way
    cd way; pwd | sed 's|.*/||'; pwd -P | sed 's|.*/||'; cd ..; ls -d way)" \
    'way
sub
way'
is 'cd to nowhere' "$(cd /no/such 2> /dev/null; echo $?)" "$(cd /no 2> /dev/null
    echo $?)"
is 'times gives four' "$(times | grep -o '[0-9]*m[0-9.]*s' | wc -l)" 4
if test -z "$KSH_VERSION"; then
    is 'ulimit' "$(ulimit -n 77; ulimit -n)" 77
    is 'ulimit of files holds' "$(ulimit -n 8; exec 7> f7 && echo seven
        (exec 9> f9) 2> /dev/null || echo not nine)" 'seven
not nine'
fi
is 'test of files' "$(test -f plain && test -d /tmp && test -x /bin/sh &&
    test ! -e none && test -L way && test ! -s plain && test -c /dev/null &&
    test headless -nt /tests/shell/tap.sh && echo all)" all
finish
