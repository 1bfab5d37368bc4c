"""What a probe tells on DPDK's telemetry socket is what it reports to the centre."""

import contextlib
import json
import os
import signal
import socket

import tap
from harness import Collector, Program, eventually
from test_run import (COLLECTOR, PROBE, VERDICTS, counted_frames, generate, has_dpdk, query,
                      run_probe, scratch, settle, with_dpdk, write_config)
from test_workers import new_flows
from wire import DROP_REASONS

NAME = f"telemetry-{os.getpid()}"


class Telemetry:
    """A conversation with the socket: a greeting, then an answer to every command."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(20)
        self.socket.connect(str(path))
        self.greeting = json.loads(self.socket.recv(1024))

    def ask(self, command):
        """The answer to a command, out of its envelope."""
        self.socket.send(command.encode())
        answer = json.loads(self.socket.recv(self.greeting["max_output_len"]))
        return answer[command.split(",")[0]]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


@contextlib.contextmanager
def runtime(directory, probe=NAME):
    """DPDK makes its sockets in this directory meanwhile; yields the one of the probe."""
    os.environ["RUNTIME_DIRECTORY"] = str(directory)
    try:
        yield directory / "dpdk" / f"sixgauge-{probe}" / "dpdk_telemetry.v2"
    finally:
        del os.environ["RUNTIME_DIRECTORY"]


def write_two_queues(directory, collector, n_frames, **settings):
    """A link of two queues that play captures; returns its configuration."""
    for number in (0, 1):
        generate(directory / f"{number}.pcap", "--seed", number + 1, "--frames", n_frames[number])
    device = f"net_pcap0,rx_pcap={directory}/0.pcap,rx_pcap={directory}/1.pcap"
    return write_config(directory, "dpdk", device, collector.sessions, probe=NAME, workers=2,
                        eal='["--no-huge"]', **settings)


def reported(directory):
    """What the centre has of the link, by the names the socket has for it."""
    names = [f"{name}_frames" for name in [*VERDICTS, *DROP_REASONS]]
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in names)
    return dict(zip(names, query(directory, f"SELECT {sums} FROM link_cell")[0]))


def link_and_workers_tell_what_is_reported():
    with scratch() as directory, runtime(directory) as path:
        with Collector(COLLECTOR, directory) as collector:
            config = write_two_queues(directory, collector, (3000, 5000), idle_timeout="0s")
            with run_probe(config) as probe:
                probe.wait_line(f"telemetry: dpdk-telemetry.py -f sixgauge-{NAME}$")
                eventually(lambda: counted_frames(directory) == 8000)
                with Telemetry(path) as telemetry:
                    check_link(telemetry, directory)
                    check_workers(telemetry, directory)
                    check_refusals(telemetry)
                assert probe.signal(signal.SIGTERM) == 0, probe.lines
            settle(collector)
        assert not path.exists()


def check_link(telemetry, directory):
    """The link, and the only one."""
    assert telemetry.ask("/sixgauge/links") == {"links": ["lab0"]}
    link = telemetry.ask("/sixgauge/link,lab0")
    assert link["link"] == "lab0" and link["polled_frames"] == 8000, link
    # A worker has a queue each; which one is not promised.
    assert sorted(link["queue_workers"]) == [0, 1], link
    assert dict(zip(link["queues"], link["queue_frames"])) == {0: 3000, 1: 5000}, link
    wanted = reported(directory)
    assert {name: link[name] for name in wanted} == wanted, (link, wanted)
    assert sum(wanted.values()) == 8000, wanted


def check_workers(telemetry, directory):
    """Both workers, with all flows between them: none has ended."""
    assert telemetry.ask("/sixgauge/workers") == {"workers": [0, 1]}
    workers = [telemetry.ask(f"/sixgauge/worker,{number}") for number in (0, 1)]
    link = telemetry.ask("/sixgauge/link,lab0")
    for number, worker in enumerate(workers):
        at = link["queue_workers"].index(number)
        assert worker["worker"] == number and worker["slots"] == 40960, worker
        assert worker["memory_bytes"] > 67 * 40960 and worker["processor"] >= 0, worker
        assert worker["queues"] == [f"lab0 queue {link['queues'][at]}"], worker
        assert worker["polled_frames"] == link["queue_frames"][at], (worker, link)
        assert worker["polled_frames"] / 32 <= worker["polled_bursts"], worker
        assert worker["ring_full_frames"] == 0 < worker["flows"], worker
    assert sum(worker["flows"] for worker in workers) == new_flows(directory), workers


def check_refusals(telemetry):
    """What does not exist is null, and the probe goes on."""
    for command in ("/sixgauge/link", "/sixgauge/link,lab1", "/sixgauge/worker,2",
                    "/sixgauge/worker,-1", "/sixgauge/worker,0x", "/sixgauge/worker",
                    "/sixgauge/nothing", "/sixgauge/link," + "x" * 900):
        assert telemetry.ask(command) is None, command
    assert telemetry.ask("/sixgauge/links") == {"links": ["lab0"]}


def two_probes_do_not_collide():
    with scratch() as directory, runtime(directory) as path:
        with Collector(COLLECTOR, directory) as collector:
            config = write_two_queues(directory, collector, (100, 100))
            with run_probe(config) as first:
                first.wait_line("telemetry: dpdk-telemetry.py")
                with run_probe(config) as second:
                    second.wait_line("telemetry: dpdk-telemetry.py")
                    pids = []
                    for name in (path, path.with_name(path.name + ":1")):
                        with Telemetry(name) as telemetry:
                            assert telemetry.ask("/sixgauge/links") == {"links": ["lab0"]}
                            pids.append(telemetry.greeting["pid"])
                    assert pids == [first.process.pid, second.process.pid], pids


def a_socket_left_behind_is_taken_over():
    with scratch() as directory, runtime(directory) as path:
        with Collector(COLLECTOR, directory) as collector:
            config = write_two_queues(directory, collector, (100, 100))
            with run_probe(config) as probe:
                probe.wait_line("telemetry: dpdk-telemetry.py")
                probe.kill()
            assert path.exists()
            with run_probe(config) as probe:
                probe.wait_line("telemetry: dpdk-telemetry.py")
                with Telemetry(path) as telemetry:
                    assert telemetry.greeting["pid"] == probe.process.pid


def a_prefix_of_ones_own_names_the_socket():
    with scratch() as directory, runtime(directory), Collector(COLLECTOR, directory) as collector:
        config = write_two_queues(directory, collector, (100, 100))
        with Program(PROBE, "run", "--config", config, "--", "--file-prefix=mine") as probe:
            probe.wait_line("telemetry: dpdk-telemetry.py -f mine$")
            with Telemetry(directory / "dpdk" / "mine" / "dpdk_telemetry.v2") as telemetry:
                assert telemetry.ask("/sixgauge/links") == {"links": ["lab0"]}
        assert not (directory / "dpdk" / f"sixgauge-{NAME}").exists()


def goes_on_without(directory, collector, reason, *arguments):
    """The probe says that there is none, once, and counts."""
    config = write_two_queues(directory, collector, (100, 200))
    before = counted_frames(directory)
    with Program(PROBE, "run", "--config", config, "--", *arguments) as probe:
        probe.wait_line(f"warning: telemetry: {reason}: there is none$")
        eventually(lambda: counted_frames(directory) == before + 300)
        assert probe.signal(signal.SIGTERM) == 0, probe.lines
        assert sum("elemetry" in line for line in probe.lines) == 1, probe.lines


def a_directory_of_others_is_not_used():
    with scratch() as directory, Collector(COLLECTOR, directory) as collector:
        (directory / "dpdk").mkdir()
        (directory / "dpdk").chmod(0o777)
        with runtime(directory):
            goes_on_without(directory, collector, ".*/dpdk: others may write there")
        (directory / "dpdk").rename(directory / "elsewhere")
        (directory / "elsewhere").chmod(0o700)
        (directory / "dpdk").symlink_to("elsewhere")
        with runtime(directory):
            goes_on_without(directory, collector, ".*/dpdk: Not a directory")


def a_probe_without_telemetry_says_so_and_counts():
    with scratch() as directory, Collector(COLLECTOR, directory) as collector:
        with runtime(directory / "missing"):
            goes_on_without(directory, collector, ".*/missing/dpdk: No such file or directory")
        with runtime(directory / ("long" * 20)):
            goes_on_without(directory, collector, ".* is too long for a socket")
        goes_on_without(directory, collector, "switched off", "--no-telemetry")


TESTS = [
    link_and_workers_tell_what_is_reported,
    two_probes_do_not_collide,
    a_socket_left_behind_is_taken_over,
    a_prefix_of_ones_own_names_the_socket,
    a_directory_of_others_is_not_used,
    a_probe_without_telemetry_says_so_and_counts,
]


if __name__ == "__main__":
    PRESENT = has_dpdk()
    tap.run([with_dpdk(test, PRESENT) for test in TESTS])
