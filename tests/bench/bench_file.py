"""Replay of a file beside its floors and beside other meters, by turns in one run."""

import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile

import measuring

ROUNDS = 7
OTHER_ROUNDS = 3
OTHER_LIMIT_S = 300
V6_SHARE = 0.58
SNAPLEN = 96
LOOP, REPLAY = "libpcap's loop", "sixgauge-probe replay"


class Softflowd:
    """Reads to the end of a file and prints sums; nobody listens to what it would send. Flows keep
    for as long as the file is, and both directions are one. With a control socket of its own (-c)
    it never begins to read."""

    name, package, room_bytes_per_flow = "softflowd", "softflowd", 0

    @staticmethod
    def command(capture, directory, n_frames, n_flows):
        return ["softflowd", "-r", capture, "-d", "-m", 2 * n_flows, "-t", "maxlife=0", "-v", 9]

    @staticmethod
    def seen(done):
        return (number(r"Packets processed: (\d+)", done.text),
                number(r"Flows exported: (\d+)", done.text))


class Nfpcapd:
    """Writes flows to a file, each direction by itself. Its cache grows by itself; to be given
    room beforehand costs it the more."""

    name, package, room_bytes_per_flow = "nfpcapd", "nfdump", 0

    @staticmethod
    def command(capture, directory, n_frames, n_flows):
        return ["nfpcapd", "-r", capture, "-w", directory, "-e", "3600,3600"]

    @staticmethod
    def seen(done):
        return (number(r"Total: Processed: (\d+)", done.text),
                number(r"Flows: (\d+)", done.text))


class Pmacctd:
    """Writes flows as text, each direction by itself. Two processes: the one that reads does not
    wait for the one that counts, so the pipe must hold the whole file and the second one be ready
    when the first begins, or frames are lost without a word. A flow takes 4 KiB of its cache."""

    name, package, room_bytes_per_flow = "pmacctd", "pmacct", 12000

    @staticmethod
    def command(capture, directory, n_frames, n_flows):
        settings = {
            "pcap_savefile": capture, "pcap_savefile_delay": 3 + n_frames // 1000000,
            "daemonize": "false", "aggregate": "src_host,dst_host,src_port,dst_port,proto",
            "plugins": "print", "print_output": "csv",
            "print_output_file": f"{directory}/pmacctd.csv", "print_refresh_time": 3600,
            "print_cache_entries": n_flows * 2 // 5 + 9, "plugin_buffer_size": 65536,
            "plugin_pipe_size": 400 * n_frames,
        }
        path = f"{directory}/pmacctd.conf"
        with open(path, "w", encoding="utf-8") as config:
            config.writelines(f"{key}: {value}\n" for key, value in settings.items())
        Pmacctd.output = settings["print_output_file"]
        return ["pmacctd", "-f", path]

    @staticmethod
    def seen(done):
        with open(Pmacctd.output, encoding="utf-8") as lines:
            next(lines)
            packets = [int(line.rsplit(",", 2)[1]) for line in lines]
        return sum(packets), len(packets)


OTHERS = [Softflowd, Nfpcapd, Pmacctd]


def number(pattern, text):
    """The number in the last match, or None."""
    found = re.findall(pattern, text)
    return int(found[-1]) if found else None


def make_capture(build, n_frames, n_flows):
    """The file, made once for a generator and what it is told, and its truth."""
    generator = build / "tests/sixgauge-gen"
    path = build / f"bench-{n_frames}-{n_flows}.pcap"
    truth, told = path.with_suffix(".json"), path.with_suffix(".arguments")
    arguments = ["--profile", "plain", "--frames", str(n_frames), "--flows", str(n_flows),
                 "--rate", "1000000", "--v6-share", str(V6_SHARE), "--snaplen", str(SNAPLEN)]
    if not is_made(generator, arguments, path, truth, told):
        told.unlink(missing_ok=True)
        text = subprocess.run([generator, *arguments, "--output", path], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        truth.write_text(text, encoding="utf-8")
        told.write_text("\n".join(arguments), encoding="utf-8")
    return path, json.loads(truth.read_text(encoding="utf-8"))


def is_made(generator, arguments, path, truth, told):
    """Whether the files are this generator's, told the same. The arguments are written last."""
    return (path.exists() and truth.exists() and told.exists() and
            told.stat().st_mtime >= generator.stat().st_mtime and
            told.read_text(encoding="utf-8") == "\n".join(arguments))


def replay_seen(done, truth):
    """(frames, flows) of replay, which must be what was generated."""
    summary = json.loads(done.text)
    for key in ("frames", "payload", "flows"):
        if summary[key] != truth[key]:
            raise SystemExit(f"bench: replay says {summary[key]}, generated were {truth[key]}")
    return summary["capture"]["frames"], sum(summary["flows"].values())


def available_bytes():
    """Memory that programs may still take."""
    with open("/proc/meminfo", encoding="ascii") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines
                    if line.startswith("MemAvailable"))


