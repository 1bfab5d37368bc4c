"""Two network namespaces joined by a cable, and programs run and recorded in them."""
import contextlib
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SETTLE_SECONDS = 0.4  # for a program to open its sockets, or a capture to see the last packet
MAX_PINGS = 5


def run(*command, check=True):
    return subprocess.run(command, check=check, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class Host:
    """One namespace, with the interface "wire" of the cable."""

    def __init__(self, name, ipv4, ipv6):
        self.name, self.ipv4, self.ipv6 = name, ipv4, ipv6
        self.started = []

    def run(self, *command, check=True):
        return run("ip", "netns", "exec", self.name, *command, check=check)

    def ip(self, *arguments):
        run("ip", "-n", self.name, *arguments)

    def start(self, *command):
        process = subprocess.Popen(
            ("ip", "netns", "exec", self.name) + command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self.started.append(process)
        return process

    def start_python(self, script, *arguments):
        return self.start(sys.executable, os.path.join(HERE, script), *arguments)

    def mac(self):
        link = self.run("cat", "/sys/class/net/wire/address")
        return link.stdout.decode().strip()

    def stop_all(self):
        for process in self.started:
            process.terminate()
            process.wait()
            process.stderr.close()


class Network:
    """Hosts a (client) and b (server). Gone, with all that runs in it, when the with block ends."""

    def __init__(self):
        tag = "sixgauge-%d" % os.getpid()
        self.a = Host(tag + "-a", "192.0.2.1", "2001:db8:1::1")
        self.b = Host(tag + "-b", "192.0.2.2", "2001:db8:1::2")
        self.hosts = (self.a, self.b)

    def __enter__(self):
        try:
            self.build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def build(self):
        for host in self.hosts:
            run("ip", "netns", "add", host.name)
        peer = ("peer", "name", "wire", "netns", self.b.name)
        self.a.ip("link", "add", "wire", "type", "veth", *peer)
        for host in self.hosts:
            self.bring_up(host)
        self.settle()

    def bring_up(self, host):
        host.run("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
        host.run("sysctl", "-qw", "net.ipv6.conf.default.router_solicitations=0")
        host.run("sysctl", "-qw", "net.ipv6.conf.wire.accept_dad=0")
        # Checksums and segments are made by the kernel, as a real card would put them on the wire.
        host.run("ethtool", "-K", "wire", "tx", "off", "tso", "off", "gso", "off", "gro", "off")
        host.ip("addr", "add", host.ipv4 + "/24", "dev", "wire")
        host.ip("addr", "add", host.ipv6 + "/64", "dev", "wire", "nodad")
        host.ip("link", "set", "lo", "up")
        host.ip("link", "set", "wire", "up")

    def settle(self):
        """Waits until both families get through, then forgets how: recordings show it again."""
        for address in (self.b.ipv4, self.b.ipv6):
            for _ in range(MAX_PINGS):
                if self.a.run("ping", "-c1", "-W1", address, check=False).returncode == 0:
                    break
        time.sleep(2 * SETTLE_SECONDS)
        for host in self.hosts:
            host.ip("neigh", "flush", "all")

    def __exit__(self, *_):
        for host in self.hosts:
            host.stop_all()
            run("ip", "netns", "del", host.name, check=False)


@contextlib.contextmanager
def recording(host, path, interface="wire", arguments=(), filter_text=""):
    """Records what passes the interface while the with block runs."""
    process = host.start(
        "tcpdump", "-i", interface, "--immediate-mode", "-U", "-Z", "root",
        "--time-stamp-precision=nano", "-w", path, *arguments, *filter_text.split(),
    )
    line = process.stderr.readline()
    while b"listening on" not in line:
        if not line:
            raise RuntimeError("tcpdump did not start on " + interface)
        line = process.stderr.readline()
    yield
    time.sleep(SETTLE_SECONDS)
    process.send_signal(signal.SIGINT)
    process.wait()
