"""The wire protocol from the probe's side, written from docs and schema alone, so that a mistake
of the C code is not repeated here."""

import socket
import struct
import time

HELLO, HELLO_ACK, REPORT, ACK, UNASSIGNED, HEARTBEAT, GOODBYE = range(1, 8)

FAMILIES = ["ipv4", "ipv6"]
TRANSITIONS = ["native4", "native6", "6in4", "6to4", "6rd", "isatap", "teredo", "4in6", "nat64"]
DROP_REASONS = ["missed", "no_buffer", "error", "ring_full"]
SURFACES = ["metro", "mobile-core", "interconnect", "international"]

MINUTE_NS = 60 * 10**9


def crc32c(data):
    """CRC32C, bit by bit (RFC 3720 appendix B.4)."""
    crc = 0xffffffff
    for octet in data:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def frame(kind, payload, version=1, flags=0, length=None, spoil_crc=False):
    """A sealed frame; the last arguments bend it."""
    head = struct.pack(">IBBHI", 0x36474155, version, kind, flags,
                       len(payload) if length is None else length)
    crc = crc32c(head + payload) ^ spoil_crc
    return head + struct.pack(">I", crc) + payload


def varint(value):
    """A protobuf varint."""
    out = bytearray()
    while value > 0x7f:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, value):
    """One field: an integer as varint, bytes or text with its length, a list packed."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, list):
        value = b"".join(varint(item) for item in value)
    elif isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value


def message(fields):
    """A message from (number, value) pairs; a list of texts is repeated."""
    out = b""
    for number, value in fields:
        texts = isinstance(value, list) and value and isinstance(value[0], str)
        for one in value if texts else [value]:
            out += field(number, one)
    return out


def hello(probe="exchange-1", spool=b"s" * 16, versions=(1, 1), next_sequence=1):
    """A Hello frame."""
    return frame(HELLO, message([(1, probe), (2, versions[0]), (3, versions[1]), (4, spool),
                                 (5, next_sequence), (6, time.time_ns()), (7, "test 1")]))


def report_payload(sequence, start_ns, probe="exchange-1", spool=b"s" * 16, length_ns=MINUTE_NS,
                   observed_ns=None, links=(("lab0", "interconnect"),), rows=None,
                   dropped=(0, 0, 0, 0), later=()):
    """A Report. rows are (link, carrier, payload, transition, packets, carrier bytes, payload
    bytes), numbers all, sorted; each packet is one frame of its carrier. dropped
    are the frames each link lost, by reason. later are fields that older probes do not send."""
    if rows is None:
        rows = [(0, 0, 0, 0, 10, 3000, 3000), (0, 1, 1, 1, 20, 9000, 9000)]
    v4, v6 = ([sum(row[4] for row in rows if row[0] == link and row[1] == carrier)
               for link in range(len(links))] for carrier in (0, 1))
    columns = list(zip(*rows)) if rows else [()] * 7
    fields = [
        (1, probe), (2, spool), (3, sequence), (4, start_ns), (5, length_ns),
        (6, length_ns if observed_ns is None else observed_ns), (7, 1), (8, 0), (9, "test 1"),
        (16, [name for name, _ in links]),
        (17, [SURFACES.index(surface) for _, surface in links]),
        (18, [10**11] * len(links)),
        (19, [a + b + sum(dropped) for a, b in zip(v4, v6)]), (20, v4), (21, v6),
        (22, [0] * len(links)), (23, [0] * len(links)), (24, [dropped[0]] * len(links)),
        (25, [0] * len(links)), (26, [0] * len(links)), (27, [99999] * len(links)),
        (28, [dropped[1]] * len(links)), (29, [dropped[2]] * len(links)),
        (30, [dropped[3]] * len(links)),
    ] + [(32 + column, list(values)) for column, values in enumerate(columns)] + list(later)
    # A table without rows has no columns.
    return message([(number, value) for number, value in fields if value != []])


def users_fields(groups=(("net", "north", 0, "", 1, 64, 0),), keys=((77, 10**18),),
                 sketches=((0, 0, 1, 300, b"\x01\x05"),), plan=b"p" * 16):
    """What a Report says of users, as later fields. groups are (carrier, region, access, class,
    family, user_len, port_block), keys (id, start_ns), sketches (key, group, grade,
    scope_seconds, encoded sketch), all sorted."""
    key, group, grade, scope_seconds, octets = ([row[column] for row in sketches]
                                                for column in range(5))
    return [(10, plan)] + [
        (64 + column, [row[column] for row in groups]) for column in range(7)
    ] + [(72 + column, [row[column] for row in keys]) for column in range(2)] + [
        (80, key), (81, group), (82, grade), (83, scope_seconds),
        (84, [len(one) for one in octets]), (85, b"".join(octets))]


def read_varint(data, at):
    """A varint at an offset, and the offset behind it."""
    value = shift = 0
    while True:
        octet = data[at]
        at += 1
        value |= (octet & 0x7f) << shift
        shift += 7
        if octet < 0x80:
            return value, at


def fields_of(payload):
    """The fields of a message: number -> list of integers or bytes."""
    fields, at = {}, 0
    while at < len(payload):
        tag, at = read_varint(payload, at)
        if tag & 7 == 0:
            value, at = read_varint(payload, at)
        else:
            assert tag & 7 == 2, f"wire type {tag & 7}"
            length, at = read_varint(payload, at)
            value, at = payload[at:at + length], at + length
        fields.setdefault(tag >> 3, []).append(value)
    return fields


def unpack(packed):
    """The integers of packed fields."""
    values = []
    for data in packed:
        at = 0
        while at < len(data):
            value, at = read_varint(data, at)
            values.append(value)
    return values


class Session:
    """A connection to a collector, as a probe would have it."""

    def __init__(self, address, greeting=None, timeout=15):
        self.socket = socket.create_connection(address, timeout=timeout)
        self.buffer = b""
        if greeting is not None:
            self.send(greeting)
            kind, payload = self.receive()
            assert kind == HELLO_ACK, (kind, payload)
            self.hello_ack = fields_of(payload)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """Sends raw bytes."""
        self.socket.sendall(data)

    def send_report(self, *arguments, **settings):
        """Sends a report made by report_payload()."""
        self.send(frame(REPORT, report_payload(*arguments, **settings)))

    def receive(self):
        """The next frame, checked: (type, payload); None when the collector has closed."""
        while len(self.buffer) < 16 or len(self.buffer) < 16 + self._length():
            chunk = self.socket.recv(65536)
            if not chunk:
                assert not self.buffer, "the stream ends inside a frame"
                return None
            self.buffer += chunk
        end = 16 + self._length()
        whole, self.buffer = self.buffer[:end], self.buffer[end:]
        assert frame(whole[5], whole[16:]) == whole, "a frame that is not sealed right"
        return whole[5], whole[16:]

    def _length(self):
        return struct.unpack(">I", self.buffer[8:12])[0]

    def receive_ack(self):
        """(set of acknowledged sequences, {rejected sequence: reason}) of the next Ack."""
        kind, payload = self.receive()
        assert kind == ACK, (kind, payload)
        fields = fields_of(payload)
        accepted = set()
        for first, last in zip(unpack(fields.get(2, [])), unpack(fields.get(3, []))):
            accepted.update(range(first, last + 1))
        reasons = [reason.decode() for reason in fields.get(5, [])]
        return accepted, dict(zip(unpack(fields.get(4, [])), reasons))

    def receive_goodbye(self):
        """The reason of a Goodbye, after which the collector must close."""
        kind, payload = self.receive()
        assert kind == GOODBYE, (kind, payload)
        assert self.receive() is None, "it goes on after Goodbye"
        return fields_of(payload)[1][0].decode()
