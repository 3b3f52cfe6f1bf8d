/* SPDX-License-Identifier: MIT */
/* The rows of memory_kinds.c: a call, and what it says of each kind.  Where a
 * library has views of its own, it is not asked. */
#ifndef MEMORY_CALLS_H
#define MEMORY_CALLS_H

#define CALLS(CALL) \
    CALL(syscall(SYS_mprotect, at, size, PROT_READ), \
        "..............MMMMI..MMM") \
    CALL(syscall(SYS_mprotect, at, size, PROT_READ | PROT_WRITE), \
        ".........A....MMMMI..MMM") \
    CALL(syscall(SYS_mprotect, at, size, PROT_READ | PROT_EXEC), \
        "..............MMMMI..MMM") \
    CALL(syscall(SYS_mprotect, at, size, PROT_NONE), \
        "..............MMMMI..MMM") \
    CALL(syscall(SYS_mprotect, at, size, PROT_READ | PROT_GROWSDOWN), \
        "IIIIIIIIIII.IIMIIII.IMMM") \
    CALL(syscall(SYS_mprotect, at, size, PROT_READ | PROT_GROWSUP), \
        "IIIIIIIIIIIIIIMIMII.IMMM") \
    CALL(syscall(SYS_mprotect, at, size, 0x100), \
        "IIIIIIIIIIIIIIIIIII.IIIM") \
    CALL(munmap(at, size), \
        "..................II..II") \
    CALL(syscall(SYS_mremap, at, size, size, 0, 0), \
        "..............F.F.II.FFF") \
    CALL(syscall(SYS_mremap, at, size, 2 * size, 0, 0), \
        ".............FFFFFII.FFF") \
    CALL(syscall(SYS_mremap, at, size, 2 * size, MREMAP_MAYMOVE, 0), \
        ".............FFFFFII.FFF") \
    CALL(syscall(SYS_mremap, at, size, PAGE, 0, 0), \
        "..............F.F.II.FFF") \
    CALL(syscall(SYS_mremap, at, size, 0, 0, 0), \
        "IIIIIIIIIIIIIIIIIIIIIIII") \
    CALL(syscall(SYS_mremap, at, 0, PAGE, MREMAP_MAYMOVE, 0), \
        "IIIIII.I...IIIFIFIIIIFFF") \
    CALL(syscall(SYS_mremap, at, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, away), \
        ".............FFFFFII.FFF") \
    CALL(syscall(SYS_mremap, at, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, at), \
        "IIIIIIIIIIIIIIFIFIIIIFFF") \
    CALL(syscall(SYS_mremap, at, size, size, MREMAP_FIXED, away), \
        "IIIIIIIIIIIIIIIIIIIIIIII") \
    CALL(syscall(SYS_mremap, at, size, size, MREMAP_MAYMOVE | 4 /* DONTUNMAP */, 0), \
        ".............FFFFFII.FFF") \
    CALL(syscall(SYS_mremap, away, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at), \
        "..................I..PII") \
    CALL(msync(at, size, MS_ASYNC), \
        "..............MMMMI..MMM") \
    CALL(msync(at, size, MS_SYNC), \
        "..............MMMMI..MMM") \
    CALL(msync(at, size, MS_SYNC | MS_ASYNC), \
        "IIIIIIIIIIIIIIIIIIIIIIII") \
    CALL(msync(at, size, MS_INVALIDATE), \
        "............b.MMMMI..MMM") \
    CALL(mincore(at, size, (void *)bytes), \
        "..............MMMMI..MMM") \
    CALL(mlock(at, size), \
        ".....M....M...MMMM...MMI") \
    CALL(syscall(SYS_mlock2, at, size, 1 /* ONFAULT */), \
        "..............MMMM...MMI") \
    CALL(munlock(at, size), \
        "..............MMMM...MMI") \
    CALL(madvise(at, size, MADV_NORMAL), \
        "..............MMMMI..MMI") \
    CALL(madvise(at, size, MADV_RANDOM), \
        "..............MMMMI..MMI") \
    CALL(madvise(at, size, MADV_SEQUENTIAL), \
        "..............MMMMI..MMI") \
    CALL(madvise(at, size, MADV_WILLNEED), \
        "..............MMMMI..MMI") \
    CALL(madvise(at, size, MADV_DONTNEED), \
        "............I.MMMMI..MMI") \
    CALL(madvise(at, size, MADV_FREE), \
        "......IIIII.I.MMMMI..MMI") \
    CALL(madvise(at, size, MADV_REMOVE), \
        "IIIIII.A.A.IIIMIIII.IMMI") \
    CALL(madvise(at, size, MADV_DONTFORK), \
        "..............MMMMI..MMI") \
    CALL(madvise(at, size, MADV_DOFORK), \
        "..............MMMMI..MMI") \
    CALL(madvise(at, size, MADV_MERGEABLE), \
        "..............MMMMI..MMI") \
    CALL(madvise(at, size, MADV_UNMERGEABLE), \
        "..............MMMMI..MMI") \
    CALL(madvise(at, size, MADV_HUGEPAGE), \
        "..............MMMMI..MMI") \
    CALL(madvise(at, size, MADV_NOHUGEPAGE), \
        "..............MMMMI..MMI") \
    CALL(madvise(at, size, MADV_DONTDUMP), \
        "..............MMMMI..MMI") \
    CALL(madvise(at, size, MADV_DODUMP), \
        "..............MMMMI..MMI") \
    CALL(madvise(at, size, 18 /* WIPEONFORK */), \
        "......IIIII...MMMMI..MMI") \
    CALL(madvise(at, size, 19 /* KEEPONFORK */), \
        "..............MMMMI..MMI") \
    CALL(madvise(at, size, 20 /* COLD */), \
        "............I.MMMMI..MMI") \
    CALL(madvise(at, size, 21 /* PAGEOUT */), \
        "............I.MMMMI..MMI") \
    CALL(madvise(at, size, 22 /* POPULATE_READ */), \
        "....II....F...MMMMI..MMI") \
    CALL(madvise(at, size, 23 /* POPULATE_WRITE */), \
        "..II.I...IF..IMMMMI..MMI") \
    CALL(madvise(at, size, 99), \
        "IIIIIIIIIIIIIIIIIIIIIIII") \
    CALL(syscall(SYS_mmap, at, size, PROT_READ, ANONYMOUS, -1, 0), \
        "...................I....") \
    CALL(syscall(SYS_mmap, at, size, PROT_READ, ANONYMOUS | MAP_FIXED, -1, 0), \
        "..................II.PMM") \
    CALL(syscall(SYS_mmap, at, size, PROT_READ, ANONYMOUS | NOT_OVER, -1, 0), \
        "EEEEEEEEEEEEEE.EEEIIEPMM") \
    CALL(syscall(SYS_mmap, at, size, PROT_READ, MAP_SHARED | MAP_FIXED, file, 0), \
        "..................II.PMM") \
    CALL(syscall(SYS_mmap, at, size, PROT_READ, MAP_SHARED, file, 100), \
        "IIIIIIIIIIIIIIIIIIIIIIII") \
    CALL(syscall(SYS_brk, at) == (long)at ? 0 : fail(ENOMEM), \
        "MMMMMMMMMMMMMMMMMMMMMMMM") \
    CALL(read(zero, at, 1), \
        "..FF.F...F....F.F....FFF") \
    CALL(read(zero, at + size - 1, 1), \
        "..FF.F...FF..FFF...F.FFF") \
    CALL(write(ends[1], at, 1), \
        ".....F........F.F....FFF") \
    CALL(write(ends[1], at + size - 1, 1), \
        ".....F....F...FF...F.FFF") \
    CALL(syscall(SYS_futex, at, 1 /* WAKE */, 1), \
        "..FF.F........F.F....FFF") \
    CALL(syscall(SYS_futex, at, 129 /* WAKE, PRIVATE */, 1), \
        "......................FF") \
    CALL(syscall(SYS_futex, at, 0 /* WAIT */, 77, NULL), \
        "aaFFaFaaaaaaaaFaFaaaaFFF") \
    CALL(syscall(SYS_set_robust_list, at, 24), \
        "........................") \
    CALL(alternative_stack(), \
        "...................MM...") \
    CALL(stat(at, &status), \
        "NNNNNFNNNNNNNNFNFNNNNFFF")

#endif
