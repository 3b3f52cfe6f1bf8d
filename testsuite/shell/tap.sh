# SPDX-License-Identifier: MIT
# The vocabulary of a shell test:  . /tests/shell/tap.sh
#     is 'what it is' "$(actual)" 'expected'
#     ok 'a claim' command…
#     finish
cases=0
failures=0
say_case() {
    cases=$((cases + 1))
    echo "$1 $cases - $2"
}
is() {
    if test "$2" = "$3"; then
        say_case ok "$1"
    else
        failures=$((failures + 1))
        say_case 'not ok' "$1"
        echo "# expected: $3" | sed '2,$s/^/# /'
        echo "# got: $2" | sed '2,$s/^/# /'
    fi
}
ok() {
    claim=$1
    shift
    if "$@"; then
        say_case ok "$claim"
    else
        failures=$((failures + 1))
        say_case 'not ok' "$claim"
        echo "# status $? of: $*"
    fi
}
finish() {
    echo "1..$cases"
    test $failures = 0
    exit
}
