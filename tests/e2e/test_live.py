"""Live traffic through real ports: what the generator sent is what the centre has, to the packet.

usage: test_live.py PROBE COLLECTOR GENERATOR [SECONDS [SYN-FLOOD-FRAMES]]
"""

import contextlib
import json
import pathlib
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading

import network
import tap
import wire
from harness import Collector, Program, die_with_parent, eventually

VERDICTS = ["ipv4", "ipv6", "other", "malformed"]
PROBE, COLLECTOR, GEN = sys.argv[1:4]
SECONDS = float(sys.argv[4]) if len(sys.argv) > 4 else 3
FLOOD_FRAMES = int(sys.argv[5]) if len(sys.argv) > 5 else 2000000
FILLING_FRAMES = 500000
MEMIF = "net_memif0,role={},socket={}/memif,socket-abstract=no"
MIB = 1 << 20


def write_config(directory, device, collector):
    """A probe.yaml of one live link."""
    path = directory / "probe.yaml"
    path.write_text(
        f'probe: exchange-1\ncollectors: ["{collector[0]}:{collector[1]}"]\nwindow: 1s\n'
        'max_flows: 65536\nidle_timeout: 0\neal: ["--no-huge"]\n'
        "links:\n  - name: lab0\n    source: dpdk\n"
        f"    device: {device}\n    capacity_bps: 1000000000\n    surface: interconnect\n",
        encoding="utf-8")
    return path


def run_generator(device, *options):
    """Sends traffic to its end."""
    return subprocess.run([GEN, "--device", device, *map(str, options), "--", "--no-huge"],
                          capture_output=True, text=True, check=False,
                          timeout=60 + 4 * SECONDS + FLOOD_FRAMES / 100000,
                          preexec_fn=die_with_parent)


