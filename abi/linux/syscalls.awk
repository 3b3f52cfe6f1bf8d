# SPDX-License-Identifier: MIT
# syscalls.awk: makes C, and a page, of words.tbl and syscalls.tbl.
#
#   awk -v make=WHAT -v cpu=CPU -f syscalls.awk words.tbl syscalls.tbl
#
# WHAT: prototypes   the handlers, for the files that define and call them
#       words        an enum of the argument words
#       table        typed stubs, the calls by number, the words' printers
#       page         what works, for people (no cpu needed)
# The stubs are where a register becomes an argument: each is truncated to its
# type, so the high half of an int's register is ignored, as on Linux.
# It must run under mawk: no functions but POSIX's.

function fail(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text > "/dev/stderr"
    failed = 1
    exit 1
}

function trim(text) {
    gsub(/^[ \t]+|[ \t]+$/, "", text)
    return text
}

function read_word(  part) {
    if (split($0, part, "|") != 3)
        fail("not: word | C type | printer")
    word = trim(part[1])
    words[++word_count] = word
    type[word] = trim(part[2])
    printer[word] = trim(part[3])
}

# The C text that declares an argument of a type; no space after a `*`.
function declared(type, name) {
    return type (type ~ /\*$/ ? "" : " ") name
}

function cast(word, i) {
    return "(" type[word] ")args->value[" i - 1 "]"
}

# A row into the arrays, by its line.
function read_row(  i, part) {
    note = ""
    if (match($0, /#/)) {
        note = trim(substr($0, RSTART + 1))
        $0 = substr($0, 1, RSTART - 1)
    }
    if (NF < 4 || NF > 10)
        fail("not: x86_64 aarch64 state name argument…")
    if ($3 !~ /^(yes|part|todo|never)$/)
        fail("unknown state " $3)
    if ($3 ~ /part|never/ && note == "")
        fail($3 " needs a note")
    row++
    number["x86_64", row] = $1
    number["aarch64", row] = $2
    state[row] = $3
    name[row] = $4
    notes[row] = note
    count[row] = NF - 4
    for (i = 1; i <= count[row]; i++) {
        if (split($(i + 4), part, ":") != 2 || !(part[1] in type))
            fail("unknown word in " $(i + 4))
        argument_word[row, i] = part[1]
        argument_name[row, i] = part[2]
    }
    if (!($4 in first))
        first[$4] = row
}

/^[ \t]*(#|$)/ { next }
FILENAME ~ /words\.tbl$/ { read_word(); next }
{ read_row() }

function has_handler(row) {
    return state[row] ~ /yes|part/
}

function prototype(row,  i, text) {
    for (i = 1; i <= count[row]; i++)
        text = text (i > 1 ? ", " : "") \
            declared(type[argument_word[row, i]], argument_name[row, i])
    return "long sys_" name[row] "(" (text == "" ? "void" : text) ");"
}

function make_prototypes(  i) {
    print "#ifndef SYSCALL_PROTOTYPES_H\n#define SYSCALL_PROTOTYPES_H\n"
    print "#include \"lib/types.h\"\n"
    for (i = 1; i <= row; i++)
        if (first[name[i]] == i)
            print prototype(i)
    print "\n#endif"
}

function make_words(  i) {
    print "#ifndef SYSCALL_WORDS_H\n#define SYSCALL_WORDS_H\n"
    print "enum syscall_word {"
    for (i = 1; i <= word_count; i++)
        print "    WORD_" words[i] ","
    print "    WORD_COUNT,\n};\n\n#endif"
}

# Where a row has the argument that the handler calls by this name.
function place(row, wanted,  i) {
    for (i = 1; i <= count[row]; i++)
        if (argument_name[row, i] == wanted)
            return i
    fail(name[row] " has no " wanted " in one of its rows")
}

function make_stub(row,  i, text, of) {
    of = first[name[row]]
    for (i = 1; i <= count[of]; i++)
        text = text (i > 1 ? ",\n        " : "\n        ") \
            cast(argument_word[of, i], place(row, argument_name[of, i]))
    print "static long call_" name[row] "(const struct syscall_args *args)"
    print "{\n    return sys_" name[row] "(" text ");\n}\n"
}

function make_row(row,  i, text) {
    for (i = 1; i <= count[row]; i++)
        text = text (i > 1 ? ", " : "") "WORD_" argument_word[row, i]
    printf "    [%s] = { \"%s\", %s, %d, { %s } },\n", number[cpu, row],
        name[row], has_handler(row) ? "call_" name[row] : "NULL", count[row],
        text == "" ? "0" : text
}

function make_printers(  i, part, n) {
    for (i = 1; i <= word_count; i++)
        if (split(printer[words[i]], part, " ") == 2 && !(part[2] in seen)) {
            seen[part[2]]
            print "extern const struct flag_name names_" part[2] "[];"
        }
    print "\nconst struct syscall_printer syscall_printers[WORD_COUNT] = {"
    for (i = 1; i <= word_count; i++) {
        n = split(printer[words[i]], part, " ")
        printf "    [WORD_%s] = { print_%s, %s },\n", words[i], part[1],
            n == 2 ? "names_" part[2] : "NULL"
    }
    print "};"
}

function make_table(  i) {
    print "#include \"abi/linux/syscalls.h\""
    print "#include \"abi/linux/strace.h\""
    print "#include \"abi/linux/syscall_prototypes.h\"\n"
    for (i = 1; i <= row; i++)
        if (number[cpu, i] ~ /[0-9]/ && has_handler(i))
            make_stub(i)
    print "const struct syscall syscalls[] = {"
    for (i = 1; i <= row; i++)
        if (number[cpu, i] ~ /[0-9]/)
            make_row(i)
    print "};"
    print "const unsigned syscalls_count = array_size(syscalls);\n"
    make_printers()
}

function make_page(  i, have, all) {
    for (i = 1; i <= row; i++)
        if (first[name[i]] == i) {
            all++
            have += has_handler(i)
        }
    print "# System calls\n"
    print "Made from `abi/linux/syscalls.tbl` by `make syscalls-page`. " \
        have " of the " all " calls"
    print "of Linux 6.1 have a handler; the others say ENOSYS.  *part*: the " \
        "note says what\nis missing; *never*: the note says why.\n"
    print "| x86_64 | aarch64 | call | state | note |"
    print "|---|---|---|---|---|"
    for (i = 1; i <= row; i++)
        printf "| %s | %s | %s | %s | %s |\n", number["x86_64", i],
            number["aarch64", i], name[i], state[i], notes[i]
}

END {
    if (failed)
        exit 1
    if (make != "page") {
        if (cpu != "x86_64" && cpu != "aarch64")
            fail("cpu must be x86_64 or aarch64")
        print "/* SPDX-License-Identifier: MIT */"
        print "/* Made by syscalls.awk for " cpu ": change the .tbl files. */"
    }
    if (make == "prototypes")
        make_prototypes()
    else if (make == "words")
        make_words()
    else if (make == "table")
        make_table()
    else if (make == "page")
        make_page()
    else
        fail("make what?")
}
