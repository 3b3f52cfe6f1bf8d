#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's static mksh with diet.
. /tests/shell/tap.sh

SH=/foreign/mksh-diet
if test -x $SH; then
    under mksh words expansion control redirect pipeline read options traps
else
    skip mksh 'there is no mksh with diet in this image'
fi
finish
