#!/usr/bin/env python3
"""Divides sources into batches, each of which compiles as one file (cmake/batches.cmake).

    tools/batches.py MOST SOURCE...     at most MOST sources in a batch

Prints a line "BATCH SOURCE" for each source that does not stay alone. Headers that many sources include are read, and
their templates compiled, once a batch. What a source keeps to itself (an unnamed namespace) others of its batch would
see, so that two sources which define the same name are never together, and one that has a type or a constant by a
name of a header's is alone. Names are read off the first column, where clang-format leaves whatever stands in a namespace.
"""
import re
import sys
from pathlib import Path

OTHERS = re.compile(r"TEST\w*\(|INSTANTIATE|LINDEN_|(template|namespace|using namespace|static_assert|extern)\b")
KIND = re.compile(r"(?:struct|class|union|enum(?: class)?)\s+(?:\[\[.*?\]\]\s*)?(\w+)")
CONSTANT = re.compile(r"(?:inline )?constexpr (?:[^={(]*\W)?(\w+)(?:\[\w*\])?\s*[={]")
ALIAS = re.compile(r"using (?:[\w:]+::)?(\w+)")


def names_of(line):
    """The names that a line defines, where it begins a definition outside classes and functions."""
    line = re.sub(r"//.*", "", line).replace("LINDEN_HD", "inline")
    if line.startswith("#define"):
        return re.findall(r"^#define\s+(\w+)", line)
    if not re.match(r"[A-Za-z_\[]", line) or OTHERS.match(line):
        return []
    kind = KIND.match(line) or ALIAS.match(line)
    if kind:
        return [kind.group(1)]
    head = re.split(r"[({=]", line)[0]
    return re.findall(r"(?<![:\w])(\w+)(?:\[.*\])?[\s;]*$", head) + re.findall(r",\s*\*?(\w+)\s*[={;]", line)


def definitions_in(path):
    """What each name stands for: an alias may be said twice if it says the same, anything else only here."""
    with open(path, encoding="utf-8") as file:
        return {name: line if ALIAS.match(line) else path for line in file for name in names_of(line)}


def types_and_constants_in(path):
    """What may not have the name of anything else, as a function may."""
    with open(path, encoding="utf-8") as file:
        return {found.group(1) for line in file if (found := KIND.match(line) or CONSTANT.match(line))}


def main():
    root = Path(__file__).resolve().parent.parent
    headers = [path for folder in ("include", "src") for path in (root / folder).rglob("*.hpp")]
    of_headers = set().union(*map(definitions_in, headers))
    most, batches = int(sys.argv[1]), []
    for path in sys.argv[2:]:
        if types_and_constants_in(path) & of_headers:
            continue
        mine = definitions_in(path)
        for number, (size, theirs) in enumerate(batches):
            if size < most and all(theirs.get(name, what) == what for name, what in mine.items()):
                batches[number] = (size + 1, theirs | mine)
                break
        else:
            number = len(batches)
            batches.append((1, mine))
        print(number, path)


if __name__ == "__main__":
    main()
