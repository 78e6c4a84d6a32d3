#!/usr/bin/env python3
"""Reads the orders in docs/design.md, of folders and of public headers, and fails on an include that goes up.

    tools/check_layers.py        (in the root of the repository, or anywhere with its path as argument)

An order is the first fenced block below its heading: a line names folders of src (or headers of include/linden), then what
they are for; each may include its own files and those that stand above it there, as whoever reads a page from its top may
use what has been said. Each folder that has sources and each header stands there once, and each that stands there exists.
The exit code is 1 if there is a finding.
"""
import re
import sys
from pathlib import Path

SOURCE_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
HEADER_INCLUDE = re.compile(r"^\s*#\s*include\s+<linden/([^>]+)\.hpp>", re.M)


def order_of(design, heading):
    """The line of each folder or header."""
    section = design.split(heading + "\n", 1)[1]
    block = section.split("```", 2)[1]
    lines = [line.split("  ")[0] for line in block.splitlines()[1:] if line.strip()]
    return {name: number for number, line in enumerate(lines) for name in line.split()}


def source_includes(source):
    """Of each file below src: its name, its folder, and what it includes: the name and the folder."""
    for path in sorted(p for p in source.rglob("*") if p.suffix in {".hpp", ".cpp", ".cu"}):
        targets = []
        for name in SOURCE_INCLUDE.findall(path.read_text()):
            target = next((t for t in (source / name, path.parent / name) if t.exists()), None)
            if target is not None:  # else it is of the toolkit, or of the tests' executor
                targets.append((name, str(target.parent.resolve().relative_to(source.resolve()))))
        yield f"src/{path.relative_to(source)}", str(path.parent.relative_to(source)), targets


def header_includes(include):
    """The same of each public header, which is its own folder."""
    for path in sorted((include / "linden").glob("*.hpp")):
        yield f"include/linden/{path.name}", path.stem, [(f"<linden/{n}.hpp>", n)
                                                         for n in HEADER_INCLUDE.findall(path.read_text())]


def check(order, files, what):
    """The findings, and a sentence for when there are none."""
    findings, used, includes = [], set(), 0
    for path, here, targets in files:
        used.add(here)
        for name, there in targets:
            includes += 1
            if here in order and there != here and order.get(there, -1) >= order[here]:
                findings.append(f"{path} includes {name}: {there} does not stand above {here}")
    findings += [f"{name} does not stand in docs/design.md" for name in sorted(used - set(order))]
    findings += [f"docs/design.md names {name}, which is not there" for name in sorted(set(order) - used)]
    if includes == 0:
        findings.append(f"{what} include nothing at all")
    return findings, f"{includes} includes of {len(used)} {what} go one way"


def main(root):
    design = (root / "docs/design.md").read_text()
    checks = [check(order_of(design, "## The order of folders"), source_includes(root / "src"), "folders"),
              check(order_of(design, "## The order of headers"), header_includes(root / "include"), "headers")]
    findings = [finding for found, _ in checks for finding in found]
    print("\n".join(findings or [sentence for _, sentence in checks]))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