def choose_others(n_flows):
    """The meters that can run here; a line for each that cannot."""
    chosen, notes = [], []
    for other in OTHERS:
        need = other.room_bytes_per_flow * n_flows
        if shutil.which(other.name) is None:
            notes.append(f"{other.name}: not installed (scripts/setup bench)")
        elif need > available_bytes():
            notes.append(f"{other.name}: wants {need >> 20} MiB of memory, which are not free")
        else:
            chosen.append(other)
    return chosen, notes


def version(package):
    """What Debian calls it, without its own revision."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], check=False,
                          capture_output=True, text=True)
    return done.stdout.split("-")[0]


class Turns:
    """Runs of several programs, by turns."""

    def __init__(self, build, capture, truth):
        self.capture, self.truth = capture, truth
        self.n_frames = truth["capture"]["frames"]
        self.programs = {
            "mapped file": [build / "tests/bench/bench_mapped_loop", capture],
            LOOP: [build / "tests/bench/bench_pcap_loop", capture],
            REPLAY: [build / "probe/sixgauge-probe", "replay", "--idle-timeout",
                                      "0", "--format", "json", capture],
        }
        self.runs = {name: [] for name in self.programs}
        self.seen = {}
        self.notes = []

    def take_ours(self):
        for name, command in self.programs.items():
            self.runs[name].append(measuring.run_checked(command))
        replay = self.runs[REPLAY][-1]
        self.seen[REPLAY] = replay_seen(replay, self.truth)

    def take_other(self, other, n_flows):
        """False when it is of no use to try again."""
        name = f"{other.name} {version(other.package)}"
        with tempfile.TemporaryDirectory(prefix="sixgauge-bench-") as directory:
            done = measuring.run(other.command(self.capture, directory, self.n_frames, n_flows),
                                 OTHER_LIMIT_S)
            if not done.ended:
                self.notes.append(f"{name}: did not end within {OTHER_LIMIT_S} s, "
                                  f"{done.cpu_seconds:.0f} s of CPU so far")
            elif done.status != 0:
                self.notes.append(f"{name}: ended with status {done.status}: "
                                  f"{done.text.strip().splitlines()[-1:]}")
            else:
                self.runs.setdefault(name, []).append(done)
                self.seen[name] = other.seen(done)
                return True
        return False

    def ns(self, name):
        return [1e9 * run.cpu_seconds / self.n_frames for run in self.runs[name]]

    def ratio(self, name, base):
        """Median of what one took to what the other took in the same turn."""
        return statistics.median(a / b for a, b in zip(self.ns(name), self.ns(base)))

    def row(self, name):
        least, median, spread = measuring.quartiles(self.ns(name))
        frames, flows = self.seen.get(name, ("", ""))
        memory = f"{max(run.peak_mib for run in self.runs[name]):.0f}" if flows else ""
        return [name, f"{median:.0f}", f"{least:.0f}", f"{spread:.0f}%", len(self.runs[name]),
                f"{self.ratio(name, LOOP):.2f}",
                f"{self.ratio(name, REPLAY):.2f}", memory, frames, flows]


def bench(build, quick):
    """Prints the table."""
    n_frames, n_flows = (1000000, 100000) if quick else (10000000, 1000000)
    capture, truth = make_capture(build, n_frames, n_flows)
    turns = Turns(build, capture, truth)
    others, notes = choose_others(n_flows)
    for turn in range(3 if quick else ROUNDS):
        turns.take_ours()
        if turn < (1 if quick else OTHER_ROUNDS):
            others = [other for other in others if turns.take_other(other, n_flows)]
    print(f"A file of {n_frames} frames, {sum(truth['flows'].values())} flows, {V6_SHARE:.0%} of "
          f"them IPv6, {SNAPLEN} bytes of each frame\n({os.path.getsize(capture) >> 20} MiB, in "
          "memory). CPU of all processes, ns per frame, medians, by turns. x loop, x replay:\n"
          "how many times libpcap's loop and replay, median of the turns. Replay's sums are the "
          "truth's.\nnfpcapd and pmacctd count each direction as a flow, and also write every flow "
          "out, which replay\nand softflowd do not.")
    measuring.print_rows(
        ["program", "ns", "least", "IQR", "runs", "x loop", "x replay", "MiB", "frames", "flows"],
        [turns.row(name) for name in turns.runs])
    for note in notes + turns.notes:
        print(note)
