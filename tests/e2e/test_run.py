"""The probe as a daemon against the real collector: what a capture holds is what the centre has,
whatever happens to either on the way."""

import contextlib
import functools
import json
import pathlib
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

import tap
import wire
from harness import Collector, Program, eventually

PROBE, COLLECTOR, GEN = sys.argv[1:4]
HUGEPAGES = pathlib.Path("/proc/sys/vm/nr_hugepages")
VERDICTS = ["ipv4", "ipv6", "other", "malformed"]


@contextlib.contextmanager
def scratch():
    """A directory for one test."""
    with tempfile.TemporaryDirectory(prefix="sixgauge-run-") as directory:
        yield pathlib.Path(directory)


def generate(path, *options):
    """A capture of recent minutes; returns what a probe must say about it."""
    made = subprocess.run([GEN, "--output", path, *map(str, options)], check=True,
                          capture_output=True, text=True)
    return json.loads(made.stdout)


def write_config(directory, source, device, collector, **settings):
    """A probe.yaml of one link."""
    settings = {"probe": "exchange-1", "collectors": f'["{collector[0]}:{collector[1]}"]',
                "window": "1s", "max_flows": 65536, **settings}
    path = directory / "probe.yaml"
    path.write_text("".join(f"{key}: {value}\n" for key, value in settings.items()) +
                    f"links:\n  - name: lab0\n    source: {source}\n    device: {device}\n"
                    "    capacity_bps: 100000000000\n    surface: interconnect\n",
                    encoding="utf-8")
    return path


def run_probe(config):
    """The daemon, started."""
    return Program(PROBE, "run", "--config", config)


def query(directory, text):
    """Rows of the collector's database."""
    with contextlib.closing(sqlite3.connect(directory / "centre.db")) as database:
        return database.execute(text).fetchall()


def counted_frames(directory):
    """Frames the centre has rolled up so far."""
    return query(directory, "SELECT coalesce(sum(received_frames), 0) FROM link_cell")[0][0]


def check_totals(directory, truth):
    """Everything at the centre adds up to what the capture holds."""
    columns = ", ".join(f"sum({name}_frames)" for name in VERDICTS)
    sums = query(directory, f"SELECT {columns}, sum(received_frames),"
                            " sum(missed_frames + no_buffer_frames + error_frames + ring_full_frames),"
                            " sum(truncated_frames) FROM link_cell")[0]
    assert list(sums[:4]) == [truth["frames"][name] for name in VERDICTS], sums
    assert sums[4] == sum(sums[:4]) == truth["capture"]["frames"], sums
    assert sums[5] == 0 and sums[6] == truth["frames"]["truncated"], sums
    for ledger in ("carrier", "payload"):
        rows = query(directory, f"SELECT {ledger}, sum(packets), sum({ledger}_bytes)"
                                f" FROM traffic_cell GROUP BY {ledger}")
        assert rows == [(number, truth[ledger][name]["packets"], truth[ledger][name]["bytes"])
                        for number, name in enumerate(wire.FAMILIES)
                        if truth[ledger][name]["packets"]], rows
    rows = query(directory, "SELECT transition, sum(packets), sum(payload_bytes)"
                            " FROM traffic_cell GROUP BY transition")
    assert rows == [(number, truth["transition"][name]["packets"],
                     truth["transition"][name]["bytes"])
                    for number, name in enumerate(wire.TRANSITIONS)
                    if truth["transition"][name]["packets"]], rows


def check_sequences(directory):
    """Every report of every run is there, once, and none was refused."""
    rows = query(directory, "SELECT count(*), max(sequence), min(sequence) FROM report"
                            " GROUP BY probe, spool")
    assert all(count == last and first == 1 for count, last, first in rows), rows
    assert query(directory, "SELECT count(*) FROM dead_letter") == [(0,)]
    return rows


def settle(collector):
    """Waits until the collector has rolled up all it has, and stops it."""
    eventually(lambda: collector.metric("dirty_windows") == 0)
    assert collector.signal(signal.SIGTERM) == 0, collector.lines


def a_capture_file_reaches_the_centre_whole():
    with scratch() as directory, Collector(COLLECTOR, directory) as collector:
        capture = directory / "traffic.pcap"
        truth = generate(capture, "--start", "now-600", "--frames", 20000, "--rate", 100)
        config = write_config(directory, "pcap", capture, collector.sessions, window="60s")
        with run_probe(config) as probe:
            assert probe.wait() == 0, probe.lines
        settle(collector)
        check_totals(directory, truth)
        assert 4 <= check_sequences(directory)[0][0] <= 5


