#!/usr/bin/env python3
"""SHAP values: Linden beside XGBoost, LightGBM and CatBoost, path dependent, at trees of depth 6, 8 and 12.

    python3 bench/peers/explain.py --env peers --threads 1

Each library has a process of its own, which trains once at equal settings and then answers to lines of JSON as
linden_explain does; a turn asks each of them once. Only explanations are timed, in CPU seconds, from rows in memory to the
values of all features. CatBoost has oblivious trees, and so has Linden beside it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import environment
import machine
from matrices import read_matrix
from predict import train_lightgbm, train_xgboost

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGES = ["lightgbm", "xgboost", "catboost", "numpy", "scipy"]
COMMON = {"loss": "logistic", "learning_rate": 0.1, "max_bins": 255, "l2": 1.0, "min_child_weight": 1e-3}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--depths", default="6,8,12", help="comma-separated (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=100, help="(default: %(default)s)")
    parser.add_argument("--rows", type=int, default=10_000, help="to explain (default: %(default)s)")
    parser.add_argument("--train-rows", type=int, default=50_000, help="(default: %(default)s)")
    parser.add_argument("--peer-rows", type=int, default=1_000, help="that XGBoost and LightGBM explain, whose time "
                        "grows with the rows: it is told for as many as Linden's (default: %(default)s)")
    parser.add_argument("--peers", default="xgboost,lightgbm,catboost", help="comma-separated (default: %(default)s)")
    parser.add_argument("--interactions", action="store_true", help="what pairs of features do together, in place of values")
    parser.add_argument("--threads", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--turns", type=int, default=5, help="(default: %(default)s)")
    parser.add_argument("--levels", default="v4,v3", help="LINDEN_ISA of the processes of Linden (default: %(default)s)")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "bench", help="the build folder (%(default)s)")
    parser.add_argument("--env", type=Path, help="an environment to reuse, made when it is not there (default: a "
                        "throw-away one)")
    return parser.parse_args()


def lightgbm(job):
    import lightgbm as library

    model = train_lightgbm(job)
    return library.__version__, lambda x, interactions: model.predict(x, pred_contrib=True, num_threads=job["threads"])


def xgboost(job):
    import xgboost as library

    model = train_xgboost(job)
    return library.__version__, lambda x, interactions: model.predict(
        library.DMatrix(x, nthread=job["threads"]), pred_contribs=not interactions, pred_interactions=interactions)


def catboost(job):
    import catboost as library

    x, y = read_matrix(job["train"])
    c = job["config"]
    model = library.CatBoost({
        "loss_function": "Logloss", "iterations": c["rounds"], "learning_rate": c["learning_rate"], "depth": c["max_depth"],
        "border_count": c["max_bins"] - 1, "l2_leaf_reg": c["l2"], "thread_count": job["threads"],
        "allow_writing_files": False, "logging_level": "Silent"}).fit(x, y)
    kind = {False: "ShapValues", True: "ShapInteractionValues"}
    return library.__version__, lambda x, interactions: model.get_feature_importance(
        library.Pool(x), type=kind[interactions], thread_count=job["threads"])


LIBRARIES = {f.__name__: f for f in (xgboost, lightgbm, catboost)}


def answer(library, job):
    """The other side of linden_explain's lines, for a library of Python."""
    x, _ = read_matrix(job["test"])
    version, explain = LIBRARIES[library](job)
    print(json.dumps({"version": version}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        seconds = []
        for _ in range(asked["times"]):
            start = machine.own_seconds()
            explain(x[: asked["rows"]], asked["interactions"])
            seconds.append(machine.own_seconds() - start)
        print(json.dumps({"cpu_seconds": seconds}), flush=True)


class Process:
    """A library that has trained, and waits for lines."""

    def __init__(self, library, level, job, args):
        # CatBoost works out tables first, as Linden does.
        self.rows = min(args.peer_rows, args.rows) if library in ("xgboost", "lightgbm") else args.rows
        self.share = args.rows / self.rows
        self.seconds = []
        command = [args.build / "bench" / "linden_explain", json.dumps(job)] if library == "linden" else [
            sys.executable, HERE / "explain.py", "--answer", library, json.dumps(job)]
        forced = {"LINDEN_ISA": level} if level else {}
        self._process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                         env=machine.environment(job["threads"], "passive") | forced)
        self.name = f"{library} {self._told()['version']} {level}".strip()

    def _told(self):
        for line in self._process.stdout:  # some libraries write of other things, too
            if line.startswith("{"):
                return json.loads(line)
        sys.exit(f"explain.py: {' '.join(self._process.args[:4])} ended with {self._process.wait()}.")

    def ask(self, interactions):
        asked = {"rows": self.rows, "interactions": interactions, "times": 1}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        told = self._told()
        self.seconds += [second * self.share for second in told["cpu_seconds"]]
        if told.get("from_the_score", 0) > 1e-9:
            sys.exit(f"explain.py: {self.name} is {told['from_the_score']} from the scores.")

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def compare(args, folder, title, config, peers):
    """Prints a line of the table for each library."""
    job = {"train": str(folder / "train.bin"), "test": str(folder / "test.bin"), "threads": args.threads,
           "config": COMMON | config | {"rounds": args.rounds}}
    processes = [Process("linden", level, job, args) for level in args.levels.split(",")]
    processes += [Process(peer, "", job, args) for peer in peers]
    for _ in range(args.turns):
        for process in processes:
            process.ask(args.interactions)
    print(f"\n{title}")
    least = min(processes[0].seconds)
    for process in processes:
        print(f"  {process.name:24} {median(process.seconds):9.3f} s, least {min(process.seconds):9.3f} s, "
              f"{min(process.seconds) / least:8.2f} times the first")
        process.close()


def main():
    if sys.argv[1:2] == ["--answer"]:
        return answer(sys.argv[2], json.loads(sys.argv[3]))
    args = arguments()
    if args.env is None or Path(sys.prefix).resolve() != args.env.resolve():
        sys.exit(environment.call_in(args.env, PACKAGES, lambda sentence: sys.exit(f"explain.py: {sentence}")))
    print(machine.sentence(machine.describe()))
    peers = [peer for peer in args.peers.split(",") if peer]
    if args.interactions:
        peers = [peer for peer in peers if peer != "lightgbm"]  # which has none
    with tempfile.TemporaryDirectory(prefix="linden-explain-") as name:
        folder = Path(name)
        for file, rows, seed in (("train", args.train_rows, 1), ("test", args.rows, 2)):
            subprocess.run([args.build / "bench" / "linden_higgs_rows", str(rows), str(seed), folder / f"{file}.bin"], check=True)
        for depth in map(int, args.depths.split(",")):
            by_level = {"growth": "level_wise", "max_depth": depth, "max_leaves": 1 << depth}
            compare(args, folder, f"depth {depth}, {args.rows} rows, {args.rounds} trees", by_level,
                    [peer for peer in peers if peer != "catboost"])
            if "catboost" in peers:
                compare(args, folder, f"depth {depth}, oblivious", {"growth": "oblivious", "max_depth": depth}, ["catboost"])


if __name__ == "__main__":
    main()
