#!/usr/bin/env python3
"""What the real collector publishes of users that probes report.

Usage: test_users_api.py COLLECTOR
"""

import contextlib
import sqlite3
import tempfile
import time

import sketches
from collector_bench import collector_with, run, start
from harness import eventually, find
from wire import MINUTE_NS, Session, hello, users_fields

ACCESSES = ["mobile", "fixed", "enterprise", "idc", "broadcast", "iot"]
GRADES = ["sent", "confirmed"]
SCOPE_NS = 5 * MINUTE_NS
# Four times the standard error of a sketch of 2^14 registers.
TOLERANCE = 4 * 1.04 / 128


def last_scope():
    """Start of 5 minutes that have been over for a while."""
    now = time.time_ns()
    return now - now % SCOPE_NS - 2 * SCOPE_NS


def asked(collector, scope_ns, query=""):
    """The answer about users as of the end of that scope."""
    at = (scope_ns + SCOPE_NS) // 10**9
    status, answer = collector.get(f"/api/v1/users?at={at}{query}")
    assert status == 200, answer
    return answer


def window(answer, name):
    return find(answer["windows"], name=name)


def is_about(found, expected):
    return found is not None and abs(found - expected) <= TOLERANCE * expected


def grades(n_confirmed, n_sent, first=0):
    return {"sent": range(first, first + n_sent),
            "confirmed": range(first, first + n_confirmed)}


def users_of(groups, plan=b"p" * 16, key=0xabc, covered=10, uncovered=0):
    """What a report says of IPv6 users. groups: (carrier, region, access, {grade: users}), those
    of one carrier and region in the order of accesses."""
    rows = [(0, number, GRADES.index(grade), 300,
             sketches.encoded(key, [f"{group[:3]}/{user}" for user in users]))
            for number, group in enumerate(groups) for grade, users in group[3].items()]
    return users_fields(
        groups=[(carrier, region, ACCESSES.index(access), "", 1, 56, 0)
                for carrier, region, access, _ in groups],
        keys=[(key, 10**18)], sketches=rows, plan=plan) + [(12, covered), (14, uncovered)]


def send(collector, scope_ns, later, probe="exchange-1", sequence=1):
    """One minute's report of a probe, and its users."""
    with Session(collector.sessions, hello(probe=probe)) as session:
        session.send_report(sequence, scope_ns + 4 * MINUTE_NS, probe=probe, later=later)
        assert session.receive_ack() == ({sequence}, {})
    eventually(lambda: collector.metric("dirty_windows") == 0)


@collector_with()
def users_are_published_by_place_and_small_figures_are_hidden(collector):
    scope = last_scope()
    send(collector, scope, users_of([
        ("A", "north", "mobile", grades(40, 50)), ("A", "north", "fixed", grades(5000, 6000)),
        ("B", "south", "mobile", grades(3000, 3500)), ("B", "south", "fixed", grades(9000, 9000)),
    ]))
    answer = asked(collector, scope)
    for name in ("5min", "1h", "30d"):
        found = window(answer, name)
        assert is_about(found["total"]["users"], 17040), found["total"]
        assert is_about(found["total"]["sent"], 18550), found["total"]
        assert 0 < found["total"]["standard_error"] < 0.01 * 17040, found["total"]
        assert found["grade"] == "confirmed" and found["plan_coverage"] == 1, found
        assert found["key"] == "0000000000000abc", found
        small = find(found["groups"], carrier="A", access="mobile")
        assert small["shown"] == "<100" and small["users"] is None, small
        withheld = find(found["groups"], carrier="A", access="fixed")
        assert withheld["shown"] == "withheld" and withheld["sent"] is None, withheld
        assert is_about(find(found["by_carrier"], carrier="A")["users"], 5040), found
        assert is_about(find(found["by_access"], access="mobile")["users"], 3040), found
    assert window(answer, "5min")["window"]["seconds"] == 300
    # The probe counted, and no IPv4 user was there.
    assert asked(collector, scope, "&family=ipv4")["windows"][0]["total"]["shown"] == "<100"


@collector_with()
def who_is_gone_is_measured_and_few(collector):
    scope = last_scope()
    group = ("A", "north", "mobile", grades(4000, 4000))
    send(collector, scope - SCOPE_NS, users_of([group]))
    send(collector, scope, users_of([group[:3] + ({},)]), sequence=2)
    answer = asked(collector, scope)
    assert window(answer, "5min")["total"]["shown"] == "<100", answer
    assert find(window(answer, "5min")["groups"], carrier="A")["shown"] == "<100", answer
    assert is_about(window(answer, "1h")["total"]["users"], 4000), answer
    assert not any("no probe" in text for text in answer["warnings"]), answer


@collector_with(privacy_threshold=0)
def without_a_threshold_everything_is_shown(collector):
    scope = last_scope()
    send(collector, scope, users_of([("A", "north", "mobile", grades(3, 4)),
                                     ("A", "north", "fixed", grades(5000, 6000))]))
    found = window(asked(collector, scope), "5min")
    assert find(found["by_access"], access="mobile")["shown"] == "3", found
    assert found["total"]["users"] == sum(row["users"] for row in found["groups"]), found


