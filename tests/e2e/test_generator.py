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

import network
import tap

NANOSECOND_PCAP = 0xA1B23C4D
PROFILES = ("mix", "stream", "scan", "syn-flood")
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


def send(device, *arguments):
    """Sends frames by a port; returns the truth."""
    done = subprocess.run([GENERATOR, "--device", device, *arguments, "--", "--no-huge"],
                          capture_output=True, text=True, timeout=60)
    if "this build has no DPDK" in done.stderr:
        raise tap.Skip("this build has no DPDK")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def frames_of(data):
    """(captured bytes, length on the wire) of each frame of a capture."""
    at = 24
    while at < len(data):
        _, _, captured, length = struct.unpack("=IIII", data[at : at + 16])
        yield data[at + 16 : at + 16 + captured], length
        at += 16 + captured
    assert at == len(data)


def refused(status, text, *arguments):
    done = subprocess.run([GENERATOR, *arguments], capture_output=True, text=True)
    assert done.returncode == status, done
    assert done.stdout == "", done.stdout
    assert done.stderr.count("\n") == 1 and text in done.stderr, done.stderr


def the_same_seed_makes_the_same_file_and_truth():
    for profile in PROFILES:
        arguments = ("--seed", "5", "--frames", "3000", "--profile", profile)
        assert make(*arguments) == make(*arguments)


def another_seed_makes_another_file():
    for profile in PROFILES:
        first, second = (make("--seed", seed, "--profile", profile)[0] for seed in "56")
        assert first != second, profile


def a_port_gets_the_frames_that_a_file_gets():
    arguments = ("--profile", "stream", "--frames", "2000", "--rate", "10000", "--churn", "50000",
                 "--choose", "zipf", "--size", "imix", "--new-share", "0.1", "--mix", "plain=3,vxlan=1,4in6=1")
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "sent.pcap")
        sent_truth = send("net_pcap0,tx_pcap=" + path, *arguments)
        with open(path, "rb") as file:
            sent = list(frames_of(file.read()))
    data, truth = make(*arguments)
    assert sent == list(frames_of(data)) and len(sent) == 2000
    sent_truth.pop("capture"), truth.pop("capture")
    assert sent_truth == truth


def streams_leave_by_ports_without_another_end():
    for device in ("net_null0", "net_ring0"):
        truth = send(device, "--flood", "--profile", "stream", "--frames", "1000")
        assert truth["capture"]["frames"] == 1000, device


def a_stream_leaves_by_a_tap():
    network.enter()
    truth = send("net_tap0,iface=tap6", "--flood", "--profile", "stream", "--frames", "1000")
    assert truth["capture"]["frames"] == 1000


def the_file_holds_nanoseconds_and_as_many_frames_as_the_truth_says():
    data, truth = make("--frames", "500", "--snaplen", "200")
    magic, _, _, _, snaplen, link_type = struct.unpack("=IIiIII", data[:24])
    assert (magic, snaplen, link_type) == (NANOSECOND_PCAP, 200, 1)
    frames = list(frames_of(data))
    assert all(len(frame) == min(length, 200) for frame, length in frames)
    assert len(frames) == truth["capture"]["frames"] == 500
    n_cut = sum(len(frame) < length for frame, length in frames)
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
    refused(2, "--size", "--output", "x", "--size", "64")
    refused(2, "--choose", "--output", "x", "--profile", "stream", "--choose", "zip")
    refused(2, '"syn-flood"', "--output", "x", "--profile", "syn-floot")
    refused(2, "--subscribers", "--output", "x", "--profile", "stream", "--subscribers", "none")
    refused(2, "--frames", "--device", "net_null0", "--flood", "--duration", "60")
    for seconds in ("nan", "inf", "-5", "1e300", "86401", "", "5s"):
        refused(2, "--wait must be seconds", "--device", "net_null0", f"--wait={seconds}")


def what_is_for_a_file_or_for_a_port_alone_is_refused_by_name():
    refused(2, "--flood", "--output", "x", "--flood")
    refused(2, "--wait", "--output", "x", "--wait", "5")
    refused(2, "--snaplen", "--device", "net_null0", "--snaplen", "200")
    refused(2, "--start", "--device", "net_null0", "--start", "now")


def files_that_cannot_be_written_are_one_line_and_exit_1():
    refused(1, "/nowhere/made.pcap", "--output", "/nowhere/made.pcap")
    refused(1, "/dev/full", "--output", "/dev/full")


if __name__ == "__main__":
    tap.run([
        the_same_seed_makes_the_same_file_and_truth,
        another_seed_makes_another_file,
        a_port_gets_the_frames_that_a_file_gets,
        streams_leave_by_ports_without_another_end,
        a_stream_leaves_by_a_tap,
        the_file_holds_nanoseconds_and_as_many_frames_as_the_truth_says,
        times_begin_where_told,
        wrong_uses_are_one_line_and_exit_2,
        what_is_for_a_file_or_for_a_port_alone_is_refused_by_name,
        files_that_cannot_be_written_are_one_line_and_exit_1,
    ])
