#!/usr/bin/env python3
"""Prediction: Linden beside LightGBM, XGBoost, CatBoost, oneDAL and tl2cgen, many rows at a time and one by one.

    python3 bench/peers/predict.py --env peers --threads 1

Each library has a process of its own, which trains once at equal settings (oneDAL and tl2cgen take XGBoost's model) and
then answers to lines of JSON as linden_predict does; a turn asks each of them once. Only predictions are timed, from rows
in memory to probabilities. One row at a time is on one thread: Linden's predict_row, and the C interfaces of LightGBM
(LGBM_BoosterPredictForMatSingleRowFast) and XGBoost (XGBoosterPredictFromDense) by linden_fast_rows.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import environment
import machine
from matrices import read_matrix, write_matrix

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGES = ["lightgbm", "xgboost", "catboost", "scikit-learn-intelex", "treelite", "tl2cgen", "numpy", "scipy"]

LEAVES = {"loss": "logistic", "rounds": 100, "learning_rate": 0.1, "max_bins": 255, "l2": 1.0, "min_child_weight": 1e-3}
OBLIVIOUS = {"growth": "oblivious", "max_depth": 6}
# The rows that are asked for together, 0 where they come one by one; who takes part; the settings of the trees;
# and the rows, where these are not Higgs-like.
PROBLEMS = {
    "leaves": ("100 trees of 255 leaves", 200_000, ["lightgbm", "xgboost", "onedal", "tl2cgen"], {"max_leaves": 255}),
    "depth": ("100 trees of depth 8, level by level", 200_000, ["lightgbm", "xgboost", "onedal", "tl2cgen"],
              {"growth": "level_wise", "max_depth": 8, "max_leaves": 256}),
    "oblivious": ("500 oblivious trees of depth 6", 200_000, ["catboost"], {"rounds": 500} | OBLIVIOUS, "hundred"),
    "oblivious_8": ("500 oblivious trees of depth 8", 200_000, ["catboost"], {"rounds": 500} | OBLIVIOUS | {"max_depth": 8},
                    "hundred"),
    "leaves_64": ("500 trees of 64 leaves", 200_000, [], {"rounds": 500, "max_leaves": 64}, "hundred"),
    "row_oblivious": ("one row, 100 oblivious trees of depth 6", 0, [], OBLIVIOUS),
    "row_leaves_64": ("one row, 100 trees of 64 leaves", 0, [], {"max_leaves": 64}),
    "row": ("one row, 100 trees of 31 leaves", 0, ["lightgbm", "xgboost"], {"max_leaves": 31}),
    "row_leaves": ("one row, 100 trees of 255 leaves", 0, ["lightgbm", "xgboost"], {"max_leaves": 255}),
}
SINGLE_ROWS = 2000


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--problems", default=",".join(PROBLEMS), help="comma-separated (default: %(default)s)")
    parser.add_argument("--without", default="", help="libraries that stay out, comma-separated; tl2cgen "
                        "compiles for minutes")
    parser.add_argument("--threads", type=int, default=2, help="of predictions of many rows (default: %(default)s)")
    parser.add_argument("--turns", type=int, default=9, help="(default: %(default)s)")
    parser.add_argument("--rows", type=int, default=200_000, help="to train on (default: %(default)s)")
    parser.add_argument("--levels", default="v4,v3", help="LINDEN_ISA of the processes of Linden (default: %(default)s)")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "bench", help="the build folder (%(default)s)")
    parser.add_argument("--env", type=Path, help="an environment to reuse, made when it is not there (default: a "
                        "throw-away one)")
    return parser.parse_args()


def train_lightgbm(job):
    import lightgbm

    x, y = read_matrix(job["train"])
    c = job["config"]
    params = {"objective": "binary", "num_threads": job["threads"], "learning_rate": c["learning_rate"],
              "num_leaves": c["max_leaves"], "max_depth": c.get("max_depth", -1),
              "max_bin": c["max_bins"], "min_data_in_bin": 1, "lambda_l2": c["l2"],
              "min_sum_hessian_in_leaf": c["min_child_weight"], "min_data_in_leaf": 20, "verbosity": -1}
    return lightgbm.train(params, lightgbm.Dataset(x, y, params=params), c["rounds"])


def train_xgboost(job):
    import xgboost

    x, y = read_matrix(job["train"])
    c = job["config"]
    shape = {"grow_policy": "depthwise", "max_depth": c["max_depth"]} if "max_depth" in c else {
        "grow_policy": "lossguide", "max_depth": 0, "max_leaves": c["max_leaves"]}
    params = {"objective": "binary:logistic", "nthread": job["threads"], "tree_method": "hist", "verbosity": 0,
              "learning_rate": c["learning_rate"], "max_bin": c["max_bins"], "lambda": c["l2"],
              "min_child_weight": c["min_child_weight"]} | shape
    return xgboost.train(params, xgboost.QuantileDMatrix(x, y, max_bin=c["max_bins"], nthread=job["threads"]), c["rounds"])


def lightgbm(job, folder):
    import lightgbm as library

    model = train_lightgbm(job)
    model.save_model(folder / "model")
    lib = Path(library.__file__).parent / "lib" / "lib_lightgbm.so"
    return library.__version__, lib, lambda x: model.predict(x, num_threads=job["threads"])


def xgboost(job, folder):
    import xgboost as library

    model = train_xgboost(job)
    model.save_model(folder / "model.json")
    (folder / "model.json").rename(folder / "model")
    lib = Path(library.__file__).parent / "lib" / "libxgboost.so"
    return library.__version__, lib, model.inplace_predict


def onedal(job, folder):
    import daal4py

    daal4py.daalinit(job["threads"])
    model = daal4py.mb.convert_model(train_xgboost(job))
    return ".".join(re.findall("[0-9]+", daal4py._get__version__())[:3]), None, lambda x: model.predict_proba(x)[:, 1]


def tl2cgen(job, folder):
    import tl2cgen as library
    import treelite

    model = treelite.frontend.from_xgboost(train_xgboost(job))
    library.export_lib(model, toolchain="gcc", libpath=folder / "trees.so", params={"parallel_comp": 16}, nthread=2)
    predictor = library.Predictor(folder / "trees.so", nthread=job["threads"])
    return library.__version__, None, lambda x: predictor.predict(library.DMatrix(x))


def catboost(job, folder):
    import catboost as library

    x, y = read_matrix(job["train"])
    c = job["config"]
    model = library.CatBoost({
        "loss_function": "Logloss", "iterations": c["rounds"], "learning_rate": c["learning_rate"], "depth": c["max_depth"],
        "border_count": c["max_bins"] - 1, "l2_leaf_reg": c["l2"], "thread_count": job["threads"],
        "allow_writing_files": False, "logging_level": "Silent"}).fit(x, y)
    return library.__version__, None, lambda x: model.predict(x, "Probability", thread_count=job["threads"])[:, 1]


LIBRARIES = {f.__name__: f for f in (lightgbm, xgboost, onedal, tl2cgen, catboost)}


def answer(library, job):
    """The other side of linden_predict's lines, for a library of Python."""
    x, _ = read_matrix(job["test"])
    with tempfile.TemporaryDirectory(prefix="linden-model-") as name:
        version, shared, predict = LIBRARIES[library](job, Path(name))
        print(json.dumps({"version": version}), flush=True)
        for line in sys.stdin:
            asked = json.loads(line)
            if asked["one_by_one"]:
                command = [job["fast_rows"], library, shared, f"{name}/model", job["test"], asked["rows"], asked["times"]]
                print(subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True).stdout.strip(),
                      flush=True)
                continue
            rows = x[: asked["rows"]]
            seconds, cpu_seconds = [], []
            for _ in range(asked["times"]):
                start, cpu = time.perf_counter(), machine.own_seconds()
                prediction = predict(rows)
                seconds.append(time.perf_counter() - start)
                cpu_seconds.append(machine.own_seconds() - cpu)
            print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "sum": float(prediction.sum())}), flush=True)


