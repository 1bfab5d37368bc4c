#!/usr/bin/env python3
"""Replays captures whose counts are known: recorded ones, whose NAME.json was derived with other
tools, and generated ones, whose truth the generator prints.

usage: test_golden.py PROBE GENERATOR
"""
import json
import os
import subprocess
import sys
import tempfile

import tap

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CAPTURES = os.path.join(TESTS, "data/captures")
REPLAY_SECONDS = 60
SHOWN_DIFFERENCES = 20
EXACT_USERS = 65536  # that replay tells from each other, of all groups together
SKETCH_ERROR = 0.0081

# What is generated beside the recordings: name and arguments.
GENERATED = {
    "every kind, seed 1": ["--seed", "1", "--frames", "4000"],
    "every kind, seed 2, flows come and go": ["--seed", "2", "--frames", "4000", "--churn", "300"],
    "every kind, seed 3, cut to 160 bytes": ["--seed", "3", "--frames", "4000", "--snaplen", "160"],
    "only IPv6": ["--seed", "4", "--frames", "1000", "--v6-share", "1"],
    "only IPv4": ["--seed", "5", "--frames", "1000", "--v6-share", "0"],
    "only what is not IP or malformed, nearly": [
        "--seed", "6", "--frames", "1000", "--mix", "plain=1,other=300,malformed=300",
    ],
    "a day in a minute": [
        "--seed", "7", "--duration", "60", "--rate", "100", "--profile", "demo",
    ],
    "one frame": ["--seed", "8", "--frames", "1", "--profile", "plain"],
    "a stream": ["--profile", "stream", "--frames", "20000"],
    "a stream of many flows, alike": [
        "--profile", "stream", "--seed", "10", "--frames", "100000", "--flows", "50000",
        "--subscribers", "3000",
    ],
    "a stream of many flows, by Zipf's law": [
        "--profile", "stream", "--seed", "11", "--frames", "100000", "--flows", "16777216",
        "--subscribers", "5000", "--choose", "zipf",
    ],
    "a stream of one subscriber and one flow": [
        "--profile", "stream", "--frames", "1000", "--flows", "1", "--subscribers", "1",
    ],
    "a stream whose flows come and go by time": [
        "--profile", "stream", "--seed", "12", "--frames", "50000", "--churn", "377.7",
        "--flows", "777", "--choose", "zipf",
    ],
    "a stream whose flows come and go faster than packets": [
        "--profile", "stream", "--frames", "5000", "--churn", "1000000", "--flows", "100",
    ],
    "a stream of which a third of the packets begin flows": [
        "--profile", "stream", "--seed", "13", "--frames", "50000", "--new-share", "0.333",
        "--flows", "500", "--churn", "100", "--subscribers", "20000",
    ],
    "a stream in which every packet begins a flow": [
        "--profile", "stream", "--seed", "14", "--frames", "300000", "--new-share", "1",
        "--subscribers", "77", "--flows", "1000",
    ],
    "a stream through every tunnel it has, in sizes of the Internet mix": [
        "--profile", "stream", "--seed", "15", "--frames", "20000", "--size", "imix", "--mix",
        "plain=9,vlan=3,qinq=1,mpls=2,pppoe=2,6in4=2,4in6=2,gre=2,vxlan=2,gtpu=5,geneve=1,srv6=1",
        "--flows", "4000", "--choose", "zipf",
    ],
    "a stream of IPv6 in UDP": [
        "--profile", "stream", "--frames", "5000", "--v6-share", "1", "--protocol", "udp",
        "--size", "1518",
    ],
    "a stream of IPv4 in TCP, cut": [
        "--profile", "stream", "--frames", "5000", "--v6-share", "0", "--protocol", "tcp",
        "--size", "300", "--snaplen", "100",
    ],
    "a scan": ["--profile", "scan", "--seed", "16", "--frames", "200000"],
    "a SYN flood": ["--profile", "syn-flood", "--seed", "17", "--frames", "100000"],
    "a SYN flood through a tunnel": [
        "--profile", "syn-flood", "--frames", "30000", "--mix", "gtpu=1", "--v6-share", "0.9",
    ],
    "a SYN flood, answered, refused and guessed at": [
        "--profile", "syn-flood", "--seed", "18", "--frames", "100000", "--answered", "0.6",
        "--reset", "0.3", "--guess", "0.3", "--subscribers", "9000",
    ],
    "a scan that is answered": [
        "--profile", "scan", "--seed", "19", "--frames", "100000", "--answered", "0.4", "--reset",
        "0.5",
    ],
    "a flood of answered UDP": [
        "--profile", "syn-flood", "--seed", "20", "--frames", "50000", "--answered", "1",
        "--protocol", "udp", "--subscribers", "3000",
    ],
    "many flows": ["--seed", "9", "--frames", "30000", "--flows", "30000", "--profile", "demo"],
}


