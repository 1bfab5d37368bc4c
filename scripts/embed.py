"""Writes a C file that holds other files as byte arrays: embed.py OUTPUT FILE..."""

import pathlib
import sys

BYTES_PER_LINE = 16


def array(number, content):
    """The bytes of one file as a C array."""
    lines = (", ".join(str(octet) for octet in content[start:start + BYTES_PER_LINE])
             for start in range(0, len(content), BYTES_PER_LINE))
    body = ",\n\t".join(lines) or "0"
    return f"static const uint8_t file_{number}[] = {{\n\t{body},\n}};\n"


def main():
    output, *names = sys.argv[1:]
    paths = [pathlib.Path(name) for name in names]
    parts = ["// Made by scripts/embed.py.\n", '#include "collector/api/file.h"\n\n']
    for number, path in enumerate(paths):
        parts.append(array(number, path.read_bytes()))
    parts.append("\nconst struct file embedded_files[] = {\n")
    for number, path in enumerate(paths):
        parts.append(f'\t{{"{path.name}", file_{number}, {path.stat().st_size}}},\n')
    parts.append("\t{0},\n};\n")
    pathlib.Path(output).write_text("".join(parts), encoding="utf-8")


main()
