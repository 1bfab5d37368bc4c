"""Replay from the command line: files good and bad, several and piped, by either source.

usage: test_replay.py PROBE GENERATOR
"""

import contextlib
import functools
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import tap

PROBE, GEN = sys.argv[1:3]
FILE_HEADER = struct.Struct("<IHHiIII")
RECORD_HEADER = struct.Struct("<IIII")
MICROSECONDS, NANOSECONDS = 0xa1b2c3d4, 0xa1b23c4d
ETHERNET, RADIO = 1, 127
N_FRAMES = 2000


@contextlib.contextmanager
def scratch():
    """A directory for one test with a capture in it."""
    with tempfile.TemporaryDirectory(prefix="sixgauge-replay-") as directory:
        capture = pathlib.Path(directory) / "traffic.pcap"
        subprocess.run([GEN, "--output", capture, "--frames", str(N_FRAMES)], check=True,
                       stdout=subprocess.DEVNULL)
        yield capture


def file_header(link_type, magic=NANOSECONDS):
    return FILE_HEADER.pack(magic, 2, 4, 0, 0, 65535, link_type)


def records(data):
    """(seconds, fraction, bytes on the wire, frame) of a capture."""
    at = FILE_HEADER.size
    while at < len(data):
        seconds, fraction, captured, wire = RECORD_HEADER.unpack_from(data, at)
        at += RECORD_HEADER.size
        yield seconds, fraction, wire, data[at:at + captured]
        at += captured


def replay(*arguments, **options):
    return subprocess.run([PROBE, "replay", "--format", "json", *map(str, arguments)],
                          capture_output=True, timeout=60, check=False, **options)


def refused(words, *arguments, status=1, n_frames=None):
    """Ends with that status and one line; with a summary of n_frames, or none."""
    done = replay(*arguments)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == status, (done.returncode, lines)
    assert len(lines) == 1 and words in lines[0], lines
    if n_frames is None:
        assert done.stdout == b"", done.stdout
    else:
        assert json.loads(done.stdout)["capture"]["frames"] == n_frames


def every_run_prints_the_same_bytes():
    with scratch() as capture:
        first = replay(capture)
        assert first.returncode == 0 and replay(capture).stdout == first.stdout
        assert json.loads(first.stdout)["capture"]["frames"] == N_FRAMES


def standard_input_is_a_file_like_others():
    with scratch() as capture, capture.open("rb") as file:
        assert replay("-", stdin=file).stdout == replay(capture).stdout


