"""The real collector, spoken to as probes, browsers and attackers would."""

import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from harness import WAIT_S, Collector, eventually, find
from tap import run
from wire import (HEARTBEAT, HELLO, MINUTE_NS, PULSE, REPORT, Session, field, frame,
                  hello, message, report_payload, varint)

BINARY = sys.argv[1]


def last_minute():
    """Start of the newest minute that is over."""
    now = time.time_ns()
    return now - now % MINUTE_NS - MINUTE_NS


def start(directory, **settings):
    return Collector(BINARY, directory, **settings)


def indicators(collector, at_ns):
    status, answer = collector.get(f"/api/v1/indicators?at={at_ns // 10**9}")
    assert status == 200, answer
    return answer["indicators"]


def value(collector, at_ns, identity, **dimensions):
    found = find(indicators(collector, at_ns), id=identity, dimensions=dimensions)
    return found["value"]


def collector_with(**settings):
    """Gives the test a collector of its own, which must still stop well when the test is over."""
    def decorate(test):
        def body():
            with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory, \
                    start(directory, **settings) as collector:
                test(collector)
                assert collector.signal(signal.SIGTERM) == 0, collector.lines
                # A sanitizer's word, where the program was built with one.
                assert not any("runtime error" in line for line in collector.lines), collector.lines
        body.__name__ = test.__name__
        return body
    return decorate


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
    # Only half of the minute was observed: the rate is that of the time observed.
    eventually(lambda: collector.metric("dirty_windows") == 0)
    assert value(collector, at, "v6_traffic_bps") == 9000 * 8
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
        session.send_report(1, at, dropped=30)
        session.receive_ack()
    eventually(lambda: indicators(collector, at))
    assert value(collector, at, "coverage") == 0.5


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
def heartbeats_are_answered_and_pulses_taken(collector):
    with Session(collector.sessions, hello()) as session:
        session.send(frame(PULSE, message([(1, 1), (2, 1)])))
        session.send(frame(HEARTBEAT, b""))
        assert session.receive() == (HEARTBEAT, b"")
    assert collector.metric("pulses_total") == 1


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


def term_answers_what_has_come_and_says_goodbye():
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory, \
            start(directory) as collector, Session(collector.sessions, hello()) as session:
        session.send_report(1, last_minute())
        assert session.receive_ack() == ({1}, {})
        collector.process.send_signal(signal.SIGTERM)
        assert "stopping" in session.receive_goodbye()
        session.socket.close()
        assert collector.wait() == 0


def raw_http(collector, data, seconds=WAIT_S):
    """The answer to bytes sent to the HTTP port."""
    with socket.create_connection(collector.http, timeout=seconds) as connection:
        connection.sendall(data)
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except ConnectionResetError:
            pass
        return answer


