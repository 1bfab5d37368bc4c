"""SIGTERM ends a probe within five seconds, with the open window at the centre where it can be,
whatever hangs; and what could not be done is said."""

import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time

import network
import tap
from harness import Collector, eventually
from test_run import (COLLECTOR, PROBE, check_sequences, counted_frames, generate, has_dpdk,
                      run_probe, scratch, settle, unused_address, with_dpdk, write_config)
from test_telemetry import Telemetry, runtime
from test_workers import WAIT_ALL, thread_stopped

NAME = f"stop-{os.getpid()}"
# Beside the five seconds: for a machine that is busy with other tests.
SLACK_S = 0.5


def stop(probe):
    """Asks the probe to end; returns its status, which must come in time."""
    start = time.monotonic()
    status = probe.signal(signal.SIGTERM)
    took = time.monotonic() - start
    print(f"# ended after {took:.2f} s")
    assert took < 5 + SLACK_S, (took, probe.lines)
    return status


def write_queues(directory, address, n_frames, **settings):
    """A link of a queue for each number, which plays so many frames."""
    device = "net_pcap0"
    for number, frames in enumerate(n_frames):
        generate(directory / f"{number}.pcap", "--seed", number + 1, "--frames", frames)
        device += f",rx_pcap={directory}/{number}.pcap"
    return write_config(directory, "dpdk", device, address, probe=NAME, workers=2, window="60s",
                        eal='["--no-huge"]', **settings)


def wait_polled(path, n_frames):
    """Waits until the workers have taken so many frames."""
    def polled():
        with Telemetry(path) as telemetry:
            return telemetry.ask("/sixgauge/link,lab0")["polled_frames"] == n_frames
    eventually(polled)


def a_probe_of_silent_links_delivers_its_window():
    with scratch() as directory, Collector(COLLECTOR, directory) as collector:
        device = f"net_memif0,role=server,socket={directory}/memif,socket-abstract=no"
        config = write_config(directory, "dpdk", device, collector.sessions, window="60s",
                              workers=2, eal='["--no-huge"]')
        with run_probe(config) as probe:
            probe.wait_line("session accepted")
            assert stop(probe) == 0, probe.lines
        settle(collector)
        assert check_sequences(directory) == [(1, 1, 1)]


def check_not_delivered(directory, address, line, **settings):
    """Nobody takes the last report: the probe ends all the same, and says so."""
    with runtime(directory, NAME) as path:
        config = write_queues(directory, address, (100, 200), **settings)
        with run_probe(config) as probe:
            probe.wait_line("telemetry:")
            probe.wait_line(line)
            wait_polled(path, 300)
            assert stop(probe) == 1, probe.lines
    assert any("1 reports did not reach a collector: 1 not acknowledged" in line
               for line in probe.lines), probe.lines
    return probe.lines


def a_collector_that_is_away_keeps_no_probe():
    with scratch() as directory:
        check_not_delivered(directory, unused_address(), "retrying in")


def a_collector_that_says_nothing_keeps_no_probe():
    with scratch() as directory, socket.create_server(("127.0.0.1", 0)) as listener:
        check_not_delivered(directory, listener.getsockname(), "is polled by worker 1")


@contextlib.contextmanager
def names_nobody_resolves():
    """A network whose name server never answers."""
    network.enter()
    for words in ("addr add 192.0.2.1/24 dev near", "neigh add 192.0.2.2 lladdr 2:0:0:0:0:2 dev near"):
        subprocess.run(["ip", *words.split()], check=True)
    with tempfile.NamedTemporaryFile("w", prefix="sixgauge-stop-") as servers:
        servers.write("nameserver 192.0.2.2\n")
        servers.flush()
        if network.LIBC.unshare(0x20000) != 0 or network.LIBC.mount(
                b"none", b"/", None, 0x44000, None) != 0 or network.LIBC.mount(
                servers.name.encode(), b"/etc/resolv.conf", None, 0x1000, None) != 0:
            raise tap.Skip("a mount namespace needs root")
        yield


def a_collector_whose_name_hangs_keeps_no_probe():
    with scratch() as directory, names_nobody_resolves():
        lines = check_not_delivered(directory, ("collector.example", 8661),
                                    "is polled by worker 1", insecure="true")
    assert "stop: not done after 4.8 s" in lines[-1], lines


