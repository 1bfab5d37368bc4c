#!/usr/bin/env python3
"""Who may lean on whom: every include is held against the table of rooms."""

import fnmatch
import pathlib
import re
import sys

import cases
import tree

# Room -> what its files may include besides their own folder, as patterns of paths from the root.
# The longest room that a path begins with is its room. "portable" is any portable header of proto/.
ROOMS = {
    "proto/": ("proto/*",),
    "probe/meter/": ("portable",),
    "bpf/": ("portable", "probe/meter/parse.h", "bpf/*"),
    "probe/": ("proto/*", "probe/*", "bpf/*.h"),
    "collector/": ("proto/*", "collector/*"),
    "tests/": ("proto/*", "probe/*", "bpf/*", "collector/*", "tests/*"),
}

# Headers of libraries -> the only files that may know them.
LIBRARIES = {
    "yaml.h": ("proto/base/config*",),
    "protobuf-c/*": ("proto/message.c",),
    "rte_*": ("probe/source/dpdk*", "tests/gen/dpdk*", "tests/bench/dpdk*", "tests/e2e/dpdk*"),
    "pcap.h": ("probe/source/*", "tests/*"),
    "pcap/*": ("probe/source/*", "tests/*"),
    "sqlite3.h": ("collector/store/sqlite*", "tests/*"),
    "hiredis/*": ("collector/store/redis*",),
    "event2/*": ("collector/*", "tests/*"),
    "jansson.h": ("probe/*", "collector/*", "tests/*"),
    "bpf/*": ("bpf/*", "probe/xdp*", "tests/*"),
    "cmocka.h": ("tests/*",),
    "openssl/*": ("probe/uplink/*", "collector/ingest/*", "tests/*"),
    "zstd.h": ("proto/*",),
}

# Headers made by the build, by the name they are included by -> the only files that may.
GENERATED = {
    "sixgauge.pb-c.h": ("proto/message.c",),
    "*.skel.h": ("probe/*", "tests/*"),
    "vmlinux.h": ("bpf/*",),
}

# The C library and the kernel's own headers: anybody's, but for the rooms named below.
SYSTEM = re.compile(
    r"(assert|ctype|dirent|endian|errno|fcntl|float|ftw|getopt|glob|inttypes|limits|locale|math|netdb"
    r"|poll|pthread|sched|setjmp|signal|spawn|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio"
    r"|stdlib|stdnoreturn|string|strings|syslog|threads|time|uchar|unistd|\w+intrin|cpuid"
    r"|(arpa|linux|net|netinet|netpacket|sys)/\w+)\.h")

# Rooms that may not have even that: pure code, and code for the kernel.
SYSTEM_ALLOWED = {
    "probe/meter/": re.compile(r"(stdint|stddef|stdbool|string|stdatomic)\.h"),
    # Intrinsics: this header alone, which has a portable twin.
    "probe/meter/tags_sse2.h": re.compile(r"(stdint|emmintrin)\.h"),
    "bpf/": re.compile(r"(stdint|stddef|stdbool|linux/\w+)\.h"),
}

# Functions -> the room that may call them in these files only.
CALLS = {
    # Unions over keys, groups or normalisations are refused there.
    "sketch_merge": ("collector/", ("collector/rollup/user_sketch.c",)),
}

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')


def longest(table, path):
    """The entry of the longest prefix of path in the table, or None."""
    prefixes = [prefix for prefix in table if path.startswith(prefix)]
    return table[max(prefixes, key=len)] if prefixes else None


def matches(path, patterns):
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def owners(table, header):
    """The files allowed to include the header, or None when the table does not know it."""
    for pattern, allowed in table.items():
        if fnmatch.fnmatchcase(header, pattern):
            return allowed
    return None


def angled_fault(path, header):
    allowed = owners(LIBRARIES, header)
    if allowed is not None:
        return None if matches(path, allowed) else f"<{header}> is for {', '.join(allowed)} alone"
    allowed = longest(SYSTEM_ALLOWED, path) or SYSTEM
    return None if allowed.fullmatch(header) else f"<{header}> is not for this room"


