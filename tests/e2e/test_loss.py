"""Every kind of loss a port can admit, provoked on real ports: what the centre has as counted and
dropped is to the frame what was sent."""

import collections
import contextlib
import pathlib
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

import network
import tap
from harness import Collector, Program, eventually
from wire import DROP_REASONS

PROBE, COLLECTOR = sys.argv[1:3]

# Packet buffers of a probe with two ports: probe/source/dpdk_memory.h.
N_BUFFERS = 2 * 8192 - 1
# What a port takes in one poll: probe/source/source.h.
BURST = 32

Sums = collections.namedtuple("Sums", ["received", "counted", *DROP_REASONS])


def ethernet_frame(n_bytes):
    """A UDP packet over IPv4, headers and all that long."""
    n_ip = n_bytes - 14
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, n_ip, 0, 0, 64, socket.IPPROTO_UDP, 0,
                         bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2]))
    return (bytes([2] * 12) + b"\x08\x00" + header +
            struct.pack(">HHHH", 7000, 7001, n_ip - 20, 0) + bytes(n_ip - 28))


def write_capture(path, n_frames, n_bytes):
    """A capture file of so many frames of one length."""
    data = ethernet_frame(n_bytes)
    record = struct.pack("<IIII", 1, 0, n_bytes, n_bytes) + data
    path.write_bytes(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 1 << 18, 1) +
                     n_frames * record)
    return path


def write_config(directory, collector, devices):
    """A probe.yaml with one link for each device: lab0, lab1 ..."""
    path = directory / "probe.yaml"
    path.write_text(
        f'probe: exchange-1\ncollectors: ["{collector[0]}:{collector[1]}"]\nwindow: 1s\n'
        'max_flows: 65536\neal: ["--no-huge"]\nlinks:\n' +
        "".join(f"  - name: lab{number}\n    source: dpdk\n    device: {device}\n"
                "    capacity_bps: 1000000000\n    surface: interconnect\n"
                for number, device in enumerate(devices)), encoding="utf-8")
    return path


def sums_of(directory, link):
    """What the centre has of a link."""
    columns = ["received_frames", "ipv4_frames + ipv6_frames + other_frames + malformed_frames",
               *(f"{reason}_frames" for reason in DROP_REASONS)]
    with contextlib.closing(sqlite3.connect(directory / "centre.db")) as database:
        row = database.execute(f"SELECT {', '.join(f'total({column})' for column in columns)}"
                               " FROM link_cell JOIN link ON link.id = link_cell.link"
                               " WHERE link.name = ?", (link,)).fetchone()
    return Sums(*map(int, row))


@contextlib.contextmanager
def watching(devices):
    """A probe on these devices, and its collector: yields the probe and a function that ends both
    and gives the sums of the last link, which must balance."""
    with tempfile.TemporaryDirectory(prefix="sixgauge-loss-") as name:
        directory = pathlib.Path(name)
        with Collector(COLLECTOR, directory) as collector:
            config = write_config(directory, collector.sessions, devices)
            with Program(PROBE, "run", "--config", config) as probe:
                last = f"lab{len(devices) - 1}"

                def finish():
                    assert probe.signal(signal.SIGTERM) == 0, probe.lines
                    eventually(lambda: collector.metric("dirty_windows") == 0)
                    check_letters(directory)
                    sums = sums_of(directory, last)
                    print(f"# {sums}")
                    assert sums.received == sum(sums[1:]), sums
                    return sums

                probe.wait_line(f"link {last}: watching|this build has no DPDK")
                if any("this build has no DPDK" in line for line in probe.lines):
                    raise tap.Skip("this build has no DPDK")
                yield probe, finish


def check_letters(directory):
    """The collector checks received = counted + dropped too, and has refused nothing."""
    with contextlib.closing(sqlite3.connect(directory / "centre.db")) as database:
        assert database.execute("SELECT reason FROM dead_letter").fetchall() == []