def run_virtual_port(directory, collector, memory, **settings):
    """A port that plays a capture: its frames arrive, and SIGTERM delivers the open window."""
    capture = directory / "traffic.pcap"
    truth = generate(capture, "--frames", 30000)
    config = write_config(directory, "dpdk", f"net_pcap0,rx_pcap={capture}", collector.sessions,
                          window="60s", **settings)
    with run_probe(config) as probe:
        assert probe.wait_line(r"dpdk: \d+ MiB of (.*)$")[1] == memory
        probe.wait_line("link lab0: watching")
        time.sleep(1)
        assert probe.signal(signal.SIGTERM) == 0, probe.lines
    settle(collector)
    check_totals(directory, truth)
    check_sequences(directory)


def free_hugepage_mib():
    """Memory in free 2 MiB pages."""
    pool = pathlib.Path("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages")
    return 2 * int(pool.read_text()) if pool.exists() else 0


def a_port_without_hugepages_reaches_the_centre_whole():
    with scratch() as directory, Collector(COLLECTOR, directory) as collector:
        run_virtual_port(directory, collector, "ordinary pages", eal='["--no-huge"]')


def change_hugepages(n_pages):
    """Adds to the reserved pages, or takes from them; others may do the same meanwhile."""
    HUGEPAGES.write_text(str(max(0, int(HUGEPAGES.read_text()) + n_pages)))


@contextlib.contextmanager
def reserved_hugepages(n_pages):
    """Reserves pages, and gives them back."""
    try:
        change_hugepages(n_pages)
    except OSError as error:
        raise tap.Skip("hugepages need root") from error
    try:
        if free_hugepage_mib() < 2 * n_pages:
            raise tap.Skip("the kernel has no hugepages to give")
        yield
    finally:
        change_hugepages(-n_pages)


def a_port_with_hugepages_reaches_the_centre_whole():
    with reserved_hugepages(64), scratch() as directory:
        with Collector(COLLECTOR, directory) as collector:
            run_virtual_port(directory, collector, "hugepages")


def windows_of_a_port_follow_each_other_without_gaps():
    with scratch() as directory, Collector(COLLECTOR, directory) as collector:
        capture = directory / "traffic.pcap"
        truth = generate(capture, "--frames", 5000)
        config = write_config(directory, "dpdk", f"net_pcap0,rx_pcap={capture}",
                              collector.sessions)
        with run_probe(config) as probe:
            eventually(lambda: collector.metric("reports_stored_total") >= 4)
            assert probe.signal(signal.SIGTERM) == 0, probe.lines
        settle(collector)
        check_totals(directory, truth)
        assert check_sequences(directory)[0][0] >= 5


def a_collector_killed_at_any_moment_loses_and_doubles_nothing():
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    print(f"# seed {seed}")
    with scratch() as directory:
        capture = directory / "traffic.pcap"
        truth = generate(capture, "--start", "now-26000", "--duration", 25000, "--rate", 4)
        collector = Collector(COLLECTOR, directory)
        address = collector.sessions
        config = write_config(directory, "pcap", capture, address)
        with run_probe(config) as probe:
            kills = 0
            while probe.process.poll() is None and kills < 12:
                time.sleep(chance.uniform(0.01, 0.12))
                collector.kill()
                kills += 1
                collector = Collector(COLLECTOR, directory, listen=f"{address[0]}:{address[1]}")
                eventually(lambda: probe.process.poll() is not None or
                           collector.metric("sessions") > 0)
            assert probe.wait() == 0, probe.lines
        with collector:
            settle(collector)
        print(f"# {kills} kills")
        assert kills >= 3
        check_totals(directory, truth)
        assert check_sequences(directory)[0][0] > 20000


