#!/usr/bin/env python3
"""Reads the machine code of CUDA kernels and refuses what makes the hot ones slow, which no test of results shows.

    tools/check_sass.py build/check/CMakeFiles/linden_cuda_kernels.dir/src/cuda/tree/{histogram/histogram,leaf_sums,partition}.cu.o

In every kernel of these files: atomics on a generic address (each asks which memory it is, and loops for shared memory)
and registers spilled to local memory. In each loop that adds to shared memory what it loads from global memory, as
the histogram's does: a load that comes after the first use of what another one of the same turn has loaded, since a turn
then waits for memory more than once. Objects must hold machine code for an architecture (90 or
90-real). Prints kernel, address and instruction of each finding; the exit code is 1 if there is one, 2 if a file has no
machine code, 77 where there is no nvdisasm: NVDISASM names it, else the PATH or Python's packages have it
(pip install nvidia-cuda-nvdisasm).
"""
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from check_ptx import demangled

INSTRUCTION = re.compile(r"/\*([0-9a-f]+)\*/\s+(?:@!?U?P\d+\s+)?([A-Z][\w.]*)\s*(.*?)\s*;")
WIDTHS = {"64": 2, "128": 4}


def nvdisasm():
    """The path of the disassembler, or None."""
    places = [os.environ.get("NVDISASM"), shutil.which("nvdisasm")]
    places += [str(found) for folder in sys.path for found in Path(folder).glob("nvidia/*/bin/nvdisasm")]
    return next((place for place in places if place and os.access(place, os.X_OK)), None)


def cubins_of(data):
    """The device programs in an object file: whole ELF files of machine 190 (CUDA) inside its fat binary."""
    found, at = [], data.find(b"\x7fELF", 1)
    while at >= 0:
        if struct.unpack_from("<H", data, at + 18)[0] == 190:
            segments, sections = struct.unpack_from("<QQ", data, at + 32)
            segment_size, segment_count, section_size, section_count = struct.unpack_from("<HHHH", data, at + 54)
            end = max(segments + segment_size * segment_count, sections + section_size * section_count)
            for header in range(at + sections, at + sections + section_size * section_count, section_size):
                offset, size = struct.unpack_from("<QQ", data, header + 24)
                if struct.unpack_from("<I", data, header + 4)[0] != 8:  # all but those that take no room in the file
                    end = max(end, offset + size)
            found.append(data[at:at + end])
        at = data.find(b"\x7fELF", at + 4)
    return found


def kernels_of(text):
    """(mangled name, lines) of each kernel in a listing; a line is a label or (address, name, operands)."""
    name, lines = None, []
    for line in text.splitlines():
        if start := re.match(r"\s*\.section\s+\.text\.([\w$]+)", line):
            if name:
                yield name, lines
            name, lines = start[1], []
        elif label := re.match(r"(\.L_\w+):", line):
            lines.append(label[1])
        elif found := INSTRUCTION.search(line):
            lines.append(found.groups())
    if name:
        yield name, lines


def innermost_loops(lines):
    """The instructions of each loop without labels inside: from a label to a branch back to it."""
    for begin, label in enumerate(lines):
        if not isinstance(label, str):
            continue
        body = []
        for line in lines[begin + 1:]:
            if isinstance(line, str):
                break
            body.append(line)
            if line[1].startswith("BRA") and label in line[2]:
                yield body
                break


def is_global_load(name):
    return re.match(r"LDG?\.", name) is not None


def registers(operand):
    return {int(number) for number in re.findall(r"\bR(\d+)", operand)}


def loop_findings(body):
    """What makes each turn wait for memory more than once, in a loop that adds to shared memory what it loads."""
    if not any(name.startswith("ATOMS") for _, name, _ in body):
        return
    loaded, used = {}, None  # register: the load of this turn that wrote it; the first use of such a register
    for address, name, operands in body:
        target, _, sources = operands.partition(",")
        if is_global_load(name):
            if used:
                yield address, f"{name} {operands}: waits for the load at {loaded[used[1]]}, whose value {used[0]} uses"
            width = next((n for part, n in WIDTHS.items() if part in name.split(".")), 1)
            for first in registers(target):
                loaded.update({first + k: address for k in range(width)})
        elif not used:
            register = next((r for r in sorted(registers(sources)) if r in loaded), None)
            used = (address, register) if register is not None else None


def findings_of(lines):
    for line in lines:
        if isinstance(line, str):
            continue
        address, name, operands = line
        if name.startswith(("ATOM.", "QSPC")) or name == "ATOM":
            yield address, f"{name} {operands}: an atomic on a generic address"
        if name.startswith(("STL", "LDL")):
            yield address, f"{name} {operands}: a register spilled to local memory"
    for body in innermost_loops(lines):
        yield from loop_findings(body)


def main(paths):
    tool = nvdisasm()
    if tool is None:
        print("check_sass: skipped, there is no nvdisasm. Hint: pip install nvidia-cuda-nvdisasm, or NVDISASM=PATH.")
        return 77
    findings, kernels = [], 0
    for path in map(Path, paths):
        cubins = cubins_of(path.read_bytes())
        if not cubins:
            print(f"{path}: no machine code to read. Hint: build for 90 or 90-real, with nvcc --no-compress.")
            return 2
        for cubin in cubins:
            with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
                file.write(cubin)
                file.flush()
                text = subprocess.run([tool, "-c", file.name], capture_output=True, text=True, check=True).stdout
            for kernel, lines in kernels_of(text):
                kernels += 1
                findings += [(path.name, kernel, *finding) for finding in findings_of(lines)]
    names = demangled(sorted({finding[1] for finding in findings})) if findings else {}
    for file, kernel, address, words in findings:
        print(f"{file}: {names[kernel]} at {address}: {words}")
    print(f"check_sass: {len(paths)} files, {kernels} kernels, {len(findings)} findings")
    return 1 if findings or kernels == 0 else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
