"""Keys as an operator makes them, and what the probe says of them.

usage: test_new_key.py PROBE NEW_KEY
"""

import contextlib
import datetime
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import tap

PROBE, NEW_KEY = map(os.path.abspath, sys.argv[1:3])
EPOCH = datetime.date(1970, 1, 1)
PERIOD = datetime.timedelta(days=31)
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
PRESENT = TODAY - (TODAY - EPOCH) % PERIOD
DIGITS = re.compile(r"[0-9a-f]{32}")


@contextlib.contextmanager
def scratch():
    """A configuration with keys, and the directory they are to be in."""
    with tempfile.TemporaryDirectory(prefix="sixgauge-keys-") as name:
        directory = pathlib.Path(name)
        (directory / "probe.yaml").write_text(
            "probe: p\nkeys: keys\nlinks:\n  - {name: a, source: pcap, device: a.pcap, "
            "capacity_bps: 1, surface: metro}\n", encoding="utf-8")
        yield directory, directory / "keys"


def new_key(*arguments, status=0):
    """What the script says."""
    done = subprocess.run([NEW_KEY, *map(str, arguments)], capture_output=True, text=True,
                          check=False)
    assert done.returncode == status, done
    assert not DIGITS.search(done.stdout + done.stderr), "it shows a key"
    return done.stdout if status == 0 else done.stderr


def check(directory, status=0):
    """What the probe says; it is started elsewhere, so keys are found from their configuration."""
    done = subprocess.run([PROBE, "check", "--config", directory / "probe.yaml"], cwd="/",
                          capture_output=True, text=True, check=False)
    assert done.returncode == status, done
    return done.stdout if status == 0 else done.stderr


def write_key(path, start, key="0123456789abcdef0123456789abcdef"):
    """A key file made by hand."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(f"start: {start}\nkey: {key}\n", encoding="utf-8")


def the_first_two_keys_are_of_now_and_of_the_next_period():
    with scratch() as (directory, keys):
        assert f"{PRESENT}.key: made" in new_key(keys)
        said = check(directory)
        assert re.search(rf"#   \S+/{PRESENT}.key: key [0-9a-f]{{16}} of {PRESENT}, active until "
                         rf"{PRESENT + 2 * PERIOD}\n", said), said
        first = (keys / f"{PRESENT}.key").read_text(encoding="utf-8")
        assert f"{PRESENT + PERIOD}.key: made" in new_key(keys)
        assert f"of {PRESENT + PERIOD}, begins then, ends on" in check(directory)
        assert "has the key of now and the next one" in new_key(keys)
        texts = [path.read_text(encoding="utf-8") for path in sorted(keys.iterdir())]
        assert len(texts) == 2 and texts[0] == first, "no key is replaced, nothing else is left"
        assert len({DIGITS.search(text)[0] for text in texts}) == 2


def a_key_is_its_owner_s_alone():
    with scratch() as (_, keys):
        mask = os.umask(0)
        new_key(keys)
        os.umask(mask)
        assert keys.stat().st_mode & 0o777 == 0o700
        assert (keys / f"{PRESENT}.key").stat().st_mode & 0o777 == 0o600


def a_directory_open_to_others_is_refused():
    with scratch() as (_, keys):
        keys.mkdir()
        keys.chmod(0o755)
        assert f"chmod 700 {keys}" in new_key(keys, status=1)
        assert not list(keys.iterdir())


def a_key_can_be_made_for_a_day_and_never_twice():
    with scratch() as (directory, keys):
        before = PRESENT - PERIOD
        new_key(keys, "--start", before)
        text = (keys / f"{before}.key").read_text(encoding="utf-8")
        assert "a key is never replaced" in new_key(keys, "--start", before, status=1)
        # Nor under another name.
        (keys / f"{before}.key").rename(keys / "older.key")
        assert "older.key: begins on" in new_key(keys, "--start", before, status=1)
        assert [path.read_text(encoding="utf-8") for path in keys.iterdir()] == [text]
        new_key(keys)
        said = check(directory)
        assert said.index(f"of {before}, active") < said.index(f"of {PRESENT}, active"), said


def a_day_on_which_no_key_begins_is_refused():
    with scratch() as (_, keys):
        day = PRESENT + datetime.timedelta(days=1)
        said = new_key(keys, "--start", day, status=2)
        assert f"nearest days are {PRESENT} and {PRESENT + PERIOD}" in said, said
        assert "is no date" in new_key(keys, "--start", "soon", status=2)
        assert "has expired" in new_key(keys, "--start", PRESENT - 2 * PERIOD, status=2)
        assert not keys.exists()


def an_expired_key_is_named_by_both():
    with scratch() as (directory, keys):
        expired = PRESENT - 2 * PERIOD
        write_key(keys / "old.key", expired)
        said = check(directory, status=2)
        assert "no key is active, all 1 have expired" in said and "scripts/new-key" in said, said
        assert f"old.key: expired on {PRESENT}, destroy it" in new_key(keys)
        said = check(directory)
        assert f"warning: {keys}/old.key: expired on {PRESENT}, destroy it" in said, said


def check_refuses_keys_that_others_can_read():
    with scratch() as (directory, keys):
        new_key(keys)
        path = keys / f"{PRESENT}.key"
        path.chmod(0o640)
        said = check(directory, status=2)
        assert f"{path}: is open to others (mode 0640): chmod 600 {path}" in said, said
        assert said.count("\n") == 1


def check_says_where_keys_are_missing():
    with scratch() as (directory, keys):
        assert f'"scripts/new-key {keys}" makes keys there' in check(directory, status=2)


def check_never_shows_a_key():
    with scratch() as (directory, keys):
        new_key(keys)
        key = DIGITS.search((keys / f"{PRESENT}.key").read_text(encoding="utf-8"))[0]
        said = check(directory)
        assert not DIGITS.search(said) and key[:16] not in said and key[16:] not in said


tap.run([
    the_first_two_keys_are_of_now_and_of_the_next_period,
    a_key_is_its_owner_s_alone,
    a_directory_open_to_others_is_refused,
    a_key_can_be_made_for_a_day_and_never_twice,
    a_day_on_which_no_key_begins_is_refused,
    an_expired_key_is_named_by_both,
    check_refuses_keys_that_others_can_read,
    check_says_where_keys_are_missing,
    check_never_shows_a_key,
])
