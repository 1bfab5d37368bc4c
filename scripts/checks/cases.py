"""Cases of a check, reported in the Test Anything Protocol."""

import pathlib
import sys
import tempfile


class Skip(Exception):
    """Raised by a case that cannot run here; its text says what is missing."""


def run(cases):
    """Runs (name, function) pairs in order. A function returns the faults it found; none is a pass."""
    print(f"1..{len(cases)}", flush=True)
    n_failed = 0
    for number, (name, function) in enumerate(cases, 1):
        try:
            faults = list(function())
        except Skip as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
            continue
        n_failed += bool(faults)
        print(f"{'not ' if faults else ''}ok {number} - {name}", flush=True)
        for fault in faults:
            print(f"# {fault}", flush=True)
    sys.exit(1 if n_failed else 0)


def catches(check, files, expected):
    """A function that makes a tree of files (path -> text) and faults unless check faults it so."""

    def attempt():
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            faults = list(check(root))
        missed = not any(expected in fault for fault in faults)
        return [f'not caught: "{expected}" is not among {faults}'] if missed else []

    return attempt
