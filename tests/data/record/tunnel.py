#!/usr/bin/env python3
"""One end of a tunnel in user space, for encapsulations that a kernel may not have been built with.

usage: tunnel.py KIND LOCAL REMOTE INTERFACE

Packets that the kernel routes into the device "tun0" get the header of KIND in front and leave on
INTERFACE; packets of that kind that arrive come out of tun0. So everything inside is the work of
the kernel's own IP stack, and so is the outer IP header: it is added by a raw or UDP socket between
the addresses LOCAL and REMOTE. Kinds of the link layer (vlan, qinq, mpls, pppoe) need no addresses
and use a packet socket instead. Ends with SIGTERM.
"""
import fcntl
import select
import socket
import struct
import sys

TUN_SET_INTERFACE = 0x400454CA
TUN_WITHOUT_ETHERNET = 0x0001
TUN_WITHOUT_PACKET_INFO = 0x1000
MAX_PACKET_BYTES = 65536

# Of packet(7), which Python's socket module does not name.
SOL_PACKET = 263
PACKET_AUXDATA = 8
ETH_P_ALL = 3

ETHERTYPES = {4: 0x0800, 6: 0x86DD}
PPP_PROTOCOLS = {4: 0x0021, 6: 0x0057}
# Two stations inside GENEVE; which is which does not matter to anybody.
INNER_ETHERNET = bytes.fromhex("02000000000b" "02000000000a")


def version(packet):
    return packet[0] >> 4


def ethertype(packet):
    return struct.pack("!H", ETHERTYPES[version(packet)])


def gre_encode(packet):
    return b"\0\0" + ethertype(packet) + packet


def gre_key_encode(packet):
    return b"\x20\0" + ethertype(packet) + struct.pack("!I", 66) + packet


def geneve_encode(packet):
    return b"\0\0\x65\x58" + b"\0\0\x42\0" + INNER_ETHERNET + ethertype(packet) + packet


def gtpu_encode(packet):
    return struct.pack("!BBHI", 0x30, 0xFF, len(packet), 0x6A15) + packet


def teredo_encode(packet):
    return packet


def vlan_encode(packet):
    return b"\x81\0" + struct.pack("!H", 66) + ethertype(packet) + packet


def qinq_encode(packet):
    return b"\x88\xa8" + struct.pack("!H", 100) + vlan_encode(packet)


def mpls_encode(packet):
    transport = struct.pack("!I", 16001 << 12 | 64)
    service = struct.pack("!I", 24006 << 12 | 0x100 | 64)
    return b"\x88\x47" + transport + service + packet


def pppoe_encode(packet):
    ppp = struct.pack("!H", PPP_PROTOCOLS[version(packet)]) + packet
    return b"\x88\x64" + struct.pack("!BBHH", 0x11, 0, 66, len(ppp)) + ppp


def skip(n_bytes):
    """Decoding is cutting off what the other end put in front."""
    return lambda data: data[n_bytes:]


# kind: (socket, IP protocol, UDP port or ethertype; encode; decode)
KINDS = {
    "ip": ("raw", None, lambda packet: packet, skip(0)),
    "gre": ("raw", 47, gre_encode, skip(4)),
    "gre-key": ("raw", 47, gre_key_encode, skip(8)),
    "teredo": ("udp", 3544, teredo_encode, skip(0)),
    "geneve": ("udp", 6081, geneve_encode, skip(8 + 14)),
    "gtpu": ("udp", 2152, gtpu_encode, skip(8)),
    "vlan": ("packet", 0x8100, vlan_encode, skip(2 + 4)),
    "qinq": ("packet", 0x88A8, qinq_encode, skip(2 + 8)),
    "mpls": ("packet", 0x8847, mpls_encode, skip(2 + 8)),
    "pppoe": ("packet", 0x8864, pppoe_encode, skip(2 + 8)),
}


def open_tun():
    tun = open("/dev/net/tun", "r+b", buffering=0)
    flags = TUN_WITHOUT_ETHERNET | TUN_WITHOUT_PACKET_INFO
    fcntl.ioctl(tun, TUN_SET_INTERFACE, struct.pack("16sH14x", b"tun0", flags))
    return tun


class AddressedEnd:
    """A raw socket or a UDP socket; the kernel makes the headers up to the tunnel's own."""

    def __init__(self, kind, number, local, remote):
        self.family = socket.AF_INET6 if ":" in local else socket.AF_INET
        self.raw = kind == "raw"
        self.remote = (remote, 0 if self.raw else number)
        if self.raw:
            self.socket = socket.socket(self.family, socket.SOCK_RAW, number)
            self.socket.bind((local, 0))
        else:
            self.socket = socket.socket(self.family, socket.SOCK_DGRAM)
            self.socket.bind((local, number))

    def send(self, data):
        self.socket.sendto(data, self.remote)

    def receive(self):
        data = self.socket.recv(MAX_PACKET_BYTES)
        if self.raw and self.family == socket.AF_INET:
            return data[(data[0] & 15) * 4 :]  # only IPv4 raw sockets show the IP header
        return data


class PacketEnd:
    """Frames on the wire itself. The kernel takes an outer VLAN tag out of what it hands over."""

    def __init__(self, number, interface, peer):
        self.tagged = number in (0x8100, 0x88A8)
        self.number = number
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.bind((interface, ETH_P_ALL))
        self.header = bytes.fromhex(peer.replace(":", "")) + self.socket.getsockname()[4]
        self.socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)

    def send(self, data):
        self.socket.send(self.header + data)

    def receive(self):
        frame, extra, _, address = self.socket.recvmsg(MAX_PACKET_BYTES, 256)
        if address[2] == socket.PACKET_OUTGOING:
            return None
        if self.tagged:
            return self.untag(frame, extra)
        return frame[12:] if frame[12:14] == struct.pack("!H", self.number) else None

    def untag(self, frame, extra):
        """Puts the tag back in front, as encode() made it."""
        for level, kind, data in extra:
            if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
                tag, protocol = struct.unpack("=HH", data[16:20])
                if protocol == self.number:
                    return struct.pack("!HH", protocol, tag) + frame[12:]
        return None


def carry(tun, end, encode, decode):
    while True:
        ready, _, _ = select.select([tun, end.socket], [], [])
        if tun in ready:
            end.send(encode(tun.read(MAX_PACKET_BYTES)))
        if end.socket in ready:
            data = end.receive()
            if data is not None:
                tun.write(decode(data))


def main(kind, local, remote, interface):
    protocol = None
    if kind in ("4", "41"):
        kind, protocol = "ip", int(kind)
    how, number, encode, decode = KINDS[kind]
    if how == "packet":
        end = PacketEnd(number, interface, remote)
    else:
        end = AddressedEnd(how, protocol or number, local, remote)
    carry(open_tun(), end, encode, decode)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
