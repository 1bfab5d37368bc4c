"""Runs test functions and reports them in the Test Anything Protocol."""

import sys
import traceback


class Skip(Exception):
    """Raised by a test that cannot run here; its text says what is missing."""


def run(tests):
    """Runs the functions in order; their names, read as sentences, name the tests."""
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for number, test in enumerate(tests, 1):
        name = test.__name__.replace("_", " ")
        try:
            test()
            print(f"ok {number} - {name}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        except Exception:
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            for line in traceback.format_exc().splitlines():
                print(f"# {line}", flush=True)
    sys.exit(1 if failed else 0)
