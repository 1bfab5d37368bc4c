"""Sketches from a probe's side, written from the docs alone: HyperLogLog with 2^14 registers of six
bits, in the dense encoding and the dense string of Redis."""

import hashlib

REGISTERS = 1 << 14
REGISTER_BYTES = REGISTERS * 6 // 8
REDIS_HEADER = b"HYLL" + b"\0" * 11 + b"\x80"


def user_hash(key, user):
    """64 bits that nobody can tell the user from. Which hash it is no collector knows."""
    digest = hashlib.blake2b(f"{key}/{user}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def registers_of(key, users):
    """The packed registers of these users."""
    ranks = [0] * REGISTERS
    for user in users:
        value = user_hash(key, user)
        rest = value >> 14 | 1 << 50
        rank = (rest & -rest).bit_length()
        ranks[value % REGISTERS] = max(ranks[value % REGISTERS], rank)
    packed = 0
    for number, rank in enumerate(ranks):
        packed |= rank << 6 * number
    return packed.to_bytes(REGISTER_BYTES, "little")


def encoded(key, users):
    """A sketch as it travels: the dense encoding."""
    return b"\x02" + registers_of(key, users)


def stored(key, users):
    """A sketch as the store keeps it."""
    return REDIS_HEADER + registers_of(key, users)
