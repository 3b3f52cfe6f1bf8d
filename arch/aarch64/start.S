/* SPDX-License-Identifier: MIT */
/* The first instructions, by the arm64 boot protocol: x0 points to the device
 * tree, the MMU is off, the image lies at any boundary of 2 MiB.
 *
 * The first page tables are made here: in TTBR0 the GiB the image lies in, one
 * to one; in TTBR1 the image at KERNEL_BASE, and of the linear map the GiB with
 * the image and that with the device tree.  Those for good are made in C.
 * What is written here goes past the caches: what they hold of it is thrown
 * away before they are turned on. */
#include "machine/cpu_local.h"
#include "machine/frame.h"
#include "machine/layout.h"
#include "machine/registers.h"

#define BOOT_STACK_BYTES 8192

#define BLOCK_NORMAL 0x701      /* valid, shared, accessed */
#define TABLE        3
/* EL1 has 64 bits; pointer authentication traps nowhere. */
#define HCR_VALUE    0x30080000000
#define SPSR_START   (PSTATE_MASKS | PSTATE_KERNEL)

        .macro mov_q register, value
        movz \register, #(\value & 0xffff)
        movk \register, #(\value >> 16 & 0xffff), lsl #16
        movk \register, #(\value >> 32 & 0xffff), lsl #32
        .endm

#ifdef CONFIG_KASAN
#define SHADOW_FIRST   ((SHADOW_START >> 39) & 511)
#define SHADOW_ENTRIES ((SHADOW_END - SHADOW_START) >> 39)

        /* `count` entries from x1 on, all of them x4. */
        .macro fill count
        mov x2, #(\count)
1:      str x4, [x1], #8
        subs x2, x2, #1
        b.ne 1b
        .endm
#endif

        .section .head, "ax"
        .globl image_header
image_header:
        b boot_entry
        .long 0
        .quad 0                 /* offset from a boundary of 2 MiB */
        .quad image_bytes       /* with all that is not in the file */
        .quad 0xa               /* little endian, 4 KiB pages, anywhere */
        .quad 0, 0, 0
        .ascii "ARM\x64"
        .long 0

boot_entry:
        mov x20, x0
        bl leave_el2
        adrp x21, image_header

        /* What the file does not have is zero. */
        adrp x0, bss_start
        adrp x1, image_end
        mov x2, x0
