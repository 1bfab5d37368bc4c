#!/usr/bin/env python3
"""The meter calls nothing: what its archive leaves undefined is held against a short list."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import cases

# What a compiler may call on its own account, and the stack protector.
ALLOWED = re.compile(r"mem(cpy|set|move|cmp)|__atomic_\w+|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_")
INSTRUMENTED = re.compile(r"__(asan|tsan|ubsan|msan|sanitizer|gcov|llvm_prof\w*)_\w+")


def symbols(archive, option):
    output = subprocess.run(["nm", option, archive], check=True, capture_output=True, text=True)
    return {line.split()[-1] for line in output.stdout.splitlines()
            if line and not line.endswith(":")}


def check(archive):
    undefined = symbols(archive, "-u") - symbols(archive, "--defined-only")
    if any(INSTRUMENTED.match(symbol) for symbol in undefined):
        raise cases.Skip("this build is instrumented, whose calls are not the meter's")
    return [f"the meter calls {symbol}" for symbol in sorted(undefined)
            if not ALLOWED.fullmatch(symbol)]


def check_impure(compiler):
    """Faults unless an archive that prints and allocates is caught."""
    with tempfile.TemporaryDirectory() as directory:
        source, thing, archive = (pathlib.Path(directory) / name for name in ("a.c", "a.o", "a.a"))
        source.write_text("#include <stdio.h>\n#include <stdlib.h>\n"
                          "void *f(void) { puts(\"x\"); return malloc(7); }\n")
        subprocess.run([*compiler, "-O2", "-c", source, "-o", thing], check=True)
        subprocess.run(["ar", "rcs", archive, thing], check=True)
        faults = check(archive)
    if faults != ["the meter calls malloc", "the meter calls puts"]:
        return [f"not caught: {faults}"]
    return []


def main():
    archive, compiler = sys.argv[1], sys.argv[2:]
    if not shutil.which("nm"):
        print("1..0 # SKIP nm is not installed (package binutils)")
        return
    cases.run([
        ("the meter calls nothing but memory functions", lambda: check(archive)),
        ("an archive that prints and allocates is caught", lambda: check_impure(compiler)),
    ])


if __name__ == "__main__":
    main()
