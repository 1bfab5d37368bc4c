"""Runs programs that are measured, and lays their figures out in columns."""

import ctypes
import dataclasses
import os
import signal
import statistics
import subprocess
import tempfile
import threading

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def die_with_parent():
    """What is started here does not outlive us, however we end."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@dataclasses.dataclass
class Run:
    """What one run of a program took, all its processes together."""

    cpu_seconds: float
    peak_mib: float  # of its largest process
    ended: bool  # by itself, before the limit
    status: int  # of the first process
    text: str  # all that it wrote


def _reap(group):
    """Waits for every process of the group: (CPU seconds, peak MiB, {process: status})."""
    cpu_seconds, peak_kib, statuses = 0.0, 0, {}
    while True:
        try:
            process, status, usage = os.wait4(-group, 0)
        except ChildProcessError:
            return cpu_seconds, peak_kib / 1024, statuses
        cpu_seconds += usage.ru_utime + usage.ru_stime
        peak_kib = max(peak_kib, usage.ru_maxrss)
        statuses[process] = os.waitstatus_to_exitcode(status)


def run(command, limit_seconds=None):
    """Runs a program to its end and waits for its children too, orphans included; past the limit
    they are killed."""
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1)
    late = threading.Event()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL,
                                   stdout=output, stderr=subprocess.STDOUT,
                                   start_new_session=True, preexec_fn=die_with_parent)

        def stop():
            late.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(limit_seconds or threading.TIMEOUT_MAX, stop)
        timer.daemon = True
        timer.start()
        cpu_seconds, peak_mib, statuses = _reap(process.pid)
        timer.cancel()
        process.returncode = statuses[process.pid]
        output.seek(0)
        text = output.read().decode(errors="replace")
    return Run(cpu_seconds, peak_mib, not late.is_set(), process.returncode, text)


def run_checked(command):
    """As run(), and a failure ends the benchmark."""
    done = run(command)
    if done.status != 0:
        raise SystemExit(f"bench: {command[0]} ended with status {done.status}:\n{done.text}")
    return done


def quartiles(values):
    """(least, median, distance of the quartiles in percent of the median)."""
    ordered = sorted(values)
    median = statistics.median(ordered)
    low, high = ordered[len(ordered) // 4], ordered[len(ordered) * 3 // 4]
    return ordered[0], median, 100 * (high - low) / median


def print_rows(head, rows):
    """The first column to the left, numbers to the right, as wide as they need to be."""
    table = [list(head)] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in table) for at in range(len(head))]
    for row in table:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip(), flush=True)
