"""Runs a program with the address of an empty SQLite store: with_sqlite.py PROGRAM [ARGUMENT...]."""

import subprocess
import sys
import tempfile

with tempfile.TemporaryDirectory(prefix="sixgauge-store-") as directory:
    command = [sys.argv[1], f"sqlite:{directory}/centre.db", *sys.argv[2:]]
    sys.exit(subprocess.run(command, check=False).returncode)
