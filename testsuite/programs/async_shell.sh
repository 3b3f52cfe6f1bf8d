#!/bin/sh
# SPDX-License-Identifier: MIT
# A shell on Tokio's multi-threaded runtime: pipes, jobs, timers, sockets.  Each
# of its builds goes through all of it: with musl and glibc, static-PIE and not.
. /tests/shell/tap.sh

run() {
    timeout $minute $shell -c "$1" 2>&1
}
scripts() {
    is "$build: a pipeline" "$(run 'echo hello | tr a-z A-Z | cat')" HELLO
    is "$build: and, or" \
        "$(run 'true && echo a; false && echo b; false || echo c')" 'a
c'
    is "$build: redirections" \
        "$(run "echo one > f; echo two >> f; cat < f | wc -l")" 2
    is "$build: quotes" "$(run "echo 'a | b' \"c; d\"")" 'a | b c; d'
    is "$build: a missing program" \
        "$(run 'missing-program; echo after' | tail -n 1)" after
    run 'exit 7'
    is "$build: its status" $? 7
    is "$build: the status of a signal" \
        "$(run "sh -c 'kill -9 \$\$' || echo ended")" ended
    is "$build: background" "$(run 'sleep 0.2 & sleep 0.1 & wait; echo all')" all
    is "$build: lines of input" \
        "$(printf 'echo 1\necho 2 | cat\nexit 3\necho 4\n' | $shell)" '1
2'
}
runtime() {
    is "$build: a thousand tasks" "$(run 'sleepers 1000')" \
        '1000 of 1000 woke up, in time'
    is "$build: clients of a socket" "$(run 'echo-service 50')" \
        '50 clients, 500 answers'
    is "$build: timers" "$(run 'ticks 10')" '10 ticks, and a time-out'
    is "$build: many children" "$(run 'children 50')" \
        '50 of 50 children said what they should'
    is "$build: files" "$(echo content > f; run 'cat-file f')" content
}
# What is typed, and what the terminal says to it.
dialogue() {
    cat <<'END_OF_TYPED'
@text async$ 
echo typed | tr a-z A-Z
@line TYPED
@text async$ 
false || echo either && echo both
@line either
@line both
@text async$ 
sh -c 'echo here; sleep 100'
@line here
@send \x03
@text async$ 
sh -c 'echo here; exec sleep 100'
@line here
@send \x1a
@text [1] stopped
@text async$ 
jobs
@line [1] sh -c echo here; exec sleep 100
@text async$ 
sleep 0.1 &
@line [2] sleep 0.1
@text async$ 
fg 1
@wait 0.2
@send \x03
@text async$ 
wait
@text async$ 
sh -c 'echo here; read line; echo got $line'
@line here
@send \x1a
@text [1] stopped
@text async$ 
echo between
@line between
@text async$ 
fg
a word
@line got a word
@text async$ 
sh -c 'echo here; exec sleep 1'
@line here
@send \x1a
@text [1] stopped
@text async$ 
bg
@text async$ 
wait
@text async$ 
cat
between
@line between
@line between
@send \x04
@text async$ 
sleepers 100
@line 100 of 100 woke up, in time
@text async$ 
exit 5
END_OF_TYPED
}
typed() {
    dialogue | timeout $minute /tests/helper/pty $shell > said
    status=$?
    ok "$build: at a terminal" test $status = 0
    test $status = 0 || { sed 's/^/# /' said; echo; }
}

for build in musl-pie musl gnu-pie gnu; do
    shell=/tests/async-shell/$build
    if test -x $shell; then
        scripts
        runtime
        typed
    else
        skip "$build: async-shell" \
            'it is not in this image (./bootstrap --with-rust)'
    fi
done
rm -f f said
finish
