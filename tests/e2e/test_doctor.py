"""The doctor on this machine: interfaces that go up and down, files, collectors, statuses."""

import contextlib
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile

import tap

PROBE = sys.argv[1]
LINE = re.compile(r"(ok|warning|fault)  ([^:]+(?: [^ ]+:\d+)?): found (.+)")
NAMESPACE = f"sixgauge-doctor-{os.getpid()}"
NOBODY = 65534


@contextlib.contextmanager
def scratch():
    """A directory for one test."""
    with tempfile.TemporaryDirectory(prefix="sixgauge-doctor-") as directory:
        os.chmod(directory, 0o755)
        yield pathlib.Path(directory)


def write_config(directory, source, device, **settings):
    """A probe.yaml of one link."""
    settings = {"probe": "exchange-1", "max_flows": 65536, **settings}
    path = directory / "probe.yaml"
    path.write_text("".join(f"{key}: {value}\n" for key, value in settings.items()) +
                    f"links:\n  - name: lab0\n    source: {source}\n    device: {device}\n"
                    "    capacity_bps: 100000000000\n    surface: interconnect\n",
                    encoding="utf-8")
    return path


def write_capture(path, link_type=1):
    """A capture file without a packet."""
    path.write_bytes(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, link_type))
    return path


def doctor(config, *arguments, inside=(), **settings):
    """Exit status, and the findings as (severity, what, the rest of the line)."""
    done = subprocess.run([*inside, PROBE, "doctor", "--config", config, *arguments],
                          capture_output=True, text=True, timeout=60, check=False, **settings)
    matches = [LINE.fullmatch(line) for line in done.stdout.splitlines()]
    assert all(matches), done.stdout
    assert done.stderr == "", done.stderr
    found = [match.groups() for match in matches]
    assert done.returncode == int(any(severity == "fault" for severity, *_ in found)), done
    return done.returncode, found


def of(found, what):
    """Severity and text of the only finding about it."""
    matching = [(severity, text) for severity, name, text in found if name == what]
    assert len(matching) == 1, (what, found)
    return matching[0]


def the_order_of_the_findings_is_fixed():
    with scratch() as directory:
        config = write_config(directory, "pcap", write_capture(directory / "a.pcap"))
        status, found = doctor(config)
        names = [what for _, what, _ in found if not what.startswith("hugepages of node")]
        assert names == ["hugepages", "transparent hugepages", "memory", "open files",
                         "link lab0 capture", "clock", "collector 127.0.0.1:8661"], names
        assert status == 0, found
        assert doctor(config)[1][-1] == found[-1]


def a_capture_that_cannot_be_read_is_a_fault():
    with scratch() as directory:
        status, found = doctor(write_config(directory, "pcap", directory / "none.pcap"))
        severity, text = of(found, "link lab0 capture")
        assert (status, severity) == (1, "fault") and "none.pcap" in text, found


def a_file_for_net_pcap_must_be_ethernet():
    with scratch() as directory:
        for link_type, wanted in ((1, "ok"), (101, "fault")):
            capture = write_capture(directory / "a.pcap", link_type)
            _, found = doctor(write_config(directory, "dpdk", f"net_pcap0,rx_pcap={capture}"))
            assert of(found, "link lab0 capture")[0] == wanted, found


def a_collector_is_called():
    with scratch() as directory, socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        config = write_config(directory, "pcap", write_capture(directory / "a.pcap"),
                              collectors=f'["{host}:{port}"]')
        assert of(doctor(config)[1], f"collector {host}:{port}")[0] == "ok"
        listener.close()
        status, found = doctor(config)
        severity, text = of(found, f"collector {host}:{port}")
        assert (status, severity) == (0, "warning") and "connection refused" in text, found


def too_many_flows_for_the_memory_are_a_fault():
    with scratch() as directory:
        capture = write_capture(directory / "a.pcap")
        if os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") > 60 << 30:
            raise tap.Skip("this machine has memory for all the flows a file may ask for")
        status, found = doctor(write_config(directory, "pcap", capture, max_flows=1 << 30))
        severity, text = of(found, "memory")
        assert (status, severity) == (1, "fault") and "lower max_flows" in text, found


def arguments_for_dpdk_are_heeded():
    with scratch() as directory:
        config = write_config(directory, "dpdk", "net_null0")
        text = of(doctor(config)[1], "hugepages")[1]
        assert "packet buffers take 37 MiB" in text, text
        text = of(doctor(config, "--", "--no-huge")[1], "hugepages")[1]
        assert "none needed" in text, text


