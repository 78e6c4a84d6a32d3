#!/usr/bin/env python3
"""Reads the PTX in CUDA object files and refuses arithmetic that could round otherwise than on the CPU.

    tools/check_ptx.py build/check/CMakeFiles/linden_cuda_kernels.dir/src/cuda/t*/*.o     (or .ptx files)

Refused, for f32, f64 and narrower floats: fma and mad; add, sub, mul, div, rcp and sqrt without .rn, which ptxas may
contract or approximate; .approx, .full and .ftz; atomic sums, whose order nobody knows; calls into CUDA's own library.
Objects must hold PTX (an architecture such as 90 or 90-virtual) uncompressed (nvcc --no-compress). Prints source file,
line, instruction and kernel of each finding, a line once for each of its instructions; the exit code is 1 if there is one, 2 if a file has no PTX to read.
"""
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

FLOAT = re.compile(r"^(f16|f32|f64|bf16|tf32)(x2|x4)?$")
ROUNDED = {"add", "sub", "mul", "div", "rcp", "sqrt"}
FOREIGN = re.compile(r"\b(__nv_\w+|__internal_\w+|__cuda_\w+|vprintf|__assertfail)\b")


def texts_of(path):
    """The PTX texts in a file: the file itself, or what its fat binary holds."""
    data = path.read_bytes()
    if path.suffix == ".ptx":
        return [data.decode(errors="replace")]
    texts, at = [], data.find(b".version ")
    while at >= 0:
        end = data.find(b"\0", at)
        texts.append(data[at:end].decode(errors="replace"))
        at = data.find(b".version ", end)
    return [text for text in texts if ".target" in text]


def what_is_wrong(line):
    """A few words about an instruction that is refused, else None."""
    instruction = re.sub(r"^@!?%\w+\s+", "", line)
    name, *modifiers = re.split(r"[\s;]", instruction, maxsplit=1)[0].split(".")
    if name == "call":
        called = FOREIGN.search(instruction)
        return f"calls {called[1]}, which is not ours" if called else None
    if not any(FLOAT.match(m) for m in modifiers):
        return None
    if name in ("fma", "mad"):
        return "contracts a product and a sum"
    for modifier in ("approx", "full", "ftz"):
        if modifier in modifiers:
            return f"is .{modifier}"
    if name in ("atom", "red") and "add" in modifiers:
        return "sums in no fixed order"
    if name in ROUNDED and "rn" not in modifiers:
        return "is not rounded to nearest"
    return None


def findings_of(text):
    """(place, words, instruction, mangled kernel) of each finding, and the number of kernels."""
    files = dict(re.findall(r'^\s*\.file\s+(\d+)\s+"([^"]*)"', text, re.M))
    found, kernels, function, place = [], 0, "?", ""
    for line in map(str.strip, text.splitlines()):
        if start := re.match(r"(?:\.\w+\s+)*\.(entry|func)\s+(?:\([^)]*\)\s*)?([\w$]+)", line):
            function, place = start[2], ""
            kernels += start[1] == "entry"
        elif loc := re.match(r"\.loc\s+(\d+)\s+(\d+)", line):
            place = f"{files.get(loc[1], '?')}:{loc[2]}"
        elif re.match(r"(@!?%\w+\s+)?[a-z]\w*[.;\s]", line):
            if words := what_is_wrong(line):
                found.append((place, words, line.rstrip(";"), function))
    return found, kernels


def demangled(names):
    """The names as c++filt shows them, or as they are where it is missing."""
    try:
        out = subprocess.run(["c++filt", *names], capture_output=True, text=True, check=True).stdout
        return dict(zip(names, out.splitlines()))
    except (OSError, subprocess.CalledProcessError):
        return dict(zip(names, names))


def shown(place):
    path, _, line = place.rpartition(":")
    near = os.path.relpath(path) if path else "?"
    return f"{path if near.startswith('../..') else near}:{line or '?'}"


def main(paths):
    findings, kernels = [], 0
    for path in map(Path, paths):
        texts = texts_of(path)
        if not texts:
            print(f"{path}: no PTX to read. Hint: build for 90 or 90-virtual, with nvcc --no-compress.")
            return 2
        for text in texts:
            found, count = findings_of(text)
            findings += [(path, *finding) for finding in found]
            kernels += count
    names = demangled(sorted({finding[4] for finding in findings})) if findings else {}
    told = Counter()
    for path, place, words, instruction, function in findings:
        where = shown(place) if place else path.name
        told[f"{where}: {instruction.split()[0]} {words} ({path.name}, kernel {names[function]})"] += 1
    for message, times in told.items():
        print(message + (f", {times} times" if times > 1 else ""))
    print(f"check_ptx: {len(paths)} files, {kernels} kernels, {len(findings)} findings")
    return 1 if findings or kernels == 0 else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
