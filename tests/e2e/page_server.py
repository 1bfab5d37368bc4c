"""A collector's HTTP side for the page's tests: the real page files under the real headers, and
answers of the API's contract computed from a small world that a test can change while it runs."""

import http.server
import json
import pathlib
import queue
import threading
import time
import urllib.parse

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript"}
SLOW_SECONDS = 1


def rfc3339(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def user_figure(users, shown=None, **names):
    """A figure of users as the API has it; None is hidden, or not measured."""
    known = users is not None
    return {"users": users, "shown": shown or f"{users:,}",
            "standard_error": users / 100 if known else None,
            "sent": 2 * users if known else None, **names}


def users_answer(windows=(), share=None, targets=(), warnings=()):
    """An answer about users; of windows that are left out nothing is known."""
    known = {window["name"]: window for window in windows}
    none = {"grade": "confirmed", "coverage": None, "plan_coverage": None, "key": None,
            "total": user_figure(None, "not measured"), "by_carrier": [], "by_region": [],
            "by_access": [], "groups": []}
    return {"at": rfc3339(time.time()), "family": "ipv6", "threshold": 100, "share": share,
            "targets": list(targets), "warnings": list(warnings),
            "windows": [{"name": name, "window": {"start": None, "seconds": 0}, **none,
                         **known.get(name, {})} for name in ("5min", "1h", "today", "30d")]}


class World:
    """What the collector knows. surfaces: name -> figures, each an indicator's value or None."""

    def __init__(self):
        self.window_start = int(time.time()) // 60 * 60 - 60
        self.surfaces = {}
        self.transitions = {}
        self.links = {}
        self.probes = []
        self.series = {}
        self.users = users_answer()
        self.errors = {}
        self.slow_step = None
        self.streams = []

    def indicator(self, name, dimensions, value, unit, coverage):
        return {"id": name, "dimensions": dimensions,
                "window": {"start": rfc3339(self.window_start), "seconds": 60}, "value": value,
                "unit": unit, "coverage": coverage, "standard_error": None, "definition": 1}

    def scope(self, dimensions, figures):
        for name, value in figures.items():
            unit = "bps" if name.endswith("bps") else "ratio"
            yield self.indicator(name, dimensions, value, unit, figures.get("coverage"))

    def indicators(self):
        rows = []
        for surface, figures in self.surfaces.items():
            if len(self.surfaces) == 1:
                rows += self.scope({}, figures)
            rows += self.scope({"surface": surface}, figures)
            for transition, bps in self.transitions.get(surface, {}).items():
                rows.append(self.indicator(
                    "transition_bps", {"surface": surface, "transition": transition}, bps, "bps",
                    figures.get("coverage")))
        for link, figures in self.links.items():
            rows += self.scope({"link": link}, figures)
        return {"at": rfc3339(time.time()), "indicators": rows}

    def series_answer(self, query):
        name = query["id"][0]
        start, end, step = (int(query[key][0]) for key in ("from", "to", "step"))
        if step == self.slow_step:
            time.sleep(SLOW_SECONDS)
        values = self.series.get(name, lambda surface, second: None)
        return {"id": name, "unit": "bps", "start": rfc3339(start), "step": step, "series": [
            {"dimensions": {"surface": surface},
             "values": [values(surface, second) for second in range(start, end, step)]}
            for surface in self.surfaces]}

    def publish(self):
        for stream in self.streams:
            stream.put(json.dumps(self.indicators()))

    def hang_up(self):
        for stream in self.streams:
            stream.put(None)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        world = self.server.world
        if url.path in world.errors:
            status, body = world.errors[url.path]
            self.answer(status, "application/json", json.dumps(body).encode())
        elif url.path == "/api/v1/indicators":
            self.answer_json(world.indicators())
        elif url.path == "/api/v1/probes":
            self.answer_json({"probes": world.probes})
        elif url.path == "/api/v1/series":
            self.answer_json(world.series_answer(urllib.parse.parse_qs(url.query)))
        elif url.path == "/api/v1/users":
            self.answer_json(world.users)
        elif url.path == "/api/v1/live":
            self.answer_live(world)
        else:
            self.answer_file(url.path)

    def answer(self, status, content_type, body):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'self'")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def answer_json(self, body):
        self.answer(200, "application/json", json.dumps(body).encode())

    def answer_file(self, path):
        file = self.server.web / ("index.html" if path == "/" else path[1:])
        if "/" in path[1:] or file.suffix not in TYPES or not file.is_file():
            self.answer(404, "text/plain", b"not found\n")
        else:
            self.answer(200, TYPES[file.suffix], file.read_bytes())

    def answer_live(self, world):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.flush()
        events = queue.Queue()
        world.streams.append(events)
        try:
            while (body := events.get()) is not None:
                self.wfile.write(f"event: indicators\ndata: {body}\n\n".encode())
                self.wfile.flush()
        except OSError:
            pass  # The page has gone.
        world.streams.remove(events)

    def log_message(self, *_):
        pass


class Server:
    """Serves a world on a free port of the loopback interface while the block lasts."""

    def __init__(self, web, world):
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.web = pathlib.Path(web)
        self.http.world = self.world = world
        self.url = f"http://127.0.0.1:{self.http.server_port}/"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.world.hang_up()
        self.http.shutdown()
        self.http.server_close()
