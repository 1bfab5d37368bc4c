#!/usr/bin/env python3
"""Redis counts and merges our sketches exactly as we do, those that are stored too.

usage: test_sketch_redis.py PRINT_SKETCHES PRINT_STORED; starts a redis-server of its own on a socket in a
temporary directory, speaks its protocol with the standard library alone, and prints TAP.
"""

import contextlib
import itertools
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

REDIS_HEADER_BYTES = 16
START_SECONDS = 20


class Redis:
    """One connection: commands out, replies in."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(START_SECONDS)
        self.socket.connect(path)
        self.stream = self.socket.makefile("rb")

    def call(self, *words):
        words = [word.encode() if isinstance(word, str) else word for word in words]
        packed = b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
        self.socket.sendall(b"*%d\r\n%s" % (len(words), packed))
        return self.reply()

    def reply(self):
        kind, rest = (line := self.stream.readline())[:1], line[1:-2]
        if kind == b"+":
            return rest.decode()
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return self.stream.read(int(rest) + 2)[:-2] if rest != b"-1" else None
        raise RuntimeError(f"redis: {line!r}")


@contextlib.contextmanager
def redis_started(program):
    with tempfile.TemporaryDirectory(prefix="sixgauge-redis-") as directory:
        path = os.path.join(directory, "redis.sock")
        server = subprocess.Popen(
            [program, "--port", "0", "--unixsocket", path, "--dir", directory,
             "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield redis_connect(server, path)
        finally:
            server.terminate()
            server.wait()


def redis_connect(server, path):
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return Redis(path)
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def sketches_read(program):
    sketches = {}
    lines = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    for line in lines.splitlines():
        name, estimate, digits = line.split()
        sketches[name] = (int(estimate), bytes.fromhex(digits))
    return sketches


def checks(redis, sketches):
    """Yields (name, what Redis says, what we say)."""
    for name, (estimate, string) in sketches.items():
        assert redis.call("SET", name, string) == "OK"
        yield f"PFCOUNT of {name} is our estimate", redis.call("PFCOUNT", name), estimate
    estimate, string = sketches["union"]
    yield "PFCOUNT of two is our estimate of their union", redis.call(
        "PFCOUNT", "left", "right"), estimate
    assert redis.call("PFMERGE", "merged", "left", "right") == "OK"
    yield "PFCOUNT after PFMERGE is the same", redis.call("PFCOUNT", "merged"), estimate
    yield "PFMERGE leaves our registers", redis.call("GET", "merged")[
        REDIS_HEADER_BYTES:], string[REDIS_HEADER_BYTES:]


def stored_read(program):
    """What the program says of the sketches it stored, and their strings in the file."""
    with tempfile.TemporaryDirectory(prefix="sixgauge-stored-") as directory:
        path = os.path.join(directory, "centre.db")
        lines = subprocess.run([program, f"sqlite:{path}"], check=True, capture_output=True,
                               text=True).stdout
        with contextlib.closing(sqlite3.connect(path)) as database:
            strings = {(str(level), str(start)): string for level, start, string in
                       database.execute("SELECT level, start_ns, registers FROM sketch")}
    estimates = {(level, start): int(estimate)
                 for level, start, estimate in (line.split() for line in lines.splitlines())}
    return estimates, strings


def checks_of_stored(redis, estimates, strings):
    """Yields (name, what Redis says, what we say) of the strings in a store."""
    union = estimates.pop(("union", "0"))
    scopes = [f"{level}/{start}" for level, start in estimates if level == "300"]
    for (level, start), estimate in estimates.items():
        assert redis.call("SET", f"{level}/{start}", strings[level, start]) == "OK"
        yield (f"PFCOUNT of a stored sketch of {level} s is our estimate",
               redis.call("PFCOUNT", f"{level}/{start}"), estimate)
    assert len(scopes) == 2
    yield "PFCOUNT of two stored ones is our union", redis.call("PFCOUNT", *scopes), union
    assert redis.call("PFMERGE", "stored", *scopes) == "OK"
    hour, = (string for (level, _), string in strings.items() if level == "3600")
    yield "PFMERGE of two stored ones is the stored hour", redis.call("GET", "stored")[
        REDIS_HEADER_BYTES:], hour[REDIS_HEADER_BYTES:]


def main():
    server = shutil.which("redis-server")
    if not server:
        print("1..0 # SKIP redis-server is not installed")
        return 0
    failed = count = 0
    with redis_started(server) as redis:
        for count, (name, redis_says, we_say) in enumerate(itertools.chain(
                checks(redis, sketches_read(sys.argv[1])),
                checks_of_stored(redis, *stored_read(sys.argv[2]))), 1):
            right = redis_says == we_say
            failed += not right
            print(f"{'ok' if right else 'not ok'} {count} - {name}")
            if not right and isinstance(we_say, int):
                print(f"# redis {redis_says}, ours {we_say}")
    print(f"1..{count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
