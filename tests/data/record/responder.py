#!/usr/bin/env python3
"""Small servers for recordings, on every address of both families: HTTP on port 80 (a page of BYTES
bytes) and DNS on UDP port 53 (an A and an AAAA record for any name). Ends with SIGTERM.

usage: responder.py BYTES
"""
import http.server
import socket
import struct
import sys
import threading

# Record type: what the answer holds.
ADDRESSES = {
    1: socket.inet_pton(socket.AF_INET, "192.0.2.80"),
    28: socket.inet_pton(socket.AF_INET6, "2001:db8::80"),
}


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    body = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_):
        pass


class DualStackServer(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


def dns_answer(query):
    """The question back, with one record when it asks for an address."""
    end = query.index(0, 12) + 5
    kind, _ = struct.unpack("!HH", query[end - 4 : end])
    address = ADDRESSES.get(kind)
    header = query[:2] + struct.pack("!HHHHH", 0x8580, 1, 1 if address else 0, 0, 0)
    record = b""
    if address:
        record = struct.pack("!HHHIH", 0xC00C, kind, 1, 300, len(address)) + address
    return header + query[12:end] + record


def serve_dns(server):
    """The answer leaves from the very address that was asked, whichever of the host's it was."""
    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    while True:
        query, asked, _, client = server.recvmsg(1500, 256)
        server.sendmsg([dns_answer(query)], asked, 0, client)


def main(n_bytes):
    Page.body = b"v6" * (n_bytes // 2)
    dns = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    dns.bind(("::", 53))
    threading.Thread(target=serve_dns, args=(dns,), daemon=True).start()
    DualStackServer(("::", 80), Page).serve_forever()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(int(sys.argv[1]))
