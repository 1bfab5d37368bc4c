"""A probe of several workers: whoever polled a frame, the centre has it once."""

import signal

import tap
import wire
from harness import Collector, eventually
from test_run import (COLLECTOR, check_sequences, counted_frames, generate, has_dpdk, query,
                      run_probe, scratch, settle, with_dpdk, write_config)


def played(directory, number, n_frames):
    """A capture of its own for a receive queue to play; returns its path and what it holds."""
    path = directory / f"traffic{number}.pcap"
    return path, generate(path, "--seed", number, "--frames", n_frames)


def check_two_workers(directory, collector, config, truths, queues):
    """Two workers watch the queues named; the centre has what all captures hold together."""
    with run_probe(config) as probe:
        probe.wait_line(r"meter: 2 workers, \d+ MiB each for 32768 flows, \d+ bytes a flow, "
                        r"\d+ MiB in all")
        workers = [probe.wait_line(rf"link {link}: queue {queue} is polled by worker (\d) on "
                                   r"processor \d+ of node \d+")[1] for link, queue in queues]
        assert sorted(workers) == ["0", "1"], probe.lines
        eventually(lambda: counted_frames(directory) == sum(truth["capture"]["frames"]
                                                            for truth in truths))
        assert probe.signal(signal.SIGTERM) == 0, probe.lines
    settle(collector)
    for number, name in enumerate(wire.TRANSITIONS):
        row = query(directory, "SELECT coalesce(sum(packets), 0), coalesce(sum(payload_bytes), 0)"
                               f" FROM traffic_cell WHERE transition = {number}")[0]
        assert row == tuple(sum(truth["transition"][name][key] for truth in truths)
                            for key in ("packets", "bytes")), (name, row)
    check_sequences(directory)


def two_workers_share_two_links():
    with scratch() as directory, Collector(COLLECTOR, directory) as collector:
        first, first_truth = played(directory, 1, 20000)
        second, second_truth = played(directory, 2, 30000)
        config = write_config(directory, "dpdk", f"net_pcap0,rx_pcap={first}",
                              collector.sessions, workers=2, eal='["--no-huge"]')
        with config.open("a", encoding="utf-8") as more:
            more.write(f"  - name: lab1\n    source: dpdk\n    device: net_pcap1,rx_pcap={second}\n"
                       "    capacity_bps: 100000000000\n    surface: metro\n")
        check_two_workers(directory, collector, config, [first_truth, second_truth],
                          [("lab0", 0), ("lab1", 0)])


def two_workers_share_the_queues_of_a_link():
    with scratch() as directory, Collector(COLLECTOR, directory) as collector:
        first, first_truth = played(directory, 1, 1000)
        second, second_truth = played(directory, 2, 30000)
        config = write_config(directory, "dpdk", f"net_pcap0,rx_pcap={first},rx_pcap={second}",
                              collector.sessions, workers=2, eal='["--no-huge"]')
        check_two_workers(directory, collector, config, [first_truth, second_truth],
                          [("lab0", 0), ("lab0", 1)])


TESTS = [
    two_workers_share_two_links,
    two_workers_share_the_queues_of_a_link,
]


if __name__ == "__main__":
    PRESENT = has_dpdk()
    tap.run([with_dpdk(test, PRESENT) for test in TESTS])
