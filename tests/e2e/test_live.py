"""Live traffic through real ports: what the generator sent is what the centre has, to the packet.

usage: test_live.py PROBE COLLECTOR GENERATOR [SECONDS]
"""

import contextlib
import json
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile

import network
import tap
import wire
from harness import Collector, Program, die_with_parent, eventually

VERDICTS = ["ipv4", "ipv6", "other", "malformed"]
PROBE, COLLECTOR, GEN = sys.argv[1:4]
SECONDS = float(sys.argv[4]) if len(sys.argv) > 4 else 3


def write_config(directory, device, collector):
    """A probe.yaml of one live link."""
    path = directory / "probe.yaml"
    path.write_text(
        f'probe: exchange-1\ncollectors: ["{collector[0]}:{collector[1]}"]\nwindow: 1s\n'
        'max_flows: 65536\neal: ["--no-huge"]\nlinks:\n  - name: lab0\n    source: dpdk\n'
        f"    device: {device}\n    capacity_bps: 1000000000\n    surface: interconnect\n",
        encoding="utf-8")
    return path


def send(device, *options):
    """Sends traffic; returns what was sent."""
    done = subprocess.run([GEN, "--device", device, *map(str, options), "--", "--no-huge"],
                          capture_output=True, text=True, preexec_fn=die_with_parent)
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


def send_and_compare(probe_device, gen_device, *options):
    """From the generator through a port into the probe and to the centre."""
    with tempfile.TemporaryDirectory(prefix="sixgauge-live-") as name:
        directory = pathlib.Path(name)
        with Collector(COLLECTOR, directory) as collector:
            config = write_config(directory, probe_device.format(name), collector.sessions)
            with Program(PROBE, "run", "--config", config) as probe:
                probe.wait_line("link lab0: watching|this build has no DPDK")
                if any("this build has no DPDK" in line for line in probe.lines):
                    raise tap.Skip("this build has no DPDK")
                truth = send(gen_device.format(name), *options)
                assert probe.signal(signal.SIGTERM) == 0, probe.lines
            eventually(lambda: collector.metric("dirty_windows") == 0)
            assert collector.signal(signal.SIGTERM) == 0, collector.lines
        check_totals(directory, truth)


def frames_over_memif_reach_the_centre_whole():
    send_and_compare("net_memif0,role=server,socket={}/memif,socket-abstract=no",
                     "net_memif0,role=client,socket={}/memif,socket-abstract=no",
                     "--rate", 50000, "--duration", SECONDS)


def a_flood_over_memif_reaches_the_centre_whole():
    send_and_compare("net_memif0,role=server,socket={}/memif,socket-abstract=no",
                     "net_memif0,role=client,socket={}/memif,socket-abstract=no",
                     "--flood", "--frames", int(SECONDS * 200000))


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
        frames_over_af_packet_reach_the_centre_whole,
        frames_over_af_xdp_reach_the_centre_whole,
    ])
