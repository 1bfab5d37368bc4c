"""Forged addresses and scans must not become users: next to a known number of true subscribers, all
in the same plan, ten million that are not.

usage: test_forged.py PROBE GENERATOR
"""

import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import tap

PROBE, GEN = sys.argv[1:3]
WAIT_S = 600
SCRATCH = tempfile.TemporaryDirectory(prefix="sixgauge-forged-")
TRUE_USERS = ["--profile", "stream", "--v6-share", "1", "--flows", "100000", "--frames", "2000000",
              "--rate", "100000", "--seed", "3", "--start", "2026-01-01T00:00:00Z"]


def confirmed(answer):
    """The row of IPv6."""
    row, = (row for row in answer["users"] if row["family"] == "ipv6")
    return row


def replay(directory, *names):
    """What the probe says of these captures, one after the other."""
    done = subprocess.run([PROBE, "replay", "--plan", directory / f"{names[0]}.csv",
                           "--format", "json",
                           *(directory / name for name in names)],
                          check=True, capture_output=True, timeout=WAIT_S)
    return json.loads(done.stdout)


def generate(directory, name, *options):
    """The generator, started. What is written to a pipe takes no room on a disk. Its plan is a file
    of its own: it is written while another is read."""
    return subprocess.Popen([GEN, "--output", directory / name, "--plan-output",
                             directory / f"{name}.csv", *options],
                            stdout=subprocess.PIPE, text=True)


def truth_of(generator):
    """What it says at its end."""
    with generator:
        return json.loads(generator.communicate(timeout=WAIT_S)[0])


@functools.cache
def true_users():
    """A directory with their capture, and how many the probe says that they are."""
    directory = pathlib.Path(SCRATCH.name)
    truth = confirmed(truth_of(generate(directory, "true.pcap", *TRUE_USERS)))
    alone = confirmed(replay(directory, "true.pcap"))
    error = abs(alone["confirmed"] - truth["confirmed"])
    assert error < 4 * alone["standard_error"], (alone, truth)
    os.mkfifo(directory / "more.pcap")
    return directory, alone


def hold_against_true_users(*options):
    """Nobody is confirmed of what the options make behind the true ones in time; the truth about
    that is returned."""
    directory, alone = true_users()
    generator = generate(directory, "more.pcap", "--v6-share", "1", "--rate", "1000000",
                         "--start", "2026-01-01T00:00:20Z", *options)
    together = confirmed(replay(directory, "true.pcap", "more.pcap"))
    more = confirmed(truth_of(generator))
    assert more["confirmed"] == 0
    moved = abs(together["confirmed"] - alone["confirmed"])
    assert moved < alone["standard_error"], (alone, together)
    # What was made did arrive: it is among those that have sent.
    assert together["sent"] > 0.9 * more["sent"], (together, more)
    return more


def ten_million_forged_addresses_half_of_them_answered_confirm_nobody():
    # Half are answered; of these some are refused by the true owner, and some go on blindly.
    more = hold_against_true_users("--profile", "syn-flood", "--frames", "18000000", "--answered",
                                   "0.5", "--reset", "0.3", "--guess", "0.3")
    assert more["sent"] > 9_990_000, more


def a_flood_of_forged_udp_confirms_nobody():
    hold_against_true_users("--profile", "syn-flood", "--protocol", "udp", "--frames", "600000",
                            "--answered", "0.5")


def forged_addresses_of_the_true_users_themselves_confirm_nobody_else():
    # The seed of the true ones: the same subscribers, and some more.
    hold_against_true_users("--profile", "syn-flood", "--frames", "600000", "--answered", "0.5",
                            "--guess", "0.5", "--seed", "3", "--subscribers", "300000")


def a_scan_of_the_plan_confirms_nobody_whoever_answers():
    hold_against_true_users("--profile", "scan", "--frames", "600000", "--answered", "0.6",
                            "--reset", "0.5")


with SCRATCH:
    tap.run([
        ten_million_forged_addresses_half_of_them_answered_confirm_nobody,
        a_flood_of_forged_udp_confirms_nobody,
        forged_addresses_of_the_true_users_themselves_confirm_nobody_else,
        a_scan_of_the_plan_confirms_nobody_whoever_answers,
    ])
