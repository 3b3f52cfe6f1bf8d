#!/bin/sh
# SPDX-License-Identifier: MIT
# Something stays behind.
mkdir -p /tmp/lost
mount -t tmpfs lost /tmp/lost
echo 'ok 1 - it is lost'
echo 1..1
