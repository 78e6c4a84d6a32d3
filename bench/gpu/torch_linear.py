#!/usr/bin/env python3
"""The logistic regressions of linden_gpu_linear with PyTorch: the same rows and objective, down to the same gap.

    torch_linear.py FILE ROWS FEATURES [--device cuda] [--turns 3] [--lbfgs] [--json FILE]

FILE is what linden_gpu_linear --rows-file wrote. Newton's method forms the Hessian by a product and takes its Cholesky
factor; torch.optim.LBFGS stops as soon as its objective is near enough to Newton's optimum, which it is given: that
costs it less than any test of its own. All in float64, on the device from the upload on.
"""

import argparse
import json
import statistics
import sys
import time

import numpy as np
import torch

GAP = 1e-8
L2 = 1e-6


class Problem:
    """The mean of log(1 + exp(z)) - y z plus l2 / 2 |w|^2; the intercept is the last parameter."""

    def __init__(self, values, features, device):
        table = torch.from_numpy(values).view(features + 1, -1).to(device)
        self.rows = table.shape[1]
        self.label = table[features].double()
        self.a = torch.ones(features + 1, self.rows, dtype=torch.float64, device=device)  # columns one after another
        self.a[:features] = table[:features]
        self.l2 = torch.full((features + 1,), L2, dtype=torch.float64, device=device)
        self.l2[features] = 0

    def objective(self, w, scores):
        return torch.mean(torch.nn.functional.softplus(scores) - self.label * scores) + (self.l2 * w * w).sum() / 2

    def scores(self, w):
        return w @ self.a


class Near(Exception):
    """The objective is near enough."""


def newton(problem):
    w = torch.zeros_like(problem.l2)
    scores = problem.scores(w)
    value = problem.objective(w, scores)
    for iteration in range(1, 101):
        p = torch.sigmoid(scores)
        gradient = problem.a @ (p - problem.label) / problem.rows + problem.l2 * w
        hessian = (problem.a * (p * (1 - p) / problem.rows)) @ problem.a.T + torch.diag(problem.l2)
        step = torch.cholesky_solve(gradient[:, None], torch.linalg.cholesky(hessian))[:, 0]
        length, decrement = 1.0, (gradient @ step).item()
        while True:
            new = w - length * step
            new_scores = problem.scores(new)
            new_value = problem.objective(new, new_scores)
            if length < 1e-8 or new_value.item() <= value.item() - 1e-4 * length * decrement:
                break
            length /= 2
        w, scores, value = new, new_scores, new_value
        if decrement / 2 <= GAP * value.item():
            break
    return value.item(), iteration


def lbfgs(problem, optimum):
    w = torch.zeros_like(problem.l2, requires_grad=True)
    best = [float("inf"), 0]
    optimizer = torch.optim.LBFGS([w], max_iter=10_000, max_eval=20_000, history_size=10, tolerance_grad=0,
                                  tolerance_change=0, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = problem.objective(w, problem.scores(w))
        loss.backward()
        best[0], best[1] = min(best[0], loss.item()), best[1] + 1
        if best[0] <= optimum * (1 + GAP):
            raise Near
        return loss

    try:
        optimizer.step(closure)
    except Near:
        pass
    return best[0], best[1]  # evaluations, of which an iteration has one or two


def timed(device, work):
    if device != "cpu":
        torch.cuda.synchronize()
    start = time.perf_counter()
    result = work()
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - start, result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("rows", type=int)
    parser.add_argument("features", type=int)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--lbfgs", action="store_true", help="L-BFGS, too")
    parser.add_argument("--json")
    arguments = parser.parse_args()
    values = np.fromfile(arguments.file, np.float32, count=arguments.rows * (arguments.features + 1))
    torch.zeros(1, device=arguments.device)
    newton(Problem(values.reshape(-1, arguments.rows)[:, :1000].flatten(), arguments.features, arguments.device))
    uploading, problem = timed(arguments.device, lambda: Problem(values, arguments.features, arguments.device))
    methods = {"newton_cholesky": lambda: newton(problem)}
    if arguments.lbfgs:
        methods["lbfgs"] = lambda: lbfgs(problem, fits[0]["objective"])
    fits = []
    for solver, method in methods.items():
        runs = [timed(arguments.device, method) for _ in range(arguments.turns)]
        seconds = statistics.median(run[0] for run in runs)
        fits.append({"solver": solver, "seconds_fitting": seconds + uploading, "seconds_without_upload": seconds,
                     "iterations": runs[0][1][1], "objective": runs[0][1][0]})
    result = {"program": "linear", "library": "torch", "version": torch.__version__, "command": " ".join(sys.argv),
              "device": arguments.device, "rows": arguments.rows, "features": arguments.features, "l2": L2,
              "parts": {"seconds_uploading": uploading}, "fits": fits}
    print(json.dumps(result, indent=1))
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
