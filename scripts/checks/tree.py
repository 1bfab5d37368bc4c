"""The files of the project that people write."""

import os

ROOMS = ("proto", "probe", "bpf", "collector", "tests")
# What is not ours to write line by line: recorded traffic, inputs of fuzzers, git itself.
NOT_WRITTEN = ("tests/data/", "tests/fuzz/corpus/", ".git/")


def files(root, suffixes, folders=None):
    """Sorted paths, from the root, of the files with one of the suffixes in the folders, or in all."""
    found = []
    for folder in folders or [""]:
        for place, directories, names in os.walk(root / folder):
            at = os.path.relpath(place, root).replace("\\", "/")
            at = "" if at == "." else at + "/"
            # Build directories are the builder's, whatever their name begins with build.
            directories[:] = [d for d in directories if d != "__pycache__"
                              and not (at == "" and d.startswith("build"))
                              and not (at + d + "/").startswith(NOT_WRITTEN)]
            found += [at + name for name in names if name.endswith(suffixes)]
    return sorted(found)


def c_files(root):
    return files(root, (".c", ".h"), ROOMS)


def text(root, path):
    return (root / path).read_text(encoding="utf-8")


def is_portable(root, path):
    """True for a header whose head comment says it compiles natively and for BPF."""
    head = []
    for line in text(root, path).splitlines():
        if not line.startswith("//"):
            break
        head.append(line)
    return any(line.startswith("// Portable:") for line in head)
