"""Reports of users, sent to the real collector: those of users alone must not touch its traffic,
and those of many users must fit what it takes."""

import subprocess
import sys

from collector_bench import collector_with, indicators, last_minute, run, value
from harness import eventually
from wire import Session, hello, users_fields

# Two registers in the coded form, as docs/protocol.md works it out.
CODED = b"\x03\x30\x00\x5a\xe0\x00"


def send_users(session, sequence, at, **settings):
    """A report of nothing but users; what the collector says to it."""
    session.send_report(sequence, at, links=(), rows=[], observed_ns=0,
                        later=users_fields(**settings))
    return session.receive_ack()


@collector_with()
def a_report_of_users_alone_changes_no_traffic(collector):
    at = last_minute()
    with Session(collector.sessions, hello()) as session:
        session.send_report(1, at, dropped=(15, 9, 4, 2))
        assert session.receive_ack() == ({1}, {})
        eventually(lambda: collector.metric("dirty_windows") == 0)
        before = indicators(collector, at)
        for sequence in range(2, 6):
            assert send_users(session, sequence, at) == ({sequence}, {})
        eventually(lambda: collector.metric("dirty_windows") == 0)
    assert indicators(collector, at) == before
    assert value(collector, at, "coverage") == 0.5
    link = 'probe="exchange-1",link="lab0"'
    assert collector.metric(f'link_frames_total{{{link},verdict="ipv6"}}') == 20
    assert [len(probe["links"]) for probe in collector.get("/api/v1/probes")[1]["probes"]] == [1]


@collector_with()
def users_may_come_before_the_traffic_of_their_window(collector):
    at = last_minute()
    with Session(collector.sessions, hello()) as session:
        assert send_users(session, 1, at, sketches=((0, 0, 0, 300, CODED),)) == ({1}, {})
        eventually(lambda: collector.metric("dirty_windows") == 0)
        session.send_report(2, at, later=users_fields())
        assert session.receive_ack() == ({2}, {})
        eventually(lambda: collector.metric("dirty_windows") == 0)
    assert value(collector, at, "v6_share") == 0.75
    assert value(collector, at, "coverage") == 1


@collector_with()
def a_sketch_that_is_none_rejects_its_report(collector):
    at = last_minute()
    with Session(collector.sessions, hello()) as session:
        accepted, rejected = send_users(session, 1, at,
                                        sketches=((0, 0, 0, 300, CODED[:-1] + b"\x01"),))
        assert (accepted, list(rejected)) == (set(), [1])
        assert "sketch 0 are not one" in rejected[1], rejected
        assert send_users(session, 2, at) == ({2}, {})


def frames_of(stream):
    """Frames that stand one behind the other."""
    frames = []
    while stream:
        end = 16 + int.from_bytes(stream[8:12], "big")
        frames.append(stream[:end])
        stream = stream[end:]
    return frames


@collector_with()
def a_million_users_arrive_in_reports_of_at_most_900_kib(collector):
    at = last_minute()
    made = subprocess.run([sys.argv[2], "exchange-1", "s" * 16, str(at), "744", "1344"],
                          check=True, capture_output=True).stdout
    frames = frames_of(made)
    assert len(frames) >= 4, len(frames)
    assert max(map(len, frames)) <= 900 * 1024
    wanted = set(range(1, len(frames) + 1))
    with Session(collector.sessions, hello()) as session:
        done = set()
        for one in frames:
            session.send(one)
        while done != wanted:
            accepted, rejected = session.receive_ack()
            assert not rejected, rejected
            done |= accepted
    eventually(lambda: collector.metric("dirty_windows") == 0)
    assert value(collector, at, "coverage") == 1
    assert collector.metric("reports_stored_total") == len(frames)


if __name__ == "__main__":
    run(globals())
