#!/usr/bin/env python3
"""Puts the JSON files of the GPU benchmarks together: one JSON file and one page of tables.

    report.py PARTS OUT [--commit TEXT]

PARTS is the folder with the files that linden_gpu_training, linden_gpu_kernels, linden_gpu_tensors, linden_gpu_linear,
torch_gpu.py and torch_linear.py wrote, and with verdicts.json of tools/check_gpu.sh where there is one. OUT gets
report.json and report.md.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import subprocess


def answer(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def machine():
    gpu = answer("nvidia-smi", "--query-gpu=name,memory.total,driver_version,clocks.max.sm,clocks.max.memory",
                 "--format=csv,noheader")
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
                 platform.machine())
    compiler = [line for line in answer("nvcc", "--version").splitlines() if "release" in line]
    return {"gpu": gpu or "none", "cpu": f"{model}, {os.cpu_count()} cores", "system": platform.platform(),
            "cuda": compiler[0].split("release", 1)[1].strip() if compiler else "none"}


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def number(value, digits=3):
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.{digits}g}"


def training_table(parts):
    rows = [[f"{p['rows']:,} x {p['features']}", p["growth"], str(p["rounds"]), str(p["depth"]), str(p["bins"]),
             f"{p['seconds_binning']:.2f}", f"{p['seconds_training']:.2f}", f"{p['seconds_fitting']:.2f}",
             f"{p['auc']:.5f}", f"{p['updates_per_second']:.2e}", f"{p['counted_updates_per_second']:.2e}"]
            for p in parts]
    head = ["rows", "growth", "rounds", "depth", "bins", "binning s", "training s", "fit s", "AUC", "updates/s",
            "counted updates/s"]
    return table(head, rows)


def kernel_tables(part):
    def rows(lines):
        return [[l["stage"], str(l.get("step", "")), number(l.get("nodes")), number(l.get("rows")), number(l["ms"]),
                 number(l["bytes"] / 1e6) if "bytes" in l else "", number(l.get("gb_s")),
                 f"{l['roofline']:.2f}" if "roofline" in l else "",
                 f"{l['updates_per_second']:.2e}" if "updates_per_second" in l else ""] for l in lines]

    head = ["stage", "step", "nodes", "rows", "ms", "MB", "GB/s", "roofline", "updates/s"]
    words = (f"Copy on the device: {part['copy_gb_s']:,.0f} GB/s, read and written. A round left to run: "
             f"{part['round_ms']:.3f} ms; its steps one by one: {part['steps_ms']:.3f} ms. Histograms: "
             f"{part['histogram_updates_per_second']:.2e} updates/s, roofline ratio {part['roofline_ratio']:.2f} "
             f"(of the round {part['round_roofline_ratio']:.2f}). Above 1 the data came from a cache.")
    if not part["steps_are_levels"]:
        words += " Steps are parts of levels here, and have no bytes of their own."
    return words + "\n\n" + table(head, rows(part["stages"])) + "\n\n" + table(head, rows(part["steps"]))


def tensor_table(parts):
    cases = {p["library"]: {c["case"]: c for c in p["cases"]} for p in parts}
    mine, theirs = cases.get("linden", {}), cases.get("torch", {})
    rows = []
    for name in mine or theirs:
        a, b = mine.get(name), theirs.get(name)
        rows.append([name, number(a["ms"]) if a else "", number(b["ms"]) if b else "",
                     f"{a['ms'] / b['ms']:.2f}" if a and b else "", number((a or b)["gb_s"]),
                     number((a or b).get("gflop_s"))])
    return table(["case", "Linden ms", "PyTorch ms", "Linden / PyTorch", "GB/s", "GFLOP/s"], rows)


def linear_tables(parts):
    fits = [(p, f) for p in parts for f in p["fits"]]
    shape = lambda p: f"{p['rows']:,} x {p['features']}"
    optimum = {shape(p): min(f["objective"] for q, f in fits if shape(q) == shape(p)) for p in parts}
    theirs = {(shape(p), f["solver"]): f for p, f in fits if p["library"] == "torch"}
    rows = []
    for p, f in fits:
        other = theirs.get((shape(p), f["solver"])) if p["library"] == "linden" else None
        best = optimum[shape(p)]
        rows.append([f"{p['library']} {f['solver']}", shape(p), f"{f['seconds_fitting']:.3f}",
                     f"{f['seconds_without_upload']:.3f}", str(f["iterations"]), f"{f['objective']:.10g}",
                     f"{(f['objective'] - best) / best:.0e}",
                     f"{f['certificate']['relative_gap']:.0e}" if "certificate" in f else "",
                     f"{f['seconds_fitting'] / other['seconds_fitting']:.2f}" if other else "",
                     f"{f['seconds_without_upload'] / other['seconds_without_upload']:.2f}" if other else ""])
    head = ["fit", "rows", "seconds", "without upload", "iterations", "objective", "above the best", "certified gap",
            "Linden / PyTorch", "without upload"]
    steps = [[shape(p), f"{t['seconds_standardising']:.3f}", f"{t['seconds_uploading']:.3f}",
              number(t["pass_bytes"] / 1e6), number(t["pass_ms"]), number(t["pass_gb_s"]), number(t["hessian_ms"]),
              number(t["hessian_gflop_s"])] for p in parts if p["library"] == "linden" for t in [p["parts"]]]
    step_head = ["rows", "standardising s", "upload s", "pass MB", "pass ms", "GB/s", "Hessian and factor ms",
                 "GFLOP/s"]
    return table(head, rows) + "\n\n" + table(step_head, steps)


def page(report):
    parts = report["parts"]
    lines = [f"# GPU, {report['date']}", "",
             f"{report['machine']['gpu']}; {report['machine']['cpu']}; CUDA {report['machine']['cuda']}; commit "
             f"{report['commit']}."]
    if report["verdicts"]:
        lines += ["", "## Stages", "", table(["stage", "seconds", "verdict"], [
            [v["stage"], str(v["seconds"]), v["verdict"]] for v in report["verdicts"]])]
    training = [p for p in parts if p["program"] == "training"]
    if training:
        lines += ["", "## Training", "", "Generated rows, logistic loss; updates/s by formula and as counted.", "",
                  training_table(training)]
    for part in (p for p in parts if p["program"] == "kernels"):
        lines += ["", f"## Kernels, {part['rows']:,} x {part['features']}, {part['bins']} bins, depth {part['depth']}",
                  "", kernel_tables(part)]
    tensors = [p for p in parts if p["program"] == "tensors"]
    if tensors:
        versions = ", ".join(f"PyTorch {p['version']}" for p in tensors if "version" in p)
        lines += ["", "## Tensors", "", f"Below 1 Linden is faster. {versions}".strip(), "", tensor_table(tensors)]
    linear = [p for p in parts if p["program"] == "linear"]
    if linear:
        lines += ["", "## Linear models", "", "Logistic, generated float32 rows, to a relative gap of 1e-8. PyTorch "
                  "computes in float64; its L-BFGS counts evaluations, and is told the optimum.", "",
                  linear_tables(linear)]
    lines += ["", "## Commands", ""] + [f"    {p['command']}" for p in parts]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--commit", default="unknown")
    arguments = parser.parse_args()
    files = sorted(f for f in arguments.parts.glob("*.json") if f.name != "verdicts.json")
    verdicts = arguments.parts / "verdicts.json"
    report = {"date": datetime.date.today().isoformat(), "commit": arguments.commit, "machine": machine(),
              "verdicts": json.loads(verdicts.read_text()) if verdicts.exists() else [],
              "parts": [json.loads(f.read_text()) for f in files]}
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    (arguments.out / "report.md").write_text(page(report))
    print(f"{len(files)} files: {arguments.out / 'report.md'}")


if __name__ == "__main__":
    main()