1:      stp xzr, xzr, [x2], #16
        cmp x2, x1
        b.lo 1b

        adrp x0, kernel_physical
        str x21, [x0, :lo12:kernel_physical]

        /* One to one. */
        mov x5, #BLOCK_NORMAL
        lsr x3, x21, #30        /* the GiB of the image */
        adrp x1, boot_identity
        adrp x2, boot_identity_gib
        orr x4, x2, #TABLE
        lsr x6, x21, #39
        str x4, [x1, x6, lsl #3]
        and x6, x3, #511
        orr x4, x5, x3, lsl #30
        str x4, [x2, x6, lsl #3]

        /* The linear map: what C reads before it makes its own. */
        mov x7, #BLOCK_NORMAL
        movk x7, #0x60, lsl #48 /* never executed */
        adrp x1, boot_root
        adrp x2, boot_linear
        orr x4, x2, #TABLE
        str x4, [x1, #256 * 8]
        orr x4, x7, x3, lsl #30
        and x6, x3, #511
        str x4, [x2, x6, lsl #3]
        lsr x3, x20, #30        /* the GiB of the device tree */
        and x6, x3, #511
        orr x4, x7, x3, lsl #30
        str x4, [x2, x6, lsl #3]

        /* The image. */
        adrp x2, boot_high
        orr x4, x2, #TABLE
        str x4, [x1, #511 * 8]
        adrp x3, boot_image
        orr x4, x3, #TABLE
        str x4, [x2, #510 * 8]
        adrp x6, image_end
        sub x6, x6, x21
        mov_q x8, 0x1fffff
        add x6, x6, x8
        lsr x6, x6, #21         /* so many blocks */
        orr x4, x5, x21
2:      str x4, [x3], #8
        add x4, x4, #0x200000
        subs x6, x6, #1
        b.ne 2b

#ifdef CONFIG_KASAN
        /* The shadow: one table a level, 512 times the same, down to a page
         * of zeros.  It is not read-only before shadow_seal. */
        adrp x1, boot_root
        add x1, x1, #SHADOW_FIRST * 8
        adrp x6, shadow_tables
        orr x4, x6, #TABLE
        fill SHADOW_ENTRIES
        mov x1, x6
        add x6, x6, #4096
        orr x4, x6, #TABLE
        fill 512
        add x6, x6, #4096
        orr x4, x6, #TABLE
        fill 512
        adrp x4, shadow_zeros
        orr x4, x4, x7          /* x7 is that of the linear map */
        orr x4, x4, #TABLE
        fill 512
#endif

        dsb sy
        adrp x0, kernel_physical
        add x0, x0, :lo12:kernel_physical
        dc ivac, x0
        adrp x0, bss_start
        adrp x1, image_end
3:      dc ivac, x0
        add x0, x0, #16         /* the smallest line there may be */
        cmp x0, x1
        b.lo 3b
        dsb sy

        adrp x0, boot_root
        ldr x1, =boot_high_entry
        b enable_mmu

/* From EL2, where a loader may have left us, to EL1; interrupts off. */
leave_el2:
        msr daifset, #0xf
        mov_q x2, SCTLR_OFF
        mrs x1, currentel
        cmp x1, #8
        b.ne 2f
        mov_q x1, HCR_VALUE
        msr hcr_el2, x1
        isb
        msr sctlr_el1, x2
        mov x1, #3              /* the timers and their counters are ours */
        msr cnthctl_el2, x1
        msr cntvoff_el2, xzr
        mov x1, #0x33ff         /* FP traps nowhere */
        msr cptr_el2, x1
        msr hstr_el2, xzr
        msr vttbr_el2, xzr
        msr mdcr_el2, xzr
        mrs x1, midr_el1
        msr vpidr_el2, x1
        mrs x1, mpidr_el1
        msr vmpidr_el2, x1
        mrs x1, id_aa64pfr0_el1
        ubfx x1, x1, #24, #4
        cbz x1, 1f              /* an interrupt controller by registers? */
        mrs x1, s3_4_c12_c9_5   /* ICC_SRE_EL2 */
        orr x1, x1, #1
        orr x1, x1, #8
        msr s3_4_c12_c9_5, x1
        isb
        msr s3_4_c12_c11_0, xzr /* ICH_HCR_EL2 */
1:      mov x1, #SPSR_START
        msr spsr_el2, x1
        msr elr_el2, x30
        isb
        eret
2:      msr sctlr_el1, x2
        isb
        ret

/* enable_mmu(root for TTBR1, where to go on).  x20 and x21 are kept. */
enable_mmu:
        mov x19, x1
        adrp x2, boot_identity
        msr ttbr0_el1, x2
        msr ttbr1_el1, x0
        mov x2, #MAIR_VALUE
        msr mair_el1, x2
        mov_q x2, TCR_VALUE
        mrs x3, id_aa64mmfr0_el1
        ubfx x4, x3, #4, #4
        cmp x4, #2              /* 16 bits of ASID? */
        b.lo 1f
        orr x2, x2, #TCR_ASID_16
1:      and x3, x3, #7          /* physical addresses; more than 48 bits are */
        cmp x3, #5              /* not for these tables */
        b.ls 2f
        mov x3, #5
2:      bfi x2, x3, #TCR_IPS_SHIFT, #3
        msr tcr_el1, x2
        mov x2, #3 << 20        /* FP traps nowhere */
        msr cpacr_el1, x2
        msr mdscr_el1, xzr
        isb
        tlbi vmalle1
        dsb nsh
        ic iallu
        dsb nsh
        isb
        mov_q x2, SCTLR_VALUE
        mrs x3, id_aa64mmfr1_el1
        ubfx x3, x3, #20, #4    /* PAN? */
        cbnz x3, 3f
        orr x2, x2, #SCTLR_SPAN
3:      msr sctlr_el1, x2
        isb
        br x19

/* Another CPU: x0 is its number, secondary_root what it runs on. */
        .globl secondary_entry
secondary_entry:
        mov x20, x0
        bl leave_el2
        adrp x0, secondary_root
        ldr x0, [x0, :lo12:secondary_root]
        ldr x1, =secondary_high_entry
        b enable_mmu

        .ltorg

/* replace_root(root), here and not at KERNEL_BASE. */
replace_root_apart:
        adrp x1, boot_empty
        msr ttbr1_el1, x1
        isb
        tlbi vmalle1
        dsb nsh
        isb
        msr ttbr1_el1, x0
        isb
        ret

        .text
boot_high_entry:
        ldr x0, =boot_stack + BOOT_STACK_BYTES
        mov sp, x0
        mov x29, xzr
        mov x0, x20
        bl boot_main
        brk #0

secondary_high_entry:
        ldr x0, =cpu_locals
        add x0, x0, x20, lsl #CPU_BYTES_SHIFT
        ldr x1, [x0, #CPU_IDLE_STACK]
        mov sp, x1
        mov x29, xzr
        mov x0, x20
        bl smp_enter
        brk #0

        .globl boot_switch_stack
        /* boot_switch_stack(top, next): goes on in next() on another stack. */
boot_switch_stack:
        mov sp, x0
        mov x29, xzr
        blr x1
        brk #0

        .globl kernel_table_load
kernel_table_load:
        stp x29, x30, [sp, #-16]!
        adrp x1, replace_root_apart
        add x1, x1, :lo12:replace_root_apart
        ldr x2, =KERNEL_BASE
        sub x1, x1, x2
        adrp x2, kernel_physical
        ldr x2, [x2, :lo12:kernel_physical]
        add x2, x1, x2
        blr x2
        ldp x29, x30, [sp], #16
        ret

        .section .data
        .balign 8
        .globl kernel_physical, secondary_root
kernel_physical:
        .quad 0
secondary_root:
        .quad 0

        .section .bss.pages, "aw", @nobits
        .balign 4096
        .globl boot_empty, boot_image
boot_identity:
        .skip 4096
boot_identity_gib:
        .skip 4096
boot_root:
        .skip 4096
boot_linear:
        .skip 4096
boot_high:
        .skip 4096
boot_image:
        .skip 4096
boot_empty:                     /* for a CPU without a user's tables */
        .skip 4096
#ifdef CONFIG_KASAN
        .globl shadow_tables, shadow_zeros
shadow_tables:
        .skip 3 * 4096
shadow_zeros:
        .skip 4096
#endif
boot_stack:
        .skip BOOT_STACK_BYTES

        .section .note.GNU-stack, "", @progbits