def reap(tid):
    """A process of which we have stopped a thread ends when we have taken note of the thread's."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(tid, WAIT_ALL)


def check_stuck_worker(**settings):
    """A worker that hangs costs what it alone has counted; returns what reaches the centre."""
    with scratch() as directory, Collector(COLLECTOR, directory) as collector:
        with runtime(directory, NAME) as path:
            config = write_queues(directory, collector.sessions, (100, 2000), **settings)
            with run_probe(config) as probe:
                probe.wait_line("session accepted")
                wait_polled(path, 2100)
                with thread_stopped(probe.process, "worker-1") as tid:
                    threading.Thread(target=reap, args=(tid,), daemon=True).start()
                    assert stop(probe) == 1, probe.lines
        assert any("error: worker 0: does not end, what it has not reported is lost" in line for line in probe.lines), probe.lines
        settle(collector)
        assert check_sequences(directory) == [(1, 1, 1)]
        return counted_frames(directory)


def a_worker_that_hangs_keeps_no_probe():
    assert check_stuck_worker() == 2000


# Here it has polled 100 frames and passed on some, and owns some of the other 2,000.
def workers_do_not_wait_for_one_that_hangs():
    assert 100 < check_stuck_worker(spread="inner") < 2000


def a_capture_that_nobody_writes_keeps_no_probe():
    with scratch() as directory:
        os.mkfifo(directory / "capture")
        config = write_config(directory, "pcap", directory / "capture", unused_address())
        with run_probe(config) as probe:
            probe.wait_line("retrying in")
            assert stop(probe) == 1, probe.lines
    assert "stop: not done after 4.8 s" in probe.lines[-1], probe.lines


# 8,640 reports may wait, and a file waits for room before that: the window a stop ends has none.
def a_capture_of_more_windows_than_may_wait_keeps_no_probe():
    with scratch() as directory:
        generate(directory / "made.pcap", "--start", "now-26000", "--duration", 25000, "--rate", 4)
        config = write_config(directory, "pcap", directory / "made.pcap", unused_address())
        with run_probe(config) as probe:
            probe.wait_line("retrying in")
            time.sleep(0.5)
            assert stop(probe) == 1, probe.lines
    assert re.search(r"\d{4} reports did not reach a collector: \d{4} not acknowledged",
                     probe.lines[-1]), probe.lines


def full_pipe():
    """Both ends of a pipe that takes nothing more."""
    ends = os.pipe()
    os.set_blocking(ends[1], False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(ends[1], bytes(1))
    os.set_blocking(ends[1], True)
    return ends


def blocks_requests(process):
    """Whether SIGTERM would no longer end the process at once."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    blocked = int(re.search(r"SigBlk:\s*(\w+)", status)[1], 16)
    return blocked >> (signal.SIGTERM - 1) & 1


def a_log_that_nobody_reads_keeps_no_probe():
    with scratch() as directory:
        generate(directory / "made.pcap", "--frames", 100)
        config = write_config(directory, "pcap", directory / "made.pcap", unused_address())
        reader, writer = full_pipe()
        with subprocess.Popen([PROBE, "run", "--config", config], stderr=writer) as process:
            eventually(lambda: blocks_requests(process))
            start = time.monotonic()
            process.terminate()
            try:
                assert process.wait(timeout=5 + SLACK_S) == 1
            finally:
                process.kill()
            print(f"# ended after {time.monotonic() - start:.2f} s")
        os.close(reader)
        os.close(writer)


TESTS = [
    a_capture_that_nobody_writes_keeps_no_probe,
    a_capture_of_more_windows_than_may_wait_keeps_no_probe,
    a_log_that_nobody_reads_keeps_no_probe,
    a_probe_of_silent_links_delivers_its_window,
    a_collector_that_is_away_keeps_no_probe,
    a_collector_that_says_nothing_keeps_no_probe,
    a_worker_that_hangs_keeps_no_probe,
    workers_do_not_wait_for_one_that_hangs,
    # The last: it leaves for a network without names.
    a_collector_whose_name_hangs_keeps_no_probe,
]


if __name__ == "__main__":
    PRESENT = has_dpdk()
    tap.run([with_dpdk(test, PRESENT) for test in TESTS])
