# SPDX-License-Identifier: MIT
# calls.awk: makes the fuzzer's table of calls of the kernel's own.
#
#   awk -v cpu=CPU -f calls.awk words.tbl syscalls.tbl
#
# A call is fuzzed from the day it has a row; a word that the fuzzer knows no
# better way for is filled after its C type, and flags from the names that the
# tracer prints them by.  It must run under mawk.

function trim(text) {
    gsub(/^[ \t]+|[ \t]+$/, "", text)
    return text
}

function kind(type) {
    if (type ~ /\*/)
        return "POINTER"
    return type ~ /^(int|unsigned|uint32_t)$/ ? "WORD" : "LONG"
}

function how(printer) {
    if (printer == "cloneflags")
        return "FLAGS clone"
    if (printer ~ /^(socktype|sockoption|futexop)$/)
        return "ONE " printer
    return printer ~ /^flags / ? "FLAGS " substr(printer, 7) : \
        printer ~ /^one / ? "ONE " substr(printer, 5) : "PLAIN"
}

function read_word(  part, words, name) {
    split($0, part, "|")
    name = trim(part[1])
    word[++word_count] = name
    place[name] = word_count - 1
    type[name] = kind(trim(part[2]))
    split(how(trim(part[3])), words, " ")
    manner[name] = words[1]
    names[name] = words[2]
}

function read_row(  i, part) {
    sub(/#.*/, "")
    row++
    number[row] = cpu == "aarch64" ? $2 : $1
    state[row] = $3
    name[row] = $4
    count[row] = NF - 4
    for (i = 1; i <= count[row]; i++) {
        split($(i + 4), part, ":")
        arguments[row] = arguments[row] \
            sprintf("{ %d, \"%s\" }, ", place[part[1]], part[2])
    }
}

/^[ \t]*(#|$)/ { next }
FILENAME ~ /words\.tbl$/ { read_word(); next }
{ read_row() }

function print_words(  i, w) {
    for (i = 1; i <= word_count; i++) {
        w = names[word[i]]
        if (w != "" && !(w in seen)) {
            seen[w]
            print "extern const struct flag_name names_" w "[];"
        }
    }
    print "\nconst struct fuzz_word fuzz_words[] = {"
    for (i = 1; i <= word_count; i++) {
        w = word[i]
        printf "    { \"%s\", KIND_%s, MANNER_%s, %s },\n", w, type[w],
            manner[w], names[w] == "" ? "NULL" : "names_" names[w]
    }
    print "};\nconst int fuzz_word_path = " place["path"] ";\n"
}

END {
    print "/* SPDX-License-Identifier: MIT */"
    print "/* Made by calls.awk for " cpu ". */"
    print "#include \"fuzz.h\"\n"
    print_words()
    print "const struct fuzz_call fuzz_calls[FUZZ_NUMBERS] = {"
    for (i = 1; i <= row; i++)
        if (number[i] ~ /[0-9]/)
            printf "    [%d] = { \"%s\", %d, %d, { %s} },\n", number[i],
                name[i], state[i] == "yes" ? 2 : state[i] == "part",
                count[i], arguments[i]
    print "};"
}
