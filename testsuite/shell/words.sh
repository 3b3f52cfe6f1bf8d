#!/bin/sh
# SPDX-License-Identifier: MIT
# Words: quoting, arithmetic, substitution, here-documents, pipelines.
. /tests/shell/tap.sh

is 'arithmetic' "$((6 * 7))" 42
is 'command substitution' "$(echo one; echo two)" 'one
two'
is 'a pipeline of twenty' "$(echo x | cat | cat | cat | cat | cat | cat | cat |
    cat | cat | cat | cat | cat | cat | cat | cat | cat | cat | cat | cat)" x
is 'a here-document' "$(cat <<END
a $((1 + 1)) b
END
)" 'a 2 b'
is 'exit status' "$(sh -c 'exit 7'; echo $?)" 7
is 'a signal in the status' "$(sh -c 'kill -TERM $$'; echo $?)" 143
is 'background and wait' "$(sleep 0.1 & wait $!; echo $?)" 0
is 'redirection' "$(echo hi > f; cat < f; rm f)" hi
is 'stderr' "$( (echo err >&2) 2>&1)" err
is 'trap on exit' "$(sh -c 'trap "echo bye" EXIT; exit 0')" bye
is 'trap on signal' "$(sh -c 'trap "echo usr1" USR1; kill -USR1 $$')" usr1
finish
