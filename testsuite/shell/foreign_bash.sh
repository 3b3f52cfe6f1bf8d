#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's static bash: the language.
. /tests/shell/tap.sh

SH=/foreign/bash
if test -x $SH; then
    under bash words expansion control redirect pipeline read options traps
    is 'process substitution' "$(ln -s /proc/self/fd /dev/fd
        $SH -c 'cat <(echo a) <(echo b); echo c > >(cat); sleep 0.3'
        rm /dev/fd)" 'a
b
c'
    is 'a coprocess' "$($SH -c 'coproc cat; echo through >&${COPROC[1]}
        read -r x <&${COPROC[0]}; echo $x')" through
    is 'a here-string' "$($SH -c 'cat <<< "one two"')" 'one two'
    is 'arrays' "$($SH -c 'a=(x y z); a+=(w); echo ${#a[@]} ${a[-1]} ${a[@]:1:2}
        declare -A m=([k]=v); echo ${m[k]}')" '4 w y z
v'
    is 'expressions' "$($SH -c '[[ abc =~ ^a(.)c$ ]] && echo ${BASH_REMATCH[1]}')" b
    is 'mapfile' "$(seq 1 1000 | $SH -c 'mapfile -t l; echo ${#l[@]} ${l[999]}')" \
        '1000 1000'
    is 'read with a time' "$(rm -f over; soon test -e over |
        $SH -c 'read -t 0.2 x; echo $?; : > over')" 142
    is 'wait -n' "$($SH -c 'sleep 20 > /dev/null & a=$!; (sleep 1; exit 7) &
        wait -n; echo $?; kill $a')" 7
    is 'extglob and globstar' "$(mkdir -p g/h; touch g/a.c g/h/b.c g/h/c.h
        $SH -O extglob -O globstar -c 'echo g/**/!(*.h)')" 'g/a.c g/h g/h/b.c'
    like 'times of its own' "$($SH -c 'TIMEFORMAT=%R; time sleep 0.1' 2>&1)" \
        '[0-9].[0-9][0-9][0-9]'
    is 'its memory' "$($SH -c 'for ((i = 0; i < 20000; i++)); do a[i]=$i; done
        echo ${#a[@]} $((a[19999]))')" '20000 19999'
    is 'kill and jobs builtins' "$($SH -c 'set -m; sleep 9 & kill %1; wait %1
        echo $?' 2> /dev/null)" 143
    is 'a trap of errors' "$($SH -c 'trap "echo err" ERR; false; true; false')" 'err
err'
    is 'random and seconds' "$($SH -c 'test $RANDOM != $RANDOM.$RANDOM &&
        echo $((SECONDS < 20)) $PPID' | cut -d' ' -f1)" 1
else
    skip bash 'there is no bash-static in this image'
fi
finish
