#!/usr/bin/env python3
"""A plan from public tables to what check says of it, with the programs a user has."""

import csv
import ipaddress
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import tap

PROBE, PLAN_FROM_ASN = [pathlib.Path(path).resolve() for path in sys.argv[1:3]]
HEADER = "prefix,carrier,region,access,class,user_len,port_block\n"
OPERATORS = ("asn,carrier,region,access,class,user_len_ipv6,user_len_ipv4,port_block\n"
             "64500,Mobile,North,mobile,,64,32,\n"
             "64501,Fixed,North,fixed,home,56,32,512\n"
             "AS64502,Fixed,South,fixed,home,56,32,512\n"
             "64503,Mobile,North,mobile,,64,32\n")
CONFIG = ("probe: p1\nlinks:\n  - {name: a, source: dpdk, device: net_null0, capacity_bps: 10, "
          "surface: metro}\n")


def run(*command, cwd=None):
    """(status, standard output, standard error)."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True,
                          check=False)
    return done.returncode, done.stdout, done.stderr


def check(plan, setting="plan: plan.csv\n"):
    """What check says of a plan beside its configuration, from another directory."""
    with tempfile.TemporaryDirectory() as directory:
        folder = pathlib.Path(directory)
        (folder / "probe.yaml").write_text(CONFIG + setting, encoding="utf-8")
        if plan is not None:
            (folder / "plan.csv").write_text(plan, encoding="utf-8")
        return run(PROBE, "check", "--config", folder / "probe.yaml")


def make(operators, *tables):
    """What plan-from-asn does with these files: (status, plan or None, standard error)."""
    with tempfile.TemporaryDirectory() as directory:
        folder = pathlib.Path(directory)
        (folder / "operators.csv").write_text(operators, encoding="utf-8")
        names = [f"table{number}.csv" for number in range(len(tables))]
        for name, table in zip(names, tables):
            (folder / name).write_text(table, encoding="utf-8")
        status, _, errors = run(PLAN_FROM_ASN, "--operators", "operators.csv", "--output",
                                "plan.csv", *names, cwd=folder)
        plan = folder / "plan.csv"
        return status, plan.read_text(encoding="utf-8") if plan.exists() else None, errors


def made(operators, *tables):
    status, plan, errors = make(operators, *tables)
    assert status == 0, errors
    return plan


def refused(operators, *tables):
    """The one line it is refused with."""
    status, plan, errors = make(operators, *tables)
    assert status == 2 and plan is None, (status, plan, errors)
    assert errors.count("\n") == 1, errors
    return errors


def plan_id(plan):
    status, output, errors = check(plan)
    assert status == 0, errors
    return re.search(r"^#   id: ([0-9a-f]{32})$", output, re.MULTILINE)[1]


def check_says_what_is_in_the_plan():
    status, output, errors = check(HEADER + "2001:db8::/32,A,North,mobile,,64,\n"
                                   "2001:db8:1::/48,B,North,fixed,,56,\n"
                                   "10.0.0.0/8,A,North,mobile,,32,512\n64:ff9b:2::/96,,,nat64,,,\n")
    assert (status, errors) == (0, "")
    assert re.search(r"^# the plan in \S+/plan.csv:$", output, re.MULTILINE), output
    assert "\nplan: plan.csv\n" in output
    assert "\n#   rows with users: 2 of IPv6, 1 of IPv4\n" in output
    assert "\n#   groups: 3, shown as 2 of carrier/region/access\n" in output
    assert "\n#   transition prefixes: 0 of 6rd, 1 of nat64\n" in output
    assert "#   warning: rows within a row of another carrier" in output
    assert re.search(r"plan.csv:3: 2001:db8:1::/48 of \"B\" in 2001:db8::/32 of \"A\"", output)


def what_check_prints_is_still_a_configuration():
    plan = HEADER + "2001:db8::/32,A,North,mobile,,64,\n"
    _, output, _ = check(plan)
    with tempfile.TemporaryDirectory() as directory:
        folder = pathlib.Path(directory)
        (folder / "plan.csv").write_text(plan, encoding="utf-8")
        (folder / "again.yaml").write_text(output, encoding="utf-8")
        status, again, errors = run(PROBE, "check", "--config", "again.yaml", cwd=folder)
    assert (status, errors) == (0, "")
    # Only where the plan was found differs.
    assert re.sub("in .*/plan.csv", "in plan.csv", output) == again


def a_plan_with_a_fault_is_refused_in_one_line():
    for row, words in (("2001:db9::/32,A,North,moblie,,64,", "did you mean \"mobile\"?"),
                       ("2001:db8:1::/48,A,North,fixed,,40,", "shorter than the prefix"),
                       ("2001:db8::1/48,A,North,fixed,,56,", "write 2001:db8::/48"),
                       ("2001:db8::/32,B,North,fixed,,56,", "in line 2 already"),
                       ("2001:db8:1::/72,A,North,fixed,,128,", "cut a subscriber")):
        status, output, errors = check(HEADER + "2001:db8::/32,A,North,mobile,,64,\n" + row + "\n")
        assert (status, output) == (2, ""), (status, output)
        assert re.fullmatch(r"sixgauge-probe: \S+plan\.csv:3: .*\n", errors), errors
        assert words in errors, errors


def a_plan_that_is_not_there_is_refused():
    status, output, errors = check(None)
    assert (status, output) == (2, "")
    assert re.fullmatch(r"sixgauge-probe: \S+plan\.csv: No such file or directory\n", errors)


def without_a_plan_none_is_spoken_of():
    status, output, _ = check(None, "")
    assert status == 0 and "the plan in" not in output


def prefixes_and_ranges_make_the_same_plan():
    prefixes = ("# from,\"somewhere\nasn,prefix,name\n"
                "64500,2001:db8::/33,x\n64503,2001:db8:8000::/33,\"y, z\"\n"
                "64501,192.0.2.0/25,\n64501,192.0.2.128/25,\n64999,198.51.100.0/24,\n"
                "AS64502,203.0.113.0/24,\n")
    ranges = ("203.0.113.0,203.0.113.255,64502,z\n192.0.2.0,192.0.2.255,64501,\"a, b\"\n"
              "2001:db8::,2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,64500,c\n")
    plan = made(OPERATORS, prefixes)
    assert plan == (HEADER + "192.0.2.0/24,Fixed,North,fixed,home,32,512\n"
                    "203.0.113.0/24,Fixed,South,fixed,home,32,512\n"
                    "2001:db8::/32,Mobile,North,mobile,,64,\n"), plan
    assert made(OPERATORS, ranges) == plan
    assert made(OPERATORS, ranges.replace(",", "\t").replace('"a\t b"', "a")) == plan
    assert made(OPERATORS, "start_ip,end_ip,asn\n" + re.sub('"a, b"', "", ranges)) == plan
    # A table a row: the header again and again.
    assert made(OPERATORS, *[prefixes.splitlines(True)[1] + line
                             for line in prefixes.splitlines(True)[2:]]) == plan
    assert plan_id(plan) == plan_id(HEADER + "".join(reversed(plan.splitlines(True)[1:])))


def longer_prefixes_of_others_are_cut_out():
    plan = made(OPERATORS, "2001:db8::/32,64500\n2001:db8:4000::/34,64999\n"
                "2001:db8:5000::/36,64501\n2001:db8:6000::/35,64500\n")
    assert plan == (HEADER + "2001:db8::/34,Mobile,North,mobile,,64,\n"
                    "2001:db8:5000::/36,Fixed,North,fixed,home,56,\n"
                    "2001:db8:6000::/35,Mobile,North,mobile,,64,\n"
                    "2001:db8:8000::/33,Mobile,North,mobile,,64,\n"), plan


def every_address_has_the_owner_of_its_longest_prefix():
    owners = {64500: "Mobile", 64501: "Fixed", 64503: "Mobile", 64999: None}
    rng = random.Random(7)
    for _ in range(20):
        table = {}
        for _ in range(60):
            length = rng.randint(22, 32)
            first = rng.getrandbits(10) >> (32 - length) << (32 - length)
            table[ipaddress.ip_network(((10 << 24) + first, length))] = rng.choice(list(owners))
        lines = [f"{prefix},{number}\n" for prefix, number in table.items()]
        plan = made(OPERATORS, "".join(lines))
        rows = {ipaddress.ip_network(row[0]): row[1] for row in list(csv.reader(
            plan.splitlines()))[1:]}
        for address in ipaddress.ip_network("10.0.0.0/22"):
            covers = [prefix for prefix in table if address in prefix]
            longest = max(covers, key=lambda prefix: prefix.prefixlen, default=None)
            expected = owners[table[longest]] if longest else None
            found = [carrier for prefix, carrier in rows.items() if address in prefix]
            assert found == ([expected] if expected else []), (address, found, expected, lines)
        plan_id(plan)


def what_is_left_out_is_said():
    status, plan, errors = make(OPERATORS, "2001:db8::/32,64500\n2001:db8::/56,64501\n"
                                "2001:db8:0:100::/60,64501\n2001:db9::/32,64500_64501\n"
                                "2001:dba::/32,\"{64500,64503}\"\n2001:dbb::/32,64500 64999\n")
    assert status == 0, errors
    assert "2001:db8::/56,Fixed" in plan and "/60,Fixed" not in plan
    assert "2001:db9::/32" not in plan
    assert "2001:dba::/31,Mobile" in plan
    assert "1 prefixes are longer than the user_len of their owner and left out: " \
        "2001:db8:0:100::/60 of Fixed" in errors, errors
    assert "1 ranges are announced by AS of several operators and left out: table0.csv:4" in errors
    assert "1 operators' AS announce nothing in these tables: 64502" in errors
    plan_id(plan)


def a_family_without_user_len_is_left_out():
    operators = OPERATORS.splitlines(True)[0] + "64500,A,R,iot,,64,,\n"
    plan = made(operators, "10.0.0.0/8,64500\n2001:db8::/32,64500\n")
    assert plan == HEADER + "2001:db8::/32,A,R,iot,,64,\n"


def ranges_that_overlap_need_one_owner():
    table = "10.0.0.0,10.0.0.127,64500\n10.0.0.64,10.0.0.255,{}\n"
    assert "10.0.0.0/24,Mobile" in made(OPERATORS, table.format(64503))
    assert "table0.csv:2: the range overlaps with that of table0.csv:1" in refused(
        OPERATORS, table.format(64501))


def names_are_quoted_where_they_must_be():
    operators = OPERATORS.splitlines(True)[0] + '64500,"电信, ""A""",北京,mobile,,64,32,\n'
    plan = made(operators, "2001:db8::/32,64500\n")
    assert plan == HEADER + '2001:db8::/32,"电信, ""A""",北京,mobile,,64,\n'
    plan_id(plan)


