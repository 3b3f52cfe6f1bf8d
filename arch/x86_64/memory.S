/* SPDX-License-Identifier: MIT */
/* memcpy, memmove, memset by eight bytes at a time: an emulator counts, and
 * runs, a string instruction per iteration.  Where accesses are checked,
 * lib/shadow.c has the usual names, and calls these. */
        .text
        .globl memory_copy, memory_move, memory_fill
        .weak memcpy, memmove, memset

memory_move:
memmove:
        movq %rdi, %rax
        subq %rsi, %rax
        cmpq %rdx, %rax         /* from <= to < from + bytes, as unsigned? */
        jb backwards
memory_copy:
memcpy:
        movq %rdi, %rax
        movq %rdx, %rcx
        shrq $3, %rcx
        rep movsq
        movl %edx, %ecx
        andl $7, %ecx
        jz 1f
        rep movsb
1:      ret

backwards:
        movq %rdi, %rax
        std
        leaq -1(%rdi, %rdx), %rdi
        leaq -1(%rsi, %rdx), %rsi
        movl %edx, %ecx
        andl $7, %ecx
        rep movsb
        subq $7, %rdi
        subq $7, %rsi
        movq %rdx, %rcx
        shrq $3, %rcx
        rep movsq
        cld
        ret

memory_fill:
memset:
        movq %rdi, %r8
        movzbl %sil, %eax
        movabsq $0x0101010101010101, %rcx
        imulq %rcx, %rax
        movq %rdx, %rcx
        shrq $3, %rcx
        rep stosq
        movl %edx, %ecx
        andl $7, %ecx
        jz 1f
        rep stosb
1:      movq %r8, %rax
        ret

        .section .note.GNU-stack, "", @progbits
