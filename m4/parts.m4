# SPDX-License-Identifier: MIT
# Everything Tenon is built from or tested with that is not its own.
# Each part has a place where ./bootstrap puts it and an option to give another.

# third_party is beside the sources; its absolute path, and the folder in it of
# what is for the kernel's CPU.
AC_DEFUN([TENON_THIRD_PARTY], [
third_party=`cd "$srcdir" && pwd`/third_party
third_party_cpu=$third_party
test $karch = x86_64 || third_party_cpu=$third_party/$karch
])

# TENON_SOURCE(VARIABLE, NAME, FILE): an unpacked source tree that has FILE.
AC_DEFUN([TENON_SOURCE], [
AC_REQUIRE([TENON_THIRD_PARTY])
AC_ARG_WITH([$2], [AS_HELP_STRING([--with-$2=SRC],
    [unpacked source of $2 @<:@third_party/$2@:>@])],
    [], [with_$2=$third_party/$2])
AC_MSG_CHECKING([for the source of $2])
AS_IF([test -f "$with_$2/$3"],
    [$1_SRC=`cd "$with_$2" && pwd -P`
     AC_MSG_RESULT([$$1_SRC])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([there is no source of $2 in '$with_$2'.
Run ./bootstrap, which unpacks it there, or give it yourself:
./configure --with-$2=/path/to/its/unpacked/source])])
AC_SUBST([$1_SRC])
])

# TENON_LIBFDT: the library that reads device trees, of the kernel's CPU.
AC_DEFUN([TENON_LIBFDT], [
AC_REQUIRE([TENON_THIRD_PARTY])
AC_ARG_WITH([libfdt], [AS_HELP_STRING([--with-libfdt=DIR],
    [folder with include/libfdt.h and lib/…/libfdt.a, where the machine has a
     device tree @<:@third_party/CPU/libfdt/usr@:>@])],
    [], [with_libfdt=$third_party_cpu/libfdt/usr])
LIBFDT_INCLUDE=$with_libfdt/include
LIBFDT_A=
AS_IF([test $karch = aarch64], [
    AC_MSG_CHECKING([for libfdt])
    for candidate in "$with_libfdt"/lib/$karch-linux-gnu/libfdt.a \
            "$with_libfdt"/lib/libfdt.a; do
        test -n "$LIBFDT_A" || test ! -f "$candidate" || LIBFDT_A=$candidate
    done
    AS_IF([test -n "$LIBFDT_A" && test -f "$LIBFDT_INCLUDE/libfdt.h"],
        [AC_MSG_RESULT([$LIBFDT_A])],
        [AC_MSG_RESULT([no])
         AC_MSG_ERROR([there is no libfdt for $karch in '$with_libfdt'.
Run ./bootstrap --arch=$karch, which unpacks it there, or give yours:
./configure --with-libfdt=/path/to/usr])])])
AC_SUBST([LIBFDT_INCLUDE])
AC_SUBST([LIBFDT_A])
])

# TENON_USER_CC: the compiler of programs that run on Tenon, with musl.
AC_DEFUN([TENON_USER_CC], [
AC_REQUIRE([TENON_THIRD_PARTY])
AC_ARG_WITH([musl-cc], [AS_HELP_STRING([--with-musl-cc=CC],
    [C compiler that makes programs for musl @<:@musl-gcc@:>@])],
    [USER_CC=$withval],
    [test $karch != x86_64 || musl_gcc=musl-gcc
     AC_CHECK_PROGS([USER_CC], [$karch-linux-musl-gcc $musl_gcc], [no],
        [$third_party_cpu/bin$PATH_SEPARATOR$PATH])
     test ! -x "$third_party_cpu/bin/$USER_CC" ||
        USER_CC=$third_party_cpu/bin/$USER_CC])
AC_MSG_CHECKING([whether '$USER_CC' makes static programs])
saved_CC=$CC saved_CFLAGS=$CFLAGS
CC=$USER_CC CFLAGS="-O2 -static"
AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [[puts("");]])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([there is no working compiler for musl ('$USER_CC').
Run ./bootstrap --arch=$karch, which brings one, or give yours:
./configure --with-musl-cc=/path/to/musl-gcc])])
CC=$saved_CC CFLAGS=$saved_CFLAGS
AC_SUBST([USER_CC])
AC_SUBST([USER_CFLAGS], ["-O2 -g -Wall -static"])
])

