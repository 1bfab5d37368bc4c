"""The real collector, told about users by probes: what it keeps of them."""

import contextlib
import signal
import sqlite3
import tempfile
import threading
import time

import sketches
from collector_bench import collector_with, last_minute, run, start
from harness import eventually, find
from wire import MINUTE_NS, Session, hello, users_fields

OLDER, YOUNGER = 77, 78
KEYS = ((OLDER, 10**18), (YOUNGER, 2 * 10**18))
PLAN = bytes(range(16))
GROUP = ("net", "north", 1, "home", 1, 56, 0)


def users(numbers, group=GROUP, plan=PLAN):
    """Fields of a report that saw these users, all of them confirmed, under both keys."""
    return users_fields(groups=(group,), keys=KEYS, plan=plan, sketches=tuple(
        (key, 0, grade, 3600 if key else 300, sketches.encoded(KEYS[key][0], numbers))
        for key in (0, 1) for grade in (0, 1)))


def send(collector, probe, sequence, at, numbers, **settings):
    """One report, stored and rolled up."""
    with Session(collector.sessions, hello(probe=probe)) as session:
        session.send_report(sequence, at, probe=probe, later=users(numbers, **settings))
        assert session.receive_ack() == ({sequence}, {})
    eventually(lambda: collector.metric("dirty_windows") == 0)


def rows(directory, columns, table, where="1"):
    """Rows of the store, read beside the collector."""
    with contextlib.closing(sqlite3.connect(f"file:{directory}/centre.db?mode=ro",
                                            uri=True)) as database:
        return database.execute(f"SELECT {columns} FROM {table} WHERE {where}").fetchall()


def kept(directory, level, key, grade=1):
    """Strings of the sketches of a level and key."""
    return [string for string, in rows(directory, "registers", "sketch",
                                       f"level = {level} AND key = {key} AND grade = {grade}")]


def same_scope():
    """Starts of two minutes of one scope, both over."""
    at = last_minute()
    at -= at % (5 * MINUTE_NS) + 5 * MINUTE_NS
    return at, at + MINUTE_NS


@collector_with()
def users_seen_by_two_probes_are_counted_once(collector):
    first, second = same_scope()
    send(collector, "exchange-1", 1, first, range(3000))
    send(collector, "exchange-2", 1, second, range(2000, 6000))
    for level in (300, 3600, 86400):
        assert kept(collector.directory, level, OLDER) == [sketches.stored(OLDER, range(6000))]
    assert kept(collector.directory, 300, YOUNGER) == []
    for level in (3600, 86400):
        assert kept(collector.directory, level, YOUNGER) == \
            [sketches.stored(YOUNGER, range(6000))]
    assert collector.metric("sketches") == 2 * (3 + 2)


@collector_with()
def probes_show_their_plan_and_keys(collector):
    at, _ = same_scope()
    send(collector, "exchange-1", 1, at, range(10))
    with Session(collector.sessions, hello(probe="exchange-2")) as session:
        session.send_report(1, at, probe="exchange-2")
        session.receive_ack()
    probes = collector.get("/api/v1/probes")[1]["probes"]
    with_plan, without = (find(probes, probe=f"exchange-{number}") for number in (1, 2))
    assert with_plan["plan"] == PLAN.hex()
    assert with_plan["keys"] == [f"{OLDER:016x}", f"{YOUNGER:016x}"]
    assert without["plan"] is None and without["keys"] == []


@collector_with()
def late_users_are_united_with_those_of_their_time(collector):
    at, _ = same_scope()
    old = at - 3 * 24 * 60 * MINUTE_NS
    send(collector, "exchange-1", 1, at, range(100))
    send(collector, "exchange-1", 2, at, range(50, 300))
    send(collector, "exchange-1", 3, old, range(1000, 1100))
    assert kept(collector.directory, 300, OLDER) == [sketches.stored(OLDER, range(300))]
    assert sorted(kept(collector.directory, 86400, OLDER)) == sorted(
        [sketches.stored(OLDER, range(300)), sketches.stored(OLDER, range(1000, 1100))])


@collector_with()
def scopes_say_which_plan_and_keys_there_were(collector):
    first, second = same_scope()
    send(collector, "exchange-1", 1, first, range(10))
    send(collector, "exchange-1", 2, second, range(10), plan=b"q" * 16)
    scopes = rows(collector.directory, "start_ns, probe, plan", "scope")
    assert sorted(scope[2] for scope in scopes) == [1, 2], scopes
    assert {scope[:2] for scope in scopes} == {(first, "exchange-1")}
    assert rows(collector.directory, "key, seconds", "scope_key") == [(OLDER, 300),
                                                                     (YOUNGER, 3600)]