def unused_address():
    """A loopback address nobody listens on."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return holder.getsockname()


def reports_wait_for_a_collector_that_comes_late():
    with scratch() as directory:
        capture = directory / "traffic.pcap"
        truth = generate(capture, "--start", "now-600", "--frames", 2000, "--rate", 100)
        address = unused_address()
        config = write_config(directory, "pcap", capture, address)
        with run_probe(config) as probe:
            probe.wait_line(r"uplink: 127\.0\.0\.1:\d+: connection refused, retrying in [\d.]+ s")
            with Collector(COLLECTOR, directory,
                           listen=f"{address[0]}:{address[1]}") as collector:
                assert probe.wait() == 0, probe.lines
                settle(collector)
        check_totals(directory, truth)


def the_second_collector_of_the_list_takes_over():
    with scratch() as directory, Collector(COLLECTOR, directory) as collector:
        capture = directory / "traffic.pcap"
        truth = generate(capture, "--start", "now-600", "--frames", 2000)
        nobody = unused_address()
        both = f'["{nobody[0]}:{nobody[1]}", "{collector.sessions[0]}:{collector.sessions[1]}"]'
        config = write_config(directory, "pcap", capture, nobody, collectors=both)
        with run_probe(config) as probe:
            probe.wait_line("trying the next collector")
            assert probe.wait() == 0, probe.lines
        settle(collector)
        check_totals(directory, truth)


class Peer(wire.Session):
    """The collector's end of a session, played by the test."""

    def __init__(self, listener):  # pylint: disable=super-init-not-called
        listener.settimeout(20)
        self.socket = listener.accept()[0]
        self.socket.settimeout(20)
        self.buffer = b""

    def accept(self):
        """Answers the greeting; returns the sequence the probe says it will begin with."""
        kind, payload = self.receive()
        assert kind == wire.HELLO, kind
        self.send(wire.frame(wire.HELLO_ACK, wire.message(
            [(1, 1), (2, time.time_ns()), (3, 4 << 20), (4, 1)])))
        fields = wire.fields_of(payload)
        self.spool = fields[4][0]
        return fields[5][0]

    def receive_reports(self, seconds=0.5):
        """Sequence -> payload of the reports that come before the probe is silent that long."""
        reports = {}
        self.socket.settimeout(seconds)
        with contextlib.suppress(TimeoutError):
            while True:
                kind, payload = self.receive()
                assert kind == wire.REPORT, kind
                reports[wire.fields_of(payload)[3][0]] = payload
        return reports

    def acknowledge(self, first, last):
        """Says that these are stored."""
        self.send(wire.frame(wire.ACK, wire.message([(1, self.spool), (2, [first]),
                                                     (3, [last])])))


def what_was_not_acknowledged_is_sent_again_unchanged():
    with scratch() as directory, socket.create_server(("127.0.0.1", 0)) as listener:
        capture = directory / "traffic.pcap"
        generate(capture, "--start", "now-600", "--duration", 40, "--rate", 50)
        config = write_config(directory, "pcap", capture, listener.getsockname())
        with run_probe(config) as probe:
            with Peer(listener) as peer:
                assert peer.accept() == 1
                first = peer.receive_reports()
                assert list(first) == list(range(1, max(first) + 1)) and max(first) >= 40
                peer.acknowledge(1, 2)
                peer.acknowledge(7, 7)
                peer.acknowledge(max(first) + 1, 1 << 40)
            with Peer(listener) as peer:
                assert peer.accept() == 3
                again = peer.receive_reports()
                assert again == {n: first[n] for n in first if n > 2 and n != 7}
                peer.acknowledge(3, max(again))
                assert probe.wait() == 0, probe.lines


NONSENSE = [
    (b"HTTP/1.1 400 Bad Request\r\n\r\n", ""),
    (wire.frame(wire.HELLO_ACK, b"\xff" * 30), "answer to the greeting: "),
    (wire.frame(wire.HELLO_ACK, b"", spoil_crc=True), ""),
    (wire.frame(wire.HELLO_ACK, b"", length=1 << 20), ""),
    (wire.frame(wire.HELLO_ACK, b"", version=9), ""),
    (wire.frame(wire.HELLO_ACK, wire.message([(1, 2), (2, 1), (3, 1 << 21), (4, 1)])), "version"),
    (wire.frame(wire.ACK, wire.message([(1, b"s" * 16), (2, [1]), (3, [1])])), "no place here"),
    (wire.frame(wire.HELLO, b""), "no place here"),
    (wire.frame(wire.GOODBYE, wire.message([(1, "go away"), (2, 0)])), "go away"),
    (b"", "closed the session"),
]


def nonsense_moves_the_probe_on_to_the_next_collector():
    with scratch() as directory, Collector(COLLECTOR, directory) as collector:
        capture = directory / "traffic.pcap"
        truth = generate(capture, "--start", "now-600", "--frames", 500)
        for answer, reason in NONSENSE:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                both = [f'"{host}:{port}"' for host, port in
                        (listener.getsockname(), collector.sessions)]
                config = write_config(directory, "pcap", capture, collector.sessions,
                                      collectors=f"[{', '.join(both)}]")
                with run_probe(config) as probe:
                    with Peer(listener) as peer:
                        peer.receive()
                        peer.send(answer)
                        if not answer:
                            peer.socket.shutdown(socket.SHUT_RDWR)
                        line = probe.wait_line(r": (.*), trying the next collector")
                        assert reason in line[1], line[1]
                    assert probe.wait() == 0, probe.lines
        settle(collector)
        n_frames = truth["capture"]["frames"] * len(NONSENSE)
        assert counted_frames(directory) == n_frames, counted_frames(directory)


def reports_left_at_the_end_are_named():
    with scratch() as directory:
        capture = directory / "traffic.pcap"
        generate(capture, "--frames", 100)
        config = write_config(directory, "pcap", capture, unused_address())
        with run_probe(config) as probe:
            probe.wait_line("retrying")
            assert probe.signal(signal.SIGTERM) == 1
            assert "1 not acknowledged" in probe.lines[-1], probe.lines


