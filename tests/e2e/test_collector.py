"""The real collector, spoken to as probes would, good and bad."""

import signal
import socket
import sqlite3
import tempfile
import threading
import time

from collector_bench import collector_with, indicators, last_minute, run, start, value
from harness import WAIT_S, eventually
from wire import (DROP_REASONS, HEARTBEAT, HELLO, MINUTE_NS, REPORT, Session, field, frame, hello,
                  message, report_payload, varint)


@collector_with()
def a_report_is_acknowledged_and_becomes_indicators(collector):
    at = last_minute()
    with Session(collector.sessions, hello()) as session:
        session.send_report(1, at)
        assert session.receive_ack() == ({1}, {})
    eventually(lambda: indicators(collector, at))
    assert value(collector, at, "v6_traffic_bps", surface="interconnect") == 9000 * 8 / 60
    assert value(collector, at, "v4_traffic_bps", link="exchange-1/lab0") == 3000 * 8 / 60
    assert value(collector, at, "v6_share") == 0.75
    assert value(collector, at, "coverage") == 1
    assert value(collector, at, "frames_per_second") == 30 / 60
    assert value(collector, at, "packets_per_second", family="ipv6") == 20 / 60
    assert value(collector, at, "transition_bps", transition="native6") == 9000 * 8 / 60
    assert value(collector, at, "transition_bps", transition="6in4") == 0
    seconds = at // 10**9
    status, series = collector.get(
        f"/api/v1/series?id=v6_share&from={seconds - 60}&to={seconds + 60}&step=60")
    assert status == 200
    assert series["series"] == [{"dimensions": {}, "values": [None, 0.75]}], series


@collector_with()
def without_a_time_the_newest_window_that_is_over_is_shown(collector):
    at = last_minute()
    with Session(collector.sessions, hello()) as session:
        session.send_report(1, at)
        session.receive_ack()
    eventually(lambda: collector.get("/api/v1/indicators")[1]["indicators"])


@collector_with()
def short_windows_are_summed_into_minutes(collector):
    at = last_minute()
    with Session(collector.sessions, hello()) as session:
        for second in range(30):
            session.send_report(second + 1, at + second * 10**9, length_ns=10**9)
        done = set()
        while len(done) < 30:
            done |= session.receive_ack()[0]
    # Only half of the minute was observed: the rate is a lower bound, and coverage says so.
    eventually(lambda: collector.metric("dirty_windows") == 0)
    assert value(collector, at, "v6_traffic_bps") == 9000 * 8 / 2
    assert value(collector, at, "coverage") == 0.5


@collector_with()
def surfaces_are_never_added_together(collector):
    at = last_minute()
    with Session(collector.sessions, hello()) as session:
        session.send_report(1, at, links=(("a", "metro"), ("b", "mobile-core")),
                            rows=[(0, 1, 1, 1, 5, 600, 600), (1, 0, 0, 0, 5, 600, 600)])
        assert session.receive_ack() == ({1}, {})
    eventually(lambda: indicators(collector, at))
    assert value(collector, at, "v6_share", surface="metro") == 1
    assert value(collector, at, "v6_share", surface="mobile-core") == 0
    places = [item["dimensions"] for item in indicators(collector, at)]
    assert all("surface" in place or "link" in place for place in places), places
    seconds = at // 10**9
    status, series = collector.get(
        f"/api/v1/series?id=v6_share&from={seconds}&to={seconds + 60}")
    assert status == 200
    assert [line["dimensions"] for line in series["series"]] == [
        {"surface": "metro"}, {"surface": "mobile-core"}]


@collector_with()
def drops_lower_the_coverage(collector):
    at = last_minute()
    with Session(collector.sessions, hello()) as session:
        session.send_report(1, at, dropped=(15, 9, 4, 2))
        session.receive_ack()
    eventually(lambda: indicators(collector, at))
    assert value(collector, at, "coverage") == 0.5