@collector_with()
def probes_are_united_and_a_late_report_is_seen_at_once(collector):
    scope = last_scope()
    send(collector, scope, users_of([("A", "north", "mobile", grades(4000, 4000))]))
    assert is_about(window(asked(collector, scope), "30d")["total"]["users"], 4000)
    # Half of them are the first probe's too.
    send(collector, scope, users_of([("A", "north", "mobile", grades(4000, 4000, 2000))]),
         probe="exchange-2")
    for name in ("5min", "30d"):
        found = eventually(lambda name=name: next(
            (figure for figure in [window(asked(collector, scope), name)["total"]["users"]]
             if is_about(figure, 6000)), None))
        assert found, name


@collector_with(internet_users="{number: 20000, date: 2025-06}",
                targets='[{name: mine, indicator: v6_user_share, value: 20%, date: 2027}]')
def the_share_and_targets_follow_the_configuration(collector):
    scope = last_scope()
    send(collector, scope, users_of([("A", "north", "mobile", grades(5000, 5000))]))
    answer = asked(collector, scope)
    total = window(answer, "30d")["total"]["users"]
    assert answer["share"]["value"] == total / 20000, answer["share"]
    assert answer["share"]["date"] == "2025-06", answer["share"]
    mine = find(answer["targets"], name="mine")
    assert mine["reached"] is True and mine["target"] == 0.2, mine
    mobile = next(target for target in answer["targets"] if target.get("access") == "mobile")
    assert mobile["reached"] is False and mobile["value"] == total, mobile
    assert len(answer["targets"]) == 6, answer["targets"]


@collector_with()
def users_are_indicators_too(collector):
    scope = last_scope()
    send(collector, scope, users_of([("A", "north", "mobile", grades(5000, 5000))]))
    at = (scope + SCOPE_NS) // 10**9
    rows = [row for row in collector.get(f"/api/v1/indicators?at={at}")[1]["indicators"]
            if row["id"] == "v6_active_users" and row["window"]["seconds"] == 300]
    total = find(rows, dimensions={})
    assert is_about(total["value"], 5000) and total["standard_error"] > 0, total
    assert find(rows, dimensions={"access": "mobile"})["value"] == total["value"]
    assert find(rows, dimensions={"carrier": "A"})["unit"] == "users"


def damage_sketches_of(directory, carrier):
    with contextlib.closing(sqlite3.connect(f"{directory}/centre.db")) as database:
        changed = database.execute(
            "UPDATE sketch SET registers = x'00' WHERE user_group IN"
            " (SELECT id FROM user_group WHERE carrier = ?)", (carrier,)).rowcount
        database.commit()
    assert changed > 0


def a_damaged_sketch_takes_nothing_else_with_it():
    scope = last_scope()
    with tempfile.TemporaryDirectory() as directory, start(directory) as collector:
        send(collector, scope, users_of([("A", "north", "mobile", grades(4000, 4000)),
                                         ("B", "south", "mobile", grades(5000, 5000))]))
        damage_sketches_of(directory, "A")
        assert is_about(window(asked(collector, scope), "5min")["total"]["users"], 5000)
        at = (scope + SCOPE_NS) // 10**9
        status, answer = collector.get(f"/api/v1/indicators?at={at}")
        assert status == 200, answer


def warned(collector, scope, words):
    """The only warning with these words, which must be there."""
    found = [text for text in asked(collector, scope)["warnings"] if words in text]
    assert len(found) == 1, (words, asked(collector, scope)["warnings"])
    return found[0]


@collector_with()
def different_keys_are_warned_about_and_never_added(collector):
    scope = last_scope()
    send(collector, scope, users_of([("A", "north", "mobile", grades(4000, 4000))]))
    send(collector, scope, users_of([("A", "north", "mobile", grades(4000, 4000, 50000))],
                                    key=0xdef), probe="exchange-2")
    assert "lower bound" in warned(collector, scope, "different keys")
    assert is_about(window(asked(collector, scope), "30d")["total"]["users"], 4000)


@collector_with()
def different_plans_are_warned_about(collector):
    scope = last_scope()
    send(collector, scope, users_of([("A", "north", "mobile", grades(4000, 4000))]))
    send(collector, scope, users_of([("A", "north", "mobile", grades(4000, 4000))],
                                    plan=b"q" * 16), probe="exchange-2")
    assert "same plan.csv" in warned(collector, scope, "different plans")


@collector_with()
def a_plan_that_covers_nothing_is_warned_about(collector):
    scope = last_scope()
    send(collector, scope, users_of([], covered=0, uncovered=500))
    assert "plan.csv" in warned(collector, scope, "no row for any address")
    assert window(asked(collector, scope), "5min")["plan_coverage"] == 0


@collector_with()
def asymmetric_links_lower_the_grade(collector):
    scope = last_scope()
    send(collector, scope, users_of([("A", "north", "mobile", grades(4000, 4000))])
         + [(42, [1])])
    assert "forged" in warned(collector, scope, "asymmetric")
    assert window(asked(collector, scope), "5min")["grade"] == "sent"


@collector_with()
def without_users_it_is_said_how_to_get_them(collector):
    scope = last_scope()
    warned(collector, scope, '"plan" and "keys"')
    assert window(asked(collector, scope), "30d")["total"]["shown"] == "not measured"


if __name__ == "__main__":
    run(globals())
