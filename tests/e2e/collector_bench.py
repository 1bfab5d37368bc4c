"""What the tests of the collector share: one of its own for each, and short ways to ask it."""

import signal
import sys
import tempfile
import time

import tap
from harness import Collector, find
from wire import MINUTE_NS

BINARY = sys.argv[1]


def last_minute():
    """Start of the newest minute that is over."""
    now = time.time_ns()
    return now - now % MINUTE_NS - MINUTE_NS


def start(directory, **settings):
    """The program under test, running."""
    return Collector(BINARY, directory, **settings)


def indicators(collector, at_ns):
    """All indicators of the window that holds this time."""
    status, answer = collector.get(f"/api/v1/indicators?at={at_ns // 10**9}")
    assert status == 200, answer
    return answer["indicators"]


def value(collector, at_ns, identity, **dimensions):
    """The value of one of them."""
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
        body.__module__ = test.__module__
        return body
    return decorate


def is_test(item):
    """Whether it is a function of the main program whose name is a sentence."""
    return (callable(item) and getattr(item, "__module__", "") == "__main__"
            and item.__name__.count("_") > 1 and item.__code__.co_argcount == 0)


def run(names):
    """Runs the tests among the names of the main program, in their order."""
    tap.run([item for item in list(names.values()) if is_test(item)])
