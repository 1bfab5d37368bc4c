"""Instructions per packet of the meter, counted by valgrind where perf's counters are missing."""

import re
import shutil
import tempfile

import measuring

MIXES = [("IPv4", 0), ("IPv6", 100), ("mixed", 50)]
WORKS = [("parse", 0), ("hash", 0), ("meter", 0), ("meter", 100)]


def count(build, work, ipv6_percent, new_percent):
    """Instructions per packet."""
    with tempfile.NamedTemporaryFile(prefix="sixgauge-callgrind-") as file:
        done = measuring.run_checked(
            ["valgrind", "--tool=callgrind", "--toggle-collect=counted_burst",
             f"--callgrind-out-file={file.name}", build / "tests/bench/bench_instructions",
             work, ipv6_percent, new_percent])
        with open(file.name, encoding="utf-8") as lines:
            total = re.search(r"^totals: (\d+)$", lines.read(), re.MULTILINE)
    n_packets = re.search(r"^(\d+)$", done.text, re.MULTILINE)
    return int(total[1]) / int(n_packets[1])


def bench(build, quick):
    """Prints the table."""
    if shutil.which("valgrind") is None:
        print("Instructions per packet: left out: valgrind is not installed (scripts/setup bench)")
        return
    mixes = MIXES[-1:] if quick else MIXES
    print("Instructions per packet, 16K flows known, Zipf 1.1, and when every packet begins a flow "
          "in a full\ntable; as valgrind's callgrind counts them, the same on every run.")
    measuring.print_rows(
        ["mix", "parse", "+ hash", "meter", "meter, new flows"],
        [[name] + [f"{count(build, work, percent, new):.1f}" for work, new in WORKS]
         for name, percent in mixes])
