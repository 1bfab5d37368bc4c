#!/usr/bin/env python3
"""The page in a real browser, before a small server that speaks the API's contract.

Usage: test_page.py WEB-FOLDER
"""

import pathlib
import re
import sys
import time

import tap
from browser import Browser, chromium_path
from page_server import SLOW_SECONDS, Server, World, rfc3339, user_figure, users_answer

WEB = pathlib.Path(sys.argv[1])
WIDTHS = (360, 768, 1280, 2560)
TRANSITIONS = {"native4": 600e9, "native6": 300e9, "6in4": 0.0, "nat64": 100e9}
READY = ("document.querySelector('#state').dataset.state === 'live'"
         " && document.querySelector('#window-utc').textContent !== 'none yet'")
CHARTED = "document.querySelector('#chart-share .line')"


def figures(share, v6_bps, v4_bps, coverage=1.0):
    return {"v6_share": share, "v6_share_native": share, "v6_traffic_bps": v6_bps,
            "v4_traffic_bps": v4_bps, "frames_per_second": 1234567.8, "coverage": coverage}


def one_surface_world():
    world = World()
    world.surfaces = {"interconnect": figures(0.31119, 1.2344e12, 2.7312e9)}
    world.transitions = {"interconnect": TRANSITIONS}
    world.probes = [{"probe": "exchange-1", "last_report": rfc3339(time.time()),
                     "links": [{"name": "lab0", "surface": "interconnect"}]}]
    world.links = {"exchange-1/lab0": figures(0.31119, 1.2344e12, 2.7312e9)}
    world.series = {"v6_share": lambda surface, second: 0.25,
                    "v6_traffic_bps": lambda surface, second: 1e9,
                    "v4_traffic_bps": lambda surface, second: 3e9}
    return world


def two_surface_world():
    world = one_surface_world()
    world.surfaces["metro"] = figures(0.5, 5e6, 5e6)
    world.transitions["metro"] = {"native6": 5e6, "native4": 5e6}
    return world


def figure_value(number):
    return browser.text(f"#figures .figure:nth-child({number}) dd")


def check_equal(found, expected):
    assert found == expected, f"found {found!r}, expected {expected!r}"


def check_until(expression, seconds=15):
    assert browser.until(expression, seconds), f"never became true: {expression}"


def open_page(server, choices=""):
    browser.screen(1280)
    browser.open(server.url + choices)


def the_headline_shows_the_last_window_in_utc_and_local_time():
    world = one_surface_world()
    world.window_start = 1767196740  # 2025-12-31 15:59 UTC
    with Server(WEB, world) as server:
        open_page(server)
        check_until("document.querySelector('#figures .v6 .value:not(.unknown)')")
        check_equal(browser.text("#window-utc"), "2025-12-31 15:59 to 16:00 UTC")
        check_equal(browser.text("#window-local"),
                    "2025-12-31 23:59 to 2026-01-01 00:00 (UTC+08:00)")
        check_equal([figure_value(number) for number in (1, 2, 3, 4)],
                    ["31.12 %", "1.234 Tbit/s", "2.731 Gbit/s", "100.00 %"])
        assert browser.value("document.querySelector('#coverage-note').hidden")


def what_was_not_measured_is_said_and_never_shown_as_zero():
    world = one_surface_world()
    world.surfaces = {"metro": figures(None, None, 0.0, None)}
    world.transitions = {"metro": {"native4": 0.0, "native6": None}}
    with Server(WEB, world) as server:
        open_page(server)
        check_until(READY)
        check_equal([figure_value(number) for number in (1, 2, 3, 4)],
                    ["not measured", "not measured", "0 bit/s", "not measured"])
        assert "Coverage was not measured" in browser.text("#coverage-note")
        check_equal(browser.texts("#transitions tbody td"),
                    ["not measured", "not measured", "0 bit/s", "not measured"])


def coverage_below_one_carries_a_visible_note():
    world = one_surface_world()
    world.surfaces["interconnect"]["coverage"] = 0.99999
    with Server(WEB, world) as server:
        open_page(server)
        check_until("!document.querySelector('#coverage-note').hidden")
        assert "Coverage is >99.99 %" in browser.text("#coverage-note")


