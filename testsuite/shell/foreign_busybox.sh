#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's static BusyBox, with glibc: its programs.
. /tests/shell/tap.sh

SH=/foreign/ash
if test -x /foreign/busybox; then
    mkdir links
    /foreign/busybox --install -s links
    PATH=$PWD/links:$PATH
    under busybox list copy find text archive process
else
    skip busybox 'there is no busybox-static in this image'
fi
finish
