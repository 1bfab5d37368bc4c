#!/usr/bin/env python3
"""Every header compiles alone: natively, and for BPF when it says that it is portable."""

import concurrent.futures
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

import cases
import tree

FLAGS = ["-std=gnu17", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
         "-Wno-missing-field-initializers", "-D_GNU_SOURCE",
         '-DSIXGAUGE_VERSION="0"']
# clang has no C library for BPF; the fixed-width types come from the host's.
BPF_FLAGS = ["-target", "bpf", "-O2", "-ffreestanding",
             f"-I/usr/include/{platform.machine()}-linux-gnu"]
# DPDK's flags force a header on every file they reach, so only its own headers get them.
DPDK_NAME = "dpdk"


def dpdk_flags():
    if not shutil.which("pkg-config"):
        return None
    found = subprocess.run(["pkg-config", "--cflags", "libdpdk"], capture_output=True, text=True,
                           check=False)
    return found.stdout.split() if found.returncode == 0 else None


def compile_alone(root, build, header, command):
    """The fault, or None."""
    if DPDK_NAME in header:
        flags = dpdk_flags()
        # Without DPDK the build leaves these headers out as well.
        if flags is None:
            return None
        command = command + flags
    with tempfile.NamedTemporaryFile("w", suffix=".c") as source:
        # A translation unit may not be empty, and a header may.
        source.write(f'#include "{header}"\nextern int not_empty;\n')
        source.flush()
        done = subprocess.run([*command, *FLAGS, f"-I{root}", f"-I{build}", source.name],
                              capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    lines = [line for line in done.stderr.splitlines() if "error:" in line]
    return f"{header}: {(lines or ['does not compile'])[0].replace(str(root) + '/', '')}"


def check(root, build, command, portable_only):
    if not shutil.which(command[0]):
        raise cases.Skip(f"{command[0]} is not installed")
    headers = [path for path in tree.files(root, (".h",), tree.ROOMS)
               if not portable_only or tree.is_portable(root, path)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        faults = pool.map(lambda header: compile_alone(root, build, header, command), headers)
        return [fault for fault in faults if fault]


def caught(command, portable_only, text, expected):
    def attempt(root):
        return check(root, root, command, portable_only)
    return cases.catches(attempt, {"proto/a.h": text}, expected)


def main():
    root, build = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    gcc, clang, bpf = ["gcc"], ["clang"], ["clang", *BPF_FLAGS]
    leaning = "#pragma once\nstruct a { uint32_t b; };\n"
    libc = "// Portable: no.\n#pragma once\n#include <stdio.h>\n" \
           "static inline int a(FILE *b) { return fileno(b); }\n" \
           "static inline unsigned __int128 c(unsigned __int128 d) { return d / 3; }\n"
    cases.run([
        ("every header compiles alone with gcc", lambda: check(root, build, gcc, False)),
        ("every header compiles alone with clang", lambda: check(root, build, clang, False)),
        ("every portable header compiles alone for BPF", lambda: check(root, build, bpf, True)),
        ("a header that leans on its includer is caught by gcc",
         caught(gcc, False, leaning, "uint32_t")),
        ("a header that leans on its includer is caught by clang",
         caught(clang, False, leaning, "uint32_t")),
        ("a portable header that is not is caught for BPF", caught(bpf, True, libc, "proto/a.h")),
    ])


if __name__ == "__main__":
    main()
