#!/usr/bin/env python3
"""Counts the cases of one run of the suite from meson's log, and names those that did not pass."""

import json
import re
import sys

# "ok 3 - a sentence # SKIP the reason"
CASE = re.compile(r"(?P<not>not )?ok\b(?: \d+)?(?: -)? ?(?P<name>.*?)"
                  r"(?: # (?P<skip>SKIP)\S*(?: (?P<reason>.*))?)?$", re.IGNORECASE)
SKIP_ALL = re.compile(r"1\.\.0 # SKIP\S* ?(?P<reason>.*)$", re.IGNORECASE)


# Lines shown of what a failed case has to say.
MAX_SHOWN = 20


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []

    def cases(self):
        return self.passed + len(self.failed) + len(self.skipped)


def test_name(entry):
    """The suite is said before the name: "sixgauge:unit / clock"."""
    return entry["name"].rsplit(" / ", 1)[-1]


def count_case(tally, test, line):
    """Counts the line if it is a case; true if it is one that failed."""
    skip_all = SKIP_ALL.match(line)
    case = CASE.match(line)
    if skip_all:
        tally.skipped.append(f"{test}: {skip_all['reason']}")
    elif not case:
        return False
    elif case["skip"]:
        tally.skipped.append(f"{test}: {case['name']} ({case['reason'] or 'no reason given'})")
    elif case["not"]:
        tally.failed.append(f"{test}: {case['name']}")
        return True
    else:
        tally.passed += 1
    return False


def count_output(tally, test, output):
    """Counts the cases in the output and shows the comments that follow those that failed."""
    n_shown = MAX_SHOWN
    for line in output.splitlines():
        if line.startswith("#") and n_shown < MAX_SHOWN:
            print(f"    {line[1:].strip()}")
            n_shown += 1
        elif count_case(tally, test, line):
            print(f"{tally.failed[-1]}:")
            n_shown = 0
        elif not line.startswith("#"):
            n_shown = MAX_SHOWN


def show_end(entry):
    for line in (entry.get("stdout", "") + entry.get("stderr", "")).splitlines()[-MAX_SHOWN:]:
        print(f"    {line}")


def count_test(tally, entry):
    test = test_name(entry)
    n_before, n_failed = tally.cases(), len(tally.failed)
    count_output(tally, test, entry.get("stdout", ""))
    counted = tally.cases() > n_before
    if entry["result"] in ("OK", "EXPECTEDFAIL"):
        # A test that speaks no protocol is one case.
        tally.passed += not counted
    elif entry["result"] == "SKIP":
        if not counted:
            tally.skipped.append(f"{test} (no reason given)")
    elif len(tally.failed) == n_failed:
        # It broke off: crashed, was killed, or did not run what it had announced.
        tally.failed.append(f"{test}: {entry['result'].lower()}, exit {entry.get('returncode')}")
        print(f"{tally.failed[-1]}:")
        show_end(entry)


def main():
    phase, log, counts = sys.argv[1:]
    tally = Tally()
    with open(log, encoding="utf-8") as lines:
        for line in lines:
            count_test(tally, json.loads(line))
    for name in tally.failed:
        print(f"{phase}: failed: {name}")
    for name in tally.skipped:
        print(f"{phase}: skipped: {name}")
    numbers = tally.passed, len(tally.failed), len(tally.skipped)
    print("{}: {} passed, {} failed, {} skipped".format(phase, *numbers), flush=True)
    with open(counts, "a", encoding="utf-8") as out:
        print(*numbers, file=out)


if __name__ == "__main__":
    main()
