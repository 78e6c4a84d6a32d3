#!/usr/bin/env python3
"""Boosted trees on sparse rows: Linden beside LightGBM and XGBoost, in seconds and in memory.

    python3 bench/peers/sparse.py --env peers --data wide,newsgroups

Each run is a process of its own, and the libraries take turns. Linden's seconds are those of the whole program, reading
the file and writing the model included; the peers' are those of binning and training alone, from rows in memory, and so
are their CPU seconds, of all threads. On a machine that others use the CPU seconds tell more than the seconds.
bench/README.md has the problems.
"""

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import environment
import machine

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGES = ["lightgbm", "xgboost", "scikit-learn", "numpy", "scipy"]
SETTINGS = {"learning_rate": 0.1, "max_leaves": 31, "l2": 1.0, "min_child_weight": 1e-3, "min_rows_in_leaf": 20}


def generated(rows, columns):
    """50 ones a row at random columns, and a label that all columns tell a little of."""
    def write(path, args):
        draw = random.Random(1)
        with open(path, "w") as file:
            for _ in range(rows):
                row = sorted(draw.sample(range(1, columns + 1), 50))
                signal = sum(1 if column % 7 < 3 else -1 for column in row)
                file.write(f"{int(signal + draw.gauss(0, 3) > 0)} " + " ".join(f"{c}:1" for c in row) + "\n")
        return True
    return write, {"classes": 2, "rounds": 1}


def newsgroups(path, args):
    packed = args.shared / "newsgroups20" / "20ng.train.libsvm.gz"
    if not packed.exists():
        print(f"skipped: {packed} is not there (--shared names the folder of data sets).")
        return False
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    return True


PROBLEMS = {"wide": generated(20_000, 100_000), "wider": generated(20_000, 1_000_000),
            "newsgroups": (newsgroups, {"classes": 20, "rounds": 100})}


def lightgbm(x, y, job):
    import lightgbm as library

    several = job["classes"] > 2
    params = {"objective": "multiclass" if several else "binary", "num_threads": job["threads"], "verbosity": -1,
              "learning_rate": SETTINGS["learning_rate"], "num_leaves": SETTINGS["max_leaves"],
              "lambda_l2": SETTINGS["l2"], "min_sum_hessian_in_leaf": SETTINGS["min_child_weight"],
              "min_data_in_leaf": SETTINGS["min_rows_in_leaf"]} | ({"num_class": job["classes"]} if several else {})
    library.train(params, library.Dataset(x, y, params=params), job["rounds"])


def xgboost(x, y, job):
    import xgboost as library

    several = job["classes"] > 2
    params = {"objective": "multi:softprob" if several else "binary:logistic", "nthread": job["threads"],
              "tree_method": "hist", "grow_policy": "lossguide", "max_depth": 0, "verbosity": 0,
              "eta": SETTINGS["learning_rate"], "max_leaves": SETTINGS["max_leaves"], "lambda": SETTINGS["l2"],
              "min_child_weight": SETTINGS["min_child_weight"]} | ({"num_class": job["classes"]} if several else {})
    library.train(params, library.QuantileDMatrix(x, y, nthread=job["threads"]), job["rounds"])


PEERS = {"lightgbm": lightgbm, "xgboost": xgboost}


def work(job):
    """One training by a peer, in a process of its own."""
    from sklearn.datasets import load_svmlight_file

    x, y = load_svmlight_file(job["train"])
    __import__(job["library"])
    start, cpu_start = time.perf_counter(), time.process_time()
    PEERS[job["library"]](x, y, job)
    print(json.dumps([time.perf_counter() - start, time.process_time() - cpu_start]))


def run(library, path, problem, args):
    """Seconds, CPU seconds and the peak of memory in MB."""
    if library == "linden":
        settings = SETTINGS | {"rounds": problem["rounds"], "loss": "softmax" if problem["classes"] > 2 else "logistic"}
        command = [args.build / "linden", "train", "--data", path, "--out", path.with_suffix(".json"), "--threads",
                   str(args.threads), *(f"--set={name}={value}" for name, value in settings.items())]
    else:
        job = problem | {"train": str(path), "threads": args.threads, "library": library}
        command = [sys.executable, HERE / "sparse.py", "--work", json.dumps(job)]
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        start = time.perf_counter()
        child = subprocess.Popen(list(map(str, command)), env=machine.environment(args.threads, "passive"),
                                 stdout=output, stderr=errors)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start, usage.ru_utime + usage.ru_stime
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0), errors.seek(0)
        if status != 0:
            sys.exit(f"sparse.py: {library} failed:\n{errors.read().strip()}")
        return *(seconds if library == "linden" else json.loads(output.read())), usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", default=",".join(PROBLEMS), help="comma-separated (default: %(default)s)")
    parser.add_argument("--libraries", default="linden,lightgbm,xgboost", help="comma-separated (%(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="of every library (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each library (default: %(default)s)")
    parser.add_argument("--rounds", type=int, help="instead of those of the problem")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "bench", help="the build folder (%(default)s)")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data", help="folder of data sets")
    parser.add_argument("--env", type=Path, help="an environment to reuse, made when it is not there")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        return work(json.loads(args.work))
    if args.env is None or Path(sys.prefix).resolve() != args.env.resolve():
        sys.exit(environment.call_in(args.env, PACKAGES, lambda sentence: sys.exit(f"sparse.py: {sentence}")))
    libraries = args.libraries.split(",")
    print(machine.sentence(machine.describe()) + "\n")
    with tempfile.TemporaryDirectory(prefix="linden-sparse-") as folder:
        for name in args.data.split(","):
            write, problem = PROBLEMS[name]
            path = Path(folder, name + ".libsvm")
            if not write(path, args):
                continue
            problem = problem | ({"rounds": args.rounds} if args.rounds else {})
            runs = {library: [] for library in libraries}
            for _ in range(args.repeat):
                for library in libraries:
                    runs[library].append(run(library, path, problem, args))
            print(f"### {name}, {problem['rounds']} rounds, {args.threads} threads (load {machine.quiet_load():.2f})\n")
            print("| library | seconds | CPU seconds | peak MB |\n|---|---:|---:|---:|")
            for library, figures in runs.items():
                wall, cpu, peak = (median(column) for column in zip(*figures))
                print(f"| {library} | {wall:.2f} | {cpu:.2f} | {peak:.0f} |")
            print(flush=True)


if __name__ == "__main__":
    main()
