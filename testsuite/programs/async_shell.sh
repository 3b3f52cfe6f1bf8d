#!/bin/sh
# SPDX-License-Identifier: MIT
# A shell on Tokio's multi-threaded runtime: pipes, jobs, timers, sockets.
. /tests/shell/tap.sh

shell=/tests/helper/async-shell
if ! test -x $shell; then
    skip async-shell 'it is not in this image (./bootstrap --with-rust)'
    finish
fi
run() {
    timeout 60 $shell -c "$1" 2>&1
}
is 'a pipeline' "$(run 'echo hello | tr a-z A-Z | cat')" HELLO
is 'and, or' "$(run 'true && echo a; false && echo b; false || echo c')" 'a
c'
is 'redirections' "$(run "echo one > f; echo two >> f; cat < f | wc -l")" 2
is 'quotes' "$(run "echo 'a | b' \"c; d\"")" 'a | b c; d'
is 'a missing program' "$(run 'missing-program; echo after' | tail -n 1)" after
run 'exit 7'
is 'its status' $? 7
is 'the status of a signal' "$(run "sh -c 'kill -9 \$\$' || echo ended")" ended
is 'background' "$(run 'sleep 0.2 & sleep 0.1 & wait; echo all')" all
is 'a thousand tasks' "$(run 'sleepers 1000')" '1000 of 1000 woke up, in time'
is 'clients of a socket' "$(run 'echo-service 50')" '50 clients, 500 answers'
is 'timers' "$(run 'ticks 10')" '10 ticks, and a time-out'
is 'many children' "$(run 'children 50')" \
    '50 of 50 children said what they should'
is 'files' "$(echo content > f; run 'cat-file f')" content
is 'lines of input' "$(printf 'echo 1\necho 2 | cat\nexit 3\necho 4\n' | $shell)" '1
2'
cat > typed <<'END'
@text async$ 
echo typed | tr a-z A-Z
@line TYPED
sleep 100
@wait 1
@send \x03
@text async$ 
sleep 100
@wait 1
@send \x1a
@text [1] stopped
jobs
@text [1] sleep 100
@text async$ 
fg
@wait 1
@send \x03
@text async$ 
sleep 0.1 &
@text [1] sleep 0.1
@text async$ 
wait
@text async$ 
cat
between
@text between
@text between
@send \x04
@text async$ 
exit 5
END
/tests/helper/pty $shell < typed > said
status=$?
ok 'at a terminal' test $status = 0
test $status = 0 || { sed 's/^/# /' said; echo; }
rm -f f typed said
finish
