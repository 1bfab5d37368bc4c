#!/usr/bin/env python3
"""Files and functions that fit in a head: lengths, layout and leftovers."""

import json
import pathlib
import re
import shutil
import subprocess
import sys

import cases
import tree

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 70
WRITTEN = (".c", ".h", ".py", ".js", ".css", ".proto")
TEXT = WRITTEN + (".html", ".md", ".yaml", ".build", ".txt", ".csv")
# A rule's own words stand in this file, and nowhere else.
SELF = "scripts/checks/shape.py"

LEFTOVERS = [
    (re.compile(r"\b(TODO|FIXME|XXX|HACK|WIP)\b"), "a note to do it later"),
    (re.compile(r"\b(stub|stubs|placeholder|placeholders|lorem ipsum)\b|not (yet )?implemented",
                re.IGNORECASE), "something that only looks finished"),
    (re.compile(r"^(<<<<<<<|=======|>>>>>>>)( |$)"), "what a merge left behind"),
    (re.compile(r"^\s*#\s*if\s+0\b"), "code switched off"),
    # A name that mkstemp() or mktemp will make is nobody's yet.
    (re.compile(r"(?<![\w.])/((home|root|work)/\w|tmp/\w(?!\S*XXXXXX))"),
     "a path of one machine"),
    (re.compile(r"[ \t]+$"), "white space at the end"),
]


def check_files(root):
    for path in tree.files(root, WRITTEN):
        n_lines = len(tree.text(root, path).splitlines())
        if n_lines > MAX_FILE_LINES:
            yield f"{path}: {n_lines} lines, at most {MAX_FILE_LINES}: it has two nouns"


def is_flat_switch(lines):
    """True when most of the lines are the cases of one switch, which read as a table."""
    return 2 * sum(bool(re.match(r"\t(case |default:)|\t\t(return|break)\b", line))
                   for line in lines) > len(lines)


def functions(root, paths):
    """(path, name, first line, last line) of every function, as ctags finds them."""
    output = subprocess.run(
        ["ctags", "--languages=C", "--langmap=C:.c.h", "--kinds-C=f", "--fields=+ne",
         "--output-format=json", "-f", "-", *paths],
        cwd=root, check=True, capture_output=True, text=True)
    for line in output.stdout.splitlines():
        tag = json.loads(line)
        if "end" in tag:
            yield tag["path"], tag["name"], tag["line"], tag["end"]


def check_functions(root):
    if not shutil.which("ctags"):
        raise cases.Skip("ctags is not installed (package universal-ctags)")
    for path, name, first, last in functions(root, tree.c_files(root)):
        n_lines = last - first + 1
        body = tree.text(root, path).splitlines()[first - 1:last]
        if n_lines > MAX_FUNCTION_LINES and not is_flat_switch(body):
            yield f"{path}:{first}: {name} has {n_lines} lines, at most {MAX_FUNCTION_LINES}"


def check_layout(root):
    if not shutil.which("clang-format"):
        raise cases.Skip("clang-format is not installed")
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *tree.c_files(root)], cwd=root,
                          capture_output=True, text=True, check=False)
    faulty = dict.fromkeys(line.split(":")[0] for line in done.stderr.splitlines()
                           if "error:" in line)
    return [f"{path}: run clang-format -i on it" for path in faulty]


def check_leftovers(root):
    scripts = [path for path in tree.files(root, ("",), ["scripts", ".ci"])
               if "." not in path.rsplit("/", 1)[-1]]
    for path in sorted(set(tree.files(root, TEXT) + scripts) - {SELF}):
        for number, line in enumerate(tree.text(root, path).splitlines(), 1):
            for pattern, what in LEFTOVERS:
                if pattern.search(line):
                    yield f"{path}:{number}: {what}"


def main():
    root = pathlib.Path(sys.argv[1])
    long_function = "int f(int a)\n{\n" + "\ta++;\n" * 80 + "\treturn a;\n}\n"
    layout = (root / ".clang-format").read_text()

    def caught(check, text, expected):
        return cases.catches(check, {"proto/a.c": text, ".clang-format": layout}, expected)

    cases.run([
        ("no file has more than 500 lines", lambda: check_files(root)),
        ("no function has more than 70 lines", lambda: check_functions(root)),
        ("every C file is laid out by clang-format", lambda: check_layout(root)),
        ("nothing unfinished is left behind", lambda: check_leftovers(root)),
        ("a file that is too long is caught", caught(check_files, "\n" * 501, "501 lines")),
        ("a function that is too long is caught",
         caught(check_functions, long_function, "proto/a.c:1: f has 84 lines")),
        ("a file laid out otherwise is caught",
         caught(check_layout, "int  a ;\n", "proto/a.c: run")),
        ("a note to do it later is caught",
         caught(check_leftovers, "// TODO\n", "proto/a.c:1: a note")),
        ("a placeholder is caught",
         caught(check_leftovers, "// a stub\n", "proto/a.c:1: something that only")),
        ("a conflict is caught",
         caught(check_leftovers, "=======\n", "proto/a.c:1: what a merge")),
        ("a path of one machine is caught",
         caught(check_leftovers, '"/home/me"\n', "proto/a.c:1: a path")),
    ])


if __name__ == "__main__":
    main()
