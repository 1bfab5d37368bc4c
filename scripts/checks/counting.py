#!/usr/bin/env python3
"""The script that counts the suite's cases misses none, whatever way a test ends."""

import json
import pathlib
import subprocess
import sys
import tempfile

import cases

# Result as meson names it, exit status, output -> the numbers passed, failed and skipped.
TESTS = [
    ("OK", 0, "1..2\nok 1 - a\nok 2 - b\n", (2, 0, 0)),
    ("FAIL", 1, "1..2\nok 1 - a\nnot ok 2 - b\n# why\n", (1, 1, 0)),
    ("OK", 0, "1..2\nok 1 - a # SKIP no b here\nok 2 - c\n", (1, 0, 1)),
    ("SKIP", 0, "1..0 # SKIP needs root\n", (0, 0, 1)),
    ("ERROR", -11, "1..2\nok 1 - a\n", (1, 1, 0)),
    ("TIMEOUT", -15, "", (0, 1, 0)),
    ("OK", 0, "it speaks no protocol\n", (1, 0, 0)),
    ("FAIL", 1, "it speaks no protocol\n", (0, 1, 0)),
    ("SKIP", 77, "", (0, 0, 1)),
]


def count(root, entries):
    """What the script makes of a log with these entries: its output and its numbers."""
    with tempfile.TemporaryDirectory() as directory:
        log, counts = pathlib.Path(directory) / "log", pathlib.Path(directory) / "counts"
        log.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
        done = subprocess.run([sys.executable, root / "scripts/tally.py", "phase", log, counts],
                              check=True, capture_output=True, text=True)
        return done.stdout, tuple(map(int, counts.read_text().split()))


def entry(result, status, output):
    return {"name": "sixgauge:unit / sample", "result": result, "returncode": status,
            "stdout": output, "stderr": ""}


def check_numbers(root):
    for result, status, output, expected in TESTS:
        found = count(root, [entry(result, status, output)])[1]
        if found != expected:
            yield f"{result} with {output!r} counts as {found}, not {expected}"


def check_sum(root):
    found = count(root, [entry(*test[:3]) for test in TESTS])[1]
    expected = tuple(sum(column) for column in zip(*(test[3] for test in TESTS)))
    return [] if found == expected else [f"together they count as {found}, not {expected}"]


def check_names(root):
    text = count(root, [entry(*test[:3]) for test in TESTS])[0]
    for line in ("phase: failed: sample: b", "phase: skipped: sample: a (no b here)",
                 "phase: skipped: sample: needs root", "    why",
                 "phase: failed: sample: error, exit -11", "phase: 6 passed, 4 failed, 3 skipped"):
        if line not in text.splitlines():
            yield f'"{line}" is not among {text.splitlines()}'


def main():
    root = pathlib.Path(sys.argv[1])
    cases.run([
        ("a test counts as its cases, however it ends", lambda: check_numbers(root)),
        ("tests add up", lambda: check_sum(root)),
        ("what failed and what was skipped is named", lambda: check_names(root)),
    ])


if __name__ == "__main__":
    main()
