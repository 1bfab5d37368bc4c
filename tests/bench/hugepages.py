"""Hugepages of 2 MiB for as long as a benchmark runs."""

import contextlib
import pathlib

DIRECTORY = pathlib.Path("/sys/kernel/mm/hugepages/hugepages-2048kB")


def _read(name):
    return int((DIRECTORY / name).read_text(encoding="ascii"))


def _add(n_pages):
    """More of them, or fewer; others may do the same at any time."""
    count = max(0, _read("nr_hugepages") + n_pages)
    (DIRECTORY / "nr_hugepages").write_text(str(count), encoding="ascii")


@contextlib.contextmanager
def reserved(n_pages):
    """Reserves what is missing of so many free pages, and gives that back in the end. Yields
    whether so many are free."""
    n_added = 0
    try:
        before, missing = _read("nr_hugepages"), n_pages - _read("free_hugepages")
        if missing > 0:
            _add(missing)
            n_added = max(0, _read("nr_hugepages") - before)
        enough = _read("free_hugepages") >= n_pages
    except OSError:
        enough = False
    try:
        yield enough
    finally:
        if n_added > 0:
            _add(-n_added)