def play_without_buffers(n_frames, n_bytes, n_free):
    """Plays a file to a port while another one holds all packet buffers but n_free, and what it
    takes in one poll."""
    with tempfile.TemporaryDirectory(prefix="sixgauge-loss-") as name:
        directory = pathlib.Path(name)
        # This driver keeps the whole file in packet buffers, to play it again and again.
        holder = write_capture(directory / "held.pcap", N_BUFFERS - BURST - n_free, 64)
        played = write_capture(directory / "played.pcap", n_frames, n_bytes)
        with watching([f"net_pcap0,rx_pcap={holder},infinite_rx=1",
                       f"net_pcap1,rx_pcap={played}"]) as (_, finish):
            time.sleep(1.5)
            return finish()


def frames_without_a_buffer_are_counted_by_the_frame():
    sums = play_without_buffers(n_frames=5000, n_bytes=64, n_free=11)
    assert sums.received == 5000, sums
    assert sums.counted > 0 and sums.no_buffer > 0, sums
    assert sums.missed == sums.error == 0, sums


def frames_are_counted_when_all_buffers_are_taken():
    with_none = play_without_buffers(n_frames=3000, n_bytes=64, n_free=-BURST)
    assert with_none == Sums(3000, 0, 0, 3000, 0, 0), with_none


# Nine thousand bytes take five buffers: the driver calls it an error when the later ones are
# missing.
def frames_that_cannot_be_put_together_are_errors():
    sums = play_without_buffers(n_frames=2000, n_bytes=9000, n_free=11)
    assert sums.received == 2000, sums
    assert sums.counted > 0 and sums.error > 0, sums
    assert sums.missed == 0, sums


def kernel_frames(interface):
    """Frames the kernel has received on an interface of this network."""
    for line in pathlib.Path("/proc/net/dev").read_text(encoding="utf-8").splitlines():
        name, _, numbers = line.strip().partition(":")
        if name == interface:
            return int(numbers.split()[1])
    raise AssertionError(f"no interface {interface}")


def send_frames(interface, n_frames):
    """Sends so many short frames."""
    data = ethernet_frame(64)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as port:
        port.bind((interface, 0))
        for _ in range(n_frames):
            port.send(data)


def flood_a_sleeping_probe(device, n_frames):
    """Sends more than the ring holds while the probe does not run. Returns what the kernel
    received and what the centre has of it."""
    before = kernel_frames("far")
    with watching([device]) as (probe, finish):
        time.sleep(0.5)
        probe.process.send_signal(signal.SIGSTOP)
        send_frames("near", n_frames)
        probe.process.send_signal(signal.SIGCONT)
        time.sleep(1)
        send_frames("near", 10)
        time.sleep(0.5)
        return kernel_frames("far") - before, finish()


def frames_a_full_ring_missed_are_counted_by_the_frame():
    network.enter()
    n_frames, sums = flood_a_sleeping_probe("net_pcap0,rx_iface=far", 60000)
    assert n_frames == sums.received == 60010, (n_frames, sums)
    assert sums.counted > 0 and sums.missed > 0, sums
    assert sums.no_buffer == sums.error == 0, sums


# The driver has no counter for it: docs/operate.md says so, and how to see it.
def what_af_packet_does_not_admit_the_kernel_knows():
    network.enter()
    n_frames, sums = flood_a_sleeping_probe("net_af_packet0,iface=far", 5000)
    assert n_frames == 5010, n_frames
    assert 0 < sums.received < n_frames and sums.received == sums.counted, (n_frames, sums)


if __name__ == "__main__":
    tap.run([
        frames_without_a_buffer_are_counted_by_the_frame,
        frames_are_counted_when_all_buffers_are_taken,
        frames_that_cannot_be_put_together_are_errors,
        frames_a_full_ring_missed_are_counted_by_the_frame,
        what_af_packet_does_not_admit_the_kernel_knows,
    ])