def several_files_are_one_stream():
    with scratch() as capture:
        data = list(records(capture.read_bytes()))
        parts = [capture.with_name(name) for name in ("first.pcap", "second.pcap")]
        for part, half in zip(parts, (data[:N_FRAMES // 2], data[N_FRAMES // 2:])):
            part.write_bytes(file_header(ETHERNET) + b"".join(
                RECORD_HEADER.pack(seconds, fraction, len(frame), wire) + frame
                for seconds, fraction, wire, frame in half))
        whole, joined = (json.loads(replay(*files).stdout) for files in ([capture], parts))
        assert joined["capture"].pop("files") == 2 and whole["capture"].pop("files") == 1
        assert joined == whole


def a_missing_or_senseless_file_is_one_line():
    with scratch() as capture:
        empty, letter, radio = (capture.with_name(name) for name in ("empty", "letter", "radio"))
        empty.write_bytes(b"")
        letter.write_bytes(b"Dear colleague, please find enclosed a capture of yesterday.")
        radio.write_bytes(file_header(RADIO))
        refused("nowhere: No such file", capture.with_name("nowhere"))
        refused("empty: not a capture file", empty)
        refused("letter: not a capture file", letter)
        refused("radio: link type 127 (IEEE802_11_RADIO) is not supported", radio)


def a_bad_file_does_not_take_the_others_with_it():
    with scratch() as capture:
        refused("nowhere: No such file", capture.with_name("nowhere"), capture,
                n_frames=N_FRAMES)


def only_files_that_were_read_are_counted():
    with scratch() as capture:
        radio, nowhere = (capture.with_name(name) for name in ("radio", "nowhere"))
        radio.write_bytes(file_header(RADIO))
        done = replay(capture, nowhere, radio, capture)
        assert done.returncode == 1 and len(done.stderr.splitlines()) == 2, done.stderr
        assert json.loads(done.stdout)["capture"]["files"] == 2


def seconds_beyond_2038_stay_in_order():
    with scratch() as capture:
        _, _, wire, frame = next(records(capture.read_bytes()))
        capture.write_bytes(file_header(ETHERNET) + b"".join(
            RECORD_HEADER.pack(seconds, 0, len(frame), wire) + frame
            for seconds in (0x7fffffff, 0xffffffff)))
        counts = json.loads(replay(capture).stdout)["capture"]
        assert counts["first"] == "2038-01-19T03:14:07.000000000Z", counts
        assert counts["last"] == "2106-02-07T06:28:15.000000000Z", counts
        assert counts["duration_seconds"] == 0x80000000, counts


def a_file_that_breaks_off_is_metered_up_to_there():
    with scratch() as capture:
        capture.write_bytes(capture.read_bytes()[:-1])
        refused(f"traffic.pcap: breaks off after frame {N_FRAMES - 1}: ", capture,
                n_frames=N_FRAMES - 1)


def a_capture_without_frames_is_a_summary_of_nothing():
    with scratch() as capture:
        capture.write_bytes(file_header(ETHERNET))
        done = replay(capture)
        assert done.returncode == 0 and done.stderr == b""
        assert json.loads(done.stdout)["capture"] == {
            "files": 1, "frames": 0, "first": None, "last": None, "duration_seconds": 0.0}


def wrong_use_has_a_status_of_its_own():
    refused("missing argument: FILE", status=2)
    refused("--idle-timeout: -1 is not a number of seconds", "--idle-timeout", "-1", "x", status=2)
    refused('--source cannot be "tcp"', "--source", "tcp", "x", status=2)


def both_sources_print_the_same_bytes():
    with scratch() as capture:
        frames = list(records(capture.read_bytes()))
        # What the driver cannot know is left out: parts of a microsecond and what was cut off.
        capture.write_bytes(file_header(ETHERNET, MICROSECONDS) + b"".join(
            RECORD_HEADER.pack(seconds, fraction // 1000, len(frame), len(frame)) + frame
            for seconds, fraction, wire, frame in frames))
        for timeout in (0, 1, 30):
            by_pcap, by_dpdk = (replay("--source", source, "--idle-timeout", timeout, capture)
                                for source in ("pcap", "dpdk"))
            assert by_dpdk.returncode == 0, by_dpdk.stderr
            assert by_dpdk.stdout == by_pcap.stdout


def both_sources_refuse_alike():
    with scratch() as capture:
        empty = capture.with_name("empty")
        empty.write_bytes(b"")
        refused("empty: not a capture file", "--source", "dpdk", empty)
        refused("nowhere: No such file", "--source", "dpdk", capture.with_name("nowhere"))
        capture.write_bytes(capture.read_bytes()[:-1])
        refused(f"traffic.pcap: breaks off after frame {N_FRAMES - 1}: ", "--source", "dpdk",
                capture, n_frames=N_FRAMES - 1)
        capture.write_bytes(file_header(RADIO))
        refused("use --source pcap", "--source", "dpdk", capture)


def where_there_is_dpdk(test):
    """The test, skipped by its name in a build without DPDK."""
    @functools.wraps(test)
    def run():
        with scratch() as capture:
            if b"no DPDK" in replay("--source", "dpdk", capture).stderr:
                raise tap.Skip("this build has no DPDK")
        test()
    return run


tap.run([
    every_run_prints_the_same_bytes,
    standard_input_is_a_file_like_others,
    several_files_are_one_stream,
    a_missing_or_senseless_file_is_one_line,
    a_bad_file_does_not_take_the_others_with_it,
    only_files_that_were_read_are_counted,
    seconds_beyond_2038_stay_in_order,
    a_file_that_breaks_off_is_metered_up_to_there,
    a_capture_without_frames_is_a_summary_of_nothing,
    wrong_use_has_a_status_of_its_own,
    where_there_is_dpdk(both_sources_print_the_same_bytes),
    where_there_is_dpdk(both_sources_refuse_alike),
])
