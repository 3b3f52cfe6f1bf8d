#!/bin/sh
# SPDX-License-Identifier: MIT
# bash, zsh, fish and elvish, with scripts and typed to.
. /tests/programs/real.sh
needs /usr/bin/fish
real_root
typed_to() {
    name=$1
    shift
    typed timeout 50 "$@" > said
    status=$?
    ok "$name, typed to" test $status = 0
    test $status = 0 || tr -d '\033\r' < said | sed 's/^/# /'
}
# A job that says when it runs, and when it goes on after it was stopped.
job="sh -c 'trap \"echo a\"gain CONT; echo run\"\"ning; while sleep 0.1; do :; done'"
for shell in bash zsh; do
    is "$shell, a script" "$(debian timeout 30 $shell -c '
        f() { for i in 1 2 3; do echo $i; done; }
        f | while read x; do echo $((x * x)); done | tail -n 1
        sleep 0.1 & wait $! && echo waited
        cat <(echo substituted)
        echo ${PATH%%:*}')" '9
waited
substituted
/bin'
done
typed_to bash bash --norc --noprofile <<END
PS1='ba''sh> '
@text bash> 
echo a | cat
@line a
$job
@line running
@send \x1a
@text Stopped
fg
@line again
@send \x03
@text bash> 
exit
END
typed_to zsh zsh -f <<END
PS1='z''sh> '
@text zsh> 
echo ot''her | cat
@text other
$job
@text running
@send \x1a
@text suspended
fg
@text again
@send \x03
@text zsh> 
exit
END
is 'fish, a script' "$(debian timeout 50 fish -N -c '
    for i in (seq 3); echo $i; end | while read x; math $x \* $x; end
    sleep 0.1 & wait; and echo waited')" '1
4
9
waited'
typed_to fish fish -N -C 'function fish_prompt; echo -n "ready> "; end' <<'END'
@text ready> 
echo fi''sh (math 6 x 7) | cat
@text fish 42
sh -c 'echo run""ning; exec sleep 50'
@text running
@send \x03
@text ready> 
exit
END
is 'elvish, a script' "$(debian timeout 50 elvish -norc -c '
    for i [1 2 3] { echo (* $i $i) }
    echo piped | cat
    peach {|x| sleep 0.01 } [(range 20)]
    echo done')" '1
4
9
piped
done'
typed_to elvish elvish -norc <<'END'
@text />
echo elv''ish (* 6 7) | cat
@text elvish 42
sh -c 'echo run""ning; exec sleep 50'
@text running
@send \x03
@text interrupt
each {|x| put $x } [on''e t''wo] | each {|x| echo got-$x }
@text got-two
exit
END
# Its daemon, which keeps the history, would stay for a while.
kill $(pidof elvish) 2> /dev/null
rm -f said /debian/.notifier # fish has it where it finds no better place
real_done
