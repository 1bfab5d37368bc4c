"""No address leaves the probe: a thousand known ones pass by, and every byte that probe, collector
and store have made is searched for any way to write one of them, or a hash of it without a key.

usage: test_anonymity.py PROBE COLLECTOR
"""

import contextlib
import datetime
import ipaddress
import os
import pathlib
import random
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import address_forms
import tap
import wire
from harness import Collector, eventually

PROBE, COLLECTOR = map(os.path.abspath, sys.argv[1:3])
N_EACH = 500
IPV4_SPACE = ipaddress.ip_network("198.18.0.0/15")
IPV6_SPACE = ipaddress.ip_network("2001:db8:5a7e::/48")
SERVERS = {4: ipaddress.ip_address("203.0.113.80"), 6: ipaddress.ip_address("3fff::443")}
USER_BITS = {4: 32, 6: 64}
EPOCH = datetime.date(1970, 1, 1)
SYN, ACK, PUSH = 2, 16, 8
TCP, UDP = 6, 17
GROUP_CARRIER, SKETCH_DATA = 64, 85  # fields of a report
PAGES = ["/metrics", "/healthz", "/api/v1/probes", "/api/v1/indicators", "/api/v1/users",
         "/api/v1/report", "/api/v1/series?id=v6_traffic_bps&group_by=link", "/openapi.json"]


def known_addresses():
    """The same in every run."""
    luck = random.Random(1)
    ipv4 = luck.sample(range(1 << 17), N_EACH)
    ipv6 = luck.sample(range(1 << 16), N_EACH)
    return [*(IPV4_SPACE[number] for number in ipv4),
            *(IPV6_SPACE[number << 64 | luck.getrandbits(64)] for number in ipv6)]


ADDRESSES = known_addresses()


def known_patterns():
    """Of all addresses, and the prefixes that the plan has."""
    wanted = set()
    for address in ADDRESSES:
        wanted |= address_forms.patterns(address, USER_BITS[address.version])
    for space in (IPV4_SPACE, IPV6_SPACE):
        wanted |= {str(space.network_address).removesuffix("::").encode(), str(space).encode(),
                   space.network_address.exploded.encode()}
    return wanted


def tcp(ports, sequence, acknowledged, flags, data=b""):
    """A segment without checksum."""
    return struct.pack(">HHIIBBHHH", *ports, sequence, acknowledged, 5 << 4, flags, 65535, 0,
                       0) + data


def udp(ports, data):
    """A datagram without checksum."""
    return struct.pack(">HHHH", *ports, 8 + len(data), 0) + data


def frame(source, destination, protocol, payload, cut=0):
    """An Ethernet frame. cut bytes are missing from a packet that does not say so."""
    if source.version == 4:
        head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0,
                           source.packed, destination.packed)
        kind = 0x0800
    else:
        head = struct.pack(">IHBB16s16s", 6 << 28, len(payload), protocol, 64, source.packed,
                           destination.packed)
        kind = 0x86dd
    whole = struct.pack(">6s6sH", b"\2\0\0\0\0\1", b"\2\0\0\0\0\2", kind) + head + payload
    return whole[:len(whole) - cut]


def conversation(client, number):
    """A handshake with data, a datagram with its answer and another one, and a broken packet."""
    server = SERVERS[client.version]
    there, back = (40000 + number % 1000, 443), (443, 40000 + number % 1000)
    for source, ports, sequence, acknowledged, flags, data in (
            (client, there, 100, 0, SYN, b""), (server, back, 900, 101, SYN | ACK, b""),
            (client, there, 101, 901, ACK, b""), (client, there, 101, 901, ACK | PUSH, b"hello"),
            (server, back, 901, 106, ACK | PUSH, b"hello yourself"),
            (client, there, 106, 915, ACK, b"")):
        other = server if source == client else client
        yield frame(source, other, TCP, tcp(ports, sequence, acknowledged, flags, data))
    for source in (client, server, client):
        other = server if source == client else client
        ports = there if source == client else back
        yield frame(source, other, UDP, udp(ports, b"question or answer"))
    if number % 10 == 0:
        yield frame(client, server, TCP, b"", cut=5)


def write_capture(path, start_ns):
    """All conversations within a minute; returns how many frames that are."""
    frames = [made for number, address in enumerate(ADDRESSES)
              for made in conversation(address, number)]
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 65535, 1))
        for number, data in enumerate(frames):
            at_ns = start_ns + number * 60 * 10**9 // len(frames)
            file.write(struct.pack("<IIII", *divmod(at_ns, 10**9), len(data), len(data)) + data)
    return len(frames)