def queues_are_held_against_workers():
    with scratch() as directory:
        config = write_config(directory, "dpdk", "net_null0", workers=2)
        severity, text = of(doctor(config)[1], "queues")
        assert severity == "warning" and text.startswith("1 to ask for, polled by 2"), text
        with config.open("a", encoding="utf-8") as more:
            more.write("    queues: 2\n")
        assert of(doctor(config)[1], "queues")[0] == "ok"
        config = write_config(directory, "dpdk", "net_null0", workers=2, spread="inner")
        found = doctor(config)[1]
        assert of(found, "queues")[0] == "ok"
        assert "packet buffers take 57 MiB" in of(found, "hugepages")[1], found


def what_is_wrong_on_the_command_line_or_in_the_file_is_status_2():
    with scratch() as directory:
        config = write_config(directory, "dpdk", "net_null0")
        for arguments in (["stray"], ["--", "stray"], ["-", "--", "--no-huge"]):
            done = subprocess.run([PROBE, "doctor", "--config", config, *arguments],
                                  capture_output=True, text=True, check=False)
            assert done.returncode == 2 and done.stdout == "", done
            assert "unexpected argument" in done.stderr, done
        config = write_config(directory, "pcap", "a.pcap")
        done = subprocess.run([PROBE, "run", "--config", config, "--", "--no-huge"],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 2 and "no link is of source dpdk" in done.stderr, done
        config.write_text("prob: x\n", encoding="utf-8")
        done = subprocess.run([PROBE, "doctor", "--config", config],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 2 and 'did you mean "probe"' in done.stderr, done


def run_gives_its_arguments_to_dpdk():
    with scratch() as directory:
        config = write_config(directory, "dpdk", "net_null0")
        done = subprocess.run([PROBE, "run", "--config", config, "--", "--no-such-argument"],
                              capture_output=True, text=True, timeout=60, check=False)
        if "this build has no DPDK" in done.stderr:
            raise tap.Skip("this build has no DPDK")
        assert done.returncode == 1 and "no-such-argument" in done.stderr, done
        assert "DPDK did not start" in done.stderr, done


def need_root():
    """Skips the test where it cannot do what it must."""
    if os.geteuid() != 0:
        raise tap.Skip("network namespaces need root")


def ip(*words):
    """Runs ip, inside the namespace."""
    subprocess.run(["ip", "-n", NAMESPACE, *words], check=True, capture_output=True)


@contextlib.contextmanager
def veth():
    """Two interfaces, down, in a namespace of their own."""
    need_root()
    try:
        subprocess.run(["ip", "netns", "add", NAMESPACE], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise tap.Skip("network namespaces cannot be made here") from error
    try:
        ip("link", "add", "near", "type", "veth", "peer", "name", "far")
        yield ["ip", "netns", "exec", NAMESPACE]
    finally:
        subprocess.run(["ip", "netns", "del", NAMESPACE], check=True)


def an_interface_is_followed_up_and_down():
    with veth() as inside, scratch() as directory:
        config = write_config(directory, "dpdk", "net_af_packet0,iface=near")

        def state():
            return of(doctor(config, inside=inside)[1], "link lab0 interface")

        assert state() == ("fault", "near to be down: ip link set near up")
        ip("link", "set", "near", "up")
        assert state()[0] == "warning" and "without a carrier" in state()[1]
        ip("link", "set", "far", "up")
        assert state() == ("ok", "near up, with a carrier")
        found = doctor(config, inside=inside)[1]
        assert of(found, "link lab0 rights")[0] == "ok", found
        ip("link", "del", "near")
        assert state()[0] == "fault" and 'no interface "near"' in state()[1]


def a_user_without_rights_gets_findings_too():
    need_root()
    with scratch() as directory:
        program = directory / "sixgauge-probe"
        program.write_bytes(pathlib.Path(PROBE).read_bytes())
        program.chmod(0o755)
        config = write_config(directory, "dpdk", "net_af_packet0,iface=lo")
        config.chmod(0o644)
        done = subprocess.run([program, "doctor", "--config", config], user=NOBODY, group=NOBODY,
                              extra_groups=[], capture_output=True, text=True, check=False)
        assert "warning  link lab0 rights: found no CAP_NET_RAW" in done.stdout, done
        assert "fault  " not in done.stdout or done.returncode == 1, done


if __name__ == "__main__":
    tap.run([
        the_order_of_the_findings_is_fixed,
        a_capture_that_cannot_be_read_is_a_fault,
        a_file_for_net_pcap_must_be_ethernet,
        a_collector_is_called,
        too_many_flows_for_the_memory_are_a_fault,
        arguments_for_dpdk_are_heeded,
        queues_are_held_against_workers,
        what_is_wrong_on_the_command_line_or_in_the_file_is_status_2,
        run_gives_its_arguments_to_dpdk,
        an_interface_is_followed_up_and_down,
        a_user_without_rights_gets_findings_too,
    ])
