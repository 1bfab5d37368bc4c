"""Users from a link to the centre: the plan and the keys in force, changed while frames come.

usage: test_users_live.py PROBE COLLECTOR GENERATOR NEW-KEY
"""

import contextlib
import json
import math
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import tap
from harness import Collector, Program, die_with_parent, eventually

PROBE, COLLECTOR, GEN, NEW_KEY = sys.argv[1:5]
MEMIF = "net_memif0,role={},socket={}/memif,socket-abstract=no"
HEADER = "prefix,carrier,region,access,class,user_len,port_block\n"
# Of the generator's clients: all in one group; IPv4's and IPv6's in two; as many, elsewhere.
ONE_GROUP = HEADER + "10.0.0.0/8,gen,lab,mobile,,32,\n2001:db8::/32,gen,lab,mobile,,64,\n"
TWO_GROUPS = HEADER + "10.0.0.0/8,gen,lab,fixed,,32,\n2001:db8::/32,gen,lab,mobile,,64,\n"
NO_CLIENT = HEADER + "2001:db9::/32,other,lab,mobile,,64,\n"
ACCESSES = ["mobile", "fixed"]
IPV4, IPV6 = 0, 1
REGISTERS = 1 << 14
SUBSCRIBERS = 4000
STREAM = ["--profile", "stream", "--flows", SUBSCRIBERS, "--v6-share", 0.5]


class Lab:
    """A directory with a plan, keys, a collector and a probe."""

    def __init__(self, plan, source, device, **settings):
        self.place = contextlib.ExitStack()
        self.directory = pathlib.Path(self.place.enter_context(
            tempfile.TemporaryDirectory(prefix="sixgauge-users-")))
        self.write_plan(plan)
        self.new_key()
        self.collector = self.place.enter_context(
            Collector(COLLECTOR, self.directory, privacy_threshold=0))
        self.source, self.device, self.settings = source, device, settings
        self.probe = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return self.place.__exit__(*error)

    def write_plan(self, text):
        (self.directory / "plan.csv").write_text(text, encoding="utf-8")

    def new_key(self):
        subprocess.run([NEW_KEY, self.directory / "keys"], check=True, capture_output=True)

    def run_probe(self):
        """Starts the probe."""
        host, port = self.collector.sessions
        settings = {"probe": "exchange-1", "collectors": f'["{host}:{port}"]', "window": "1s",
                    "max_flows": 65536, "idle_timeout": 0, "plan": "plan.csv", "keys": "keys",
                    "eal": '["--no-huge"]', **self.settings}
        if self.source == "pcap":
            del settings["eal"]
        path = self.directory / "probe.yaml"
        path.write_text(
            "".join(f"{key}: {value}\n" for key, value in settings.items()
                    if value is not None) +
            f"links:\n  - name: lab0\n    source: {self.source}\n"
            f"    device: {self.device.format(self.directory)}\n"
            "    capacity_bps: 1000000000\n    surface: interconnect\n", encoding="utf-8")
        self.probe = self.place.enter_context(Program(PROBE, "run", "--config", path))

    def reload(self, words):
        """SIGHUP, until the probe says these words of it."""
        self.probe.process.send_signal(signal.SIGHUP)
        self.probe.wait_line(words)

    def query(self, text):
        with contextlib.closing(sqlite3.connect(self.directory / "centre.db")) as database:
            return database.execute(text).fetchall()

    def settle(self):
        """Waits until all reports have become figures."""
        eventually(lambda: self.collector.metric("dirty_windows") == 0)

    def hour(self, family):
        """The window of the hour just now, which has all that a test did."""
        status, answer = self.collector.get(f"/api/v1/users?family={family}&at={wait_scope()}")
        assert status == 200, answer
        return next(window for window in answer["windows"] if window["name"] == "today"), answer


def ranks_of(string):
    """Registers of a stored sketch."""
    packed = int.from_bytes(string[16:], "little")
    return [packed >> 6 * number & 0x3f for number in range(REGISTERS)]


