#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's static bash: jobs.
. /tests/shell/tap.sh

SH=/foreign/bash
if test -x $SH; then
    export HISTFILE=/dev/null # it would write its lines into the root
    under bash jobs
else
    skip bash 'there is no bash-static in this image'
fi
finish
