/* SPDX-License-Identifier: MIT */
/* Copies between kernel and user addresses.  A fault nobody serves ends them:
 * first the copy by eight bytes, which goes on byte by byte up to the very
 * place, then that one. */
#include "machine/user_access.h"

        .text
        .globl arch_copy_from_user, arch_copy_to_user, arch_clear_user
        .globl arch_string_from_user

arch_copy_from_user:
arch_copy_to_user:
        user_access_open
        movq %rdx, %rcx
        shrq $3, %rcx
1:      rep movsq
        movl %edx, %ecx
        andl $7, %ecx
        jz 3f
2:      rep movsb
3:      user_access_close
        movq %rcx, %rax         /* what is left */
        ret
4:      andl $7, %edx
        leaq (%rdx, %rcx, 8), %rcx
        jmp 2b
        fixup 1b, 4b
        fixup 2b, 3b

arch_clear_user:
        user_access_open
        xorl %eax, %eax
        movq %rsi, %rdx
        movq %rsi, %rcx
        shrq $3, %rcx
1:      rep stosq
        movl %edx, %ecx
        andl $7, %ecx
        jz 3f
2:      rep stosb
3:      user_access_close
        movq %rcx, %rax
        ret
4:      andl $7, %edx
        leaq (%rdx, %rcx, 8), %rcx
        jmp 2b
        fixup 1b, 4b
        fixup 2b, 3b

/* (to, from, most).  Aligned words never reach into a page that the string
 * does not. */
arch_string_from_user:
        user_access_open
        xorl %eax, %eax
        movabsq $0x0101010101010101, %r8
        movabsq $0x8080808080808080, %r9
1:      leaq 8(%rax), %rcx
        cmpq %rdx, %rcx
        ja 4f
        leaq (%rsi, %rax), %rcx
        testb $7, %cl
        jnz 4f
2:      movq (%rcx), %rcx
        movq %rcx, (%rdi, %rax)
        movq %rcx, %r10
        subq %r8, %r10
        notq %rcx
        andq %rcx, %r10
        andq %r9, %r10
        jnz 3f
        addq $8, %rax
        jmp 1b
3:      bsfq %r10, %r10
        shrq $3, %r10
        addq %r10, %rax
        jmp 6f
4:      cmpq %rdx, %rax
        jae 6f
5:      movzbl (%rsi, %rax), %ecx
        movb %cl, (%rdi, %rax)
        testl %ecx, %ecx
        jz 6f
        incq %rax
        jmp 1b
6:      user_access_close
        ret
7:      user_access_close
        movq $-14, %rax         /* -EFAULT */
        ret
        fixup 2b, 7b
        fixup 5b, 7b

        .section .note.GNU-stack, "", @progbits
