"""Starts our programs as a user would, waits for what they log, and asks them over HTTP."""

import ctypes
import json
import os
import pathlib
import queue
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

WAIT_S = 20
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def die_with_parent():
    """Nothing a test has started outlives it, however the test ends."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Program:
    """A running program whose standard error is read line by line."""

    def __init__(self, *command):
        self.lines = []
        self._new = queue.Queue()
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            preexec_fn=die_with_parent)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            self._new.put(line.rstrip("\n"))
        self._new.put(None)

    def wait_line(self, pattern, seconds=WAIT_S):
        """The match of the pattern in the first line, past or to come, that has one."""
        for line in self.lines:
            if match := re.search(pattern, line):
                return match
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self._new.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                line = None
            assert line is not None, f"no line matches {pattern!r} in {self.lines}"
            self.lines.append(line)
            if match := re.search(pattern, line):
                return match

    def signal(self, number):
        """Sends a signal and returns the exit status."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self, seconds=WAIT_S):
        """Waits for the end; what it wrote is in lines. Returns the exit status."""
        status = self.process.wait(timeout=seconds)
        self._reader.join(timeout=seconds)
        while not self._new.empty():
            if (line := self._new.get()) is not None:
                self.lines.append(line)
        self.process.stderr.close()
        return status

    def kill(self):
        """Ends it without a chance to tidy up, if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self.process.stderr.closed:
            self.kill()


class Collector(Program):
    """sixgauge-collector on free ports of the loopback address."""

    def __init__(self, binary, directory, **settings):
        settings = {"listen": "127.0.0.1:0", "http": "127.0.0.1:0",
                    "store": f"sqlite:{directory}/centre.db", **settings}
        self.directory = directory
        config = pathlib.Path(directory) / "collector.yaml"
        config.write_text("".join(f"{key}: {value}\n" for key, value in settings.items()),
                          encoding="utf-8")
        super().__init__(binary, "run", "--config", config)
        self.sessions = self._address("sessions")
        self.http = self._address("http")

    def _address(self, what):
        match = self.wait_line(rf"collector: {what} on (\S+):(\d+)$")
        return match[1].strip("[]"), int(match[2])

    def get(self, path):
        """Status and body of an HTTP request; the body is parsed where it is JSON."""
        host, port = self.http
        try:
            with urllib.request.urlopen(f"http://{host}:{port}{path}", timeout=WAIT_S) as answer:
                return answer.status, body_of(answer)
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, body_of(answer)

    def metric(self, name):
        """The value of one line of /metrics, labels included in the name."""
        for line in self.get("/metrics")[1].splitlines():
            if line.startswith(f"sixgauge_collector_{name} "):
                return float(line.split()[-1])
        raise AssertionError(f"/metrics has no {name}")

    def open_files(self):
        """How many file descriptors the process has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def body_of(answer):
    """The body of an HTTP answer, parsed if it says that it is JSON."""
    text = answer.read().decode()
    return json.loads(text) if answer.headers["Content-Type"] == "application/json" else text


def eventually(check, seconds=WAIT_S):
    """What check returns, once it is true; it is asked again until then."""
    deadline = time.monotonic() + seconds
    while not (result := check()):
        assert time.monotonic() < deadline, f"still {result!r} after {seconds} s"
        time.sleep(0.05)
    return result


def find(items, **wanted):
    """The only item that has all these values."""
    found = [item for item in items if all(item[key] == wanted[key] for key in wanted)]
    assert len(found) == 1, f"{len(found)} items with {wanted}"
    return found[0]