def quoted_fault(root, path, header):
    allowed = owners(GENERATED, header.rsplit("/", 1)[-1])
    if allowed is not None:
        return None if matches(path, allowed) else f'"{header}" is for {", ".join(allowed)} alone'
    if ".." in header.split("/"):
        return f'"{header}" climbs out of its folder, name it from the root'
    if header.endswith(".c"):
        return f'"{header}" is not a header'
    folder = path.rsplit("/", 1)[0] + "/"
    if "/" not in header:
        missing = not (root / folder / header).exists()
        return f'"{header}" is not in this folder, name its room' if missing else None
    if header.startswith(folder) and "/" not in header[len(folder):]:
        return f'"{header}" is in this folder, name it bare'
    if not (root / header).exists():
        return f'"{header}" is not a path from the root'
    patterns = longest(ROOMS, path)
    if matches(header, patterns):
        return None
    if "portable" in patterns and header.startswith("proto/") and tree.is_portable(root, header):
        return None
    return f'"{header}" is of a room this one may not lean on'


def check(root):
    for path in tree.c_files(root):
        for number, line in enumerate(tree.text(root, path).splitlines(), 1):
            include = INCLUDE.match(line)
            if not include:
                continue
            kind, header = include.groups()
            fault = angled_fault(path, header) if kind == "<" else quoted_fault(root, path, header)
            if fault:
                yield f"{path}:{number}: {fault}"


def check_calls(root):
    for function, (room, allowed) in CALLS.items():
        call = re.compile(rf"\b{function}\b")
        for path in tree.c_files(root):
            if not path.startswith(room) or path in allowed:
                continue
            for number, line in enumerate(tree.text(root, path).splitlines(), 1):
                if call.search(line):
                    yield f"{path}:{number}: {function}() is for {', '.join(allowed)} alone"


def caught(name, path, line, expected, others=None):
    files = {path: line + "\n", **(others or {})}
    return (name, cases.catches(check, files, f"{path}:1: {expected}"))


def main():
    root = pathlib.Path(sys.argv[1])
    plain, portable = "#pragma once\n", "// Portable: yes.\n#pragma once\n"
    cases.run([
        ("every include respects the rooms", lambda: check(root)),
        caught("a collector that leans on the probe is caught", "collector/a.c",
               '#include "probe/b.h"', '"probe/b.h" is of a room', {"probe/b.h": plain}),
        caught("a meter that leans on a header not portable is caught", "probe/meter/a.c",
               '#include "proto/b.h"', '"proto/b.h" is of a room', {"proto/b.h": plain}),
        caught("a kernel program that leans on the flow table is caught", "bpf/a.bpf.c",
               '#include "probe/meter/b.h"', '"probe/meter/b.h" is of a room',
               {"probe/meter/b.h": portable}),
        caught("a path that climbs is caught", "probe/a.c", '#include "../proto/b.h"',
               '"../proto/b.h" climbs', {"proto/b.h": plain}),
        caught("an own folder that is not bare is caught", "probe/a.c", '#include "probe/b.h"',
               '"probe/b.h" is in this folder', {"probe/b.h": plain}),
        caught("a path from elsewhere than the root is caught", "probe/a.c",
               '#include "meter/b.h"', '"meter/b.h" is not a path from the root',
               {"probe/meter/b.h": plain}),
        caught("an included source file is caught", "tests/unit/a.c", '#include "b.c"',
               '"b.c" is not a header', {"tests/unit/b.c": ""}),
        caught("a meter that prints is caught", "probe/meter/a.c", "#include <stdio.h>",
               "<stdio.h> is not for this room"),
        caught("protobuf-c outside its file is caught", "proto/wire.c",
               "#include <protobuf-c/protobuf-c.h>", "<protobuf-c/protobuf-c.h> is for"),
        caught("generated messages outside their file are caught", "collector/a.c",
               '#include "proto/sixgauge.pb-c.h"', '"proto/sixgauge.pb-c.h" is for'),
        caught("libyaml outside its files is caught", "probe/a.c", "#include <yaml.h>",
               "<yaml.h> is for"),
        caught("DPDK outside its files is caught", "probe/worker.c", "#include <rte_mbuf.h>",
               "<rte_mbuf.h> is for"),
        caught("SQLite outside its files is caught", "collector/api/a.c",
               "#include <sqlite3.h>", "<sqlite3.h> is for"),
        caught("a library nobody has named is caught", "probe/a.c", "#include <glib.h>",
               "<glib.h> is not for this room"),
        ("every guarded function is called where it may", lambda: check_calls(root)),
        ("a union of sketches outside its file is caught",
         cases.catches(check_calls, {"collector/users.c": "sketch_merge(a, b);\n"},
                       "collector/users.c:1: sketch_merge() is for")),
    ])


if __name__ == "__main__":
    main()
