"""The whole probe at work: the generator in one process, over shared memory (net_memif) into the
probe in another, reports delivered to a collector; what was sent is held against what the centre
has. The floor is a receiver that throws everything away."""

import bisect
import collections
import contextlib
import datetime
import json
import os
import pathlib
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import hugepages
import measuring

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import wire  # noqa: E402
from harness import Collector, Program, eventually  # noqa: E402

# What the generator is told about the frames; all else about it is in generate().
TRAFFIC = ["--profile", "stream", "--size", "64", "--choose", "zipf", "--flows", "1000000",
           "--v6-share", "0.5", "--protocol", "udp"]
TRAFFIC_TEXT = "64-byte frames, UDP, 1 M flows, half of them IPv6, Zipf 1.1"

MAX_FLOWS = 2000000
ROUNDS, ROUND_S, TRIAL_S, QUICK_S = 5, 5, 3, 1
STEADY_S = 12  # of the run that is looked at second by second
SEARCH_STEPS, TRIES = 6, 2
# A trial holds its rate when so much of it was sent: the sender waits for room, it does not drop.
HELD = 0.99
CALIBRATION_FRAMES, CALIBRATIONS = 1000000, 4
SAMPLE_S = 0.05
LIMIT_S = 300
HUGEPAGES = 256  # of 2 MiB, for both sides
REASONS = ["missed", "no_buffer", "error", "ring_full"]

# How frames cross: what is appended to the generator's device, and what DPDK is told on both
# sides. The driver lends pages to the peer only where they are one file.
Way = collections.namedtuple("Way", "name device eal")
# Rings hold 4,096 frames, as the probe asks of a card, not memif's 1,024: with those, one side
# waits whenever the other is away for a moment.
RING = ",rsize=12"
ZERO_COPY = Way("zero-copy", ",zero-copy=yes", ["--single-file-segments"])
COPIED = Way("copied", "", [])
ORDINARY = Way("4 KB pages", "", ["--no-huge"])

# processors: of the generator, of the receiver, and a list for the rest.
Places = collections.namedtuple("Places", "generator receiver rest")

Outcome = collections.namedtuple(
    "Outcome", "sent seconds mpps cpu_ns slowest_mpps lost dropped equal")


def choose_places():
    """None where there are not two processors."""
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        return None
    return Places(allowed[-2], allowed[-1], allowed[:-2] or [allowed[-2]])


def has_dpdk(build):
    """Whether the build has it, as its own message says."""
    done = subprocess.run([build / "tests/bench/bench_port", "none", "--no-huge"],
                          capture_output=True, text=True, timeout=LIMIT_S, check=False)
    return "this build has no DPDK" not in done.stderr


class OtherPages(Exception):
    """DPDK took other memory than a way is about."""


def check_pages(way, memory):
    """Of what a program said it has: it goes on with ordinary pages where it lacks others."""
    if way is not ORDINARY and not memory.endswith("MiB of hugepages"):
        raise OtherPages(f"DPDK took {memory}")


class CpuTime:
    """The CPU time of a worker's thread, by the wall clock."""

    def __init__(self, process):
        self.path = self._find(process)
        self.times, self.cpu = [], []
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._sample, daemon=True)
        self.thread.start()

    @staticmethod
    def _find(process):
        for task in pathlib.Path(f"/proc/{process}/task").iterdir():
            if (task / "comm").read_text().startswith(("lcore-worker", "rte-worker")):
                return task / "schedstat"
        raise SystemExit("bench: the receiver has no worker")

    def _sample(self):
        while not self.stopped.wait(SAMPLE_S):
            with contextlib.suppress(OSError):
                self.cpu.append(int(self.path.read_text().split()[0]))
                self.times.append(time.time_ns())

    def _at(self, wall_ns):
        after = min(max(1, bisect.bisect(self.times, wall_ns)), len(self.times) - 1)
        (t0, t1), (c0, c1) = self.times[after - 1:after + 1], self.cpu[after - 1:after + 1]
        return c0 + (c1 - c0) * (wall_ns - t0) / (t1 - t0)

    def between(self, first_ns, last_ns):
        """Nanoseconds of CPU from one moment to another."""
        self.stopped.set()
        self.thread.join()
        return self._at(last_ns) - self._at(first_ns)