@collector_with()
def frames_of_a_link_are_counters_by_verdict_and_reason(collector):
    at = last_minute()
    names = (("lab0", "interconnect"), ('a "b\\', "interconnect"))
    with Session(collector.sessions, hello()) as session:
        for sequence in (1, 2, 2):
            session.send_report(sequence, at, links=names, dropped=(15, 9, 4, 2))
            session.receive_ack()
    lab0, odd = 'probe="exchange-1",link="lab0"', 'probe="exchange-1",link="a \\"b\\\\"'
    for verdict, frames in (("ipv4", 20), ("ipv6", 40), ("other", 0), ("malformed", 0)):
        assert collector.metric(f'link_frames_total{{{lab0},verdict="{verdict}"}}') == frames
        assert collector.metric(f'link_frames_total{{{odd},verdict="{verdict}"}}') == 0
    for reason, frames in zip(DROP_REASONS, (30, 18, 8, 4)):
        for link in (lab0, odd):
            assert collector.metric(
                f'link_dropped_frames_total{{{link},reason="{reason}"}}') == frames


@collector_with()
def a_silent_link_lowers_the_coverage_of_its_surface(collector):
    at = last_minute()
    with Session(collector.sessions, hello()) as session, \
            Session(collector.sessions, hello(probe="exchange-2")) as other:
        session.send_report(1, at)
        session.receive_ack()
        other.send_report(1, at - MINUTE_NS, probe="exchange-2")
        other.receive_ack()
    eventually(lambda: collector.metric("dirty_windows") == 0)
    eventually(lambda: value(collector, at, "coverage") == 0.5)
    assert value(collector, at, "coverage", link="exchange-2/lab0") == 0
    assert value(collector, at, "v6_share", link="exchange-2/lab0") is None


@collector_with()
def a_duplicate_is_acknowledged_and_changes_nothing(collector):
    at = last_minute()
    with Session(collector.sessions, hello()) as session:
        for _ in range(3):
            session.send_report(1, at)
            assert session.receive_ack() == ({1}, {})
    eventually(lambda: collector.metric("dirty_windows") == 0)
    assert value(collector, at, "v6_traffic_bps") == 1200
    assert collector.metric("reports_stored_total") == 1
    assert collector.metric("reports_duplicate_total") == 2


@collector_with()
def a_late_report_remakes_just_its_window(collector):
    at = last_minute()
    with Session(collector.sessions, hello()) as session:
        for number, start_ns in enumerate([at, at - MINUTE_NS * 600], 1):
            session.send_report(number, start_ns)
            assert session.receive_ack() == ({number}, {})
    eventually(lambda: collector.metric("dirty_windows") == 0)
    assert value(collector, at - MINUTE_NS * 600, "v6_traffic_bps") == 1200
    assert collector.metric("windows_recomputed_total") == 2


def refused(collector, reason, payload, sequence, words):
    """A report of one session is refused with a reason; the other session goes on."""
    at = last_minute()
    with Session(collector.sessions, hello(probe="bystander")) as bystander, \
            Session(collector.sessions, hello()) as session:
        session.send(frame(REPORT, payload))
        accepted, rejected = session.receive_ack()
        assert accepted == set() and list(rejected) == [sequence], (accepted, rejected)
        assert words in rejected[sequence], rejected
        session.send_report(900, at)
        assert session.receive_ack() == ({900}, {}), "the queue behind it is blocked"
        bystander.send_report(1, at, probe="bystander")
        assert bystander.receive_ack() == ({1}, {})
    assert collector.metric(f'reports_refused_total{{reason="{reason}"}}') == 1
    assert collector.metric("dead_letters") == 1


@collector_with()
def the_same_key_with_other_content_is_quarantined(collector):
    at = last_minute()
    with Session(collector.sessions, hello()) as session:
        session.send_report(7, at)
        assert session.receive_ack() == ({7}, {})
    refused(collector, "conflict", report_payload(7, at, observed_ns=1), 7, "quarantined")
    collector.wait_line(r"error: ingest: exchange-1: report 7: quarantined")


@collector_with()
def reports_of_other_probes_are_refused(collector):
    refused(collector, "foreign", report_payload(2, last_minute(), probe="exchange-2"), 2,
            "may write reports of exchange-1 only, not of exchange-2")


@collector_with()
def reports_that_are_too_old_are_declared_lost(collector):
    refused(collector, "late", report_payload(2, last_minute() - 8 * 1440 * MINUTE_NS), 2,
            "declared lost")


@collector_with()
def reports_of_the_future_are_fenced(collector):
    refused(collector, "future", report_payload(2, last_minute() + 10 * MINUTE_NS), 2,
            "set the probe's clock")


@collector_with()
def windows_that_do_not_divide_a_minute_are_refused(collector):
    at = last_minute()
    refused(collector, "window", report_payload(2, at - at % (5 * MINUTE_NS) - 5 * MINUTE_NS,
                                                length_ns=5 * MINUTE_NS), 2,
            "set the probe's window to 60 s")


