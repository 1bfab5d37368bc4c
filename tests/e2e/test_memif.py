"""Virtual ports of several queues, and frames that arrive in pieces: all reach the centre."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys

import network
import tap
from harness import Collector, die_with_parent, eventually
from test_loss import ethernet_frame
from test_run import (COLLECTOR, check_totals, counted_frames, generate, query, run_probe, scratch,
                      settle, write_config)
from test_telemetry import Telemetry, runtime
from test_workers import frames_of, metered_and_lost, new_flows

MEMIF_SEND = sys.argv[4]
NAME = f"memif-{os.getpid()}"


@contextlib.contextmanager
def watching(directory, device, n_queues, n_asked=0, **settings):
    """A probe of two workers on a device of so many queues: yields a function that tells the frames
    of each."""
    with Collector(COLLECTOR, directory) as collector, runtime(directory, NAME) as path:
        config = write_config(directory, "dpdk", device, collector.sessions, probe=NAME,
                              workers=2, eal='["--no-huge"]', **settings)
        with config.open("a", encoding="utf-8") as more:
            more.write(f"    queues: {n_asked}\n")
        with run_probe(config) as probe:
            # The last thing before it polls.
            probe.wait_line("uplink:")
            queues = [line for line in probe.lines if "is polled by worker" in line]
            assert len(queues) == n_queues, probe.lines

            def queue_frames():
                with Telemetry(path) as telemetry:
                    return telemetry.ask("/sixgauge/link,lab0")["queue_frames"]

            yield queue_frames
            assert probe.signal(signal.SIGTERM) == 0, probe.lines
        settle(collector)


def send(directory, role, capture, n_queues, *arguments):
    """Sends a capture over memif, frame after frame on another queue."""
    device = ",".join([f"net_memif1,role={role},socket={directory}/memif,socket-abstract=no",
                       *arguments])
    subprocess.run([MEMIF_SEND, device, str(n_queues), capture], check=True, timeout=60,
                   preexec_fn=die_with_parent)


def server(directory):
    """The device of a probe that waits for a sender."""
    return f"net_memif0,role=server,socket={directory}/memif,socket-abstract=no"


def two_queues_of_memif_have_a_worker_each():
    with scratch() as directory:
        truth = generate(directory / "sent.pcap", "--frames", 6000)
        with watching(directory, server(directory), 2, n_asked=2) as queue_frames:
            send(directory, "client", directory / "sent.pcap", 2)
            eventually(lambda: counted_frames(directory) == 6000)
            assert queue_frames() == [3000, 3000], queue_frames()
        check_totals(directory, truth)


# DPDK gives the frames of the first queue again on those the sender does not have: none is asked
# for unless somebody said so.
def several_workers_ask_for_one_queue_of_memif():
    with scratch() as directory:
        truth = generate(directory / "sent.pcap", "--frames", 6000)
        with watching(directory, server(directory), 1):
            send(directory, "client", directory / "sent.pcap", 1)
            eventually(lambda: counted_frames(directory) == 6000)
        check_totals(directory, truth)


# A ring buffer of 48 bytes: headers themselves are cut, wherever they lie. The ring holds all that
# is sent, since DPDK's sender damages what lies in a full one.
def frames_cut_within_their_headers_are_read_whole():
    with scratch() as directory:
        truth = generate(directory / "sent.pcap", "--frames", 800)
        with watching(directory, server(directory), 1):
            send(directory, "client", directory / "sent.pcap", 1, "bsize=48", "rsize=14")
            eventually(lambda: counted_frames(directory) == 800)
        check_totals(directory, truth)


def write_jumbo(path, n_frames):
    """A capture of long frames of one flow, no two lengths alike; returns the sum of their L3
    bytes."""
    lengths = [9018 - number for number in range(n_frames)]
    with path.open("wb") as file:
        file.write(b"\xd4\xc3\xb2\xa1\x02\0\x04\0" + bytes(8) + (1 << 18).to_bytes(4, "little") +
                   (1).to_bytes(4, "little"))
        for n_bytes in lengths:
            length = n_bytes.to_bytes(4, "little")
            file.write(bytes(8) + length + length + ethernet_frame(n_bytes))
    return sum(lengths) - 14 * n_frames


def check_jumbo(*arguments):
    """Long frames are counted with all their bytes."""
    with scratch() as directory:
        n_bytes = write_jumbo(directory / "sent.pcap", 400)
        with watching(directory, server(directory), 1):
            send(directory, "client", directory / "sent.pcap", 1, *arguments)
            eventually(lambda: counted_frames(directory) == 400)
        assert metered_and_lost(directory) == (400, 0)
        assert query(directory, "SELECT sum(ipv4_frames) FROM link_cell") == [(400,)]
        assert query(directory, "SELECT sum(packets), sum(payload_bytes) FROM traffic_cell") == [
            (400, n_bytes)]


def jumbo_frames_over_memif_in_many_small_pieces():
    check_jumbo("bsize=256", "rsize=14")


def jumbo_frames_over_memif_from_buffers_longer_than_ours():
    check_jumbo("bsize=16384")


def both_directions_of_a_flow_come_by_one_queue_of_a_tap():
    network.enter()
    pathlib.Path("/proc/sys/net/ipv6/conf/default/disable_ipv6").write_text("1", encoding="utf-8")
    with scratch() as directory:
        path = directory / "played.pcap"
        truth = generate(path, "--mix", "plain=1", "--frames", 4000, "--flows", 300, "--churn", 0)
        with watching(directory, "net_tap0,iface=tap6", 2, idle_timeout="0s") as queue_frames:
            network.send("tap6", frames_of(path), 4000)
            eventually(lambda: counted_frames(directory) >= 4000)
            assert sum(queue_frames()) == 4000 and min(queue_frames()) > 0, queue_frames()
        assert metered_and_lost(directory) == (4000, 0)
        assert new_flows(directory) == truth["flows"]["ipv4"] + truth["flows"]["ipv6"]


if __name__ == "__main__":
    tap.run([
        two_queues_of_memif_have_a_worker_each,
        several_workers_ask_for_one_queue_of_memif,
        frames_cut_within_their_headers_are_read_whole,
        jumbo_frames_over_memif_in_many_small_pieces,
        jumbo_frames_over_memif_from_buffers_longer_than_ours,
        both_directions_of_a_flow_come_by_one_queue_of_a_tap,
    ])
