#!/usr/bin/env python3
"""Runs a cmocka program and passes its protocol on, with skipped cases written as harnesses read them.

usage: cmocka_tap.py PROGRAM [ARGUMENT...]

cmocka 1.1.5 writes a skipped case as "not ok 3 # SKIP the name", which counts as a failure. It
becomes "ok 3 - the name # SKIP the reason", the reason being what skip_because() has printed.
"""

import re
import subprocess
import sys

SKIPPED = re.compile(r"not ok (\d+) # SKIP (.*)")
REASON = re.compile(r"# reason: (.*)")


def main():
    reason = "no reason given"
    with subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True,
                          errors="replace") as program:
        for line in program.stdout:
            skipped, told = SKIPPED.match(line), REASON.match(line)
            if told:
                reason = told[1]
            elif skipped:
                line = f"ok {skipped[1]} - {skipped[2]} # SKIP {reason}\n"
            print(line, end="", flush=True)
    # A program that a signal ended must not look like one that ended itself.
    sys.exit(program.returncode if program.returncode >= 0 else 128 - program.returncode)


if __name__ == "__main__":
    main()