@collector_with()
def groups_that_differ_in_what_a_user_is_stay_apart(collector):
    at, _ = same_scope()
    send(collector, "exchange-1", 1, at, range(100))
    send(collector, "exchange-1", 2, at, range(100), group=(*GROUP[:5], 60, 0), plan=b"q" * 16)
    assert kept(collector.directory, 300, OLDER) == [sketches.stored(OLDER, range(100))] * 2


def another_zone_makes_days_anew():
    at, _ = same_scope()
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory:
        days = []
        for zone in ("Asia/Shanghai", "America/New_York", "Asia/Shanghai"):
            with start(directory, zone=zone) as collector:
                if not days:
                    send(collector, "exchange-1", 1, at, range(500))
                eventually(lambda: collector.metric("dirty_windows") == 0)
                assert collector.metric("sketches") == 10
                assert collector.signal(signal.SIGTERM) == 0
            days.append({start_ns for start_ns, in rows(directory, "start_ns", "sketch",
                                                        "level = 86400")})
            assert kept(directory, 86400, OLDER) == [sketches.stored(OLDER, range(500))]
        assert len(days[0]) == 1 and days[0] == days[2] and days[0] != days[1], days


def change(directory, *statements):
    """Changes the store while no collector has it."""
    with contextlib.closing(sqlite3.connect(f"{directory}/centre.db")) as database, database:
        for statement in statements:
            database.execute(statement)


def a_row_is_written_only_where_a_register_rises():
    at, _ = same_scope()
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory:
        with start(directory) as collector:
            send(collector, "exchange-1", 1, at, range(100))
            assert collector.signal(signal.SIGTERM) == 0
        change(directory, "CREATE TABLE written (n)",
               "CREATE TRIGGER note AFTER UPDATE ON sketch"
               " BEGIN INSERT INTO written VALUES (1); END",
               f"INSERT INTO dirty VALUES ({at}, 'exchange-1', 1)")
        with start(directory) as collector:
            eventually(lambda: collector.metric("dirty_windows") == 0)
            assert rows(directory, "count(*)", "written") == [(0,)]
            send(collector, "exchange-1", 2, at, range(50, 150))
            assert rows(directory, "count(*)", "written") == [(10,)]
            assert collector.signal(signal.SIGTERM) == 0


def a_damaged_sketch_gives_way_to_what_is_known():
    at, _ = same_scope()
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory:
        for sequence in (1, 2):
            with start(directory) as collector:
                send(collector, "exchange-1", sequence, at, range(100 * sequence))
                assert collector.signal(signal.SIGTERM) == 0
            if sequence == 1:
                change(directory, "UPDATE sketch SET registers = x'48'")
        assert kept(directory, 300, OLDER) == [sketches.stored(OLDER, range(200))]
        assert rows(directory, "n_sketches", "user_state") == [(10,)]


def until_killed(collector, at, acked):
    """Tells of 20 more users in each report until the collector dies."""
    with Session(collector.sessions, hello()) as session:
        try:
            for sequence in range(max(acked, default=0) + 1, 200):
                session.send_report(sequence, at, later=users(range(20 * sequence)))
                acked.update(session.receive_ack()[0])
                time.sleep(0.01)
        except (OSError, TypeError, AssertionError):
            pass


def kill_9_loses_no_user_and_counts_none_twice():
    at, _ = same_scope()
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory:
        acked = set()
        for life in range(4):
            with start(directory) as collector:
                killer = threading.Timer(0.4 + 0.17 * life, collector.process.kill)
                killer.start()
                until_killed(collector, at, acked)
                killer.join()
        assert acked, "nothing was acknowledged before the kill"
        with start(directory) as collector:
            eventually(lambda: collector.metric("dirty_windows") == 0)
            assert collector.signal(signal.SIGTERM) == 0
        sent = max(sequence for sequence, in rows(directory, "sequence", "report"))
        assert sent >= max(acked)
        for level in (300, 3600, 86400):
            assert kept(directory, level, OLDER) == [sketches.stored(OLDER, range(20 * sent))]
        assert rows(directory, "n_sketches", "user_state") == [(10,)]


if __name__ == "__main__":
    run(globals())