def several_surfaces_are_chosen_between_and_never_added():
    with Server(WEB, two_surface_world()) as server:
        open_page(server)
        check_until(READY)
        check_equal(browser.texts("#surfaces label"), ["metro", "interconnect"])
        check_equal(figure_value(2), "5.000 Mbit/s")
        browser.value("document.querySelector('#surfaces input[value=interconnect]').click()")
        check_until("location.hash.includes('surface=interconnect')")
        check_equal(figure_value(2), "1.234 Tbit/s")
        check_equal(browser.texts("#transitions tbody th"),
                    ["native6", "native4", "nat64", "6in4"])


def the_choices_in_the_address_are_kept_over_a_reload():
    with Server(WEB, two_surface_world()) as server:
        open_page(server, "#surface=interconnect&range=24h")
        check_until(READY)
        check_equal(figure_value(2), "1.234 Tbit/s")
        check_equal(browser.value("document.querySelector('#ranges input:checked').value"), "24h")
        check_until("document.querySelector('#chart-share .plot').ariaValueMax === '287'")


def a_slow_answer_does_not_replace_that_of_a_later_choice():
    world = one_surface_world()
    world.slow_step = 300
    with Server(WEB, world) as server:
        open_page(server, "#range=24h")
        check_until(READY)
        browser.value("document.querySelector('#ranges input[value=\"30min\"]').click()")
        windows = "document.querySelector('#chart-share .plot').ariaValueMax"
        check_until(f"{windows} === '29'")
        time.sleep(2 * SLOW_SECONDS)
        check_equal(browser.value(windows), "29")


def transition_classes_carry_their_share():
    with Server(WEB, one_surface_world()) as server:
        open_page(server)
        check_until("document.querySelector('#transitions tbody')")
        check_equal(browser.texts("#transitions tbody td"),
                    ["300.0 Gbit/s", "30.00 %", "600.0 Gbit/s", "60.00 %",
                     "100.0 Gbit/s", "10.00 %", "0 bit/s", "0.00 %"])


def links_show_what_is_known_of_each():
    world = one_surface_world()
    world.probes.append({"probe": "silent", "last_report": None,
                         "links": [{"name": "<b>x</b>", "surface": "metro"}]})
    with Server(WEB, world) as server:
        open_page(server)
        check_until("document.querySelectorAll('#links tbody tr').length === 2")
        check_equal(browser.texts("#links tbody th"), ["exchange-1 / lab0", "silent / <b>x</b>"])
        cells = browser.texts("#links tbody td")
        check_equal(cells[:5], ["interconnect", "1.234 Tbit/s", "2.731 Gbit/s", "31.12 %",
                                "100.00 %"])
        assert re.fullmatch(r"\d\d:\d\d:\d\d UTC", cells[5]), cells[5]
        check_equal(cells[6:], ["metro"] + ["not measured"] * 4 + ["none"])


def a_gap_in_the_series_breaks_the_line_and_is_shaded():
    world = one_surface_world()
    end = world.window_start + 60
    missing = (end - 600, end - 540)
    world.series["v6_share"] = lambda surface, second: None if second in missing else 0.25
    with Server(WEB, world) as server:
        open_page(server)
        check_until(CHARTED)
        check_equal(browser.value("document.querySelectorAll('#chart-share .line path').length"), 2)
        check_equal(browser.value("document.querySelectorAll('#chart-share .gap').length"), 1)
        check_equal(browser.value("document.querySelectorAll('#chart-bps .gap').length"), 0)
        # All values are equal, so every point stands at one height: none fell to zero.
        heights = browser.value("[...document.querySelectorAll('#chart-share .line path')].flatMap("
                                "(path) => path.getAttribute('d').match(/ [0-9.]+/g))")
        check_equal(len(set(heights)), 1)


def keys_and_pointer_read_the_exact_values():
    world = one_surface_world()
    end = world.window_start + 60
    world.series["v6_share"] = lambda surface, second: (end - second) / 60 / 100
    with Server(WEB, world) as server:
        open_page(server)
        check_until(CHARTED)
        readout = "#chart-share .readout .v6"
        check_equal(browser.text(readout), "IPv6 share 1.00 %")
        browser.value("document.querySelector('#chart-share .plot').focus()")
        for key in ("ArrowLeft", "ArrowLeft"):
            browser.key(key)
        check_equal(browser.text(readout), "IPv6 share 3.00 %")
        browser.key("Home")
        check_equal(browser.text(readout), "IPv6 share 30.00 %")
        spoken = browser.value("document.querySelector('#chart-share .plot').ariaValueText")
        assert spoken.endswith("UTC: IPv6 share 30.00\u00a0%"), spoken
        browser.key("Escape")
        check_equal(browser.text(readout), "IPv6 share 1.00 %")
        box = browser.value("(() => { const box = document.querySelector('#chart-share .plot')"
                            ".getBoundingClientRect(); return [box.left, box.right, box.top]; })()")
        browser.pointer(box[1] - 60, box[2] + 60)
        check_until("document.querySelector('#chart-share .cursor line')")
        assert browser.text(readout) != "IPv6 share 1.00 %"


