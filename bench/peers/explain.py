#!/usr/bin/env python3
"""SHAP values: Linden beside XGBoost, LightGBM, CatBoost and fasttreeshap, path dependent, at trees of depth 6, 8 and 12;
with --background beside shap's interventional values.

    python3 bench/peers/explain.py --env peers --threads 1
    python3 bench/peers/explain.py --env peers --threads 1 --background 100 --peers shap --peer-rows 100

Each library has a process of its own, which trains once at equal settings and then answers to lines of JSON as
linden_explain does; a turn asks each of them once. Only explanations are timed, in seconds of the CPU and of the clock, from
rows in memory to the values of all features. CatBoost has oblivious trees, and so has Linden beside it; fasttreeshap and
shap explain LightGBM's trees. fasttreeshap's last release is of 2023, and asks for libraries of its time:
--fasttreeshap-env is an environment that has them.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import environment
import machine
from matrices import read_matrix
from predict import train_lightgbm, train_xgboost

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGES = ["lightgbm", "xgboost", "catboost", "numpy", "scipy", "shap"]
COMMON = {"loss": "logistic", "learning_rate": 0.1, "max_bins": 255, "l2": 1.0, "min_child_weight": 1e-3}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--depths", default="6,8,12", help="comma-separated (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=100, help="(default: %(default)s)")
    parser.add_argument("--rows", type=int, default=10_000, help="to explain (default: %(default)s)")
    parser.add_argument("--train-rows", type=int, default=50_000, help="(default: %(default)s)")
    parser.add_argument("--peer-rows", type=int, default=1_000, help="that peers explain whose time grows with the rows: it "
                        "is told for as many as Linden's (default: %(default)s)")
    parser.add_argument("--all-rows", default="catboost,fasttreeshap", help="comma-separated: the peers that explain as many "
                        "rows as Linden, as they work out tables first (default: %(default)s)")
    parser.add_argument("--peers", default="xgboost,lightgbm,catboost", help="comma-separated (default: %(default)s)")
    parser.add_argument("--background", type=int, default=0, help="rows of the training data to explain against (default: "
                        "path dependent)")
    parser.add_argument("--memory", action="store_true", help="explain a quarter of the rows first, and tell the most memory "
                        "that a process has had before, after it, and after all rows")
    parser.add_argument("--fasttreeshap-env", type=Path, help="of that peer (default: as --env)")
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


def fasttreeshap(job):
    import fasttreeshap as library

    explainer = library.TreeExplainer(train_lightgbm(job), algorithm="auto", n_jobs=job["threads"])
    return library.__version__, lambda x, interactions: explainer.shap_values(x, check_additivity=False)


def shap(job):
    import shap as library

    x, _ = read_matrix(job["train"])
    model = train_lightgbm(job)
    explainer = library.TreeExplainer(model, x[: job["background"]], feature_perturbation="interventional")
    return library.__version__, lambda x, interactions: explainer.shap_values(x, check_additivity=False)


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


LIBRARIES = {f.__name__: f for f in (xgboost, lightgbm, catboost, fasttreeshap, shap)}


def answer(library, job):
    """The other side of linden_explain's lines, for a library of Python."""
    x, _ = read_matrix(job["test"])
    version, explain = LIBRARIES[library](job)
    print(json.dumps({"version": version}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        seconds, clock = [], []
        for _ in range(asked["times"]):
            start, begin = machine.own_seconds(), time.monotonic()
            explain(x[: asked["rows"]], asked["interactions"])
            clock.append(time.monotonic() - begin)
            seconds.append(machine.own_seconds() - start)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"cpu_seconds": seconds, "seconds": clock, "peak_mib": peak}), flush=True)


class Process:
    """A library that has trained, and waits for lines."""

    def __init__(self, library, level, job, args):
        explains_all = library in ("linden", *args.all_rows.split(","))
        self.rows = args.rows if explains_all else min(args.peer_rows, args.rows)
        self.share = args.rows / self.rows
        self.background = args.background
        self.seconds, self.clock, self.peaks = [], [], []
        python = sys.executable
        if library == "fasttreeshap" and args.fasttreeshap_env:
            python = args.fasttreeshap_env / "bin" / "python"
        command = [args.build / "bench" / "linden_explain", json.dumps(job)] if library == "linden" else [
            python, HERE / "explain.py", "--answer", library, json.dumps(job)]
        forced = {"LINDEN_ISA": level} if level else {}
        self._process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                         env=machine.environment(job["threads"], "passive") | forced)
        self.name = f"{library} {self._told()['version']} {level}".strip()

    def _told(self):
        for line in self._process.stdout:  # some libraries write of other things, too
            if line.startswith("{"):
                return json.loads(line)
        sys.exit(f"explain.py: {' '.join(self._process.args[:4])} ended with {self._process.wait()}.")

    def ask(self, interactions, rows=None):
        """Explains the rows; fewer of them for their memory alone."""
        asked = {"rows": rows or self.rows, "interactions": interactions, "background": self.background, "times": 1}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        told = self._told()
        self.peaks.append(told["peak_mib"])
        if rows is None:
            self.seconds += [second * self.share for second in told["cpu_seconds"]]
            self.clock += [second * self.share for second in told["seconds"]]
        if told.get("from_the_score", 0) > 1e-9:
            sys.exit(f"explain.py: {self.name} is {told['from_the_score']} from the scores.")

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def compare(args, folder, title, config, peers):
    """Prints a line of the table for each library."""
    job = {"train": str(folder / "train.bin"), "test": str(folder / "test.bin"), "threads": args.threads,
           "background": args.background, "config": COMMON | config | {"rounds": args.rounds}}
    processes = [Process("linden", level, job, args) for level in args.levels.split(",")]
    processes += [Process(peer, "", job, args) for peer in peers]
    if args.memory:
        for process in processes:
            for share in (process.rows, 4):
                process.ask(args.interactions, process.rows // share)
    for _ in range(args.turns):
        for process in processes:
            process.ask(args.interactions)
    print(f"\n{title}")
    least = min(processes[0].seconds)
    for process in processes:
        print(f"  {process.name:24} {median(process.seconds):9.3f} s, least {min(process.seconds):9.3f} s, "
              f"{min(process.seconds) / least:8.2f} times the first; by the clock {min(process.clock):9.3f} s; of "
              f"{process.rows} rows")
        if args.memory:
            print(f"    MiB at most after one row, a quarter of the rows, all: "
                  + ", ".join(f"{peak:.1f}" for peak in process.peaks[:3]))
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
        peers = [peer for peer in peers if peer not in ("lightgbm", "fasttreeshap", "shap")]  # which have none
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
