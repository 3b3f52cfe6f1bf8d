#!/bin/sh
# SPDX-License-Identifier: MIT
# esbuild, a Go program: bundles, watches its sources, serves by its pipes.  It
# is there as Debian has it, and as npm has it, which needs no libraries.
. /tests/programs/real.sh
needs /usr/bin/esbuild
real_root
cd /debian/tmp
esbuild() {
    debian timeout $minute $esbuild "$@"
}
# What asks the service by its protocol: a packet has its length, a number with
# the lowest bit clear in a request, and a value; a value has its kind first.
cat > ask.py <<'PYTHON'
import struct, subprocess, sys
def number(n): return struct.pack('<I', n)
def name(text): return number(len(text)) + text.encode()
def pack(v):
    if isinstance(v, bool): return b'\1' + bytes([v])
    if isinstance(v, str): return b'\3' + name(v)
    if isinstance(v, bytes): return b'\4' + number(len(v)) + v
    if isinstance(v, list):
        return b'\5' + number(len(v)) + b''.join(map(pack, v))
    return b'\6' + number(len(v)) + b''.join(
        name(key) + pack(value) for key, value in v.items())
def take(n):
    global rest
    taken, rest = rest[:n], rest[n:]
    return taken
def take_number(): return struct.unpack('<I', take(4))[0]
def unpack():
    kind = take(1)[0]
    if kind == 0: return None
    if kind == 1: return take(1) != b'\0'
    if kind == 2: return take_number()
    if kind == 3: return take(take_number()).decode()
    if kind == 4: return take(take_number())
    if kind == 5: return [unpack() for _ in range(take_number())]
    return {take(take_number()).decode(): unpack()
            for _ in range(take_number())}
version = sys.argv[2]
service = subprocess.Popen([sys.argv[1], '--service=' + version],
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE)
def packet():
    return service.stdout.read(struct.unpack('<I', service.stdout.read(4))[0])
print('greets', packet().decode() == version)
def send(i, text):
    data = number(i << 1) + pack({'command': 'transform', 'inputFS': False,
        'flags': ['--minify-whitespace'], 'input': text.encode()})
    service.stdin.write(number(len(data)) + data)
    service.stdin.flush()
good = 0
for i in range(50): # in flight together
    send(i, 'console.log( %d , "%s" )' % (i, 'x' * i * 100))
for _ in range(50):
    rest = packet()
    i = take_number() >> 1
    code = unpack().get('code', b'')
    if isinstance(code, bytes): code = code.decode()
    good += code.startswith('console.log(%d,' % i) and \
        code.count('x') == i * 100
print('transforms', good)
send(99, 'let = =')
rest = packet()
print('errors', take_number() >> 1, len(unpack()['errors']))
service.stdin.close()
print('ends', service.wait(), service.stdout.read())
PYTHON
# Module i adds i to what the ones after it add up to, and greets.
for i in $(seq 100); do
    next="import { sum as rest } from './m$((i + 1)).js'"
    test $i != 100 || next='const rest = 0'
    printf '%s\nexport const sum = rest + %d\n' "$next" $i > m$i.js
    printf 'export function greet%d() { return "module %d" }\n' $i $i >> m$i.js
    printf 'console.log(greet%d(), sum)\n' $i >> m$i.js
done

built() {
    grep -qs "$1" out.js
}
bundles() {
    is "$from: a hundred modules" \
        "$(esbuild /tmp/m1.js --bundle --log-level=error |
            grep -c 'return "module [0-9]*"')" 100
    esbuild /tmp/m1.js --bundle --minify --sourcemap --outfile=/tmp/out0/many.js \
        --log-level=error
    sum=$(cat out0/many.js out0/many.js.map | md5sum)
    is "$from: the same with one thread" \
        "$(env -i GOMAXPROCS=1 chroot /debian timeout $minute $esbuild /tmp/m1.js \
            --bundle --minify --sourcemap --outfile=/tmp/out0/many.js \
            --log-level=error; cat out0/many.js out0/many.js.map | md5sum)" "$sum"
    # Its name has the sum, so that kernels can be compared.
    ok "$from: it is ${sum%% *}" test -s out0/many.js
}
watches() {
    rm -f forever out.js
    mkfifo forever
    sleep 100 > forever &
    holder=$!
    debian timeout 100 $esbuild /tmp/main.js --bundle --outfile=/tmp/out.js \
        --watch < forever > watched 2>&1 &
    watcher=$!
    becomes "$from: it builds" built 42
    sleep 1
    echo 'export const answer = 4711' > a.js
    becomes "$from: it notices a change" built 4711
    sleep 1
    mv other.js a.js
    becomes "$from: it notices another file of the name" built 815
    kill $watcher $holder
    wait 2> /dev/null
}
many() {
    for i in 1 2 3 4 5 6 7 8 9 10; do
        esbuild /tmp/m1.js --bundle --minify --sourcemap \
            --outfile=/tmp/out$i/many.js --log-level=error &
    done
    wait
    for i in 1 2 3 4 5 6 7 8 9 10; do
        cat out$i/many.js out$i/many.js.map 2> /dev/null | md5sum
    done | sort | uniq -c > sums
    is "$from: ten at once" "$(awk '{ print $1, $2 }' sums)" "10 ${sum%% *}"
    rm -rf out*
}
for esbuild in /usr/bin/esbuild /usr/local/bin/esbuild; do
    from="Debian's"
    test $esbuild = /usr/bin/esbuild || from="npm's"
    if ! test -x /debian$esbuild; then
        skip "$from esbuild" 'it is not in this image (bootstrap had no npm)'
        continue
    fi
    echo 'export const answer = 42' > a.js
    echo 'export const answer = 815' > other.js
    echo 'import { answer } from "./a.js"; console.log(answer)' > main.js
    is "$from: a bundle" "$(esbuild /tmp/main.js --bundle --log-level=error |
        grep -c 42)" 1
    bundles
    watches
    many
    is "$from: its service" "$(debian timeout $minute python3 /tmp/ask.py $esbuild \
        "$(esbuild --version)" 2>&1)" "greets True
transforms 50
errors 99 1
ends 0 b''"
done
cd /
real_done
