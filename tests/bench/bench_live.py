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
import subprocess
import sys
import tempfile
import threading
import time

import measuring

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import wire  # noqa: E402
from harness import Collector, Program, eventually  # noqa: E402

# What the generator is told about the frames; all else about it is in generate().
TRAFFIC = ["--profile", "plain", "--flows", "65536", "--v6-share", "0.5"]
TRAFFIC_TEXT = "TCP and UDP, 64K flows, half of them IPv6, sizes as they come"

MAX_FLOWS = 1000000
STEADY_S, TRIAL_S, QUICK_S = 10, 3, 1
SEARCH_STEPS = 6
# A trial holds its rate when so much of it was sent: the sender waits for room, it does not drop.
HELD = 0.99
CALIBRATION_FRAMES, CALIBRATIONS = 1000000, 4
SAMPLE_S = 0.05
LIMIT_S = 300
HUGEPAGES = 256  # of 2 MiB, for both sides
HUGEPAGE_FILE = pathlib.Path("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages")
REASONS = ["missed", "no_buffer", "error", "ring_full"]

# How frames cross: what is appended to the generator's device, and what DPDK is told on both
# sides. The driver lends pages to the peer only where they are one file.
Way = collections.namedtuple("Way", "name device eal")
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


@contextlib.contextmanager
def hugepages():
    """Pages for both sides, given back in the end. Yields whether there are enough."""
    try:
        before = int(HUGEPAGE_FILE.read_text())
        if before < HUGEPAGES:
            HUGEPAGE_FILE.write_text(str(HUGEPAGES))
    except OSError:
        yield False
        return
    try:
        yield int(HUGEPAGE_FILE.read_text()) >= HUGEPAGES
    finally:
        if before < HUGEPAGES:
            HUGEPAGE_FILE.write_text(str(before))


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
        device = f"net_memif0,role=client,socket={self.socket},socket-abstract=no{way.device}"
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
            port.wait_line("bench_port: watching")
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


def row(name, way, result, floor):
    """A line of the table."""
    def text(value, form):
        return "" if value is None else format(value, form)

    return [name, way.name, f"{result.seconds:.1f}", f"{result.mpps:.2f}",
            text(result.slowest_mpps, ".2f"), f"{result.cpu_ns:.1f}", f"{result.mpps / floor:.2f}",
            result.sent, text(result.lost, "d"), text(result.dropped, "d"),
            {None: "", True: "yes", False: "NO"}[result.equal]]


def flood(run, way, least_seconds):
    """A run as fast as the port takes frames, for so long at least."""
    result = run(way, "--flood", "--frames", CALIBRATION_FRAMES)
    for _ in range(CALIBRATIONS):
        if result.seconds >= least_seconds:
            break
        n_frames = int(1.2e6 * result.mpps * least_seconds)
        result = run(way, "--flood", "--frames", n_frames)
    return result


def offer(run, way, mpps, seconds):
    """A run at a rate."""
    return run(way, "--rate", int(mpps * 1e6), "--frames", int(mpps * 1e6 * seconds))


def holds(result, mpps):
    """Nothing was lost, and the sender never had to wait for long."""
    return result.equal and result.dropped == 0 and result.mpps >= HELD * mpps


def highest_rate(run, way, most):
    """Finds the highest rate without loss, by halving as in RFC 2544. Memif loses nothing: it makes
    the sender wait, which holds() sees."""
    low, high = 0.0, most
    for _ in range(SEARCH_STEPS):
        middle = (low + high) / 2
        if holds(offer(run, way, middle, TRIAL_S), middle):
            low = middle
        else:
            high = middle
    print(f"Highest rate, {way.name}, with nothing lost and at least {HELD:.0%} of it sent: "
          f"{low:.2f} Mpps,\nto {high - low:.2f}, after {SEARCH_STEPS} trials of {TRIAL_S} s.")


def bench_ways(bench, ways, quick):
    """The floods, each way beside its floor; then the search, the best way."""
    seconds = QUICK_S if quick else STEADY_S
    rows, best = [], (0, None)
    for way in ways:
        floor = flood(bench.floor, way, seconds)
        result = flood(bench.probe, way, seconds)
        rows += [row("receive", way, floor, floor.mpps),
                 row("probe", way, result, floor.mpps)]
        best = max(best, (result.mpps, way), key=lambda pair: pair[0])
    measuring.print_rows(["flood", "frames are", "s", "Mpps", "slowest", "CPU ns", "x only", "sent",
                          "lost", "dropped", "equal"], rows)
    if not quick:
        highest_rate(bench.probe, best[1], 1.1 * best[0])


def bench(build, quick):
    """Prints the table."""
    places = choose_places()
    if places is None:
        print("The whole probe: left out: it wants two processors")
        return
    rest = ",".join(map(str, places.rest))
    print(f"The whole probe over memif: {TRAFFIC_TEXT}.\n"
          f"Generator on processor {places.generator}, worker on {places.receiver}, all else on "
          f"{rest}; room for {MAX_FLOWS} flows; a report each second.\n"
          "  slowest  the probe's worst whole second, by its reports\n"
          "  CPU ns   of the worker for each frame, polling included\n"
          "  x only   rate beside receiving only; near 1 the generator is the limit\n"
          "  lost     sent and not counted at the centre; dropped: what the probe says of it\n"
          "  equal    the centre's sums are what the generator sent, by kind, family and bytes")
    allowed = os.sched_getaffinity(0)
    with hugepages() as enough, tempfile.TemporaryDirectory(prefix="sixgauge-bench-") as name:
        os.sched_setaffinity(0, places.rest)
        try:
            bench_ways(Bench(build, pathlib.Path(name), places),
                       [ZERO_COPY, COPIED, ORDINARY] if enough else [ORDINARY], quick)
        finally:
            os.sched_setaffinity(0, allowed)
    if not enough:
        print("No hugepages (only root may reserve them): zero-copy was left out.")