# TENON_UAPI: the kernel headers that the ABI is taken from, linked into uapi/
# so that they can be had without the rest of the host's headers.
AC_DEFUN([TENON_UAPI], [
AC_REQUIRE([TENON_THIRD_PARTY])
AC_ARG_WITH([linux-headers], [AS_HELP_STRING([--with-linux-headers=DIR],
    [folder that holds linux/ asm-generic/ and asm/ @<:@/usr/include@:>@])],
    [], [with_linux_headers=$third_party_cpu/headers/usr/include
     test -d "$with_linux_headers" || with_linux_headers=/usr/include])
uapi_dir=$with_linux_headers
case $uapi_dir in [[!/]]*) uapi_dir=`cd "$uapi_dir" && pwd` ;; esac
AC_MSG_CHECKING([for Linux's headers])
if test -d "$uapi_dir/$karch-linux-gnu/asm"; then
    uapi_asm=$uapi_dir/$karch-linux-gnu/asm
else
    uapi_asm=$uapi_dir/asm
fi
if test -f "$uapi_dir/linux/sched.h" && test -f "$uapi_asm/unistd.h"; then
    AC_MSG_RESULT([$uapi_dir])
else
    AC_MSG_RESULT([no])
    AC_MSG_ERROR([Linux's headers are not in '$uapi_dir'.
Run ./bootstrap --arch=$karch, which brings them, or give yours:
./configure --with-linux-headers=/path/to/include])
fi
AC_CONFIG_COMMANDS([uapi], [
mkdir -p uapi
for folder in linux asm-generic mtd; do
    rm -f uapi/$folder && ln -s "$uapi_dir/$folder" uapi/$folder
done
rm -f uapi/asm && ln -s "$uapi_asm" uapi/asm
], [uapi_dir='$uapi_dir' uapi_asm='$uapi_asm'])
AC_SUBST([uapi_dir])
])

# TENON_QEMU: the emulator; needed to run, not to build.
AC_DEFUN([TENON_QEMU], [
AC_ARG_WITH([qemu], [AS_HELP_STRING([--with-qemu=PATH],
    [QEMU for the kernel's CPU @<:@qemu-system-$karch@:>@])],
    [QEMU=$withval],
    [AC_PATH_PROG([QEMU], [qemu-system-$karch], [no])])
test "$QEMU" != no || AC_MSG_WARN([no qemu-system-$karch: make run and make check
need it.  Run ./bootstrap --arch=$karch, or ./configure --with-qemu=/path/to/qemu])
AC_SUBST([QEMU])
])

# TENON_ORACLE: a Linux kernel to compare with.
AC_DEFUN([TENON_ORACLE], [
AC_REQUIRE([TENON_THIRD_PARTY])
AC_ARG_WITH([oracle], [AS_HELP_STRING([--with-oracle=VMLINUZ],
    [Linux 6.1 to compare with @<:@third_party/oracle/vmlinuz@:>@])],
    [], [with_oracle=$third_party_cpu/oracle/vmlinuz])
ORACLE=$with_oracle
AC_SUBST([ORACLE])
])

# TENON_PROGRAMS: roots that were not made here, for the tests.
AC_DEFUN([TENON_PROGRAMS], [
AC_REQUIRE([TENON_THIRD_PARTY])
AC_ARG_WITH([programs], [AS_HELP_STRING([--with-programs=DIR],
    [unpacked Debian programs to test with @<:@third_party/programs@:>@])],
    [], [with_programs=$third_party_cpu/programs])
FOREIGN=$with_programs
AC_SUBST([FOREIGN])
AC_ARG_WITH([dynamic], [AS_HELP_STRING([--with-dynamic=DIR],
    [unpacked Debian bash and coreutils with their libraries, for the tests
     @<:@third_party/dynamic@:>@])],
    [], [with_dynamic=$third_party_cpu/dynamic])
DYNAMIC=$with_dynamic
AC_SUBST([DYNAMIC])
AC_ARG_WITH([debian], [AS_HELP_STRING([--with-debian=DIR],
    [unpacked Debian programs for make check-programs
     @<:@third_party/debian@:>@])],
    [], [with_debian=$third_party_cpu/debian])
DEBIAN=$with_debian
AC_SUBST([DEBIAN])
AC_ARG_WITH([rust], [AS_HELP_STRING([--with-rust=DIR],
    [unpacked Rust with its source, and Tokio @<:@third_party/rust@:>@])],
    [], [with_rust=$third_party/rust])
RUST=$with_rust
AC_SUBST([RUST])
AC_ARG_VAR([CXX], [the compiler of the test in C++])
AC_CHECK_PROGS([CXX], [$karch-linux-gnu-g++], [:])
])

AC_DEFUN([TENON_SUMMARY], [
AS_ECHO(["
Tenon $PACKAGE_VERSION for $karch (debug: $enable_debug)
  kernel compiler  $CC
  user compiler    $USER_CC
  BusyBox          $BUSYBOX_SRC
  zlib             $ZLIB_SRC
  QEMU             $QEMU
Now: make run, make check, or make help."])
])
