"""The real collector, spoken to as browsers, monitoring and attackers would."""

import http.client
import json
import socket
import time

from collector_bench import collector_with, last_minute, run
from harness import WAIT_S, eventually, find
from wire import MINUTE_NS, REPORT, Session, frame, hello, report_payload


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
            ("/api/v1/series?id=v6_active_users", "ask /api/v1/users"),
            ("/api/v1/users?at=noon", "at: "), ("/api/v1/users?family=v6", "ipv4 or ipv6"),
            ("/api/v1/users?familly=ipv6", 'did you mean "family"'),
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
    assert "/api/v1/users" in paths
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


def link_figures(collector):
    """What /metrics says of the link lab0 besides its frames by verdict and reason."""
    link = 'probe="exchange-1",link="lab0"'
    lines = collector.get("/metrics")[1].splitlines()
    return {line.split(link)[0].split("_", 2)[2] + line.split(link)[1].split()[0]:
            float(line.split()[-1]) for line in lines
            if link in line and ("_down_" in line or "_queue_" in line)}


def state_of_link(collector):
    return collector.get("/api/v1/probes")[1]["probes"][0]["links"][0]["state"]


@collector_with()
def links_down_and_the_frames_of_queues_are_told_where_a_probe_reports_them(collector):
    at = last_minute()
    with Session(collector.sessions, hello()) as session:
        session.send_report(1, at)
        session.receive_ack()
        assert link_figures(collector) == {"link_down_seconds_total{}": 0}
        assert state_of_link(collector) == "unknown"
        for sequence in (2, 3):
            session.send_report(sequence, at, later=[
                (31, [12_250_000_000]), (40, [2]), (56, [0, 0]), (57, [0, 3]), (58, [10, 20])])
            assert session.receive_ack() == ({sequence}, {})
    assert link_figures(collector) == {
        "link_down_seconds_total{}": 24.5, 'link_queue_frames_total{,queue="0"}': 20,
        'link_queue_frames_total{,queue="3"}': 40}
    assert state_of_link(collector) == "down"


@collector_with()
def queues_of_more_links_than_fit_are_counted_and_not_shown(collector):
    at, n_probes, n_queues = last_minute(), 129, 64
    for number in range(n_probes):
        name = f"probe-{number}"
        with Session(collector.sessions, hello(probe=name)) as session:
            session.send_report(1, at, probe=name, later=[
                (31, [0]), (40, [1]), (56, [0] * n_queues), (57, list(range(n_queues))),
                (58, [1] * n_queues)])
            assert session.receive_ack()[0] == {1}
    text = collector.get("/metrics")[1]
    assert text.count("link_queue_frames_total{") == 128 * n_queues
    assert "sixgauge_collector_queue_series_left_out 64\n" in text


@collector_with()
def a_link_down_for_longer_than_was_observed_is_not_believed(collector):
    with Session(collector.sessions, hello()) as session:
        session.send_report(1, last_minute(), observed_ns=10**9, later=[(31, [10**9 + 1])])
        assert "link_down_ns[0]: 1000000001 is more" in session.receive_ack()[1][1]


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
def a_session_that_gets_the_socket_of_an_old_request_loses_nothing(collector):
    at = last_minute()
    reports = [frame(REPORT, report_payload(sequence, at - sequence * MINUTE_NS))
               for sequence in range(1, 301)]
    for _ in range(3):
        assert collector.get("/healthz")[0] == 200
        with Session(collector.sessions, hello(), timeout=5) as session:
            for report in reports:
                session.send(report)
            acked = set()
            while len(acked) < len(reports):
                acked |= session.receive_ack()[0]


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


if __name__ == "__main__":
    run(globals())