def counted(lab, family):
    """Confirmed users by access type, in the days there are: those of the scope that is open are
    in no window yet. Few enough for linear counting (Whang et al. 1990)."""
    unions = {}
    for access, string in lab.query(
            "SELECT access, registers FROM sketch JOIN user_group ON user_group.id = user_group"
            f" WHERE level = 86400 AND grade = 1 AND family = {family}"):
        before = unions.get(access, [0] * REGISTERS)
        unions[access] = [max(pair) for pair in zip(before, ranks_of(string))]
    return {ACCESSES[access]: REGISTERS * math.log(REGISTERS / ranks.count(0))
            for access, ranks in unions.items()}


def near_all(users, what):
    """Whether about all IPv4 or IPv6 subscribers have been counted."""
    print(f"# {what}: {users:.0f} of {SUBSCRIBERS // 2}")
    assert abs(users - SUBSCRIBERS // 2) < SUBSCRIBERS // 2 * 0.05, users


def wait_scope():
    """A time at which the scope that is now open counts as over."""
    return int(time.time()) // 300 * 300 + 300


def generate(path, start_s_ago, *options):
    """A capture of recent minutes; what a probe must say about it."""
    made = subprocess.run([GEN, "--output", path, "--start", f"now-{start_s_ago}",
                           *map(str, options)], check=True, capture_output=True, text=True)
    return json.loads(made.stdout)


def send(lab, *options):
    """Sends traffic to the probe's link; returns what was sent."""
    made = subprocess.run(
        [GEN, "--device", MEMIF.format("client", lab.directory), *map(str, options), "--",
         "--no-huge"], capture_output=True, text=True, check=False, timeout=120,
        preexec_fn=die_with_parent)
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)


def near(cell, number, what):
    """Whether the figure is the number, but for five of its standard errors."""
    error = max(cell["standard_error"], 1)
    print(f"# {what}: {cell['users']} of {number}, standard error {error:.1f}")
    assert abs(cell["users"] - number) <= 5 * error, (cell, number)


def the_users_of_a_capture_are_those_of_the_centre():
    with Lab(ONE_GROUP, "pcap", "{}/now.pcap") as lab:
        truth = generate(lab.directory / "now.pcap", 600, *STREAM, "--frames", 80000, "--rate",
                         400, "--plan-output", lab.directory / "plan.csv")
        lab.run_probe()
        assert lab.probe.wait() == 0, lab.probe.lines
        lab.settle()
        for row in truth["users"]:
            window, answer = lab.hour(row["family"])
            near(window["total"], row["confirmed"], row["family"])
            assert abs(window["total"]["sent"] - row["sent"]) < row["sent"] / 20
            assert window["grade"] == "confirmed" and len(window["groups"]) == 1
            assert not any("different" in warning for warning in answer["warnings"]), answer
        # Scopes, not minutes: all reports of a scope are one union.
        starts = scope_starts(lab)
        assert all(start % 300 == 0 for start in starts) and 1 <= len(starts) <= 2, starts


def scope_starts(lab):
    """Starts of the scopes that have sketches, in seconds."""
    return [row[0] for row in lab.query("SELECT DISTINCT start_ns / 1000000000 FROM sketch"
                                        " WHERE level = 300 ORDER BY 1")]


