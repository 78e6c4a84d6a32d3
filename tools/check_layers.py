#!/usr/bin/env python3
"""Reads the order of folders in docs/design.md and fails on an include that goes up.

    tools/check_layers.py        (in the root of the repository, or anywhere with its path as argument)

The order is the first fenced block below the heading "The order of folders": a line names folders of src, then what they
are for; a folder may include its own files and those of folders that stand above it there, as whoever reads a page from
its top may use what has been said. Each folder that has sources stands there once, and each that stands there has
sources. The exit code is 1 if there is a finding.
"""
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def order_of(design):
    """The line of each folder."""
    section = design.split("## The order of folders", 1)[1]
    block = section.split("```", 2)[1]
    lines = [line.split("  ")[0] for line in block.splitlines()[1:] if line.strip()]
    return {folder: number for number, line in enumerate(lines) for folder in line.split()}


def main(root):
    order = order_of((root / "docs/design.md").read_text())
    source = root / "src"
    findings, used, includes = [], set(), 0
    for path in sorted(p for p in source.rglob("*") if p.suffix in {".hpp", ".cpp", ".cu"}):
        here = str(path.parent.relative_to(source))
        used.add(here)
        if here not in order:
            continue
        for name in INCLUDE.findall(path.read_text()):
            target = next((t for t in (source / name, path.parent / name) if t.exists()), None)
            if target is None:
                continue  # of the toolkit, or of the tests' executor
            there = str(target.parent.resolve().relative_to(source.resolve()))
            includes += 1
            if there != here and order.get(there, -1) >= order[here]:
                findings.append(f"{path.relative_to(root)} includes {name}: {there} does not stand above {here}")
    findings += [f"src/{folder} does not stand in docs/design.md" for folder in sorted(used - set(order))]
    findings += [f"docs/design.md names {folder}, which has no sources" for folder in sorted(set(order) - used)]
    print("\n".join(findings) if findings else f"{includes} includes between files of {len(used)} folders go one way")
    return 1 if findings or includes == 0 else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
