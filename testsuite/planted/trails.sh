#!/bin/sh
# SPDX-License-Identifier: MIT
# The last line has no end, and what the runner says comes behind it.
echo 'ok 1 - the only one'
echo '1..1'
printf 'and then'
exit 3
