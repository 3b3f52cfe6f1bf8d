#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's static BusyBox, with glibc: its shell.
. /tests/shell/tap.sh

SH=/foreign/ash
if test -x /foreign/busybox; then
    under ash words expansion control redirect pipeline read options traps
else
    skip ash 'there is no busybox-static in this image'
fi
finish