def a_capture_that_breaks_off_is_delivered_up_to_there():
    with scratch() as directory, Collector(COLLECTOR, directory) as collector:
        capture = directory / "traffic.pcap"
        generate(capture, "--start", "now-600", "--frames", 1000)
        whole = capture.read_bytes()
        capture.write_bytes(whole[:len(whole) // 2])
        config = write_config(directory, "pcap", capture, collector.sessions)
        with run_probe(config) as probe:
            assert probe.wait() == 1
            place = probe.wait_line(r"links\[0\]\.device: (\S+): breaks off after frame (\d+): ")
        settle(collector)
        assert place[1] == str(capture) and 300 < int(place[2]) < 700, place
        assert counted_frames(directory) == int(place[2])


def refused(directory, source, device, **settings):
    """Exit status and the one line that says why."""
    config = write_config(directory, source, device, ("127.0.0.1", 9), **settings)
    with run_probe(config) as probe:
        status = probe.wait()
        lines = [line for line in probe.lines if ": info: " not in line
                 and ": warning: uplink: " not in line]
    return status, lines


def a_device_that_is_not_there_is_named():
    with scratch() as directory:
        for device in ("0000:7f:1f.7", "net_nothing0", f"net_pcap0,rx_pcap={directory}/none"):
            status, lines = refused(directory, "dpdk", device)
            ours = [line for line in lines if "links[0].device: " + device.split(",")[0] in line]
            assert status == 1 and len(ours) == 1, (device, status, lines)
        status, lines = refused(directory, "pcap", directory / "none.pcap")
        assert status == 1 and "links[0].device: " in lines[0] and "none.pcap" in lines[0], lines


def a_wrong_configuration_is_refused_before_anything_starts():
    with scratch() as directory:
        status, lines = refused(directory, "dpdk", "x", colector="y")
        assert status == 2 and len(lines) == 1, lines
        assert "probe.yaml:5:1: " in lines[0] and '"collectors"' in lines[0], lines
        status, lines = refused(directory, "xdp", "eth0")
        assert status == 2 and '"source" is "xdp": this version does not count' in lines[0], lines
        status, lines = refused(directory, "dpdk", "x", window="7s")
        assert status == 2 and "window: must divide a minute" in lines[0], lines


def a_configuration_that_is_not_given_is_asked_for():
    for command in ("run", "check"):
        done = subprocess.run([PROBE, command], capture_output=True, text=True, check=False)
        assert done.returncode == 2 and done.stdout == "", done
        assert done.stderr == "sixgauge-probe: --config FILE is missing\n", done


def check_prints_what_run_would_take():
    with scratch() as directory:
        config = write_config(directory, "pcap", "/a/file", ("127.0.0.1", 9))
        printed = subprocess.run([PROBE, "check", "--config", config], check=True,
                                 capture_output=True, text=True).stdout
        assert "idle_timeout: 30s" in printed and "surface: interconnect" in printed, printed
        again = directory / "printed.yaml"
        again.write_text(printed, encoding="utf-8")
        second = subprocess.run([PROBE, "check", "--config", again], check=True,
                                capture_output=True, text=True).stdout
        assert second == printed


def has_dpdk():
    """Whether this build receives through DPDK."""
    with scratch() as directory:
        _, lines = refused(directory, "dpdk", "net_nothing0")
    return not any("this build has no DPDK" in line for line in lines)


def with_dpdk(test, present):
    """The test, skipped by its name where there is no DPDK."""
    @functools.wraps(test)
    def run():
        if not present:
            raise tap.Skip("this build has no DPDK")
        test()
    return run


FILE_TESTS = [
    a_capture_file_reaches_the_centre_whole,
    a_collector_killed_at_any_moment_loses_and_doubles_nothing,
    reports_wait_for_a_collector_that_comes_late,
    the_second_collector_of_the_list_takes_over,
    what_was_not_acknowledged_is_sent_again_unchanged,
    nonsense_moves_the_probe_on_to_the_next_collector,
    reports_left_at_the_end_are_named,
    a_capture_that_breaks_off_is_delivered_up_to_there,
    a_wrong_configuration_is_refused_before_anything_starts,
    a_configuration_that_is_not_given_is_asked_for,
    check_prints_what_run_would_take,
]

PORT_TESTS = [
    a_port_without_hugepages_reaches_the_centre_whole,
    a_port_with_hugepages_reaches_the_centre_whole,
    windows_of_a_port_follow_each_other_without_gaps,
    a_device_that_is_not_there_is_named,
]


def main():
    """Runs the tests; those of ports only where there is DPDK."""
    present = has_dpdk()
    tap.run(FILE_TESTS + [with_dpdk(test, present) for test in PORT_TESTS])


if __name__ == "__main__":
    main()
