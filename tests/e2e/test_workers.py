"""A probe of several workers: whoever polled a frame, the centre has it once."""

import contextlib
import ctypes
import os
import pathlib
import signal
import time

import network
import tap
import wire
from harness import Collector, eventually
from test_run import (COLLECTOR, VERDICTS, check_sequences, counted_frames, generate, has_dpdk,
                      query, run_probe, scratch, settle, with_dpdk, write_config)

LIBC = ctypes.CDLL(None, use_errno=True)
PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WAIT_ALL = 0x40000000


def played(directory, number, n_frames):
    """A capture of its own for a receive queue to play; returns its path and what it holds."""
    path = directory / f"traffic{number}.pcap"
    return path, generate(path, "--seed", number, "--frames", n_frames)


def metered_and_lost(directory):
    """Frames of both kinds the centre knows of."""
    verdicts = " + ".join(f"{name}_frames" for name in VERDICTS)
    return query(directory, f"SELECT coalesce(sum({verdicts}), 0), coalesce(sum("
                            "missed_frames + no_buffer_frames + error_frames + ring_full_frames), 0)"
                            " FROM link_cell")[0]


def check_two_workers(directory, collector, config, truths, queues):
    """Two workers watch the queues named; the centre has what all captures hold together."""
    with run_probe(config) as probe:
        probe.wait_line(r"meter: 2 workers, \d+ MiB each for 40960 flows, 67 bytes a flow, "
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


def frames_of(path):
    """The frames of a capture file of the generator's."""
    data, at = path.read_bytes(), 24
    while at < len(data):
        n_bytes = int.from_bytes(data[at + 8:at + 12], "little")
        yield data[at + 16:at + 16 + n_bytes]
        at += 16 + n_bytes


def new_flows(directory):
    """Flows that began, of all reports: see proto/sixgauge.proto for the number."""
    return sum(sum(wire.unpack(wire.fields_of(payload).get(50, [])))
               for (payload,) in query(directory, "SELECT payload FROM report"))


def both_directions_of_a_flow_come_by_one_queue():
    network.enter()
    with scratch() as directory, Collector(COLLECTOR, directory) as collector:
        path = directory / "played.pcap"
        truth = generate(path, "--profile", "plain", "--frames", 6000, "--flows", 300,
                         "--churn", 0)
        config = write_config(directory, "dpdk", "net_af_packet0,iface=far,qpairs=2",
                              collector.sessions, workers=2, idle_timeout="0s",
                              eal='["--no-huge"]')
        with run_probe(config) as probe:
            probe.wait_line("link lab0: queue 1 is polled by worker")
            # The last thing before it polls.
            probe.wait_line("uplink: .* session|uplink: .* connected|uplink:")
            network.send("near", frames_of(path))
            eventually(lambda: counted_frames(directory) == 6000)
            assert probe.signal(signal.SIGTERM) == 0, probe.lines
        settle(collector)
        assert metered_and_lost(directory) == (6000, 0)
        assert new_flows(directory) == truth["flows"]["ipv4"] + truth["flows"]["ipv6"]


def thread_name(pid, tid):
    """What the thread is called; nothing once it has ended."""
    with contextlib.suppress(FileNotFoundError):
        return pathlib.Path(f"/proc/{pid}/task/{tid}/comm").read_text(encoding="utf-8").strip()
    return ""


@contextlib.contextmanager
def thread_stopped(process, name):
    """Stops the thread of a process whose name ends like this, and lets it go on at the end."""
    tid, = [tid for tid in map(int, os.listdir(f"/proc/{process.pid}/task"))
            if thread_name(process.pid, tid).endswith(name)]
    if LIBC.ptrace(PTRACE_SEIZE, tid, None, None) != 0:
        raise tap.Skip("no right to stop a thread")
    assert LIBC.ptrace(PTRACE_INTERRUPT, tid, None, None) == 0
    os.waitpid(tid, WAIT_ALL)
    yield tid
    if process.poll() is None:
        assert LIBC.ptrace(PTRACE_DETACH, tid, None, None) == 0


def lose_frames_to_owners_away(n_workers, n_frames):
    """All workers but the one that polls do not come for their frames: more wait than rings hold.
    No frame is lost otherwise, or without a word."""
    network.enter()
    with scratch() as directory, Collector(COLLECTOR, directory) as collector:
        path = directory / "played.pcap"
        generate(path, "--profile", "plain", "--frames", n_frames, "--flows", 4000)
        config = write_config(directory, "dpdk", "net_af_packet0,iface=far",
                              collector.sessions, workers=n_workers, spread="inner",
                              eal='["--no-huge"]')
        with run_probe(config) as probe:
            probe.wait_line("link lab0: queue 0 is polled by worker 0")
            probe.wait_line("uplink:")
            with contextlib.ExitStack() as stopped:
                for lcore in range(2, n_workers + 1):
                    stopped.enter_context(thread_stopped(probe.process, f"worker-{lcore}"))
                network.send("near", frames_of(path))
                time.sleep(0.5)
            eventually(lambda: sum(metered_and_lost(directory)) == n_frames)
            assert probe.signal(signal.SIGTERM) == 0, probe.lines
        settle(collector)
        metered, lost = metered_and_lost(directory)
        ring_full, = query(directory, "SELECT sum(ring_full_frames) FROM link_cell")[0]
        print(f"# {lost} of {n_frames} lost")
        assert metered + lost == n_frames and lost == ring_full > 0, (metered, lost, ring_full)


# 10,000 frames wait for a ring of 4,096.
def frames_that_find_the_ring_to_their_owner_full_are_counted():
    lose_frames_to_owners_away(2, 20000)


# Three rings hold more than the packet buffers of a queue.
def frames_in_several_full_rings_leave_buffers_to_the_port():
    lose_frames_to_owners_away(4, 40000)


TESTS = [
    two_workers_share_two_links,
    two_workers_share_the_queues_of_a_link,
    workers_pass_frames_to_the_owner_of_their_inner_flow,
    both_directions_of_a_flow_come_by_one_queue,
    frames_that_find_the_ring_to_their_owner_full_are_counted,
    frames_in_several_full_rings_leave_buffers_to_the_port,
]


if __name__ == "__main__":
    PRESENT = has_dpdk()
    tap.run([with_dpdk(test, PRESENT) for test in TESTS])
