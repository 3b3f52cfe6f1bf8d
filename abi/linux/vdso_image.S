/* SPDX-License-Identifier: MIT */
/* The library that is made for programs, as data of the kernel's. */
        .section .rodata
        .balign 8
        .globl vdso_image, vdso_image_end
vdso_image:
        .incbin "abi/linux/vdso.so"
vdso_image_end:

        .section .note.GNU-stack, "", @progbits