@collector_with()
def http_refuses_what_it_cannot_serve(collector):
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        answer = raw_http(collector, f"{method} /api/v1/indicators HTTP/1.1\r\nHost: x\r\n"
                          "Content-Length: 0\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 405 "), answer[:100]
        assert b"Allow: GET, HEAD" in answer and b'{"error":' in answer, answer
    # evhttp may leave such a one without an answer: then the deadline closes it.
    long = raw_http(collector, b"GET / HTTP/1.1\r\nX: " + b"a" * 20000 + b"\r\n\r\n", 40)
    assert long == b"" or b" 400 " in long[:20], long[:100]
    body = raw_http(collector, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
    assert b" 413 " in body[:20], body[:100]
    assert raw_http(collector, b"\x00\xff\r\n\r\n")[:13] in (b"", b"HTTP/1.1 400 ")
    assert collector.get("/healthz") == (200, {"status": "ok"})


@collector_with()
def http_head_has_the_headers_of_get_and_no_body(collector):
    for path in ("/", "/api/v1/probes", "/metrics", "/openapi.json"):
        answer = raw_http(collector, f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ") and body == b"", answer
        assert b"Content-Length: 0" not in head, head


@collector_with()
def http_names_the_parameter_that_is_wrong(collector):
    for path, words in (
            ("/api/v1/indicators?at=noon", "at: "), ("/api/v1/indicators?att=1", '"at"'),
            ("/api/v1/series", "id: "), ("/api/v1/series?id=v6", "id: "),
            ("/api/v1/series?id=v6_share&step=7", "step: "),
            ("/api/v1/series?id=v6_share&group_by=x", "surface, link"),
            ("/api/v1/series?id=v6_share&from=2&to=1", "from: "),
            ("/api/v1/series?id=v6_share&from=0&to=8999999999", "from: "),
            ("/api/v1/probes?x=1", '"x"'), ("/api/v1/live?x=1", '"x"')):
        status, answer = collector.get(path)
        assert status == 400 and words in answer["error"], (path, status, answer)
    status, answer = collector.get("/nothing")
    assert status == 404 and "openapi.json" in answer["error"]


@collector_with()
def the_page_and_the_description_are_served(collector):
    assert "<html" in collector.get("/")[1].lower()
    assert collector.get("/page.js")[0] == 200
    paths = collector.get("/openapi.json")[1]["paths"]
    for path in paths:
        if path != "/api/v1/live":
            assert collector.get(path)[0] in (200, 400), path


@collector_with()
def metrics_are_well_formed(collector):
    seen = set()
    for line in collector.get("/metrics")[1].splitlines():
        if line.startswith("# TYPE "):
            seen.add(line.split()[2])
        elif not line.startswith("#"):
            name = line.split("{")[0].split()[0]
            assert name in seen or name.rsplit("_", 1)[0] in seen, line
            float(line.split()[-1])


@collector_with()
def probes_are_listed_with_their_links(collector):
    with Session(collector.sessions, hello()) as session:
        session.send_report(4, last_minute())
        session.receive_ack()
        probe, = collector.get("/api/v1/probes")[1]["probes"]
        assert probe["probe"] == "exchange-1" and probe["last_sequence"] == 4, probe
        assert probe["connected"] and probe["spool"] == (b"s" * 16).hex(), probe
        assert probe["links"][0]["name"] == "lab0", probe
        assert abs(probe["clock_ahead_seconds"]) < 5, probe
    eventually(lambda: not collector.get("/api/v1/probes")[1]["probes"][0]["connected"])


def read_event(stream):
    """The next event of a stream: (name, data)."""
    name = None
    while line := stream.readline().decode().rstrip("\n"):
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            return name, json.loads(line[6:])
    return read_event(stream)


@collector_with()
def live_listeners_are_sent_new_figures(collector):
    at = last_minute()
    connection = http.client.HTTPConnection(*collector.http, timeout=WAIT_S)
    connection.request("GET", "/api/v1/live")
    answer = connection.getresponse()
    assert answer.getheader("Content-Type") == "text/event-stream"
    with Session(collector.sessions, hello()) as session:
        for sequence, expected in ((1, 1200), (2, 1200)):
            session.send_report(sequence, at + (sequence - 2) * MINUTE_NS)
            session.receive_ack()
            name, data = read_event(answer)
            assert name == "indicators"
            found = find(data["indicators"], id="v6_traffic_bps", dimensions={})
            assert found["value"] == expected, found
    connection.close()
    assert collector.get("/healthz")[0] == 200


@collector_with()
def too_many_live_listeners_are_told_so(collector):
    sockets = []
    for _ in range(64):
        connection = socket.create_connection(collector.http, timeout=WAIT_S)
        connection.sendall(b"GET /api/v1/live HTTP/1.1\r\nHost: x\r\n\r\n")
        sockets.append(connection)
    eventually(lambda: collector.metric("live_listeners") == 64)
    assert collector.get("/api/v1/live")[0] == 503
    for connection in sockets:
        connection.close()


@collector_with()
def a_flood_of_idle_http_connections_leaves_sessions_alone(collector):
    idle = [socket.create_connection(collector.http, timeout=WAIT_S) for _ in range(300)]
    with Session(collector.sessions, hello()) as session:
        session.send_report(1, last_minute())
        assert session.receive_ack() == ({1}, {})
    for connection in idle:
        connection.close()
    eventually(lambda: collector.get("/healthz")[0] == 200)
    eventually(lambda: collector.open_files() < 40)


@collector_with()
def an_http_request_that_drips_is_closed_at_its_deadline(collector):
    began = time.monotonic()
    with socket.create_connection(collector.http, timeout=60) as connection:
        try:
            while time.monotonic() - began < 50:
                connection.sendall(b"G" if time.monotonic() == began else b"E")
                time.sleep(0.5)
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert 25 < time.monotonic() - began < 40, time.monotonic() - began
    assert collector.metric("http_deadlines_total") == 1


def fails(words, status, *arguments, config=None):
    """The program ends with one line that has the words."""
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory:
        if config is not None:
            path = f"{directory}/collector.yaml"
            with open(path, "w", encoding="utf-8") as file:
                file.write(config.replace("DIR", directory))
            arguments = (*arguments, "--config", path)
        done = subprocess.run([BINARY, *arguments], capture_output=True, text=True,
                              timeout=WAIT_S, check=False)
        assert done.returncode == status, (done.returncode, done.stderr)
        errors = [line for line in done.stderr.splitlines() if ": info: " not in line]
        assert len(errors) == 1 and words in errors[0], done.stderr


def wrong_uses_and_settings_are_one_clear_line():
    ok = "store: sqlite:DIR/centre.db\n"
    fails("--config FILE is missing", 2, "run")
    fails("/nonexistent/collector.yaml: No such file", 2, "run", "--config",
          "/nonexistent/collector.yaml")
    for command in ("run", "check"):
        fails('"lissen", did you mean "listen"', 2, command, config=ok + "lissen: 127.0.0.1:0\n")
        fails("store", 2, command, config="listen: 127.0.0.1:0\n")
        fails("no Redis store", 2, command, config="store: redis://127.0.0.1:6379\n")
        fails("not a store", 2, command, config="store: /var/lib/x.db\n")
        fails("numeric address", 2, command, config=ok + "listen: localhost:8661\n")
        fails("insecure: true", 2, command, config=ok + "listen: 0.0.0.0:8661\n")
        fails("lateness", 2, command, config=ok + "lateness: 36d\n")


def a_busy_address_is_one_clear_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = f"127.0.0.1:{taken.getsockname()[1]}"
        free = "127.0.0.1:0"
        for field_name, other in (("listen", "http"), ("http", "listen")):
            fails(f"cannot listen on {busy}", 1, "run",
                  config=f"store: sqlite:DIR/c.db\n{field_name}: {busy}\n{other}: {free}\n")


def a_store_that_cannot_be_opened_is_one_clear_line():
    ports = "listen: 127.0.0.1:0\nhttp: 127.0.0.1:0\n"
    fails("unable to open", 1, "run", config=ports + "store: sqlite:DIR/missing/centre.db\n")
    fails("not a database", 1, "run", config=ports + "store: sqlite:DIR/collector.yaml\n")
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory:
        path = f"{directory}/other.db"
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE other (x)")
        fails("another program", 1, "run", config=ports + f"store: sqlite:{path}\n")
        os.remove(path)
        with start(directory, store=f"sqlite:{path}") as collector:
            collector.signal(signal.SIGTERM)
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA user_version = 99")
        fails("schema version 99", 1, "run", config=ports + f"store: sqlite:{path}\n")


def check_prints_values_that_load_again():
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory:
        path = f"{directory}/collector.yaml"
        text = f"store: sqlite:{directory}/centre.db\n"
        for _ in range(2):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            done = subprocess.run([BINARY, "check", "--config", path], capture_output=True,
                                  text=True, timeout=WAIT_S, check=True)
            assert "127.0.0.1:8661" in done.stdout and "7d" in done.stdout, done.stdout
            text = done.stdout
        assert not os.path.exists(f"{directory}/centre.db"), "check opened the store"


def it_listens_on_ipv6_too():
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory, \
            start(directory, listen='"[::1]:0"') as collector, \
            Session(collector.sessions, hello()) as session:
        session.send_report(1, last_minute())
        assert session.receive_ack() == ({1}, {})


def is_test(item):
    """Whether it is one of the functions above whose name is a sentence."""
    return (getattr(item, "__module__", "") == "__main__" and item.__name__.count("_") > 1
            and item.__code__.co_argcount == 0)


if __name__ == "__main__":
    run([item for item in list(globals().values()) if callable(item) and is_test(item)])