def differences(expected, got, where=""):
    """Every value of expected that got does not have, as sentences."""
    if not isinstance(expected, dict):
        same = expected == got
        if isinstance(expected, float) and isinstance(got, (int, float)):
            same = abs(expected - got) < 1e-9
        return [] if same else ["%s: expected %r, got %r" % (where.lstrip("."), expected, got)]
    if not isinstance(got, dict):
        return ["%s: missing" % where.lstrip(".")]
    found = []
    for key, value in expected.items():
        found += differences(value, got.get(key), where + "." + key)
    return found


def user_differences(expected, got):
    """Users are counted exactly up to a number, and estimated above it."""
    rows = {(row["group"], row["family"]): row for row in got}
    exact = sum(row["sent"] for row in expected) <= EXACT_USERS
    for row in expected:
        found = rows.get((row["group"], row["family"]), {"sent": 0, "confirmed": 0})
        for grade in ("sent", "confirmed"):
            off = abs(found[grade] - row[grade])
            if off > (0 if exact else 4 * SKETCH_ERROR * row[grade]):
                yield "users, %s of %s: expected %d, got %d" % (
                    grade, row["family"], row[grade], found[grade])


def replay(probe, path, *plan):
    """The probe's answer, and what was wrong with the run itself."""
    command = [probe, "replay", "--idle-timeout", "0", "--format", "json", *plan, path]
    done = subprocess.run(command, capture_output=True, timeout=REPLAY_SECONDS)
    if done.returncode != 0:
        return None, ["exit status %d: %s" % (done.returncode, done.stderr.decode().strip())]
    try:
        return json.loads(done.stdout), []
    except ValueError as error:
        return None, ["not JSON: %s" % error]


def check(probe, path, expected, *plan):
    got, wrong = replay(probe, path, *plan)
    if wrong:
        return wrong
    users = expected.pop("users", [])
    totals = sum(got["frames"][key] for key in ("ipv4", "ipv6", "other", "malformed"))
    wrong = differences(expected, got)
    if totals != got["capture"]["frames"]:
        wrong.append("frames by verdict add up to %d" % totals)
    return wrong + list(user_differences(users, got.get("users", [])))


def recorded():
    return sorted(name for name in os.listdir(CAPTURES) if name.endswith((".pcap", ".pcapng")))


def check_recorded(probe, name):
    path = os.path.join(CAPTURES, name)
    with open(os.path.splitext(path)[0] + ".json") as file:
        return check(probe, path, json.load(file))


def check_generated(probe, generator, arguments):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "generated.pcap")
        plan = os.path.join(directory, "plan.csv")
        command = [generator, "--output", path, "--plan-output", plan]
        done = subprocess.run(command + arguments, capture_output=True)
        if done.returncode != 0:
            return ["the generator failed: %s" % done.stderr.decode().strip()]
        return check(probe, path, json.loads(done.stdout), "--plan", plan)


def as_test(name, run, *arguments):
    def test():
        wrong = run(*arguments)
        assert not wrong, "\n".join(wrong[:SHOWN_DIFFERENCES])

    test.__name__ = name
    return test


def main(probe, generator):
    tests = [as_test("replays " + name, check_recorded, probe, name) for name in recorded()]
    for name, arguments in GENERATED.items():
        tests.append(as_test("generated: " + name, check_generated, probe, generator, arguments))
    tap.run(tests)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
