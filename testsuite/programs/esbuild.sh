#!/bin/sh
# SPDX-License-Identifier: MIT
# esbuild, a Go program: bundles, watches its sources, serves by its pipes.
. /tests/programs/real.sh
needs /usr/bin/esbuild
real_root
cd /debian/tmp
echo 'export const answer = 42' > a.js
echo 'import { answer } from "./a.js"; console.log(answer)' > main.js
esbuild() {
    debian timeout 60 esbuild "$@"
}
is 'a bundle' "$(esbuild /tmp/main.js --bundle --log-level=error | grep -c 42)" 1
mkfifo forever
sleep 100 > forever &
holder=$!
debian timeout 100 esbuild /tmp/main.js --bundle --outfile=/tmp/out.js --watch \
    < forever > watched 2>&1 &
watcher=$!
built() {
    grep -qs "$1" out.js
}
becomes 'it builds' built 42
sleep 1
echo 'export const answer = 4711' > a.js
becomes 'it notices a change' built 4711
kill $watcher $holder
wait 2> /dev/null
for i in 1 2 3 4 5 6 7 8 9 10; do
    (esbuild /tmp/main.js --bundle --minify --outfile=/tmp/out$i.js \
        --log-level=error) &
done
wait
is 'ten at once' "$(grep -l 4711 out[0-9]*.js | wc -l)" 10
cd /
real_done