def the_axes_carry_units_and_start_at_zero():
    with Server(WEB, one_surface_world()) as server:
        open_page(server)
        check_until(CHARTED)
        check_equal(browser.texts("#chart-share .unit"), ["%"])
        check_equal(browser.texts("#chart-bps .unit"), ["Gbit/s"])
        check_equal(browser.texts("#chart-bps text.value")[0], "0")


def an_event_of_the_stream_updates_figures_and_charts():
    world = one_surface_world()
    with Server(WEB, world) as server:
        open_page(server)
        check_until(READY)
        world.surfaces["interconnect"]["v6_share"] = 0.4
        world.series["v6_share"] = lambda surface, second: 0.4
        world.publish()
        check_until("document.querySelector('#figures .value').textContent.startsWith('40.00')")
        check_until("document.querySelector('#chart-share .readout .v6')"
                    ".textContent.includes('40.00')")


def a_broken_stream_is_said_and_the_figures_still_come():
    world = one_surface_world()
    with Server(WEB, world) as server:
        open_page(server)
        check_until(READY)
        world.errors["/api/v1/live"] = (503, {"error": "too many streams"})
        world.hang_up()
        check_until("document.querySelector('#state').dataset.state === 'reconnecting'")
        world.surfaces["interconnect"]["v6_share"] = 0.5
        check_until("document.querySelector('#figures .value').textContent.startsWith('50.00')", 40)
        del world.errors["/api/v1/live"]
        check_until(READY, 40)


def a_surface_nobody_reports_from_is_called_stale():
    world = two_surface_world()
    world.probes[0]["last_report"] = rfc3339(time.time() - 1230)
    with Server(WEB, world) as server:
        open_page(server, "#surface=interconnect")
        check_until("document.querySelector('#state').dataset.state === 'stale'")
        check_equal(browser.text("#state"), "Stale last report 20 min ago")
        browser.value("document.querySelector('#surfaces input[value=metro]').click()")
        check_until(READY)


def an_error_of_the_api_is_shown_plainly_and_goes_when_it_is_over():
    world = one_surface_world()
    world.errors["/api/v1/series"] = (400, {"error": "step: 60 is not a step"})
    with Server(WEB, world) as server:
        open_page(server)
        check_until(READY)
        check_until("document.querySelector('#errors p')")
        check_equal(browser.texts("#errors p"), ["/api/v1/series: 400 step: 60 is not a step"])
        check_equal(figure_value(1), "31.12 %")
        world.errors.clear()
        world.publish()
        check_until("!document.querySelector('#errors p')")


def an_answer_that_breaks_the_contract_is_an_error_and_no_crash():
    world = one_surface_world()
    world.errors["/api/v1/indicators"] = (200, {"unexpected": []})
    with Server(WEB, world) as server:
        open_page(server)
        check_until("document.querySelector('#errors p')")
        check_equal(browser.texts("#errors p"),
                    ['/api/v1/indicators: the answer has no list "indicators"'])


def a_collector_without_reports_says_so():
    with Server(WEB, World()) as server:
        open_page(server)
        check_until("document.querySelector('#links .empty')")
        check_until("document.querySelector('#chart-bps .plot .empty')?.textContent")
        check_equal(browser.text("#window-utc"), "none yet")
        check_equal(browser.text("#chart-bps .plot"), "Nothing was measured in this range.")


def users_world():
    world = one_surface_world()
    hidden = user_figure(None, "<100", carrier="<i>Small</i>")
    held = user_figure(None, "withheld", carrier="Large")
    world.users = users_answer(
        windows=[
            {"name": "5min", "grade": "sent", "total": user_figure(1234567),
             "by_carrier": [hidden, held],
             "by_region": [user_figure(1234567, region="north")]},
            {"name": "30d", "total": user_figure(1234567890),
             "by_carrier": [user_figure(234, carrier="<i>Small</i>"),
                            user_figure(1234567656, carrier="Large")],
             "by_region": [user_figure(1234567890, region="north")],
             "groups": [user_figure(234, carrier="<i>Small</i>", region="north",
                                    access="fixed")]}],
        share={"value": 0.7215, "standard_error": 0.00058, "internet_users": 1711111111,
               "date": "2025-06"},
        targets=[
            {"name": "users 2018", "indicator": "v6_active_users", "target": 2e8,
             "date": "2018-12", "value": 1234567890, "reached": True},
            {"name": "share 2030", "indicator": "v6_user_share", "target": 0.9,
             "date": "2030-12", "value": 0.7215, "reached": False},
            {"name": "iot", "indicator": "v6_active_users", "access": "iot", "target": 5,
             "date": "2030", "value": None, "reached": None}],
        warnings=["30d: probes use different keys: the figure is a lower bound; give them one"])
    return world


