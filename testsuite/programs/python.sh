#!/bin/sh
# SPDX-License-Identifier: MIT
# python3: asyncio, subprocess, sockets, selectors, threads.
. /tests/programs/real.sh
needs /usr/bin/python3
real_root
python() {
    debian timeout $minute python3 -c "$1" 2>&1
}
is 'it runs' "$(python 'print(6 * 7)')" 42
is 'asyncio sleeps' "$(python 'import asyncio
async def nap(i):
    await asyncio.sleep(i % 10 / 1000)
    return i
async def main():
    print(sum(await asyncio.gather(*[nap(i) for i in range(500)])))
asyncio.run(main())')" 124750
is 'a service on a socket' "$(python 'import asyncio
async def serve(reader, writer):
    writer.write((await reader.readline()).upper())
    await writer.drain()
    writer.close()
async def ask(i):
    reader, writer = await asyncio.open_unix_connection("/tmp/py")
    writer.write(b"hello %d\n" % i)
    line = await reader.read()
    writer.close()
    return line == b"HELLO %d\n" % i
async def main():
    async with await asyncio.start_unix_server(serve, "/tmp/py"):
        print(sum(await asyncio.gather(*[ask(i) for i in range(40)])))
asyncio.run(main())')" 40
is 'children by asyncio' "$(python 'import asyncio
async def run(i):
    p = await asyncio.create_subprocess_exec("echo", str(i),
        stdout=asyncio.subprocess.PIPE)
    out, _ = await p.communicate()
    return int(out) == i and p.returncode == 0
async def main():
    print(sum(await asyncio.gather(*[run(i) for i in range(10)])))
asyncio.run(main())')" 10
is 'signals by asyncio' "$(python 'import asyncio, os, signal
async def main():
    came = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, came.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(came.wait(), 10)
    print("came")
asyncio.run(main())')" came
is 'subprocess' "$(python 'import subprocess
print(subprocess.run(["sort"], input="b\na\n", text=True,
    capture_output=True).stdout.split())')" "['a', 'b']"
is 'a time-out' "$(python 'import subprocess
try: subprocess.run(["sleep", "100"], timeout=0.2)
except subprocess.TimeoutExpired: print("expired")')" expired
is 'descriptors' "$(python 'import socket, array, os
a, b = socket.socketpair()
r, w = os.pipe()
socket.send_fds(a, [b"x"], [w])
_, fds, _, _ = socket.recv_fds(b, 1, 1)
os.write(fds[0], b"sent")
print(os.read(r, 10).decode())')" sent
is 'processes' "$(python 'import multiprocessing
def f(x): return x * x
with multiprocessing.Pool(3) as pool: print(sum(pool.map(f, range(100))))')" 328350
is 'threads' "$(python 'import concurrent.futures as c
with c.ThreadPoolExecutor(8) as e: print(sum(e.map(lambda x: x + 1, range(1000))))')" \
    500500
real_done