def addresses_that_look_like_ipv4_are_written_as_the_probe_wants():
    operators = OPERATORS.replace("mobile,,64", "mobile,,128")
    plan = made(operators, "::ffff:1.2.3.0/120,64500\n::1.2.4.0/120,64500\n::ffff:0:0/112,64501\n"
                "::/128,64500\n")
    assert plan == (HEADER + "::/128,Mobile,North,mobile,,128,\n"
                    "::102:400/120,Mobile,North,mobile,,128,\n"
                    "::ffff:102:300/120,Mobile,North,mobile,,128,\n"), plan
    plan_id(plan)


def faults_of_operators_name_their_line():
    header = OPERATORS.splitlines(True)[0]
    table = "2001:db8::/32,64500\n"
    for rows, words in (
            ("x\n", "1: the first row must be"),
            (header, "operators.csv: has no operator"),
            (header + "64500,A,R,moblie,,64,32,\n", '2: unknown access "moblie", did you mean "mo'),
            (header + "64500,A,R,6rd,,64,32,\n", '2: unknown access "6rd", it must be one of'),
            (header + "64500,,R,idc,,64,32,\n", "2: carrier is empty"),
            (header + "64500,A/B,R,idc,,64,32,\n", "2: carrier 'A/B' has a slash"),
            (header + "64500,A,R,idc," + 22 * "中" + ",64,32,\n", "has more than 63 bytes"),
            (header + "64500,A,R,idc,,129,32,\n", '2: user_len_ipv6 "129" is not a number from 1'),
            (header + "64500,A,R,idc,,64,33,\n", '2: user_len_ipv4 "33" is not a number from 1'),
            (header + "64500,A,R,idc,,,,\n", "2: user_len_ipv6 and user_len_ipv4 are both empty"),
            (header + "64500,A,R,idc,,64,24,512\n", "2: port_block is for user_len_ipv4 32"),
            (header + "64500,A,R,idc,,64,32,0\n", '2: port_block "0" is not'),
            (header + "x,A,R,idc,,64,32,\n", '2: asn "x" is no number'),
            (header + "64500,A,R,idc\n", "2: 4 columns where there must be 8"),
            (OPERATORS + "AS64500,A,R,idc,,64,32,\n", "6: AS 64500 stands in line 2 already")):
        assert words in refused(rows, table), (rows, refused(rows, table))


