"""Links that go down, and ports whose interface is deleted: said, measured and survived.

usage: test_links.py PROBE COLLECTOR GENERATOR
"""

import contextlib
import json
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import network
import tap
import wire
from harness import Collector, Program, die_with_parent, eventually
from test_loss import check_letters, ethernet_frame, sums_of, write_config

PROBE, COLLECTOR, GEN = sys.argv[1:4]

UP, DOWN, GONE = 1, 2, 3  # numbers of proto/enums.h
SLACK_S = 0.5  # for a machine that is busy


class Watch:
    """A probe on these devices, links lab0, lab1 ..., and its collector."""

    def __init__(self, directory, collector, probe):
        self.directory, self.collector, self.probe = directory, collector, probe

    def reports(self):
        """For each report in order: (name, received frames, ns down, ns gone, state) of each
        link."""
        with contextlib.closing(sqlite3.connect(self.directory / "centre.db")) as database:
            rows = database.execute("SELECT payload FROM report ORDER BY sequence").fetchall()
        for (payload,) in rows:
            fields = wire.fields_of(payload)
            yield list(zip([name.decode() for name in fields[16]],
                           *(wire.unpack(fields[number]) for number in (19, 31, 41, 40))))

    def last_states(self):
        """States of the links in the newest report."""
        return [state for *_, state in list(self.reports())[-1]]

    def received(self, link):
        """Frames of a link that have been reported so far."""
        return sum(report[link][1] for report in self.reports())

    def down_seconds(self, link):
        """How long the centre has a link as down: the cells and the metric say the same."""
        with contextlib.closing(sqlite3.connect(self.directory / "centre.db")) as database:
            down_ns, = database.execute(
                "SELECT sum(down_ns) FROM link_cell JOIN link ON link.id = link_cell.link"
                " WHERE name = ?", (f"lab{link}",)).fetchone()
        metric = f'link_down_seconds_total{{probe="exchange-1",link="lab{link}"}}'
        assert abs(self.collector.metric(metric) - down_ns / 1e9) < 1e-6, down_ns
        return down_ns / 1e9

    def gone_seconds(self, link):
        """How long the port of a link was not there, by all reports."""
        return sum(report[link][3] for report in self.reports()) / 1e9

    def queue_frames(self, link):
        """Frames the only queue of a link gave, as /metrics has them."""
        return self.collector.metric(
            f'link_queue_frames_total{{probe="exchange-1",link="lab{link}",queue="0"}}')

    def stop(self):
        """Ends the probe in time and waits until the centre has all it sent."""
        start = time.monotonic()
        assert self.probe.signal(signal.SIGTERM) == 0, self.probe.lines
        assert time.monotonic() - start < 5 + SLACK_S, time.monotonic() - start
        eventually(lambda: self.collector.metric("dirty_windows") == 0)
        check_letters(self.directory)


@contextlib.contextmanager
def watching(*devices):
    """Yields a Watch; {} in a device stands for the directory."""
    with tempfile.TemporaryDirectory(prefix="sixgauge-links-") as name:
        directory = pathlib.Path(name)
        with Collector(COLLECTOR, directory) as collector:
            config = write_config(directory, collector.sessions,
                                  [device.format(name) for device in devices])
            with Program(PROBE, "run", "--config", config) as probe:
                probe.wait_line(f"link lab{len(devices) - 1}: queue 0|this build has no DPDK")
                if any("this build has no DPDK" in line for line in probe.lines):
                    raise tap.Skip("this build has no DPDK")
                yield Watch(directory, collector, probe)


def send(interface, n_frames):
    """Sends frames and gives the probe time to take them."""
    network.send(interface, [ethernet_frame(64)] * n_frames)
    time.sleep(0.3)


def check_all_counted(watch, link, n_frames):
    """The centre has that many frames of a link, and none lost."""
    sums = sums_of(watch.directory, f"lab{link}")
    assert sums.received == sums.counted == n_frames, (link, sums)
    assert watch.queue_frames(link) == n_frames, link