def users_are_shown_with_their_error_and_every_warning():
    with Server(WEB, users_world()) as server:
        open_page(server)
        check_until("document.querySelectorAll('#user-warnings .notice').length === 1")
        check_equal(browser.texts("#user-figures .value"),
                    ["1,234,567", "not measured", "1,234,567,890", "72.15 %"])
        details = browser.texts("#user-figures .detail")
        check_equal(details[0], "± 12,346, sent anything: 2,469,134, in part unconfirmed")
        check_equal(details[3], "± 0.06 %, of 1,711,111,111 (2025-06)")
        assert "different keys" in browser.text("#user-warnings")


def users_by_place_are_cut_as_chosen_and_what_is_hidden_stays_so():
    with Server(WEB, users_world()) as server:
        open_page(server)
        check_until("document.querySelectorAll('#user-table tbody tr').length === 2")
        check_equal(browser.texts("#user-table tbody th"), ["<i>Small</i>", "Large"])
        check_equal(browser.texts("#user-table tbody td"),
                    ["<100", "not measured", "not measured", "234 ± 2.3",
                     "withheld", "not measured", "not measured", "1,234,567,656 ± 12,345,677"])
        browser.value("document.querySelector('#user-cuts input[value=region]').click()")
        check_until("location.hash.includes('users=region')")
        check_equal(browser.texts("#user-table tbody th"), ["north"])
        browser.open(server.url + "#users=group")
        browser.value("location.reload()")
        check_until("document.querySelector('#user-table tbody th')")
        check_equal(browser.texts("#user-table tbody th"), ["<i>Small</i> / north / fixed"])


def targets_carry_their_progress_in_words_too():
    with Server(WEB, users_world()) as server:
        open_page(server)
        check_until("document.querySelectorAll('#targets tbody tr').length === 3")
        check_equal(browser.texts("#targets tbody td"),
                    ["2018-12", "200,000,000", "1,234,567,890", "100.00 %", "reached",
                     "2030-12", "90.00 %", "72.15 %", "80.17 %", "not reached",
                     "2030", "5", "not measured", "not measured", "unknown"])
        check_equal(browser.value("[...document.querySelectorAll('#targets progress')].map("
                                  "(bar) => [bar.ariaLabel ?? bar.getAttribute('aria-label'),"
                                  " bar.position.toFixed(4)].join())"),
                    ["users 2018,1.0000", "share 2030,0.8017"])


def an_error_about_users_is_shown_and_leaves_the_rest():
    world = users_world()
    world.errors["/api/v1/users"] = (500, {"error": "the store cannot be read"})
    with Server(WEB, world) as server:
        open_page(server)
        check_until("document.querySelector('#errors p')")
        check_equal(browser.texts("#errors p"), ["/api/v1/users: 500 the store cannot be read"])
        check_equal(figure_value(1), "31.12 %")
        check_equal(browser.text("#user-table"), "No users have been reported.")
        world.errors.clear()
        check_until("!document.querySelector('#errors p')", 40)
        check_until("document.querySelectorAll('#user-table tbody tr').length === 2")