def frames_sent_while_plans_change_are_all_counted():
    with Lab(ONE_GROUP, "dpdk", MEMIF.format("server", "{}")) as lab:
        lab.run_probe()
        lab.probe.wait_line("link lab0: watching")
        rate, seconds = 20000, 12
        sender = subprocess.Popen(
            [GEN, "--device", MEMIF.format("client", lab.directory), *map(str, STREAM), "--rate",
             str(rate), "--frames", str(rate * seconds), "--", "--no-huge"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=die_with_parent)
        time.sleep(3)
        for turn in range(3):
            lab.write_plan(TWO_GROUPS if turn % 2 == 0 else ONE_GROUP)
            lab.probe.lines.clear()
            lab.reload("reload: plan and keys were read")
            time.sleep(1.5)
        lab.new_key()
        lab.reload("begins then")
        out, err = sender.communicate(timeout=60)
        assert sender.returncode == 0, err
        truth = json.loads(out)
        time.sleep(2)
        assert lab.probe.signal(signal.SIGTERM) == 0, lab.probe.lines
        lab.settle()
        sums = lab.query("SELECT sum(received_frames), sum(ipv4_frames), sum(ipv6_frames),"
                         " sum(missed_frames + no_buffer_frames + error_frames"
                         " + ring_full_frames) FROM link_cell")[0]
        assert sums == (truth["capture"]["frames"], truth["frames"]["ipv4"],
                        truth["frames"]["ipv6"], 0), (sums, truth["frames"])
        assert lab.query("SELECT reason FROM dead_letter") == []
        # IPv6's group is the same in both plans, and its users are counted once; IPv4's moved to
        # another and back, and all were seen in each.
        users = counted(lab, IPV6)
        assert set(users) == {"mobile"}, users
        near_all(users["mobile"], "IPv6, both plans")
        users = counted(lab, IPV4)
        near_all(users["mobile"], "IPv4, first plan")
        near_all(users["fixed"], "IPv4, second plan")
        assert lab.query("SELECT count(DISTINCT id) FROM plan") == [(2,)]


def a_plan_with_a_fault_changes_nothing():
    with Lab(ONE_GROUP, "dpdk", MEMIF.format("server", "{}")) as lab:
        lab.run_probe()
        lab.probe.wait_line("link lab0: watching")
        lab.write_plan(ONE_GROUP + "2001:db8::/32,twice,lab,mobile,,64,\n")
        lab.reload(r"reload: .*plan\.csv:4: .*: the plan and the keys of before stay in force")
        send(lab, *STREAM, "--rate", 20000, "--frames", 60000)
        time.sleep(1.5)
        assert lab.probe.signal(signal.SIGTERM) == 0, lab.probe.lines
        lab.settle()
        near_all(counted(lab, IPV6)["mobile"], "IPv6")


def a_plan_that_covers_nobody_is_said_at_the_centre():
    with Lab(NO_CLIENT, "pcap", "{}/now.pcap") as lab:
        generate(lab.directory / "now.pcap", 500, *STREAM, "--frames", 20000)
        lab.run_probe()
        assert lab.probe.wait() == 0, lab.probe.lines
        lab.settle()
        window, answer = lab.hour("ipv6")
        assert window["plan_coverage"] == 0, window
        assert any("no row for any address" in warning for warning in answer["warnings"]), answer["warnings"]


def two_probes_with_different_keys_are_never_united():
    with Lab(ONE_GROUP, "pcap", "{}/now.pcap") as lab:
        generate(lab.directory / "now.pcap", 500, *STREAM, "--frames", 40000, "--rate", 400)
        lab.run_probe()
        assert lab.probe.wait() == 0, lab.probe.lines
        lab.settle()
        alone, _ = lab.hour("ipv6")
        for key in (lab.directory / "keys").glob("*.key"):
            key.unlink()
        lab.new_key()
        lab.settings["probe"] = "exchange-2"
        lab.run_probe()
        assert lab.probe.wait() == 0, lab.probe.lines
        lab.settle()
        both, answer = lab.hour("ipv6")
        # The same users twice, under two keys: a union of both would be twice as many.
        near(both["total"], alone["total"]["users"], "ipv6")
        assert any("keys" in warning for warning in answer["warnings"]), answer["warnings"]


def a_probe_without_keys_counts_for_itself_and_says_so():
    with Lab(ONE_GROUP, "pcap", "{}/now.pcap", keys=None) as lab:
        truth = generate(lab.directory / "now.pcap", 500, *STREAM, "--frames", 40000, "--rate",
                         400, "--plan-output", lab.directory / "plan.csv")
        lab.run_probe()
        assert lab.probe.wait() == 0, lab.probe.lines
        assert any("keys: none given" in line for line in lab.probe.lines), lab.probe.lines
        lab.settle()
        window, _ = lab.hour("ipv6")
        near(window["total"], next(row["confirmed"] for row in truth["users"]
                                   if row["family"] == "ipv6"), "ipv6")


if __name__ == "__main__":
    tap.run([
        the_users_of_a_capture_are_those_of_the_centre,
        frames_sent_while_plans_change_are_all_counted,
        a_plan_with_a_fault_changes_nothing,
        a_plan_that_covers_nobody_is_said_at_the_centre,
        two_probes_with_different_keys_are_never_united,
        a_probe_without_keys_counts_for_itself_and_says_so,
    ])
