# SPDX-License-Identifier: MIT
# The CPU the kernel is for, and the flags it is compiled with.

# TENON_CPU: karch, the folder of arch/ that is built.
AC_DEFUN([TENON_CPU], [
case $host_cpu in
x86_64|amd64) karch=x86_64 ;;
aarch64|arm64) karch=aarch64 ;;
*) AC_MSG_ERROR([Tenon has no code for the CPU '$host_cpu'.  Give one that it
has, for example ./configure --host=x86_64-linux-gnu]) ;;
esac
if test ! -f "$srcdir/arch/$karch/kernel.lds" &&
   test ! -f "$srcdir/arch/$karch/Makefrag.am"; then
    AC_MSG_ERROR([Tenon does not run on $karch yet: arch/$karch does not exist.
Use ./configure --host=x86_64-linux-gnu])
fi
AC_SUBST([karch])
AM_CONDITIONAL([X86_64], [test $karch = x86_64])
AM_CONDITIONAL([AARCH64], [test $karch = aarch64])
])

# TENON_HOST_CC: the compiler of programs that run here, during the build.
AC_DEFUN([TENON_HOST_CC], [
AC_ARG_VAR([HOST_CC], [C compiler for programs that run on this machine])
AC_CHECK_PROGS([HOST_CC], [gcc cc clang], [no])
test "$HOST_CC" != no || AC_MSG_ERROR([no C compiler for this machine.
Run ./bootstrap, or give one: ./configure HOST_CC=/path/to/gcc])
])

# TENON_KERNEL_FLAGS: KERNEL_CFLAGS, KERNEL_CPPFLAGS, KERNEL_LDFLAGS.
AC_DEFUN([TENON_KERNEL_FLAGS], [
AC_ARG_ENABLE([debug], [AS_HELP_STRING([--enable-debug],
    [check the kernel while it runs: UBSan, assertions, lock ranks, poison,
     guard pages, and its accesses to memory])], [], [enable_debug=no])
AC_ARG_ENABLE([kasan], [AS_HELP_STRING([--disable-kasan],
    [debug builds: do not check each access to memory])], [],
    [enable_kasan=$enable_debug])
AM_CONDITIONAL([DEBUG], [test "$enable_debug" = yes])

# Each CPU has its shadow elsewhere (arch/*/layout.h).
shadow_offset=
case $karch in
x86_64|aarch64) shadow_offset=0xdffffc0000000000 ;;
esac
test "$enable_debug" = yes && test -n "$shadow_offset" || enable_kasan=no
AM_CONDITIONAL([KASAN], [test "$enable_kasan" = yes])

KERNEL_CFLAGS="-std=gnu11 -ffreestanding -fno-common -fno-pic -fno-pie \
-fno-stack-protector -fno-strict-aliasing -fno-omit-frame-pointer \
-fno-asynchronous-unwind-tables -fno-delete-null-pointer-checks \
-mgeneral-regs-only -Wall -Wextra -Wno-unused-parameter \
-Wmissing-prototypes -Wstrict-prototypes -Wframe-larger-than=512"
case $karch in
x86_64) KERNEL_CFLAGS="$KERNEL_CFLAGS -m64 -mno-red-zone -mcmodel=kernel \
-fcf-protection=none" ;;
aarch64) KERNEL_CFLAGS="$KERNEL_CFLAGS -mstrict-align -mno-outline-atomics" ;;
esac

# Third-party code gets no warnings of ours and no checks of ours.
PLAIN_CFLAGS="$KERNEL_CFLAGS -w"

KERNEL_CPPFLAGS=
if test "$enable_debug" = yes; then
    KERNEL_CPPFLAGS="-DCONFIG_DEBUG=1"
    KERNEL_CFLAGS="$KERNEL_CFLAGS -fsanitize=undefined \
-fno-sanitize=alignment,vptr -Wframe-larger-than=1024"
fi
KASAN_CFLAGS=
if test "$enable_kasan" = yes; then
    KERNEL_CPPFLAGS="$KERNEL_CPPFLAGS -DCONFIG_KASAN=1"
    KASAN_CFLAGS="-fsanitize=kernel-address \
-fasan-shadow-offset=$shadow_offset --param asan-stack=1 \
-fsanitize-address-use-after-scope --param asan-globals=1 \
--param asan-instrument-allocas=0 \
-Wframe-larger-than=2048"
fi

# The compiler's own headers (stdint.h, stdarg.h); none of a C library.
compiler_include=`$CC -print-file-name=include`
test -f "$compiler_include/stdarg.h" ||
    AC_MSG_ERROR([$CC does not say where its headers are; give a gcc: CC=gcc])
KERNEL_NOSTDINC="-nostdinc -isystem $compiler_include"

KERNEL_LDFLAGS="-nostdlib -static -no-pie -Wl,--build-id=none \
-Wl,-z,max-page-size=4096 -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments"

AC_MSG_CHECKING([whether $CC takes the kernel's flags])
saved_CFLAGS=$CFLAGS
CFLAGS="$CFLAGS $KERNEL_CFLAGS $KASAN_CFLAGS $KERNEL_LDFLAGS"
AC_LINK_IFELSE([AC_LANG_SOURCE([void _start(void); void _start(void) { }])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([$CC cannot compile a kernel for $karch (see config.log).
Run ./bootstrap, or give a gcc 12 for $karch: ./configure CC=/path/to/gcc])])
CFLAGS=$saved_CFLAGS

AC_SUBST([KERNEL_CFLAGS])
AC_SUBST([KASAN_CFLAGS])
AC_SUBST([PLAIN_CFLAGS])
AC_SUBST([KERNEL_CPPFLAGS])
AC_SUBST([KERNEL_NOSTDINC])
AC_SUBST([KERNEL_LDFLAGS])
])
