# SPDX-License-Identifier: MIT
# The vocabulary of a shell test:  . /tests/shell/tap.sh
#     is 'what it is' "$(actual)" 'expected'
#     ok 'a claim' command…
#     like 'a claim' "$(actual)" 'case pattern'
#     becomes 'a claim' command…      it holds before ten seconds are over
#     soon command…                   waits, at most ten seconds, until it holds
#     runs PID PROGRAM                the same, for a process that sleeps in that
#     skip 'a claim' 'why not'
#     under NAME SCRIPT…
#     finish
# $cpu is the CPU that programs are for, and $linker what loads dynamic ones.
# $minute is for timeout.
# $SH is the shell under test; scripts that tell of the shell start it by that.
: "${SH:=sh}"
export SH
case $(dd if=/bin/busybox bs=1 skip=18 count=1 2> /dev/null | od -An -tu1) in
*62) cpu=x86_64 linker=/lib64/ld-linux-x86-64.so.2 ;;
*183) cpu=aarch64 linker=/lib/ld-linux-aarch64.so.1 ;;
esac
# As long as anything may take; longer where the runner is told to be patient.
minute=60
test "${TEST_SECONDS:-0}" -le 240 || minute=$((TEST_SECONDS / 4))
cases=0
failures=0
say_case() {
    cases=$((cases + 1))
    echo "$1 $cases - $2"
}
fail() {
    failures=$((failures + 1))
    say_case 'not ok' "$1"
}
is() {
    if test "$2" = "$3"; then
        say_case ok "$1"
    else
        fail "$1"
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
        set -- "$?" "$@"
        fail "$claim"
        echo "# status $*"
    fi
}
like() {
    # shellcheck disable=SC2254
    case $2 in
    $3) say_case ok "$1" ;;
    *)
        fail "$1"
        echo "# like: $3" | sed '2,$s/^/# /'
        echo "# got: $2" | sed '2,$s/^/# /'
        ;;
    esac
}
soon() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        test $tries != 100 || return 1
        sleep 0.1
    done
}
becomes() {
    claim=$1
    shift
    if soon "$@"; then
        say_case ok "$claim"
    else
        fail "$claim"
        echo "# never: $*"
    fi
}
has_program() {
    { read -r has_pid has_name has_state has_more < "/proc/$1/stat"; } \
        2> /dev/null && test "$has_name $has_state" = "($2) S"
}
runs() {
    soon has_program "$@"
}
skip() {
    say_case ok "$1 # SKIP $2"
}
# under NAME SCRIPT…: the cases of other scripts, with $SH, which is called NAME.
under() {
    name=$1
    shift
    for script; do
        mkdir -p "under/$script"
        (cd "under/$script" && exec "$SH" "/tests/shell/$script.sh") \
            > under/said 2>&1 < /dev/null
        while read -r word rest; do
            case $word in
            ok) say_case ok "$name, $script: ${rest#* - }" ;;
            not) fail "$name, $script: ${rest#* - }" ;;
            '#') echo "# $rest" ;;
            esac
        done < under/said
        ok "$name, $script: comes to its end" grep -q '^1\.\.' under/said
    done
    rm -rf under
}
finish() {
    echo "1..$cases"
    test $failures = 0
    exit
}
