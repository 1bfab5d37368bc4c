"""The real collector, started rightly and wrongly."""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import tempfile

from collector_bench import BINARY, last_minute, run, start
from harness import WAIT_S, eventually
from wire import Session, hello


def fails(words, status, *arguments, config=None):
    """The program ends with one line that has the words."""
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory:
        if config is not None:
            path = f"{directory}/collector.yaml"
            with open(path, "w", encoding="utf-8") as file:
                file.write(config.replace("DIR", directory))
            arguments = (*arguments, "--config", path)
        done = subprocess.run([BINARY, *arguments], capture_output=True, text=True,
                              timeout=WAIT_S, check=False)
        assert done.returncode == status, (done.returncode, done.stderr)
        errors = [line for line in done.stderr.splitlines() if ": info: " not in line]
        assert len(errors) == 1 and words in errors[0], done.stderr


def wrong_uses_and_settings_are_one_clear_line():
    ok = "store: sqlite:DIR/centre.db\n"
    fails("--config FILE is missing", 2, "run")
    fails("/nonexistent/collector.yaml: No such file", 2, "run", "--config",
          "/nonexistent/collector.yaml")
    for command in ("run", "check"):
        fails('"lissen", did you mean "listen"', 2, command, config=ok + "lissen: 127.0.0.1:0\n")
        fails("store", 2, command, config="listen: 127.0.0.1:0\n")
        fails("no Redis store", 2, command, config="store: redis://127.0.0.1:6379\n")
        fails("not a store", 2, command, config="store: /var/lib/x.db\n")
        fails("numeric address", 2, command, config=ok + "listen: localhost:8661\n")
        fails("insecure: true", 2, command, config=ok + "listen: 0.0.0.0:8661\n")
        fails("lateness", 2, command, config=ok + "lateness: 36d\n")
        fails("no time zone", 2, command, config=ok + "zone: Asia/Shanghia\n")
        fails("whole hours", 2, command, config=ok + "zone: Asia/Kolkata\n")


def a_busy_address_is_one_clear_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = f"127.0.0.1:{taken.getsockname()[1]}"
        free = "127.0.0.1:0"
        for field_name, other in (("listen", "http"), ("http", "listen")):
            fails(f"cannot listen on {busy}", 1, "run",
                  config=f"store: sqlite:DIR/c.db\n{field_name}: {busy}\n{other}: {free}\n")


def a_store_that_cannot_be_opened_is_one_clear_line():
    ports = "listen: 127.0.0.1:0\nhttp: 127.0.0.1:0\n"
    fails("unable to open", 1, "run", config=ports + "store: sqlite:DIR/missing/too/centre.db\n")
    fails("not a database", 1, "run", config=ports + "store: sqlite:DIR/collector.yaml\n")
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory:
        path = f"{directory}/other.db"
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE other (x)")
        fails("another program", 1, "run", config=ports + f"store: sqlite:{path}\n")
        os.remove(path)
        with start(directory, store=f"sqlite:{path}") as collector:
            collector.signal(signal.SIGTERM)
        for version in (1, 99):
            with sqlite3.connect(path) as database:
                database.execute(f"PRAGMA user_version = {version}")
            fails(f"schema version {version}, this one has 5", 1, "run",
                  config=ports + f"store: sqlite:{path}\n")


def older_tables(path, version):
    """Makes of a store one of an older schema version."""
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        for table in ("plan_group", "user_minute", "scope", "scope_key", "sketch", "user_group",
                      "plan", "user_state"):
            database.execute(f"DROP TABLE {table}")
        for column in ("plan", "older_key", "younger_key"):
            database.execute(f"ALTER TABLE probe DROP COLUMN {column}")
        database.execute(f"PRAGMA user_version = {version}")
        if version == 4:
            return
        database.execute("ALTER TABLE link DROP COLUMN state")
        for column in ("down_ns", "n_queues", "fullest_queue_frames"):
            database.execute(f"ALTER TABLE link_cell DROP COLUMN {column}")


def a_store_of_an_older_version_is_taken_over():
    for version in (3, 4):
        taken_over(version)


def taken_over(version):
    at = last_minute()
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory:
        for sequence in (1, 2):
            with start(directory) as collector, \
                    Session(collector.sessions, hello()) as session:
                session.send_report(sequence, at, later=[(31, [10**9])] if sequence == 2 else ())
                assert session.receive_ack() == ({sequence}, {})
                eventually(lambda: collector.metric("dirty_windows") == 0)
                collector.signal(signal.SIGTERM)
            if sequence == 1:
                older_tables(f"{directory}/centre.db", version)
        with contextlib.closing(sqlite3.connect(f"{directory}/centre.db")) as database:
            assert database.execute("SELECT ipv6_frames, down_ns FROM link_cell").fetchall() == \
                [(40, 10**9)]
            assert database.execute("PRAGMA user_version").fetchone() == (5,)


def two_collectors_on_one_file_are_one_too_many():
    ports = "listen: 127.0.0.1:0\nhttp: 127.0.0.1:0\n"
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory:
        with start(directory) as collector:
            fails("another collector has it open", 1, "run",
                  config=ports + f"store: sqlite:{directory}/centre.db\n")
            collector.kill()
        with start(directory) as collector:
            collector.signal(signal.SIGTERM)


def the_directory_of_the_store_is_made():
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory, \
            start(directory, store=f"sqlite:{directory}/new/centre.db") as collector:
        collector.signal(signal.SIGTERM)
        assert os.path.exists(f"{directory}/new/centre.db")


def check_prints_values_that_load_again():
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory:
        path = f"{directory}/collector.yaml"
        text = f"store: sqlite:{directory}/centre.db\n"
        for _ in range(2):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            done = subprocess.run([BINARY, "check", "--config", path], capture_output=True,
                                  text=True, timeout=WAIT_S, check=True)
            assert "127.0.0.1:8661" in done.stdout and "7d" in done.stdout, done.stdout
            text = done.stdout
        assert not os.path.exists(f"{directory}/centre.db"), "check opened the store"


def it_listens_on_ipv6_too():
    with tempfile.TemporaryDirectory(prefix="sixgauge-") as directory, \
            start(directory, listen='"[::1]:0"') as collector, \
            Session(collector.sessions, hello()) as session:
        session.send_report(1, last_minute())
        assert session.receive_ack() == ({1}, {})


if __name__ == "__main__":
    run(globals())