class Process:
    """A library that has trained, and waits for lines."""

    def __init__(self, library, level, job, args):
        command = [args.build / "bench" / "linden_predict", json.dumps(job)] if library == "linden" else [
            sys.executable, HERE / "predict.py", "--answer", library, json.dumps(job)]
        forced = {"LINDEN_ISA": level} if library == "linden" else {}
        self._process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                         env=machine.environment(job["threads"], "passive") | forced)
        self.version = self._told()["version"]

    def _told(self):
        for line in self._process.stdout:  # some libraries write of other things, too
            if line.startswith("{"):
                return json.loads(line)
        sys.exit(f"predict.py: {' '.join(self._process.args[:4])} ended with {self._process.wait()}.")

    def ask(self, **what):
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return self._told()

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def write_hundred(path, rows, seed):
    """A hundred normal columns, ten of which tell something of the label."""
    import numpy as np

    random = np.random.default_rng(seed)
    x = random.standard_normal((rows, 100), np.float32)
    signal = np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + x[:, 3:10].sum(axis=1) / 3
    write_matrix(path, x, signal + random.standard_normal(rows) > 0)


def compare(args, folder, title, rows, peers, config, data="higgs"):
    job = {"train": f"{folder}/{data}_train.bin", "test": f"{folder}/{data}_test.bin", "threads": args.threads if rows else 1,
           "config": LEAVES | config, "fast_rows": str(args.build / "bench" / "linden_fast_rows")}
    asked = {"rows": rows or SINGLE_ROWS, "one_by_one": not rows, "times": 1 if rows else 5}
    names = [("linden", level) for level in args.levels.split(",")]
    names += [(peer, "") for peer in peers if peer not in args.without.split(",")]
    made = {name: Process(*name, job, args) for name in names}
    for process in made.values():
        process.ask(**asked | {"times": 2})  # layouts are made, pages are there
    watch = machine.Watch([process._process.pid for process in made.values()])
    runs = {name: [] for name in names}
    for _ in range(args.turns):
        for name, process in made.items():
            told = process.ask(**asked)
            runs[name].append((min(told["seconds"]), min(told["cpu_seconds"]), told["sum"]))
    load = watch.load()
    for process in made.values():
        process.close()
    unit = 1e3 if rows else 1e6 / asked["rows"]
    medians = {name: [unit * median(run[part] for run in runs[name]) for part in (0, 1)] for name in names}
    print(f"### {title}, {job['threads']} thread{'s'[:job['threads'] > 1]}; {'ms' if rows else 'us a row'}\n")
    ratios = "".join(f" it / {level} |" for level in args.levels.split(","))
    print(f"| library | wall | CPU | least CPU |{ratios} mean |\n|---|---:|---:|---:|{'---:|' * (ratios.count('|') + 1)}")
    for (library, level), (wall, cpu) in medians.items():
        least = unit * min(run[1] for run in runs[library, level])
        against = [cpu / medians["linden", at][1] for at in args.levels.split(",")]
        print(f"| {library} {made[library, level].version} {level} | {wall:.3f} | {cpu:.3f} | {least:.3f} | "
              + " | ".join(f"{ratio:.2f}" for ratio in against)
              + f" | {runs[library, level][-1][2] / asked['rows']:.4f} |")
    print(f"\n{load:.2f} cores in use by others; ratios are of the medians of CPU seconds.\n", flush=True)


def main():
    if sys.argv[1:2] == ["--answer"]:
        return answer(sys.argv[2], json.loads(sys.argv[3]))
    args = arguments()
    if args.env is None or Path(sys.prefix).resolve() != args.env.resolve():
        sys.exit(environment.call_in(args.env, PACKAGES, lambda sentence: sys.exit(f"predict.py: {sentence}")))
    print(machine.sentence(machine.describe()) + "\n")
    with tempfile.TemporaryDirectory(prefix="linden-rows-") as folder:
        for file, rows, seed in (("train", args.rows, 1), ("test", 200_000, 2)):
            subprocess.run([args.build / "bench" / "linden_higgs_rows", str(rows), str(seed), f"{folder}/higgs_{file}.bin"],
                           check=True)
            write_hundred(f"{folder}/hundred_{file}.bin", rows, seed)
        for name in args.problems.split(","):
            compare(args, folder, *PROBLEMS[name])


if __name__ == "__main__":
    main()
