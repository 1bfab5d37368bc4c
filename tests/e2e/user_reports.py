"""The fields of a report that are about users, written from docs and schema alone."""

import hashlib

ACCESSES = ["mobile", "fixed", "enterprise", "idc", "broadcast", "iot"]
GRADES = ["sent", "confirmed"]
SCOPE_NS = 300 * 10**9
KEY_START_NS = 20584 * 86400 * 10**9  # 664 times 31 days
REGISTER_BITS, RANK_BITS = 14, 6


def varint(value):
    """LEB128, as protobuf has it too."""
    out = bytearray()
    while value > 0x7f:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def sketch_of(users):
    """A sparse sketch: for each register that is not 0, how many were skipped, and its rank."""
    ranks = {}
    for user in users:
        hashed = int.from_bytes(hashlib.blake2b(user.encode(), digest_size=8).digest(), "little")
        rest, register = hashed >> REGISTER_BITS, hashed % 2**REGISTER_BITS
        rank = (rest & -rest).bit_length() or 51
        ranks[register] = max(rank, ranks.get(register, 0))
    out, expected = b"\x01", 0
    for register in sorted(ranks):
        out += varint((register - expected) << RANK_BITS | ranks[register])
        expected = register + 1
    return out


def some_users(n, first=0):
    """Names of so many users."""
    return [f"user {number}" for number in range(first, first + n)]


def users_of(groups, plan=b"p" * 16, key=0xabc, covered=(0, 10), uncovered=(0, 0)):
    """Fields for report_payload(later=...). groups: (carrier, region, access, {grade: users}), of
    IPv6, sorted."""
    rows = [(number, grade, sketch_of(users))
            for number, (_, _, _, grades) in enumerate(groups)
            for grade, users in sorted((GRADES.index(name), users)
                                       for name, users in grades.items())]
    fields = [(10, plan), (11, covered[0]), (12, covered[1]), (13, uncovered[0]),
              (14, uncovered[1])]
    if not groups:
        return fields
    return fields + [
        (64, [group[0] for group in groups]), (65, [group[1] for group in groups]),
        (66, [ACCESSES.index(group[2]) for group in groups]), (67, [""] * len(groups)),
        (68, [1] * len(groups)), (69, [56] * len(groups)), (70, [0] * len(groups)),
        (72, [key]), (73, [KEY_START_NS]),
        (80, [0] * len(rows)), (81, [row[0] for row in rows]), (82, [row[1] for row in rows]),
        (83, [300] * len(rows)), (84, [len(row[2]) for row in rows]),
        (85, b"".join(row[2] for row in rows))]
