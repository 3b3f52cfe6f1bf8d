#!/bin/sh
# SPDX-License-Identifier: MIT
# A case that is not so.
echo 'ok 1 - the first'
echo 'not ok 2 - the second'
echo '# expected 1, got 2'
echo 1..2
exit 1
