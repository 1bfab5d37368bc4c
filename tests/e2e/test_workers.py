"""A probe of several workers: whoever polled a frame, the centre has it once."""

import signal

import tap
import wire
from harness import Collector, eventually
from test_run import (COLLECTOR, VERDICTS, check_sequences, counted_frames, generate, has_dpdk,
                      query, run_probe, scratch, settle, with_dpdk, write_config)


def played(directory, number, n_frames):
    """A capture of its own for a receive queue to play; returns its path and what it holds."""
    path = directory / f"traffic{number}.pcap"
    return path, generate(path, "--seed", number, "--frames", n_frames)


def metered_and_lost(directory):
    """Frames of both kinds the centre knows of."""
    verdicts = " + ".join(f"{name}_frames" for name in VERDICTS)
    return query(directory, f"SELECT coalesce(sum({verdicts}), 0), coalesce(sum("
                            "missed_frames + no_buffer_frames + error_frames), 0)"
                            " FROM link_cell")[0]


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
    assert metered_and_lost(directory)[1] == 0
    for number, name in enumerate(wire.TRANSITIONS):
        wanted = tuple(sum(truth["transition"][name][key] for truth in truths)
                       for key in ("packets", "bytes"))
        row = query(directory, "SELECT coalesce(sum(packets), 0), coalesce(sum(payload_bytes), 0)"
                               f" FROM traffic_cell WHERE transition = {number}")[0]
        assert row == wanted, (name, row, wanted)
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


def write_inner(directory, collector, first, second):
    """A link of two queues, whose frames are shared by their inner flow."""
    return write_config(directory, "dpdk", f"net_pcap0,rx_pcap={first},rx_pcap={second}",
                        collector.sessions, workers=2, spread="inner", eal='["--no-huge"]')


def workers_pass_frames_to_the_owner_of_their_inner_flow():
    # Fewer than a ring holds: none can be lost, however late the owner comes.
    with scratch() as directory, Collector(COLLECTOR, directory) as collector:
        first, first_truth = played(directory, 1, 3000)
        second, second_truth = played(directory, 2, 3500)
        check_two_workers(directory, collector,
                          write_inner(directory, collector, first, second),
                          [first_truth, second_truth], [("lab0", 0), ("lab0", 1)])


def a_frame_that_finds_its_ring_full_is_counted_as_lost():
    # Files come as fast as they can be read: whether rings overflow is up to the machine.
    with scratch() as directory, Collector(COLLECTOR, directory) as collector:
        first, first_truth = played(directory, 1, 40000)
        second, second_truth = played(directory, 2, 40000)
        n_frames = sum(truth["capture"]["frames"] for truth in (first_truth, second_truth))
        with run_probe(write_inner(directory, collector, first, second)) as probe:
            eventually(lambda: sum(metered_and_lost(directory)) == n_frames)
            assert probe.signal(signal.SIGTERM) == 0, probe.lines
        settle(collector)
        metered, lost = metered_and_lost(directory)
        print(f"# {lost} of {n_frames} lost")
        assert metered + lost == n_frames


TESTS = [
    two_workers_share_two_links,
    two_workers_share_the_queues_of_a_link,
    workers_pass_frames_to_the_owner_of_their_inner_flow,
    a_frame_that_finds_its_ring_full_is_counted_as_lost,
]


if __name__ == "__main__":
    PRESENT = has_dpdk()
    tap.run([with_dpdk(test, PRESENT) for test in TESTS])
