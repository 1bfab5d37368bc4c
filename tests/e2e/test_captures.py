"""Real captures of others, with counts from two independent decoders, through replay.

usage: test_captures.py PROBE FOLDER

FOLDER holds sets of captures, each with its truth.json, and compare.py, which says what differs. They
are not part of the project; without them the test is skipped. SIXGAUGE_CAPTURES names another folder.
"""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys

import tap

SETS = ("public", "replay")
# Captures in which encapsulations we open are mixed with others we leave closed, so that neither a
# count that opens none nor one that opens all is ours: docs/counting.md says which and why.
EXPLAINED = {"replay_arkime_synthetic.pcap": ["payload.ipv4.bytes: 63172, truth 63167 or 63372"]}


def load_comparer(folder):
    spec = importlib.util.spec_from_file_location("compare", folder / "compare.py")
    comparer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(comparer)
    return comparer


def grades(folder):
    """The grade of each capture; those called robust need only be read to their end."""
    rows = [line.split("\t") for line in (folder / "MANIFEST.tsv").read_text().splitlines()]
    return {row[0]: row[rows[0].index("grade")] for row in rows[1:]}


def case(probe, capture, truth, comparer, robust):
    def check():
        done = subprocess.run([probe, "replay", "--idle-timeout", "0", "--format", "json", capture],
                              capture_output=True, timeout=120, check=False)
        answer = json.loads(done.stdout)
        assert done.returncode in (0, 1), done.stderr
        if not robust:
            differences = comparer.differences(answer, truth, "core")
            assert differences == EXPLAINED.get(capture.name, []), differences
    check.__name__ = capture.name
    return check


def main(probe, folder):
    folder = pathlib.Path(os.environ.get("SIXGAUGE_CAPTURES", folder))
    if not (folder / "compare.py").exists():
        print("1..0 # SKIP the captures of others are not here: name their folder in "
              "SIXGAUGE_CAPTURES")
        return 0
    comparer = load_comparer(folder)
    cases = []
    for name in SETS:
        graded = grades(folder / name)
        for file, truth in json.loads((folder / name / "truth.json").read_text()).items():
            cases.append(case(probe, folder / name / file, truth, comparer,
                              graded.get(file) == "robust"))
    return tap.run(cases)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
