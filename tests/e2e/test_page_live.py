#!/usr/bin/env python3
"""The page as the collector itself serves it, fed with reports over the wire.

Usage: test_page_live.py COLLECTOR
"""

import sys
import tempfile
import time

import tap
from browser import Browser, chromium_path
from harness import Collector
from wire import MINUTE_NS, Session, hello

COLLECTOR = sys.argv[1]
LINKS = (("lab0", "interconnect"),)
HISTORY_WINDOWS = 20
GAP = 7  # the window of the history nobody reported
# Bytes of one window that make this many megabits per second.
MEGABIT_BYTES = 60 * 10**6 // 8


def traffic(v4_megabits, v6_megabits, link=0):
    return [(link, 0, 0, 0, 100, v4_megabits * MEGABIT_BYTES, v4_megabits * MEGABIT_BYTES),
            (link, 1, 1, 1, 100, v6_megabits * MEGABIT_BYTES, v6_megabits * MEGABIT_BYTES)]


def last_window_ns():
    return time.time_ns() // MINUTE_NS * MINUTE_NS - MINUTE_NS


def send(session, sequence, start_ns, v4_megabits, v6_megabits, links=LINKS):
    session.send_report(sequence, start_ns, links=links,
                        rows=[row for link in range(len(links))
                              for row in traffic(v4_megabits, v6_megabits, link)])
    accepted, rejected = session.receive_ack()
    assert accepted == {sequence} and not rejected, (accepted, rejected)


def send_history(session, last_ns):
    sequence = 0
    for window in range(1, HISTORY_WINDOWS + 1):
        if window != GAP:
            sequence += 1
            send(session, sequence, last_ns - window * MINUTE_NS, 3, 1)
    return sequence


def check_equal(found, expected):
    assert found == expected, f"found {found!r}, expected {expected!r}"


def check_until(expression):
    if not browser.until(expression):
        shown = browser.value("document.body.innerText")
        raise AssertionError(f"never became true: {expression}; the page shows: {shown}")


def open_page(collector):
    host, port = collector.http
    browser.screen(1280)
    browser.open(f"http://{host}:{port}/")


def a_report_appears_on_the_open_page():
    with tempfile.TemporaryDirectory() as directory, \
            Collector(COLLECTOR, directory) as collector, \
            Session(collector.sessions, hello()) as session:
        last_ns = last_window_ns()
        sequence = send_history(session, last_ns)
        open_page(collector)
        check_until("document.querySelector('#chart-share .line path')")
        check_until("document.querySelector('#state').dataset.state === 'live'")
        send(session, sequence + 1, last_ns, 2, 6)
        check_until("document.querySelector('#figures .value').textContent.startsWith('75.00')")
        values = [browser.text(f"#figures .figure:nth-child({number}) .value")
                  for number in (1, 2, 3, 4)]
        check_equal(values, ["75.00 %", "6.000 Mbit/s", "2.000 Mbit/s", "100.00 %"])
        check_until("document.querySelector('#chart-bps .readout .v6')"
                    ".textContent === 'IPv6 6.000\\u00a0Mbit/s'")
        check_equal(browser.texts("#errors p"), [])
        check_equal([text for text in browser.complaints if "favicon" not in text], [])


def the_window_nobody_reported_is_a_gap():
    with tempfile.TemporaryDirectory() as directory, \
            Collector(COLLECTOR, directory) as collector, \
            Session(collector.sessions, hello()) as session:
        last_ns = last_window_ns()
        send(session, send_history(session, last_ns) + 1, last_ns, 3, 1)
        open_page(collector)
        check_until("document.querySelectorAll('#chart-share .line path').length === 2")
        check_until("document.querySelectorAll('#chart-bps .line path').length === 4")


def classes_and_links_are_those_of_the_reports():
    links = (("lab0", "interconnect"), ("lab1", "metro"))
    with tempfile.TemporaryDirectory() as directory, \
            Collector(COLLECTOR, directory) as collector, \
            Session(collector.sessions, hello()) as session:
        send(session, 1, last_window_ns(), 3, 1, links)
        open_page(collector)
        check_until("document.querySelectorAll('#links tbody tr').length === 2")
        check_equal(browser.texts("#surfaces label"), ["metro", "interconnect"])
        check_equal(browser.texts("#links tbody th"), ["exchange-1 / lab0", "exchange-1 / lab1"])
        check_equal(browser.texts("#links tbody tr:first-child td")[:4],
                    ["interconnect", "1.000 Mbit/s", "3.000 Mbit/s", "25.00 %"])
        check_equal(browser.texts("#transitions tbody th")[:2], ["native6", "native4"])
        check_equal(browser.texts("#transitions tbody td")[:4],
                    ["1.000 Mbit/s", "25.00 %", "3.000 Mbit/s", "75.00 %"])


def the_page_of_a_collector_without_reports_says_so():
    with tempfile.TemporaryDirectory() as directory, \
            Collector(COLLECTOR, directory) as collector:
        open_page(collector)
        check_until("document.querySelector('#links .empty')")
        check_until("document.querySelector('#state').dataset.state === 'live'")
        check_equal(browser.texts("#errors p"), [])


def a_reader_who_leaves_does_not_disturb_the_others():
    with tempfile.TemporaryDirectory() as directory, \
            Collector(COLLECTOR, directory) as collector, \
            Session(collector.sessions, hello()) as session:
        send(session, 1, last_window_ns(), 3, 1)
        for _ in range(3):
            open_page(collector)
            check_until("document.querySelector('#state').dataset.state === 'live'")
        browser.open("about:blank")
        # The stream's next event comes after the reader has gone.
        send(session, 2, last_window_ns() - MINUTE_NS, 3, 1)
        time.sleep(2)
        open_page(collector)
        check_until("document.querySelector('#state').dataset.state === 'live'")
        check_equal(collector.process.poll(), None)


def a_collector_that_died_and_came_back_is_followed():
    with tempfile.TemporaryDirectory() as directory:
        with Collector(COLLECTOR, directory) as collector:
            with Session(collector.sessions, hello()) as session:
                send(session, 1, last_window_ns(), 3, 1)
            host, port = collector.http
            open_page(collector)
            check_until("document.querySelector('#state').dataset.state === 'live'")
            collector.kill()
            check_until("document.querySelector('#state').dataset.state === 'reconnecting'")
        with Collector(COLLECTOR, directory, http=f"{host}:{port}"):
            check_until("document.querySelector('#state').dataset.state === 'live'")


TESTS = (
    a_report_appears_on_the_open_page,
    the_window_nobody_reported_is_a_gap,
    classes_and_links_are_those_of_the_reports,
    the_page_of_a_collector_without_reports_says_so,
    a_reader_who_leaves_does_not_disturb_the_others,
    a_collector_that_died_and_came_back_is_followed,
)

if __name__ == "__main__":
    if chromium_path() is None:
        print("1..0 # SKIP chromium is not installed")
        sys.exit(0)
    with Browser(timezone="Asia/Shanghai") as browser:
        tap.run(TESTS)
