#!/usr/bin/env python3
"""Paths of the lasso: Linden beside celer, skglm and scikit-learn, all at the same strengths and as close to the optimum.

    python3 bench/peers/linear_path.py --linden build/bench/bench/linden_path [--json path.json]

Wants numpy, scikit-learn, celer and skglm where it runs. Rows are normal numbers from a fixed seed; a tenth of the
columns, 100 at most, carry the label. Each library gets 100 strengths, from the largest that keeps a weight out to 1e-3
of it, and the loosest tolerance of its own (a power of 10) with which no point of its path is further than --gap from
the optimum, relative to the objective; the optimum is bounded by a duality gap, here, in double precision. Libraries
take turns; medians are printed.
"""

import argparse
import json
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from statistics import median

import numpy as np

from linear_rows import write_rows

SHAPES = {"wide": (100, 10_000), "long": (10_000, 1_000)}


def problem(rows, features):
    random = np.random.default_rng(7)
    x = np.asfortranarray(random.standard_normal((rows, features)))
    weights = np.zeros(features)
    weights[:: max(10, features // 100)] = random.standard_normal(len(weights[:: max(10, features // 100)]))
    label = x @ weights + 2 * random.standard_normal(rows) + 3
    largest = np.abs((x - x.mean(0)).T @ (label - label.mean())).max() / rows
    return x, label, largest * np.logspace(0, -3, 100)


def worst_gap(x, label, strengths, weights):
    """The largest duality gap of the points [strengths, features], with the intercept at its optimum, over the
    objective."""
    rows = len(label)
    means, centre = x.mean(0), label.mean()
    worst = 0.0
    residuals = (label - centre)[:, None] - (x @ weights.T - (means @ weights.T)[None, :])
    slopes = (x.T @ residuals - np.outer(means, residuals.sum(0))) / rows
    for k, strength in enumerate(strengths):
        r, w = residuals[:, k], weights[k]
        primal = r @ r / (2 * rows) + strength * np.abs(w).sum()
        scale = min(1.0, strength / np.abs(slopes[:, k]).max())
        centred = label - centre
        # 1/2 |y|^2 / n - 1/2 |y - scale r|^2 / n, the dual objective at scale r.
        dual = (scale * (r @ centred) - scale * scale * (r @ r) / 2) / rows
        worst = max(worst, (primal - dual) / primal)
    return worst


class Linden:
    def __init__(self, program, folder, threads):
        self.folder, self.threads = folder, threads
        self.process = subprocess.Popen([program, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, x, label, strengths, tolerance):
        job = {"rows": str(self.folder / "rows"), "form": "columns", "strengths": list(strengths), "threads": self.threads,
               "config": {"loss": "squared", "standardize": False, "tolerance": tolerance}, "warm_up": 0, "repeat": 1,
               "weights": str(self.folder / "weights.f64")}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        found = np.fromfile(self.folder / "weights.f64").reshape(len(strengths), -1)
        return answer["seconds"][0], found[:, :-1]


def celer(x, label, strengths, tolerance):
    from celer import celer_path

    start = time.perf_counter()
    # Its paths have no intercept: centring is in its time.
    centred = np.asfortranarray(x - x.mean(0))
    _, found, _ = celer_path(centred, label - label.mean(), "lasso", alphas=strengths, tol=tolerance, max_iter=1000)
    return time.perf_counter() - start, found.T


def skglm(x, label, strengths, tolerance):
    from skglm.datafits import Quadratic
    from skglm.penalties import L1
    from skglm.solvers import AndersonCD

    start = time.perf_counter()
    centred = np.asfortranarray(x - x.mean(0))
    solver = AndersonCD(tol=tolerance, fit_intercept=False, max_iter=1000, warm_start=True, ws_strategy="fixpoint")
    _, found, _ = solver.path(centred, label - label.mean(), Quadratic(), L1(1.0), alphas=strengths)[:3]
    return time.perf_counter() - start, found.T


def sklearn(x, label, strengths, tolerance):
    from sklearn.linear_model import lasso_path

    start = time.perf_counter()
    centred = np.asfortranarray(x - x.mean(0))
    _, found, _ = lasso_path(centred, label - label.mean(), alphas=strengths, tol=tolerance, max_iter=100_000,
                             precompute=len(label) > x.shape[1])
    return time.perf_counter() - start, found.T


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--linden", type=Path, required=True, help="the program linden_path")
    parser.add_argument("--shapes", default="wide,long", help="comma-separated (default: %(default)s)")
    parser.add_argument("--libraries", default="linden,celer,skglm,sklearn", help="comma-separated (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="turns (default: %(default)s)")
    parser.add_argument("--gap", type=float, default=1e-6, help="to reach at every point (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tolerances", type=json.loads, default={}, help='{"wide": {"celer": 1e-7}}: known, not searched')
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    result = {}
    for shape in args.shapes.split(","):
        x, label, strengths = problem(*SHAPES[shape])
        with tempfile.TemporaryDirectory(prefix="linden-path-") as folder:
            write_rows(Path(folder) / "rows", x, label)
            fits = {"linden": Linden(args.linden, Path(folder), args.threads), "celer": celer, "skglm": skglm,
                    "sklearn": sklearn}
            fits = {name: fits[name] for name in args.libraries.split(",")}
            tolerances, gaps = dict(args.tolerances.get(shape, {})), {}
            for name, fit in fits.items():
                if name not in tolerances:
                    tolerances[name] = next((t for t in (10.0**-k for k in range(4, 15)) if worst_gap(
                        x, label, strengths, fit(x, label, strengths, t)[1]) <= args.gap), None)
            fits = {name: fit for name, fit in fits.items() if tolerances[name]}
            turns = {name: [] for name in fits}
            for _ in range(args.repeat):
                for name, fit in fits.items():
                    seconds, found = fit(x, label, strengths, tolerances[name])
                    turns[name].append(seconds)
                    gaps[name] = worst_gap(x, label, strengths, found)
            result[shape] = {name: {"seconds": median(turns[name]), "turns": turns[name], "tolerance": tolerances[name],
                                    "gap": gaps[name]} for name in fits}
            for name, row in result[shape].items():
                print(f"{shape:6} {name:8} {row['seconds']:8.4f} s  tolerance {row['tolerance']:.0e}  gap {row['gap']:.1e}",
                      flush=True)
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