def an_interface_without_a_carrier_is_a_link_down_until_it_is_back():
    network.enter()
    with watching("net_af_packet0,iface=far", "net_pcap0,rx_iface=far") as watch:
        send("near", 100)
        began = time.monotonic()
        network.ip("link set near down")
        for link in (0, 1):
            watch.probe.wait_line(f"warning: link lab{link}: down, waiting for it to come back")
        noticed = time.monotonic()
        time.sleep(1)
        network.ip("link set near up")
        least = time.monotonic() - noticed
        for link in (0, 1):
            watch.probe.wait_line(rf"info: link lab{link}: up again after \d+\.\d s")
        most = time.monotonic() - began
        send("near", 200)
        watch.stop()
        for link in (0, 1):
            check_all_counted(watch, link, 300)
            # Looked at four times a second, at either end.
            assert least - 0.5 < watch.down_seconds(link) < most + 0.5, (least, most)
            assert watch.gone_seconds(link) == 0
        assert watch.last_states() == [UP, UP]
        assert sum("down, waiting" in line for line in watch.probe.lines) == 2, watch.probe.lines
        links = watch.collector.get("/api/v1/probes")[1]["probes"][0]["links"]
        assert [link["state"] for link in links] == ["up", "up"], links


def an_interface_that_is_deleted_leaves_the_other_links_alone_and_is_opened_again():
    network.enter()
    for pair in (("near1", "far1"), ("near2", "far2"), ("near3", "far3")):
        network.join(*pair)
    with watching("net_af_packet0,iface=far", "net_pcap1,rx_iface=far1", "net_af_xdp2,iface=far2",
                  "net_af_packet3,iface=far3") as watch:
        for interface in ("near", "near1", "near2", "near3"):
            send(interface, 100)
        # What lies in the ring of an interface goes with it.
        eventually(lambda: [watch.received(link) for link in range(4)] == [100] * 4)
        for interface in ("far", "far1", "far2"):
            network.ip(f"link delete {interface}")
        for link, then in ((0, "opening it again when it is back"),
                           (1, "opening it again when it is back"),
                           (2, "restart the probe when it is back")):
            watch.probe.wait_line(rf"link lab{link}: gone, far\d? was removed, {then}")
        send("near3", 100)
        eventually(lambda: watch.last_states() == [GONE, GONE, GONE, UP])
        for pair in (("near", "far"), ("near1", "far1"), ("near2", "far2")):
            network.join(*pair)
        for link in (0, 1):
            watch.probe.wait_line(rf"link lab{link}: up again after \d+\.\d s")
        for interface in ("near", "near1", "near3"):
            send(interface, 200)
        watch.stop()
        for link, n_frames in enumerate((300, 300, 100, 400)):
            check_all_counted(watch, link, n_frames)
        assert watch.last_states() == [UP, UP, GONE, UP]
        assert watch.down_seconds(0) > 0.3 and watch.down_seconds(3) == 0
        assert watch.down_seconds(2) > watch.down_seconds(0)
        # Back, and down for a moment before it carried anything.
        assert 0.3 < watch.gone_seconds(0) <= watch.down_seconds(0)
        assert watch.gone_seconds(2) == watch.down_seconds(2) and watch.gone_seconds(3) == 0


def generator(name, *options):
    """The other end of a memif."""
    return [GEN, "--device", f"net_memif0,role=client,socket={name}/memif,socket-abstract=no",
            "--rate", "20000", *map(str, options), "--", "--no-huge"]


def a_peer_that_is_killed_and_comes_back_is_a_link_down_and_up():
    with watching("net_memif0,role=server,socket={}/memif,socket-abstract=no") as watch:
        watch.probe.wait_line("link lab0: down, waiting for it to come back")
        with subprocess.Popen(generator(watch.directory, "--duration", 60),
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              preexec_fn=die_with_parent) as peer:
            watch.probe.wait_line(r"link lab0: up again after \d+\.\d s")
            eventually(lambda: watch.received(0) > 1000)
            peer.kill()
        eventually(lambda: watch.last_states() == [DOWN])
        time.sleep(1)
        before = watch.received(0)
        done = subprocess.run(generator(watch.directory, "--duration", 1), text=True, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              preexec_fn=die_with_parent)
        n_sent = json.loads(done.stdout)["capture"]["frames"]
        watch.stop()
        check_all_counted(watch, 0, before + n_sent)
        assert sum("up again" in line for line in watch.probe.lines) == 2, watch.probe.lines
        assert watch.last_states() == [DOWN] and watch.down_seconds(0) > 1


if __name__ == "__main__":
    tap.run([
        an_interface_without_a_carrier_is_a_link_down_until_it_is_back,
        an_interface_that_is_deleted_leaves_the_other_links_alone_and_is_opened_again,
        a_peer_that_is_killed_and_comes_back_is_a_link_down_and_up,
    ])
