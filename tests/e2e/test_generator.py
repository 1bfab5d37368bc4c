#!/usr/bin/env python3
"""The generator as a program: same seed, same file; and what it says when it cannot do as told.

usage: test_generator.py GENERATOR
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

import tap

NANOSECOND_PCAP = 0xA1B23C4D
GENERATOR = sys.argv[1] if len(sys.argv) == 2 else sys.exit(__doc__)


def generate(path, *arguments):
    return subprocess.run([GENERATOR, "--output", path, *arguments], capture_output=True)


def make(*arguments):
    """The bytes of a capture and its truth."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "made.pcap")
        done = generate(path, *arguments)
        assert done.returncode == 0, done.stderr
        with open(path, "rb") as file:
            return file.read(), json.loads(done.stdout)


def refused(status, text, *arguments):
    done = subprocess.run([GENERATOR, *arguments], capture_output=True, text=True)
    assert done.returncode == status, done
    assert done.stdout == "", done.stdout
    assert done.stderr.count("\n") == 1 and text in done.stderr, done.stderr


def the_same_seed_makes_the_same_file_and_truth():
    assert make("--seed", "5", "--frames", "3000") == make("--seed", "5", "--frames", "3000")


def another_seed_makes_another_file():
    assert make("--seed", "5")[0] != make("--seed", "6")[0]


def the_file_holds_nanoseconds_and_as_many_frames_as_the_truth_says():
    data, truth = make("--frames", "500", "--snaplen", "200")
    magic, _, _, _, snaplen, link_type = struct.unpack("=IIiIII", data[:24])
    assert (magic, snaplen, link_type) == (NANOSECOND_PCAP, 200, 1)
    at, n_frames, n_cut = 24, 0, 0
    while at < len(data):
        _, _, captured, length = struct.unpack("=IIII", data[at : at + 16])
        assert captured == min(length, 200)
        at, n_frames, n_cut = at + 16 + captured, n_frames + 1, n_cut + (captured < length)
    assert at == len(data)
    assert n_frames == truth["capture"]["frames"] == 500
    assert n_cut == truth["frames"]["truncated"] > 0


def times_begin_where_told():
    _, truth = make("--start", "2026-05-01T00:00:00+08:00", "--frames", "10")
    assert truth["capture"]["first"] == "2026-04-30T16:00:00.000000000Z"


def wrong_uses_are_one_line_and_exit_2():
    refused(2, "--output")
    refused(2, "--output", "--output", "-")
    refused(2, "--frames", "--output", "x", "--frames", "none")
    refused(2, "--shape", "--output", "x", "--shape", "swel")
    refused(2, '"plain"', "--output", "x", "--mix", "plan=1")


def files_that_cannot_be_written_are_one_line_and_exit_1():
    refused(1, "/nowhere/made.pcap", "--output", "/nowhere/made.pcap")
    refused(1, "/dev/full", "--output", "/dev/full")


if __name__ == "__main__":
    tap.run([
        the_same_seed_makes_the_same_file_and_truth,
        another_seed_makes_another_file,
        the_file_holds_nanoseconds_and_as_many_frames_as_the_truth_says,
        times_begin_where_told,
        wrong_uses_are_one_line_and_exit_2,
        files_that_cannot_be_written_are_one_line_and_exit_1,
    ])
