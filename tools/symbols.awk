# SPDX-License-Identifier: MIT
# nm -n in, assembler out: the table of functions that lib/symbols.c searches.
# Offsets from the first function fit 32 bits.

BEGIN { count = 0 } # so that it indexes as a number

$2 ~ /^[tTwW]$/ && $3 !~ /^\.|^__pfx_/ {
    if ($1 == last)
        next
    last = $1
    address[count] = $1
    name[count++] = $3
}

END {
    print ".section .rodata.symbols, \"a\""
    print ".globl symbol_base, symbol_count, symbol_table, symbol_names"
    print ".balign 8"
    print "symbol_base: .quad " (count ? "0x" address[0] : "0")
    print "symbol_count: .quad " count + 0
    print "symbol_table:"
    at = 0
    for (i = 0; i < count; i++) {
        print ".long 0x" address[i] " - 0x" address[0] ", " at
        at += length(name[i]) + 1
    }
    print "symbol_names:"
    for (i = 0; i < count; i++)
        print ".asciz \"" name[i] "\""
    print ".section .note.GNU-stack, \"\""
}
