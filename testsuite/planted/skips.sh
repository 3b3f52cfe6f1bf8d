#!/bin/sh
# SPDX-License-Identifier: MIT
# A case that cannot run, and says why.
echo 'ok 1 - a case # SKIP there is no such device'
echo 1..1