def faults_of_tables_name_their_line():
    for table, words in (
            ("", "table0.csv: is empty"),
            ("a,b\n", "table0.csv:1: the first row is neither"),
            ("prefix,asn\n2001:db8::1/32,64500\n", "2: prefix \"2001:db8::1/32\" has bits behind "
             "its length: write 2001:db8::/32"),
            ("prefix,asn\n2001:db8::/129,64500\n", '2: length "129" is not a number from 0 to 128'),
            ("prefix,asn\n2001:db8::,64500\n", "2: prefix \"2001:db8::\" has no length"),
            ("prefix,asn\n10.0.0/8,64500\n", '2: "10.0.0" is not an address'),
            ("prefix,asn\n10.0.0.0/8,x\n", '2: asn "x" is no number'),
            ("prefix,asn\n10.0.0.0/8\n", "2: 1 columns where there must be 2 or more"),
            ("10.0.0.9,10.0.0.8,64500\n", "1: 10.0.0.9 to 10.0.0.8 is no range"),
            ("10.0.0.9,::1,64500\n", "1: 10.0.0.9 to ::1 is no range"),
            ('10.0.0.0/8,64500,"x\n', "table0.csv:1: "),
            ("10.0.0.0/8,64999\n", "would cover nothing")):
        assert words in refused(OPERATORS, table), (table, refused(OPERATORS, table))


