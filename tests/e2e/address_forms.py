"""Every way we can think of in which an address, or a hash of it that anybody could make, might be
written down; and a search for many of them at once."""

import base64
import hashlib
import ipaddress
import re
import struct
import zlib

import wire

# Of fewer bytes, some pattern of thousands is found in a megabyte of noise now and then.
SURE_BYTES = 8
LEAST_BYTES = 4
WORD = (1 << 64) - 1


def rotate(word, bits):
    return (word << bits | word >> (64 - bits)) & WORD


def siphash(key, data):
    """SipHash-2-4 with its 64-bit result, from the paper."""
    k0, k1 = struct.unpack("<QQ", key)
    v0, v1, v2, v3 = (k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
                      k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573)
    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 0xff])
    for (word,) in [*struct.iter_unpack("<Q", padded), (None,)]:
        rounds = 2
        if word is None:
            word, rounds = 0, 4
            v2 ^= 0xff
        v3 ^= word
        for _ in range(rounds):
            v0 = (v0 + v1) & WORD
            v1 = rotate(v1, 13) ^ v0
            v0 = rotate(v0, 32)
            v2 = (v2 + v3) & WORD
            v3 = rotate(v3, 16) ^ v2
            v0 = (v0 + v3) & WORD
            v3 = rotate(v3, 21) ^ v0
            v2 = (v2 + v1) & WORD
            v1 = rotate(v1, 17) ^ v2
            v2 = rotate(v2, 32)
        v0 ^= word
    return v0 ^ v1 ^ v2 ^ v3


def fnv1a(data):
    """64 bits, by Fowler, Noll and Vo."""
    result = 0xcbf29ce484222325
    for octet in data:
        result = (result ^ octet) * 0x100000001b3 & WORD
    return result


def murmur64a(data, seed=0xadc83b19):
    """What Redis would make of it in PFADD."""
    factor = 0xc6a4a7935bd1e995
    result = seed ^ len(data) * factor & WORD
    whole = len(data) // 8 * 8
    for (word,) in struct.iter_unpack("<Q", data[:whole]):
        word = word * factor & WORD
        result = (result ^ (word ^ word >> 47) * factor & WORD) * factor & WORD
    if len(data) > whole:
        result = (result ^ int.from_bytes(data[whole:], "little")) * factor & WORD
    result = (result ^ result >> 47) * factor & WORD
    return result ^ result >> 47


def binary(data):
    """The bytes as they are, the other way round, and with each half so."""
    half = len(data) // 2
    swapped = b"".join(data[at:at + 4][::-1] for at in range(0, len(data), 4))
    return {data, data[::-1], data[:half][::-1] + data[half:][::-1], swapped}


def hexadecimal(data):
    """Bytes as digits: plain, with colons, points, dashes or spaces between, \\x and 0x before."""
    for each in (data, data[::-1]):
        digits = [f"{octet:02x}" for octet in each]
        for text in ("".join(digits), ":".join(digits), ".".join(digits), "-".join(digits),
                     " ".join(digits), "\\x" + "\\x".join(digits), ", 0x".join(digits),
                     ".".join("".join(digits)[::-1])):
            yield text
            yield text.upper().replace("X", "x")
    groups = [data[at:at + 2].hex() for at in range(0, len(data), 2)]
    yield ":".join(groups)
    yield ":".join(groups).upper()


def other_bases(data):
    """Base 64, at each place in a longer text, and 32."""
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + data)
        # The digits that are of these bytes alone.
        inner = text[-(-shift * 8 // 6):(shift + len(data)) * 8 // 6]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")
    yield base64.b32encode(data).rstrip(b"=")


def number(value):
    """An integer in decimal, in hexadecimal without leading zeros, and as protobuf has it."""
    for text in (str(value), f"{value:x}", f"{value:X}"):
        yield text.encode()
    yield wire.varint(value)
    yield wire.varint(value << 1)


def forms_of_bytes(data):
    """All of the above."""
    yield from binary(data)
    yield from (text.encode() for text in hexadecimal(data))
    yield from other_bases(data)
    for order in ("big", "little"):
        yield from number(int.from_bytes(data, order))


def texts(address):
    """As people write it."""
    yield str(address)
    yield address.exploded
    yield address.reverse_pointer
    if address.version == 4:
        octets = str(address).split(".")
        yield ".".join(f"{int(octet):03d}" for octet in octets)
        yield ".".join(reversed(octets))
    else:
        # Without the zeros that a mask leaves behind it, or with those of each group.
        yield str(address).removesuffix("::")
        yield ":".join(f"{group:x}" for group in struct.unpack(">8H", address.packed))


def hashes(data):
    """Of these bytes, by functions that need no key; so much of each as would be noticed."""
    for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s"):
        yield hashlib.new(name, data).digest()[:8]
    for word in (siphash(bytes(16), data), siphash(bytes(range(16)), data), fnv1a(data),
                 murmur64a(data), murmur64a(data, 0)):
        yield word.to_bytes(8, "big")
    yield wire.crc32c(data).to_bytes(4, "big")
    yield zlib.crc32(data).to_bytes(4, "big")


def forms_of_hash(digest):
    """The usual ones."""
    yield digest
    yield digest[::-1]
    yield digest.hex().encode()
    yield digest[::-1].hex().encode()
    yield base64.b64encode(digest).rstrip(b"=")
    yield str(int.from_bytes(digest, "big")).encode()


def identity(address):
    """What is hashed of a subscriber's address: the family and the bytes."""
    return bytes([4 if address.version == 4 else 6]) + address.packed


def network_of(address, user_bits):
    """The address with all but the subscriber's bits cleared."""
    return ipaddress.ip_network((address, user_bits), strict=False).network_address


def patterns(address, user_bits):
    """All byte strings that would give the address, or the subscriber, away."""
    found = set()
    for one in {address, network_of(address, user_bits)}:
        for text in texts(one):
            found.update((text.encode(), text.upper().encode()))
        found.update(forms_of_bytes(one.packed))
        for data in (one.packed, identity(one), str(one).encode()):
            for digest in hashes(data):
                found.update(forms_of_hash(digest))
    if address.version == 6:
        found.update(forms_of_bytes(address.packed[:8]))
        found.update(forms_of_bytes(address.packed[8:]))
    return {pattern for pattern in found if len(pattern) >= LEAST_BYTES}


def keyed_patterns(address, user_bits, key):
    """The whole hash of a user under the secret key, which is nobody else's business either."""
    digest = siphash(key, identity(network_of(address, user_bits))).to_bytes(8, "big")
    return {*forms_of_hash(digest), wire.varint(int.from_bytes(digest, "big"))}


class Search:
    """Finds any of many patterns: every part of the data of each length that patterns have is
    looked up among them."""

    def __init__(self, wanted):
        self.by_length = {}
        for pattern in wanted:
            self.by_length.setdefault(len(pattern), set()).add(pattern)

    def find(self, data):
        """The patterns that are in the data."""
        # Databases are full of zeros, of which no pattern has so many.
        data = re.sub(rb"\0{64,}", bytes(64), data)
        found = set()
        for length, wanted in self.by_length.items():
            parts = {data[at:at + length] for at in range(len(data) - length + 1)}
            found |= parts & wanted
        return found
