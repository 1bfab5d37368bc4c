#!/usr/bin/env python3
"""Every relative link between our pages leads to a file, and to a heading where it names one."""

import pathlib
import re
import sys
import tempfile
import urllib.parse

import cases
import tree

# [text](target) and ![text](target), and "[name]: target" on a line of its own.
INLINE = re.compile(r"\]\(\s*<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^\s{0,3}\[[^\]]+\]:\s+<?([^>\s]+)")
ABSOLUTE = re.compile(r"^([a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
# A page with one heading twice.
SAMPLE = "# A b-c, `d`!\n\n# A b-c, `d`!\n"
FENCE = re.compile(r"^\s{0,3}(```|~~~)")


def prose(text):
    """(number, line) of the lines outside fenced code, which only shows what links look like."""
    fence = None
    for number, line in enumerate(text.splitlines(), 1):
        mark = FENCE.match(line)
        if fence is None and not mark:
            yield number, line
        elif fence is None:
            fence = mark[1]
        elif mark and mark[1] == fence:
            fence = None


def links(text):
    for number, line in prose(text):
        shown = re.sub(r"`[^`]*`", "`code`", line)
        for target in INLINE.findall(shown) + REFERENCE.findall(shown):
            if not ABSOLUTE.match(target):
                yield number, urllib.parse.unquote(target)


def anchors(text):
    """The names by which a page's headings are linked to."""
    found, seen = set(), {}
    for _, line in prose(text):
        heading = HEADING.match(line)
        if not heading:
            continue
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).lower()
        name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        n_before = seen.get(name, 0)
        seen[name] = n_before + 1
        found.add(f"{name}-{n_before}" if n_before else name)
    return found


def link_fault(root, page, target):
    """What is wrong with the target of a link on that page, or None."""
    path, _, anchor = target.partition("#")
    place = (root / page).parent / path if path else root / page
    if path.startswith("/") or not place.resolve().is_relative_to(root.resolve()):
        return "leads out of the project"
    if not place.exists():
        return "leads to nothing"
    if anchor and place.suffix == ".md":
        if anchor not in anchors(place.read_text(encoding="utf-8")):
            return "leads to no heading of that page"
    return None


def check_links(root):
    for page in tree.files(root, (".md",)):
        for number, target in links(tree.text(root, page)):
            fault = link_fault(root, page, target)
            if fault:
                yield f"{page}:{number}: {target} {fault}"


def check_found(root):
    """A reader that finds no link at all would find no fault either."""
    n_links = len(list(links(tree.text(root, "README.md"))))
    return [] if n_links > 0 else ["README.md: no link was found"]


def check_right():
    """Links that are right, and what only looks like one, give no fault."""
    page = ("# Top\n[a](docs/a.md) [b](docs/a.md#a-b-c-d-1) [c](#top) [d](docs)\n"
            "![e](docs/a.md \"E\") [f](https://example.org/x) `[g](nothing.md)`\n```\n[h](nothing.md)\n```\n")
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory)
        (root / "docs").mkdir()
        (root / "README.md").write_text(page, encoding="utf-8")
        (root / "docs/a.md").write_text(SAMPLE, encoding="utf-8")
        return list(check_links(root))


def main():
    root = pathlib.Path(sys.argv[1])

    def caught(text, expected):
        files = {"README.md": text, "docs/a.md": SAMPLE}
        return cases.catches(check_links, files, expected)

    cases.run([
        ("every relative link leads somewhere", lambda: check_links(root)),
        ("links are found at all", lambda: check_found(root)),
        ("a link to nothing is caught",
         caught("see [b](docs/b.md)\n", "README.md:1: docs/b.md leads to nothing")),
        ("a picture that is not there is caught", caught("\n![b](b.png)\n", "README.md:2: b.png")),
        ("a reference to nothing is caught", caught("[b]: docs/b.md\n", "README.md:1: docs/b.md")),
        ("a link to no heading is caught",
         caught("[a](docs/a.md#b)\n", "docs/a.md#b leads to no heading")),
        ("a link out of the project is caught", caught("[a](../a.md)\n", "leads out")),
        ("a link behind code is caught",
         caught("```\n```\n[b](b.md)\n", "README.md:3: b.md")),
        ("what is right is let through", check_right),
    ])


if __name__ == "__main__":
    main()