@collector_with()
def an_unknown_enum_value_is_refused(collector):
    refused(collector, "undecodable",
            report_payload(2, last_minute(), rows=[(0, 1, 1, 9, 1, 1, 1)]), 2,
            "traffic_transition")


@collector_with()
def garbage_with_a_number_is_refused_by_it(collector):
    refused(collector, "undecodable", field(3, 5) + b"\xff" * 40, 5, "")


@collector_with()
def nested_messages_are_refused(collector):
    nested = b""
    for _ in range(11000):
        nested = varint(99 << 3 | 3) + nested
    refused(collector, "undecodable", field(3, 6) + nested, 6, "")


@collector_with()
def a_report_of_another_spool_ends_the_session(collector):
    with Session(collector.sessions, hello()) as session:
        session.send_report(1, last_minute(), spool=b"t" * 16)
        assert "another spool" in session.receive_goodbye()
    assert collector.metric("dead_letters") == 1


@collector_with()
def garbage_without_a_number_ends_the_session(collector):
    with Session(collector.sessions, hello()) as session:
        session.send(frame(REPORT, b"\xff" * 40))
        session.receive_goodbye()
    assert collector.metric("dead_letters") == 1


def ended(collector, end, data, words, greeting=True):
    """Bytes that end their session with a reason; another session goes on."""
    with Session(collector.sessions, hello(probe="bystander")) as bystander, \
            Session(collector.sessions, hello() if greeting else None) as session:
        session.send(data)
        reason = session.receive_goodbye()
        assert words in reason, reason
        bystander.send_report(1, last_minute(), probe="bystander")
        assert bystander.receive_ack() == ({1}, {})
    assert collector.metric(f'sessions_ended_total{{reason="{end}"}}') == 1


@collector_with()
def a_wrong_crc_ends_the_session(collector):
    ended(collector, "framing", frame(REPORT, report_payload(1, last_minute()), spoil_crc=True),
          "wrong CRC")
    assert collector.metric("reports_stored_total") == 1


@collector_with()
def a_wrong_frame_version_ends_the_session(collector):
    ended(collector, "framing", frame(REPORT, b"", version=2), "version")


@collector_with()
def bytes_that_are_no_frame_end_the_session(collector):
    ended(collector, "framing", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "", greeting=False)


@collector_with()
def a_frame_above_a_mebibyte_ends_the_session(collector):
    ended(collector, "framing", frame(REPORT, b"", length=2**20 + 1), "")


@collector_with()
def a_greeting_above_four_kibibytes_ends_the_session(collector):
    ended(collector, "framing", frame(HELLO, b"", length=4097), "", greeting=False)


@collector_with()
def a_probe_that_speaks_no_common_version_is_told_so(collector):
    ended(collector, "version", hello(versions=(2, 3)), "speaks version 1, the probe 2 to 3",
          greeting=False)


@collector_with()
def a_hello_that_does_not_decode_is_answered_with_the_reason(collector):
    ended(collector, "protocol", frame(HELLO, message([(1, "UPPER CASE")])), "",
          greeting=False)


@collector_with()
def a_session_begins_with_hello(collector):
    ended(collector, "protocol", frame(HEARTBEAT, b""), "begins with Hello", greeting=False)


@collector_with()
def a_second_hello_ends_the_session(collector):
    ended(collector, "protocol", hello(), "not for a probe to send in an open session")


@collector_with()
def heartbeats_are_answered(collector):
    with Session(collector.sessions, hello()) as session:
        session.send(frame(HEARTBEAT, b""))
        assert session.receive() == (HEARTBEAT, b"")


@collector_with()
def the_newer_session_of_a_probe_wins(collector):
    with Session(collector.sessions, hello()) as older, \
            Session(collector.sessions, hello()) as newer:
        assert "newer session" in older.receive_goodbye()
        newer.send_report(1, last_minute())
        assert newer.receive_ack() == ({1}, {})


@collector_with(greeting_deadline="0.5s")
def a_greeting_that_drips_is_closed_at_its_deadline(collector):
    greeting = hello()
    with Session(collector.sessions) as session:
        began = time.monotonic()
        try:
            for octet in greeting:
                session.send(bytes([octet]))
                time.sleep(0.05)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert time.monotonic() - began < 4, "the deadline was moved by every byte"
    eventually(lambda: collector.metric('sessions_ended_total{reason="deadline"}') == 1)
    eventually(lambda: collector.metric("sessions") == 0)