class Relay:
    """Stands between a probe and its collector, and remembers what passes."""

    def __init__(self, target):
        self.target = target
        self.sent, self.received = bytearray(), bytearray()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                probe = self.listener.accept()[0]
            except OSError:
                return
            collector = socket.create_connection(self.target)
            for source, sink, record in ((probe, collector, self.sent),
                                         (collector, probe, self.received)):
                threading.Thread(target=self._pass_on, args=(source, sink, record),
                                 daemon=True).start()

    @staticmethod
    def _pass_on(source, sink, record):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                record += data
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def reports(self):
        """The reports that were sent, as their fields."""
        at, data = 0, bytes(self.sent)
        while at < len(data):
            length = struct.unpack_from(">I", data, at + 8)[0]
            if data[at + 5] == wire.REPORT:
                yield wire.fields_of(data[at + 16:at + 16 + length])
            at += 16 + length


def write_inputs(directory, key):
    """A plan of both spaces, and the key of these days."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    start = today - (today - EPOCH) % datetime.timedelta(days=31)
    (directory / "plan.csv").write_text(
        "prefix,carrier,region,access,class,user_len,port_block\n"
        f"{IPV4_SPACE},carrier-a,lab,fixed,,{USER_BITS[4]},\n"
        f"{IPV6_SPACE},carrier-a,lab,mobile,,{USER_BITS[6]},\n", encoding="utf-8")
    (directory / "keys").mkdir(mode=0o700)
    (directory / "keys/a.key").touch(mode=0o600)
    (directory / "keys/a.key").write_text(f"start: {start}\nkey: {key.hex()}\n",
                                          encoding="utf-8")


def write_config(directory, port):
    """A probe that reads the capture, with a plan and keys."""
    config = directory / "probe.yaml"
    config.write_text(f"probe: exchange-1\ncollectors: [127.0.0.1:{port}]\nwindow: 10s\n"
                      "log_level: debug\nplan: plan.csv\nkeys: keys\nlinks:\n  - name: lab0\n"
                      f"    source: pcap\n    device: {directory}/traffic.pcap\n"
                      "    capacity_bps: 1000000000\n    surface: interconnect\n",
                      encoding="utf-8")


def run_probe(directory, *arguments):
    """Everything the program says; it is started in a directory of its own, where it may leave
    files."""
    place = directory / "cwd"
    place.mkdir(exist_ok=True)
    done = subprocess.run([PROBE, *arguments], cwd=place, capture_output=True, timeout=120,
                          env={**os.environ, "TMPDIR": str(place)}, check=False)
    return done.returncode, done.stdout + done.stderr


def fetch(collector, path):
    """A page as it comes."""
    host, port = collector.http
    try:
        with urllib.request.urlopen(f"http://{host}:{port}{path}", timeout=20) as answer:
            return answer.read()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.read()


def files_of(directory):
    """Bytes and names of all files that were not given to the programs."""
    inputs = {"traffic.pcap", "plan.csv", "a.key", "probe.yaml", "collector.yaml"}
    for path in sorted(directory.rglob("*")):
        if path.is_file() and path.name not in inputs:
            yield path.name.encode() + b"\n" + path.read_bytes()


def check_reports(relay):
    """What was searched is worth it: users were counted, of a group that the plan names."""
    reports = list(relay.reports())
    assert len(reports) >= 6, len(reports)
    assert any(b"carrier-a" in report.get(GROUP_CARRIER, []) for report in reports)
    assert any(report.get(SKETCH_DATA, [b""])[0] for report in reports), "no user was counted"


def emitted(key):
    """One run of everything, and every byte that came of it."""
    with tempfile.TemporaryDirectory(prefix="sixgauge-anonymity-") as name:
        directory = pathlib.Path(name)
        n_frames = write_capture(directory / "traffic.pcap", time.time_ns() - 180 * 10**9)
        write_inputs(directory, key)
        with Collector(COLLECTOR, directory) as collector:
            relay = Relay(collector.sessions)
            write_config(directory, relay.port)
            status, said = run_probe(directory, "run", "--config", directory / "probe.yaml")
            assert status == 0, said
            eventually(lambda: collector.metric("dirty_windows") == 0)
            made = [said, *(fetch(collector, path) for path in PAGES), *files_of(directory)]
            for arguments in (["check", "--config", directory / "probe.yaml"],
                              ["replay", directory / "traffic.pcap"],
                              ["replay", "--plan", directory / "plan.csv", "--format", "json",
                               directory / "traffic.pcap"]):
                made.append(run_probe(directory, *arguments)[1])
            assert collector.signal(signal.SIGTERM) == 0, collector.lines
            relay.listener.close()
        with contextlib.closing(sqlite3.connect(directory / "centre.db")) as database:
            assert database.execute("SELECT sum(received_frames) FROM link_cell").fetchone() == (
                n_frames,)
        made += ["\n".join(collector.lines).encode(), bytes(relay.sent), bytes(relay.received),
                 *files_of(directory)]
        check_reports(relay)
        assert b"exchange-1" in relay.sent and any(b"exchange-1" in page for page in made[1:])
    return made


def leaks_of(search, made, key):
    """What is there that must not be."""
    keyed = {pattern for address in ADDRESSES
             for pattern in address_forms.keyed_patterns(address, USER_BITS[address.version], key)}
    keyed |= {key, key.hex().encode(), key[:8], key[8:], key[7::-1], key[:7:-1]}
    keyed_search = address_forms.Search(keyed)
    return set().union(*(search.find(each) | keyed_search.find(each) for each in made))


def no_byte_that_is_emitted_tells_an_address():
    search = address_forms.Search(known_patterns())
    key = os.urandom(16)
    leaks = leaks_of(search, emitted(key), key)
    sure = {leak for leak in leaks if len(leak) >= address_forms.SURE_BYTES}
    assert not sure, sorted(sure)[:20]
    if leaks:
        # A short one may be chance, which does not strike the same address twice: names, times
        # and keys of a second run are others.
        key = os.urandom(16)
        leaks &= leaks_of(search, emitted(key), key)
    assert not leaks, sorted(leaks)[:20]


def the_search_finds_what_is_planted():
    planted = {
        ipaddress.ip_address("198.18.5.77"): [
            b"198.18.5.77", b"198.018.005.077", b"77.5.18.198", b"77.5.18.198.in-addr.arpa",
            b"\xc6\x12\x05\x4d", b"\x4d\x05\x12\xc6", b"c612054d", b"C612054D", b"c6:12:05:4d",
            b"C6.12.05.4D", b"4d0512c6", b"c612:054d", b"3323069773", b"xhIFTQ",
            b"\xcd\x8a\xc8\xb0\x0c"],
        ipaddress.ip_address("2001:db8:5a7e:12:345:6789:abcd:ef01"): [
            b"2001:db8:5a7e:12:345:6789:abcd:ef01", b"2001:0db8:5a7e:0012:0345:6789:abcd:ef01",
            b"2001:DB8:5A7E:12::", b"2001:db8:5a7e:12/64", b"2001:db8:5a7e:12:0:0:0:0",
            bytes.fromhex("20010db85a7e0012"), bytes.fromhex("12007e5ab80d0120"),
            b"20010DB85A7E0012", b"20:01:0d:b8:5a:7e:00:12", b"20-01-0d-b8-5a-7e-00-12",
            b"2306139569633755154", b"IAENuFp+ABI", b"IAENuFp-ABI",
            bytes.fromhex("03456789abcdef01"), b"2.1.0.0.e.7.a.5.8.b.d.0.1.0.0.2",
            # The first bytes of what "md5sum" and "sha256sum" say of the sixteen of the network.
            bytes.fromhex("0dbface4acf8cf29"), b"2ed4eaea23ab305c"],
    }
    noise = random.Random(2)
    for address, forms in planted.items():
        search = address_forms.Search(address_forms.patterns(address, USER_BITS[address.version]))
        for form in forms:
            data = noise.randbytes(1000) + form + noise.randbytes(1000)
            assert search.find(data), form
        assert not search.find(noise.randbytes(1 << 18))


def the_hash_of_the_search_is_siphash():
    # The first and the last vector of the paper's own list.
    key = bytes(range(16))
    assert address_forms.siphash(key, b"") == 0x726fdb47dd0e0e31
    assert address_forms.siphash(key, bytes(range(15))) == 0xa129ca6149be45e5


tap.run([
    the_hash_of_the_search_is_siphash,
    the_search_finds_what_is_planted,
    no_byte_that_is_emitted_tells_an_address,
])