def the_command_line_is_checked_and_explained():
    status, _, errors = run(PLAN_FROM_ASN)
    assert status == 2 and "--operators FILE and a TABLE are needed" in errors
    status, output, _ = run(PLAN_FROM_ASN, "--help")
    assert status == 0 and "Example:" in output
    status, _, errors = run(PLAN_FROM_ASN, "--operators", "not-there.csv", "x")
    assert (status, errors) == (2, "plan-from-asn: not-there.csv: No such file or directory\n")


def the_example_of_the_help_works():
    """The tables of the example are not shown, so they are made here."""
    _, output, _ = run(PLAN_FROM_ASN, "--help")
    operators = "".join(f"{line.strip()}\n" for line in re.search(
        r"cat operators.csv\n((?:  [^$]*\n)+)", output)[1].splitlines())
    plan = made(operators, "2001:db8::,2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,64500,x\n",
                "192.0.2.0,192.0.2.255,64501,x\n")
    assert plan_id(plan)


def the_example_of_the_handbook_is_a_plan():
    page = pathlib.Path(__file__).resolve().parents[2] / "docs" / "plan.md"
    example = re.search(r"^```\n(prefix,.*?)^```$", page.read_text(encoding="utf-8"),
                        re.MULTILINE | re.DOTALL)[1]
    status, output, errors = check(example)
    assert (status, errors) == (0, "") and "#   warning" not in output, (output, errors)
    assert "rows with users: 3 of IPv6, 2 of IPv4" in output


if __name__ == "__main__":
    tap.run([
        check_says_what_is_in_the_plan,
        what_check_prints_is_still_a_configuration,
        a_plan_with_a_fault_is_refused_in_one_line,
        a_plan_that_is_not_there_is_refused,
        without_a_plan_none_is_spoken_of,
        prefixes_and_ranges_make_the_same_plan,
        longer_prefixes_of_others_are_cut_out,
        every_address_has_the_owner_of_its_longest_prefix,
        what_is_left_out_is_said,
        a_family_without_user_len_is_left_out,
        ranges_that_overlap_need_one_owner,
        names_are_quoted_where_they_must_be,
        addresses_that_look_like_ipv4_are_written_as_the_probe_wants,
        faults_of_operators_name_their_line,
        faults_of_tables_name_their_line,
        the_command_line_is_checked_and_explained,
        the_example_of_the_help_works,
        the_example_of_the_handbook_is_a_plan,
    ])