@collector_with()
def a_report_split_into_single_bytes_is_a_report(collector):
    with Session(collector.sessions, hello()) as session:
        session.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in frame(REPORT, report_payload(1, last_minute())):
            session.send(bytes([octet]))
        assert session.receive_ack() == ({1}, {})


@collector_with()
def what_was_sent_before_closing_is_still_answered(collector):
    with Session(collector.sessions, hello()) as session:
        session.send_report(1, last_minute())
        session.socket.shutdown(socket.SHUT_WR)
        assert session.receive_ack() == ({1}, {})
        assert session.receive() is None


@collector_with()
def many_sessions_come_and_go_without_a_leak(collector):
    collector.get("/healthz")
    before = collector.open_files()
    for number in range(60):
        with Session(collector.sessions, hello(probe=f"p{number}")) as session:
            session.send_report(1, last_minute(), probe=f"p{number}")
            if number % 2:
                session.receive_ack()
        collector.get("/api/v1/probes")
    eventually(lambda: collector.metric("reports_stored_total") == 60)
    eventually(lambda: collector.open_files() <= before + 1)


def stream_until_killed(collector, at, acked):
    """Sends reports as fast as they go until the collector dies; notes what it acknowledged."""
    with Session(collector.sessions, hello()) as session:
        def read():
            try:
                while True:
                    acked.update(session.receive_ack()[0])
            except (OSError, TypeError, AssertionError):
                pass
        reader = threading.Thread(target=read)
        reader.start()
        try:
            for sequence in range(max(acked, default=0) + 1, 100000):
                session.send_report(sequence, at - sequence * MINUTE_NS,)
        except OSError:
            pass
        reader.join()


def stored(directory):
    with sqlite3.connect(f"{directory}/centre.db") as database:
        return [row[0] for row in database.execute("SELECT sequence FROM report")]


def kill_9_loses_and_doubles_nothing_acknowledged():
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory:
        at, acked = last_minute(), set()
        for life in range(5):
            with start(directory) as collector:
                killer = threading.Timer(0.15 + 0.13 * life, collector.process.kill)
                killer.start()
                stream_until_killed(collector, at, acked)
                killer.join()
            kept = stored(directory)
            assert len(kept) == len(set(kept)), "a report is stored twice"
            assert acked <= set(kept), f"lost: {sorted(acked - set(kept))[:5]}"
        assert acked, "nothing was acknowledged before the kill"
        with start(directory) as collector:
            eventually(lambda: collector.metric("dirty_windows") == 0)
            for sequence in list(acked)[:200]:
                assert value(collector, at - sequence * MINUTE_NS, "v6_traffic_bps") == 1200
            assert collector.signal(signal.SIGTERM) == 0


@collector_with()
def what_the_store_cannot_commit_is_not_acknowledged(collector):
    path = f"{collector.directory}/centre.db"
    with Session(collector.sessions, hello()) as session:
        with sqlite3.connect(path, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            session.send_report(1, last_minute())
            assert "could not store" in session.receive_goodbye()
            other.execute("ROLLBACK")
        other.close()
    collector.wait_line(r"error: store: database is locked; 1 reports were not acknowledged")
    assert collector.metric("commit_failures_total") == 1
    assert collector.metric("reports_stored_total") == 0
    with Session(collector.sessions, hello()) as session:
        session.send_report(1, last_minute())
        assert session.receive_ack() == ({1}, {})


@collector_with(greeting_deadline="2s")
def sessions_are_bounded_and_those_waiting_get_their_turn(collector):
    idle = [socket.create_connection(collector.sessions, timeout=WAIT_S) for _ in range(600)]
    eventually(lambda: collector.metric("sessions") == 512)
    with Session(collector.sessions, hello()) as session:
        session.send_report(1, last_minute())
        assert session.receive_ack() == ({1}, {})
    for connection in idle:
        connection.close()
    eventually(lambda: collector.metric("sessions") == 0)


def term_answers_what_has_come_and_says_goodbye():
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory, \
            start(directory) as collector, Session(collector.sessions, hello()) as session:
        session.send_report(1, last_minute())
        assert session.receive_ack() == ({1}, {})
        collector.process.send_signal(signal.SIGTERM)
        assert "stopping" in session.receive_goodbye()
        session.socket.close()
        assert collector.wait() == 0


if __name__ == "__main__":
    run(globals())
