#!/usr/bin/env python3
"""The cases of linden_gpu_tensors with PyTorch: the same names, sizes, turns and synchronisations.

    torch_gpu.py [--device cuda] [--largest 100000000] [--turns 7] [--json FILE]

Products of float32 are computed in float32 (no TF32), as Linden does.
"""

import argparse
import json
import statistics
import sys
import time

import torch


class Cases:
    def __init__(self, device, turns):
        self._one = torch.zeros(1, device=device)
        self._turns = turns
        self.results = []

    def run(self, name, size, operations, work):
        work()
        times = 1
        while self._seconds(work, times) < 0.003 and times < 10000:
            times *= 2
        times *= 3
        taken = statistics.median(self._seconds(work, times) / times for _ in range(self._turns))
        result = {"case": name, "ms": taken * 1e3, "bytes": size, "gb_s": size / taken * 1e-9}
        if operations:
            result["gflop_s"] = operations / taken * 1e-9
        print(f"{name:36} {taken * 1e3:10.4f} ms {size / taken * 1e-9:8.0f} GB/s {operations / taken * 1e-9:8.0f} GFLOP/s",
              flush=True)
        self.results.append(result)

    def _seconds(self, work, times):
        self._one.cpu()
        start = time.perf_counter()
        for _ in range(times):
            work()
        self._one.cpu()
        return time.perf_counter() - start


def numbers(shape, dtype, device):
    return torch.empty(shape, dtype=dtype, device=device).uniform_(0.1, 2.1)


def run_elementwise(cases, device, dtype, name, n):
    size = dtype.itemsize * n
    a, b = numbers(n, dtype, device), numbers(n, dtype, device)

    def run(what, arrays, work):
        cases.run(f"{what} {name} {n}", arrays * size, 0, work)

    run("add", 3, lambda: a + b)
    run("mul by a number", 2, lambda: a * 1.5)
    run("exp", 2, lambda: torch.exp(a))
    run("sigmoid", 2, lambda: torch.sigmoid(a))
    run("pow", 3, lambda: torch.pow(a, b))
    run("sum", 1, lambda: a.sum())
    run("max", 1, lambda: a.max())
    if n % 100:
        return
    m, row = a.reshape(n // 100, 100), numbers(100, dtype, device)
    run("row sums", 1.01, lambda: m.sum(1))
    run("column sums", 1, lambda: m.sum(0))
    run("add a row", 2, lambda: m + row)


def run_product(cases, device, dtype, name, n):
    a, b = numbers((n, n), dtype, device), numbers((n, n), dtype, device)
    cases.run(f"matmul {name} {n}", 3 * dtype.itemsize * n * n, 2 * n**3, lambda: a @ b)


def run_logistic_step(cases, device, dtype, name, rows):
    x = numbers((rows, 100), dtype, device)
    y = (numbers(rows, dtype, device) > 1.1).to(dtype)
    w = torch.zeros(100, dtype=dtype, device=device, requires_grad=True)
    adam = torch.optim.Adam([w], fused=device == "cuda")  # its fastest form

    def step():
        adam.zero_grad()
        s = x @ w
        torch.mean(torch.nn.functional.softplus(s) - y * s).backward()
        adam.step()

    cases.run(f"logistic Adam step {name} {rows} x 100", 200 * dtype.itemsize * rows, 0, step)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--largest", type=int, default=100_000_000)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--json")
    arguments = parser.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = False
    cases = Cases(arguments.device, arguments.turns)
    for dtype, name in ((torch.float32, "f32"), (torch.float64, "f64")):
        for n in (1, 1_000_000, 10_000_000, 100_000_000):
            if n <= arguments.largest:
                run_elementwise(cases, arguments.device, dtype, name, n)
        for n in (1000, 3000, 10_000):
            if n * n <= arguments.largest:
                run_product(cases, arguments.device, dtype, name, n)
        for rows in (100_000, 1_000_000):
            if rows * 100 <= arguments.largest:
                run_logistic_step(cases, arguments.device, dtype, name, rows)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump({"program": "tensors", "library": "torch", "version": torch.__version__,
                       "command": " ".join(sys.argv), "device": arguments.device, "cases": cases.results}, file, indent=1)


if __name__ == "__main__":
    main()