def wall_ns(text):
    """An RFC 3339 time with nanoseconds."""
    seconds, fraction = text.rstrip("Z").split(".")
    moment = datetime.datetime.fromisoformat(seconds + "+00:00")
    return int(moment.timestamp()) * 10**9 + int(fraction.ljust(9, "0"))


class Bench:
    """Everything that stays the same from run to run."""

    def __init__(self, build, directory, places):
        self.build, self.directory, self.places = build, directory, places
        self.socket = directory / "memif"

    def server(self):
        return f"net_memif0,role=server,socket={self.socket},socket-abstract=no"

    def generate(self, way, *options):
        """Sends frames; returns the truth."""
        device = (f"net_memif0,role=client,socket={self.socket},socket-abstract=no"
                  f"{RING}{way.device}")
        done = subprocess.run(
            ["taskset", "-c", str(self.places.generator), self.build / "tests/sixgauge-gen",
             "--device", device, *TRAFFIC, *map(str, options), "--",
             "--file-prefix=sixgauge-bench-gen", *way.eal],
            capture_output=True, text=True, timeout=LIMIT_S, check=False,
            preexec_fn=measuring.die_with_parent)
        if done.returncode != 0:
            raise SystemExit(f"bench: sixgauge-gen: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def receiver(self, *command):
        """A program whose worker gets the receiver's processor, the last of those it may use."""
        places = ",".join(map(str, [*self.places.rest, self.places.receiver]))
        return Program("taskset", "-c", places, *command)

    def floor(self, way, *options):
        """As probe(), with nothing behind the port."""
        with self.receiver(self.build / "tests/bench/bench_port", self.server(),
                           "--file-prefix=sixgauge-bench-probe", *way.eal) as port:
            check_pages(way, port.wait_line("bench_port: watching on (.*)$")[1])
            cpu = CpuTime(port.process.pid)
            truth = self.generate(way, *options)
            used_ns = outcome_cpu(cpu, truth)
            assert port.signal(signal.SIGTERM) == 0, port.lines
        return outcome(truth, used_ns)

    def config(self, way, collector):
        eal = json.dumps(["--file-prefix=sixgauge-bench-probe", *way.eal])
        path = self.directory / "probe.yaml"
        path.write_text(
            f'probe: bench\ncollectors: ["{collector[0]}:{collector[1]}"]\nwindow: 1s\n'
            f"workers: 1\nmax_flows: {MAX_FLOWS}\neal: {eal}\nlinks:\n  - name: memif\n"
            f"    source: dpdk\n    device: {self.server()}\n    capacity_bps: 100000000000\n"
            "    surface: interconnect\n", encoding="utf-8")
        return path

    def probe(self, way, *options):
        """One run of the whole probe."""
        with tempfile.TemporaryDirectory(dir=self.directory) as name:
            store = pathlib.Path(name)
            with Collector(self.build / "collector/sixgauge-collector", store) as collector:
                with self.receiver(self.build / "probe/sixgauge-probe", "run", "--config",
                                   self.config(way, collector.sessions)) as probe:
                    check_pages(way, probe.wait_line("dpdk: (.*)$")[1])
                    probe.wait_line("link memif: watching")
                    cpu = CpuTime(probe.process.pid)
                    truth = self.generate(way, *options)
                    used_ns = outcome_cpu(cpu, truth)
                    assert probe.signal(signal.SIGTERM) == 0, probe.lines
                eventually(lambda: collector.metric("dirty_windows") == 0)
                assert collector.signal(signal.SIGTERM) == 0, collector.lines
            return outcome(truth, used_ns, store / "centre.db")


def outcome_cpu(cpu, truth):
    """CPU time of the worker while frames were sent."""
    return cpu.between(wall_ns(truth["capture"]["first"]), wall_ns(truth["capture"]["last"]))


def slowest_second(database, truth):
    """The fewest frames, in millions, that the probe received in a whole second of the run, by
    its own reports; None where the run was too short for one."""
    first, last = (wall_ns(truth["capture"][key]) for key in ("first", "last"))
    rates = []
    for payload, in database.execute("SELECT payload FROM report"):
        fields = wire.fields_of(payload)
        start_ns, length_ns = fields[4][0], fields[5][0]
        if start_ns >= first and start_ns + length_ns <= last:
            rates.append(sum(wire.unpack(fields[19])) / length_ns * 1e3)
    return min(rates, default=None)


def agrees(database, truth):
    """Whether the centre's sums are the generator's, frames by kind and bytes by family."""
    columns = ", ".join(f"sum({name}_frames)" for name in ("ipv4", "ipv6", "other", "malformed"))
    frames = database.execute(f"SELECT {columns} FROM link_cell").fetchone()
    wanted = tuple(truth["frames"][name] for name in ("ipv4", "ipv6", "other", "malformed"))
    sums = {number: sums for number, *sums in database.execute(
        "SELECT payload, sum(packets), sum(payload_bytes) FROM traffic_cell GROUP BY payload")}
    return (frames == wanted and
            all(sums.get(number, [0, 0]) == [truth["payload"][name]["packets"],
                                             truth["payload"][name]["bytes"]]
                for number, name in enumerate(wire.FAMILIES)) and
            not database.execute("SELECT reason FROM dead_letter").fetchall())


def outcome(truth, used_ns, path=None):
    """What came of a run, with the centre's database where there was one."""
    sent, seconds = truth["capture"]["frames"], truth["capture"]["duration_seconds"]
    slowest = lost = dropped = equal = None
    if path is not None:
        with contextlib.closing(sqlite3.connect(path)) as database:
            columns = " + ".join(f"{reason}_frames" for reason in REASONS)
            received, dropped = database.execute(
                f"SELECT sum(received_frames), sum({columns}) FROM link_cell").fetchone()
            lost = sent - (received - dropped)
            slowest = slowest_second(database, truth)
            equal = agrees(database, truth) and lost == 0
    return Outcome(sent, seconds, sent / seconds / 1e6, used_ns / sent, slowest, lost, dropped,
                   equal)


def flood(run, way, n_frames):
    """A run as fast as the port takes frames."""
    return run(way, "--flood", "--frames", n_frames)


def frames_for(run, way, seconds):
    """How many frames take so long, about."""
    n_frames = CALIBRATION_FRAMES
    for _ in range(CALIBRATIONS):
        result = flood(run, way, n_frames)
        if result.seconds >= seconds / 2:
            break
        n_frames = int(1e6 * result.mpps * seconds)
    return int(1e6 * result.mpps * seconds)


# What is said of one way: the floor's and the probe's runs, taken by turns.
Turns = collections.namedtuple("Turns", "way floors probes")


def take_turns(bench, way, rounds, seconds):
    """Floor and probe by turns; on a shared machine two processors are now near each other, now
    far, and a single run of each says nothing."""
    n_frames = frames_for(bench.probe, way, seconds)
    floors, probes = [], []
    for _ in range(rounds):
        floors.append(flood(bench.floor, way, n_frames))
        probes.append(flood(bench.probe, way, n_frames))
    return Turns(way, floors, probes)


def row(turns):
    """A line of the table."""
    def middle(results, name):
        return statistics.median(getattr(result, name) for result in results)

    ratios = [probe.mpps / floor.mpps for floor, probe in zip(turns.floors, turns.probes)]
    rates = [probe.mpps for probe in turns.probes]
    return [turns.way.name, f"{middle(turns.floors, 'mpps'):.1f}",
            f"{middle(turns.probes, 'mpps'):.1f}", f"{max(rates):.1f}", f"{min(rates):.1f}",
            f"{statistics.median(ratios):.2f}", f"{middle(turns.probes, 'cpu_ns'):.1f}",
            f"{min(probe.cpu_ns for probe in turns.probes):.1f}",
            sum(probe.sent for probe in turns.probes), sum(probe.lost for probe in turns.probes),
            sum(probe.dropped for probe in turns.probes),
            "yes" if all(probe.equal for probe in turns.probes) else "NO"]


def offer(run, way, mpps, seconds):
    """A run at a rate."""
    return run(way, "--rate", int(mpps * 1e6), "--frames", int(mpps * 1e6 * seconds))


def holds(run, way, mpps):
    """Nothing was lost, and the sender never had to wait for long. A trial that the machine spoilt
    is tried again; one that lost a frame is not."""
    for _ in range(TRIES):
        result = offer(run, way, mpps, TRIAL_S)
        if not result.equal or result.dropped > 0:
            return False
        if result.mpps >= HELD * mpps:
            return True
    return False


def highest_rate(run, way, most):
    """Finds the highest rate without loss, by halving as in RFC 2544. Memif loses nothing: it makes
    the sender wait, which holds() sees."""
    low, high = 0.0, most
    for _ in range(SEARCH_STEPS):
        middle = (low + high) / 2
        if holds(run, way, middle):
            low = middle
        else:
            high = middle
    print(f"Highest rate, {way.name}, with nothing lost and at least {HELD:.0%} of it sent: "
          f"{low:.2f} Mpps,\nto {high - low:.2f}, after {SEARCH_STEPS} trials of {TRIAL_S} s.")


def steady(run, way, n_frames):
    """One longer run, of which the slowest second is told."""
    result = flood(run, way, n_frames)
    print(f"{way.name} for {result.seconds:.0f} s: {result.mpps:.1f} Mpps, slowest whole second "
          f"{result.slowest_mpps:.1f}, lost {result.lost}, "
          f"equal {'yes' if result.equal else 'NO'}")


def bench_ways(bench, ways, quick):
    """The floods, each way beside its floor; then one for long, and the search, the best way."""
    turns = []
    for way in ways:
        try:
            turns.append(take_turns(bench, way, 1 if quick else ROUNDS,
                                    QUICK_S if quick else ROUND_S))
        except OtherPages as why:
            print(f"{way.name}: left out: {why}", flush=True)
    measuring.print_rows(["frames are", "receive", "probe", "most", "least", "x only", "CPU ns",
                          "least", "sent", "lost", "dropped", "equal"], map(row, turns))
    if quick or not turns:
        return
    best = max(turns, key=lambda turn: statistics.median(probe.mpps for probe in turn.probes))
    most = max(probe.mpps for probe in best.probes)
    steady(bench.probe, best.way, int(1e6 * most * STEADY_S))
    highest_rate(bench.probe, best.way, 1.1 * most)


def bench(build, quick):
    """Prints the table."""
    places = choose_places()
    if places is None:
        print("The whole probe: left out: it wants two processors")
        return
    if not has_dpdk(build):
        print("The whole probe: left out: this build has no DPDK")
        return
    rest = ",".join(map(str, places.rest))
    print(f"The whole probe over memif: {TRAFFIC_TEXT}.\n"
          f"Generator on processor {places.generator}, worker on {places.receiver}, all else on "
          f"{rest}; room for {MAX_FLOWS} flows; a report each second.\n"
          f"Floods, medians of {1 if quick else ROUNDS} by turns, million frames a second.\n"
          "  receive  a receiver that throws all away; probe: with most and least of its runs\n"
          "  x only   probe beside receive; near 1 the generator is the limit\n"
          "  CPU ns   of the probe's worker for each frame, polling included\n"
          "  lost     sent and not counted at the centre; dropped: what the probe says of it\n"
          "  equal    the centre's sums are what the generator sent, by kind, family and bytes")
    allowed = os.sched_getaffinity(0)
    with (hugepages.reserved(HUGEPAGES) as enough,
          tempfile.TemporaryDirectory(prefix="sixgauge-bench-") as name):
        os.sched_setaffinity(0, places.rest)
        try:
            bench_ways(Bench(build, pathlib.Path(name), places),
                       [ZERO_COPY, COPIED, ORDINARY] if enough else [ORDINARY], quick)
        finally:
            os.sched_setaffinity(0, allowed)
    if not enough:
        print(f"No {HUGEPAGES} free hugepages (only root may reserve them): {ZERO_COPY.name} and "
              f"{COPIED.name} were left out.")
