#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's static mksh with klibc.
. /tests/shell/tap.sh

SH=/foreign/mksh-klibc
if test -x $SH; then
    under mksh words expansion control redirect pipeline read options traps
else
    skip mksh 'there is no mksh with klibc in this image'
fi
finish
