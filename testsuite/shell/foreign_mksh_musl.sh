#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's static mksh with musl.
. /tests/shell/tap.sh

SH=/foreign/mksh-musl
if test -x $SH; then
    under mksh words expansion control redirect pipeline read options traps
else
    skip mksh 'there is no mksh with musl in this image'
fi
finish
