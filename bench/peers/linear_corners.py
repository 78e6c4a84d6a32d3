#!/usr/bin/env python3
"""Losses with corners: linear SVMs beside LIBLINEAR, quantiles beside scikit-learn's and statsmodels', equally close.

    python3 bench/peers/linear_corners.py --linden build/bench/bench/linden_linear [--json corners.json]

Wants numpy, scipy, scikit-learn and statsmodels where it runs. Each library gets the loosest tolerance of its own (a
power of 10) at which its objective, computed here from its coefficients, is within --gap of the optimum, relative; the
optimum is the lowest objective that any of them found, Linden's at a tolerance of 1e-11 among them, whose certificate
bounds the rest. Libraries take turns; medians are printed.
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
from scipy import sparse

from linear_problems import libsvm
from linear_rows import write_rows

ROOT = Path(__file__).resolve().parent.parent.parent


class Fit:
    """What a problem is: rows, Linden's configuration, and the objective."""

    def __init__(self, name, x, label, config, form):
        self.name, self.x, self.label, self.config, self.form = name, x, label, config, form

    def objective(self, w, intercept):
        scores, y = self.x @ w + intercept, self.label
        if self.config["loss"] == "quantile":
            level = self.config["loss.level"]
            off = y - scores
            return np.maximum(level * off, (level - 1) * off).mean()
        margins = np.maximum(0, 1 - (2 * y - 1) * scores)
        loss = margins if self.config["loss"] == "sharp_hinge" else margins**2
        return loss.mean() + self.config["l2"] / 2 * w @ w


def svm(name, path, loss, c=1.0):
    x, label = libsvm(path)
    config = {"loss": loss, "l1": 0.0, "l2": 1 / (x.shape[0] * c), "intercept": False, "standardize": False}
    return Fit(f"{name} {loss}", sparse.csr_matrix(x), (label > 0).astype(float), config, "csr")


def california(path, level):
    rows = np.genfromtxt(path, delimiter=",", skip_header=1)
    x, label = rows[:, :8], rows[:, 8]
    config = {"loss": "quantile", "loss.level": level, "l1": 0.0, "l2": 0.0, "intercept": True, "standardize": False}
    return Fit(f"california quantile {level}", (x - x.mean(0)) / x.std(0), label, config, "dense")


class Linden:
    def __init__(self, program, folder, threads):
        self.folder, self.threads = folder, threads
        self.process = subprocess.Popen([program, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, fit, tolerance):
        folder = self.folder / fit.name.replace(" ", "-")
        if not folder.exists():
            write_rows(folder, fit.x, fit.label)
        job = {"rows": str(folder), "form": fit.form, "config": fit.config | {"tolerance": tolerance}, "warm_up": 0,
               "repeat": 1, "threads": self.threads, "coefficients": str(self.folder / "w.f64")}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        found = np.fromfile(self.folder / "w.f64")
        return answer["seconds"][0], found[:-1], found[-1]


def liblinear(fit, tolerance):
    """LIBLINEAR's dual solver, by scikit-learn."""
    from sklearn.svm import LinearSVC

    hinge = fit.config["loss"] == "sharp_hinge"
    model = LinearSVC(loss="hinge" if hinge else "squared_hinge", C=1 / (fit.config["l2"] * len(fit.label)), dual=True,
                      tol=tolerance, fit_intercept=False, max_iter=1_000_000, random_state=0)
    start = time.perf_counter()
    model.fit(fit.x, fit.label)
    return time.perf_counter() - start, model.coef_.ravel(), 0.0


def sklearn(fit, tolerance):
    """QuantileRegressor, by HiGHS: exact, or nearly so."""
    from sklearn.linear_model import QuantileRegressor

    model = QuantileRegressor(quantile=fit.config["loss.level"], alpha=0.0, solver="highs")
    start = time.perf_counter()
    model.fit(fit.x, fit.label)
    return time.perf_counter() - start, model.coef_, float(model.intercept_)


def statsmodels(fit, tolerance):
    """Iterated least squares, whose tolerance is that of coefficients."""
    from statsmodels.regression.quantile_regression import QuantReg

    design = np.column_stack([fit.x, np.ones(len(fit.label))])
    start = time.perf_counter()
    found = QuantReg(fit.label, design).fit(q=fit.config["loss.level"], p_tol=tolerance, max_iter=10_000).params
    return time.perf_counter() - start, found[:-1], found[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--linden", type=Path, required=True, help="the program linden_linear")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--problems", default="a9a,rcv1,california")
    parser.add_argument("--only", default="", help="problems whose name has this in it")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--gap", type=float, default=1e-6)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    shared = args.shared
    problems = []
    if "a9a" in args.problems:
        problems += [(svm("a9a", shared / "a9a" / "a9a", loss), [liblinear]) for loss in ("sharp_hinge", "squared_hinge")]
    if "rcv1" in args.problems:
        rcv1 = next(iter(sorted((shared / "rcv1_small").glob("*train*"))), None)
        if rcv1:
            problems += [(svm("rcv1", rcv1, loss), [liblinear]) for loss in ("sharp_hinge", "squared_hinge")]
    if "california" in args.problems:
        table = shared / "california_housing" / "cal_housing.data"
        problems += [(california(table, level), [sklearn, statsmodels]) for level in (0.5, 0.9)]
    problems = [problem for problem in problems if args.only in problem[0].name]
    result = {}
    with tempfile.TemporaryDirectory(prefix="linden-corners-") as folder:
        linden = Linden(args.linden, Path(folder), args.threads)
        for fit, peers in problems:
            best = fit.objective(*linden(fit, 1e-11)[1:])
            fits = {"linden": linden} | {peer.__name__: peer for peer in peers}
            chosen = {}
            for name, run in fits.items():
                for tolerance in (10.0**-k for k in range(1 if name != "linden" else 6, 12)):
                    seconds, w, intercept = run(fit, tolerance)
                    gap = fit.objective(w, intercept) / best - 1
                    if gap <= args.gap:
                        chosen[name] = tolerance
                        break
                    if seconds > 20 or name == "sklearn":
                        print(f"{fit.name}: {name} is {gap:.1e} off after {seconds:.1f} s at {tolerance:.0e}", flush=True)
                        break
            turns = {name: [] for name in chosen}
            for _ in range(args.repeat):
                for name, tolerance in chosen.items():
                    turns[name].append(fits[name](fit, tolerance)[0])
            result[fit.name] = {name: {"seconds": median(t), "turns": t, "tolerance": chosen[name]}
                                for name, t in turns.items()}
            for name, row in result[fit.name].items():
                print(f"{fit.name:26} {name:12} {row['seconds']:9.4f} s  tolerance {row['tolerance']:.0e}", flush=True)
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