def the_page_fits_every_width_in_light_and_dark():
    world = two_surface_world()
    world.users = users_world().users
    with Server(WEB, world) as server:
        open_page(server)
        check_until(CHARTED)
        check_until("document.querySelector('#targets progress')")
        for dark in (False, True):
            for width in WIDTHS:
                browser.screen(width, dark=dark)
                check_until(f"Math.abs(innerWidth - {width}) < 2")
                excess = browser.value(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth")
                check_equal((width, excess), (width, 0))


def the_page_keeps_to_its_content_policy():
    with Server(WEB, one_surface_world()) as server:
        open_page(server)
        check_until(READY)
        check_until(CHARTED)
        check_equal([text for text in browser.complaints if "favicon" not in text], [])


def pure_functions_hold_at_their_edges():
    with Server(WEB, one_surface_world()) as server:
        open_page(server)
        for expression, expected in PURE:
            found = browser.value("(async () => { const { " + expression.split("(")[0]
                                  + f" }} = {{ ...await import('/format.js'), ...await "
                                  f"import('/scale.js') }}; return {expression}; }})()")
            if isinstance(found, str):
                found = found.replace("\u00a0", " ")
            assert found == expected, f"{expression}: found {found!r}, expected {expected!r}"


PURE = (
    ("bpsText(0)", "0 bit/s"),
    ("bpsText(null)", "not measured"),
    ("bpsText(NaN)", "not measured"),
    ("bpsText(0.2)", "<1 bit/s"),
    ("bpsText(999)", "999 bit/s"),
    ("bpsText(999.94e3)", "999.9 kbit/s"),
    ("bpsText(999.96e3)", "1.000 Mbit/s"),
    ("bpsText(5e12)", "5.000 Tbit/s"),
    ("bpsText(2e19)", "20.00 Ebit/s"),
    ("errorText(null)", ""),
    ("errorText(0)", "± 0"),
    ("errorText(2.34)", "± 2.3"),
    ("errorText(12345.6)", "± 12,346"),
    ("countText(1234.4)", "1,234"),
    ("countText(null)", "not measured"),
    ("shareText(0)", "0.00 %"),
    ("shareText(1)", "100.00 %"),
    ("shareText(0.00001)", "<0.01 %"),
    ("shareText(0.999999)", ">99.99 %"),
    ("shareText(undefined)", "not measured"),
    ("ageText(-5)", "0 s"),
    ("ageText(119000)", "119 s"),
    ("ageText(120000)", "2 min"),
    ("ageText(172800000)", "2 days"),
    ("spanLocalText(0, 60000, -210)", "1969-12-31 20:30 to 20:31 (UTC-03:30)"),
    ("valueTicks(0, 5)", [0, 1]),
    ("valueTicks(0.3, 4)", [0, 0.1, 0.2, 0.3]),
    ("valueTicks(1, 4)", [0, 0.5, 1]),
    ("timeTicks(30, 1830, 4)", [600, 1200, 1800]),
    ("measuredRuns([null, 1, 0, null, 2])", [[1, 2], [4, 4]]),
    ("measuredRuns([])", []),
    ("gapRuns([{values: [null, null, 1]}, {values: [null, 0, null]}])", [[0, 0]]),
    ("indexAt(-1, 10)", 0),
    ("indexAt(1, 10)", 9),
    ("alignedRange(1000, 600, 60)", {"from": 360, "to": 960}),
    ("largestValue([{values: [null, 3]}, {values: []}])", 3),
)

TESTS = (
    pure_functions_hold_at_their_edges,
    the_headline_shows_the_last_window_in_utc_and_local_time,
    what_was_not_measured_is_said_and_never_shown_as_zero,
    coverage_below_one_carries_a_visible_note,
    several_surfaces_are_chosen_between_and_never_added,
    the_choices_in_the_address_are_kept_over_a_reload,
    a_slow_answer_does_not_replace_that_of_a_later_choice,
    transition_classes_carry_their_share,
    links_show_what_is_known_of_each,
    a_gap_in_the_series_breaks_the_line_and_is_shaded,
    keys_and_pointer_read_the_exact_values,
    the_axes_carry_units_and_start_at_zero,
    an_event_of_the_stream_updates_figures_and_charts,
    a_broken_stream_is_said_and_the_figures_still_come,
    a_surface_nobody_reports_from_is_called_stale,
    an_error_of_the_api_is_shown_plainly_and_goes_when_it_is_over,
    an_answer_that_breaks_the_contract_is_an_error_and_no_crash,
    a_collector_without_reports_says_so,
    users_are_shown_with_their_error_and_every_warning,
    users_by_place_are_cut_as_chosen_and_what_is_hidden_stays_so,
    targets_carry_their_progress_in_words_too,
    an_error_about_users_is_shown_and_leaves_the_rest,
    the_page_fits_every_width_in_light_and_dark,
    the_page_keeps_to_its_content_policy,
)

if __name__ == "__main__":
    if chromium_path() is None:
        print("1..0 # SKIP chromium is not installed")
        sys.exit(0)
    with Browser(timezone="Asia/Shanghai") as browser:
        tap.run(TESTS)
