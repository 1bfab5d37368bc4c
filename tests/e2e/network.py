"""A network of the test's own."""

import ctypes
import pathlib
import socket
import subprocess
import time

import tap

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000


def ip(words):
    """Runs the command for interfaces."""
    subprocess.run(["ip", *words.split()], check=True)


def join(near, far):
    """Makes two interfaces, joined by a wire on which nobody but the test sends anything."""
    ip(f"link add {near} type veth peer name {far}")
    for name in (near, far):
        pathlib.Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")
        ip(f"link set {name} up")


def enter():
    """Moves this process, and what it starts, into a network that ends with it, with two joined
    interfaces, near and far."""
    if LIBC.unshare(CLONE_NEWNET) != 0:
        raise tap.Skip("a network namespace needs root")
    ip("link set lo up")
    join("near", "far")


def send(interface, frames, per_second=20000):
    """Sends frames gently: what is lost on the way in is nobody's to count."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as port:
        port.bind((interface, 0))
        start = time.monotonic()
        for number, frame in enumerate(frames):
            port.send(frame)
            if number % 32 == 0:
                time.sleep(max(0, start + number / per_second - time.monotonic()))