def send(device, *options):
    """Sends traffic; returns what was sent."""
    done = run_generator(device, *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def query(directory, text):
    """Rows of the collector's database."""
    with contextlib.closing(sqlite3.connect(directory / "centre.db")) as database:
        return database.execute(text).fetchall()


def check_totals(directory, truth):
    """The centre has what was sent, and nothing was lost or refused on the way."""
    columns = ", ".join(f"sum({name}_frames)" for name in VERDICTS)
    sums = query(directory, f"SELECT {columns}, sum(received_frames),"
                            " sum(missed_frames + no_buffer_frames + error_frames)"
                            " FROM link_cell")[0]
    print(f"# {truth['capture']['frames']} frames sent, the centre has {sums}")
    assert list(sums[:4]) == [truth["frames"][name] for name in VERDICTS], (sums, truth["frames"])
    assert sums[4] == sum(sums[:4]) == truth["capture"]["frames"] > 0 and sums[5] == 0, sums
    for ledger in ("carrier", "payload"):
        rows = query(directory, f"SELECT {ledger}, sum(packets), sum({ledger}_bytes)"
                                f" FROM traffic_cell GROUP BY {ledger}")
        assert rows == [(number, truth[ledger][name]["packets"], truth[ledger][name]["bytes"])
                        for number, name in enumerate(wire.FAMILIES)
                        if truth[ledger][name]["packets"]], rows
    assert query(directory, "SELECT reason FROM dead_letter") == []


def watch_and_compare(probe_device, send_all):
    """The centre has what send_all() sends, given the directory and the probe. Returns what was
    sent, and what the reports say of flows."""
    with tempfile.TemporaryDirectory(prefix="sixgauge-live-") as name:
        directory = pathlib.Path(name)
        with Collector(COLLECTOR, directory) as collector:
            config = write_config(directory, probe_device, collector.sessions)
            with Program(PROBE, "run", "--config", config) as probe:
                probe.wait_line("link lab0: watching|this build has no DPDK")
                if any("this build has no DPDK" in line for line in probe.lines):
                    raise tap.Skip("this build has no DPDK")
                truth = send_all(directory, probe)
                assert probe.signal(signal.SIGTERM) == 0, probe.lines
            eventually(lambda: collector.metric("dirty_windows") == 0)
            assert collector.signal(signal.SIGTERM) == 0, collector.lines
        check_totals(directory, truth)
        return truth, reported_flows(directory)


def send_and_compare(probe_device, gen_device, *options):
    """From the generator through a port into the probe and to the centre."""
    return watch_and_compare(probe_device, lambda directory, probe: send(gen_device, *options))


def send_over_memif(*options):
    """The same over shared memory."""
    with tempfile.TemporaryDirectory(prefix="sixgauge-memif-") as name:
        return send_and_compare(MEMIF.format("server", name), MEMIF.format("client", name),
                                *options)


def reported_flows(directory):
    """How many flows began and how many were evicted, by all reports."""
    begun = evicted = 0
    for (payload,) in query(directory, "SELECT payload FROM report"):
        columns = wire.fields_of(payload)
        begun += sum(wire.unpack(columns.get(50, [])))
        evicted += sum(wire.unpack(columns.get(52, [])))
    return begun, evicted


def sum_of(first, second):
    """Two truths as one, as far as their numbers add up."""
    if isinstance(first, dict):
        return {key: sum_of(first[key], second[key]) for key in first}
    return first + second if isinstance(first, int) else None


def frames_over_memif_reach_the_centre_whole():
    send_over_memif("--rate", 50000, "--duration", SECONDS)


def a_flood_over_memif_reaches_the_centre_whole():
    send_over_memif("--flood", "--frames", int(SECONDS * 200000))


def a_stream_at_a_rate_reaches_the_centre_whole_and_in_time():
    rate = 200000
    truth, _ = send_over_memif("--profile", "stream", "--rate", rate, "--duration", SECONDS,
                               "--size", "imix", "--churn", 1000, "--mix",
                               "plain=5,vlan=1,gtpu=1,6in4=1,4in6=1")
    assert truth["capture"]["frames"] == rate * SECONDS
    assert SECONDS / 2 < truth["capture"]["duration_seconds"] < 2 * SECONDS, truth["capture"]


def resident_bytes(program):
    """Memory of a process that is really there."""
    statm = pathlib.Path(f"/proc/{program.process.pid}/statm").read_text("ascii")
    return int(statm.split()[1]) * resource.getpagesize()


# The table is full before the flood proper begins: what it takes has been touched by then.
def a_syn_flood_costs_flows_but_neither_packets_nor_memory():
    resident, slots = [], []

    def send_all(directory, probe):
        device = MEMIF.format("client", directory)
        first = send(device, "--profile", "syn-flood", "--flood", "--frames", FILLING_FRAMES)
        resident.append(resident_bytes(probe))
        second = send(device, "--profile", "syn-flood", "--flood", "--frames", FLOOD_FRAMES,
                      "--seed", 2)
        resident.append(resident_bytes(probe))
        slots.append(int(probe.wait_line(r"meter: .* for (\d+) flows")[1]))
        return sum_of(first, second)

    with tempfile.TemporaryDirectory(prefix="sixgauge-memif-") as name:
        truth, (begun, evicted) = watch_and_compare(
            MEMIF.format("server", name), lambda _, probe: send_all(name, probe))
    n_frames = FILLING_FRAMES + FLOOD_FRAMES
    print(f"# {begun} flows began, {evicted} were evicted, {slots[0]} slots; resident memory "
          f"{resident[0]} bytes, later {resident[1]}")
    assert sum(truth["flows"].values()) == n_frames
    assert begun == n_frames and begun - slots[0] <= evicted < begun
    # A peer's memory, 2 MiB, may be mapped still when one is taken.
    assert abs(resident[1] - resident[0]) < 4 * MIB, resident


def a_generator_whose_peer_dies_ends_and_says_so():
    with tempfile.TemporaryDirectory(prefix="sixgauge-memif-") as name:
        directory = pathlib.Path(name)
        config = write_config(directory, MEMIF.format("server", name), ("127.0.0.1", 9))
        with Program(PROBE, "run", "--config", config) as probe:
            probe.wait_line("link lab0: watching")
            killer = threading.Timer(2, probe.process.kill)
            killer.start()
            done = run_generator(MEMIF.format("client", name), "--wait", 1, "--flood", "--frames",
                                 10**12, "--profile", "stream")
            killer.join()
    assert done.returncode == 1 and "the other end has gone" in done.stderr, done


# Without fragments: of IPv4's, fewer than were sent reach the centre by this way in.
def frames_over_af_packet_reach_the_centre_whole():
    network.enter()
    send_and_compare("net_af_packet0,iface=far", "net_af_packet0,iface=near",
                     "--rate", 10000, "--duration", SECONDS,
                     "--mix", "plain=4,vlan=2,gtpu=2,vxlan=2")


def frames_over_af_xdp_reach_the_centre_whole():
    network.enter()
    send_and_compare("net_af_xdp0,iface=far", "net_af_packet0,iface=near",
                     "--rate", 5000, "--duration", SECONDS, "--mix", "plain=1")


if __name__ == "__main__":
    tap.run([
        frames_over_memif_reach_the_centre_whole,
        a_flood_over_memif_reaches_the_centre_whole,
        a_stream_at_a_rate_reaches_the_centre_whole_and_in_time,
        a_syn_flood_costs_flows_but_neither_packets_nor_memory,
        a_generator_whose_peer_dies_ends_and_says_so,
        frames_over_af_packet_reach_the_centre_whole,
        frames_over_af_xdp_reach_the_centre_whole,
    ])
