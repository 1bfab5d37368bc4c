"""Runs a program with the address of an empty SQLite store: with_sqlite.py PROGRAM."""

import subprocess
import sys
import tempfile

with tempfile.TemporaryDirectory(prefix="sixgauge-store-") as directory:
    sys.exit(subprocess.run([sys.argv[1], f"sqlite:{directory}/centre.db"], check=False).returncode)
