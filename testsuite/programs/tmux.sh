#!/bin/sh
# SPDX-License-Identifier: MIT
# tmux: a server behind a local socket, panes, detaching and coming back.
. /tests/programs/real.sh
needs /usr/bin/tmux
real_root
tmux() {
    debian timeout 30 tmux -f /dev/null -S /tmp/socket "$@"
}
ok 'a session' tmux new-session -d -s one -x 80 -y 24 'exec /bin/bash --norc'
ok 'a second pane' tmux split-window -d -t one 'exec /bin/bash --norc'
is 'two panes' "$(tmux list-panes -t one | wc -l)" 2
tmux send-keys -t one.0 'echo in $((6 * 7))' Enter
tmux send-keys -t one.1 'echo pane $((3 * 4))' Enter
says() {
    tmux capture-pane -p -t "$1" | grep -qx "$2"
}
becomes 'the first answers' says one.0 'in 42'
becomes 'the second answers' says one.1 'pane 12'
cat > typed <<'END'
@text pane 12
echo typed $((5 * 5))
@text typed 25
@send \x02d
@text [detached
END
typed tmux -f /dev/null -S /tmp/socket attach -t one < typed > said
status=$?
ok 'attached and detached' test $status = 0
test $status = 0 || tr -d '\033' < said | sed 's/^/# /'
becomes 'it went on' says one.0 'typed 25'
typed tmux -f /dev/null -S /tmp/socket attach -t one < typed > said
ok 'attached again' test $? = 0
is 'its clients are gone' "$(tmux list-clients | wc -l)" 0
ok 'the end' tmux kill-server
becomes 'the server is gone' sh -c '! pidof tmux > /dev/null'
rm -f typed said
real_done
