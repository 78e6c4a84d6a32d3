"""Rankings of Linden, LightGBM and XGBoost beside each other: NDCG@10 on held-out queries and seconds of training.

    python ranking.py FOLDER LINDEN [--threads 2] [--objective lambdarank] [--draws 0] [--without LIBRARY,...]
        [--linden "FIELD=VALUE FIELD=VALUE" ...]

FOLDER has mq2007_subset and lightgbm_examples/lambdarank, LINDEN is the program. All train 100 rounds of trees of 31
leaves with the objective (lambdarank, pairwise, map or xendcg) at each library's defaults for it, but for the settings in
COMMON; Linden once more with the fields of each --linden. MQ2007 is five folds of queries; the example of LightGBM is its own
split with five seeds, which draw 80 % of the rows and features of each tree. A group without relevant rows is left out of
the mean. With --draws N MQ2007's queries are put in random order N times, each for five folds of its own, and the table
ends with the mean difference of each from the last one named, with its standard error.
"""

import argparse
import csv
import gzip
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

COMMON = {"rounds": 100, "learning_rate": 0.1, "max_leaves": 31, "min_rows_in_leaf": 20, "min_child_weight": 1e-3, "l2": 1}
OBJECTIVES = {  # Linden, LightGBM, XGBoost
    "lambdarank": ("lambdarank", "lambdarank", "rank:ndcg"),
    "pairwise": ("pairwise", None, "rank:pairwise"),
    "map": ("lambdarank_map", None, "rank:map"),
    "xendcg": ("xendcg", "rank_xendcg", None),
}


class Queries:
    """Rows x, labels y and the sizes of groups."""

    def __init__(self, x, y, sizes):
        self.x, self.y, self.sizes = x, y, np.asarray(sizes)
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)])

    @classmethod
    def read(cls, text, sizes, features):
        lines = text.strip().split("\n")
        x, y = np.zeros((len(lines), features)), np.zeros(len(lines))
        for row, line in enumerate(lines):
            label, *pairs = line.split()
            y[row] = float(label)
            for name, value in (pair.split(":") for pair in pairs):
                if name != "qid":
                    x[row, int(name) - 1] = float(value)
        return cls(x, y, [int(size) for size in sizes.split()])

    def take(self, groups):
        rows = np.concatenate([np.arange(self.starts[g], self.starts[g + 1]) for g in groups])
        return Queries(self.x[rows], self.y[rows], self.sizes[groups])

    def ids(self):
        return np.repeat(np.arange(len(self.sizes)), self.sizes)


def ndcg(queries, scores, at=10):
    """The mean over the orders of equal scores, as scikit-learn's; over groups with relevant rows."""
    values = []
    for begin, end in zip(queries.starts, queries.starts[1:]):
        gains, s = 2 ** queries.y[begin:end] - 1, scores[begin:end]
        if not gains.any():
            continue
        discounts = 1 / np.log2(np.arange(len(s)) + 2)
        discounts[at:] = 0
        _, tie, counts = np.unique(-s, return_inverse=True, return_counts=True)
        of_tie = np.add.reduceat(discounts, np.concatenate([[0], np.cumsum(counts)[:-1]])) / counts
        values.append((gains * of_tie[tie]).sum() / (np.sort(gains)[::-1] * discounts).sum())
    return float(np.mean(values))


def linden(program, objective, fields, train, test, seed, share, threads):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, queries in (("train", train), ("test", test)):
            with open(folder / name, "w", newline="") as file:
                rows = csv.writer(file)
                rows.writerow(["label", "query", *(f"x{i}" for i in range(queries.x.shape[1]))])
                rows.writerows([y, q, *x] for y, q, x in zip(queries.y, queries.ids(), queries.x))
        settings = COMMON | {"row_fraction": share, "feature_fraction": share, "seed": seed, "max_bins": 255}
        settings |= dict(field.split("=", 1) for field in fields.split())
        command = [program, "train", "--data", folder / "train", "--format", "csv", "--label", "label", "--group", "query"]
        command += ["--loss", objective, "--out", folder / "model", "--json", folder / "report", "--threads", str(threads)]
        command += [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        subprocess.run(command, check=True, capture_output=True)
        command = [program, "predict", "--model", folder / "model", "--data", folder / "test", "--format", "csv"]
        subprocess.run([*command, "--out", folder / "scores"], check=True, capture_output=True)
        report = json.loads((folder / "report").read_text())
        scores = np.loadtxt(folder / "scores", skiprows=1, ndmin=1)
        return scores, report["seconds"]["train"]


def lightgbm(objective, train, test, seed, share, threads):
    import lightgbm as library

    params = {"objective": objective, "learning_rate": COMMON["learning_rate"], "num_leaves": COMMON["max_leaves"]}
    params |= {"min_data_in_leaf": COMMON["min_rows_in_leaf"], "min_sum_hessian_in_leaf": COMMON["min_child_weight"]}
    params |= {"lambda_l2": COMMON["l2"], "seed": seed, "num_threads": threads, "verbosity": -1, "max_bin": 255}
    params |= {"min_data_in_bin": 1, "bagging_fraction": share, "bagging_freq": int(share < 1), "feature_fraction": share}
    data = library.Dataset(train.x, train.y, group=train.sizes, params=params).construct()
    begin = time.perf_counter()
    model = library.train(params, data, COMMON["rounds"])
    return model.predict(test.x), time.perf_counter() - begin


def xgboost(objective, train, test, seed, share, threads):
    import xgboost as library

    params = {"objective": objective, "eta": COMMON["learning_rate"], "max_leaves": COMMON["max_leaves"], "max_depth": 0}
    params |= {"grow_policy": "lossguide", "tree_method": "hist", "max_bin": 255, "lambda": COMMON["l2"], "seed": seed}
    params |= {"min_child_weight": COMMON["min_child_weight"], "nthread": threads, "subsample": share}
    params |= {"colsample_bytree": share}
    data = library.QuantileDMatrix(train.x, train.y, qid=train.ids(), max_bin=255)
    begin = time.perf_counter()
    model = library.train(params, data, COMMON["rounds"])
    seconds = time.perf_counter() - begin
    return model.predict(library.DMatrix(test.x)), seconds


def problems(folder, draws):
    """(name, train, test, seed, share) of every run."""
    parts = []
    for part in ("train", "vali", "test"):
        stem = folder / "mq2007_subset" / f"mq2007.{part}"
        parts.append((gzip.open(f"{stem}.libsvm.gz", "rt").read().strip(), Path(f"{stem}.query").read_text()))
    everything = Queries.read("\n".join(text for text, _ in parts), "\n".join(sizes for _, sizes in parts), 46)
    groups = np.arange(len(everything.sizes))
    for draw in range(max(1, draws)):
        of_group = np.random.default_rng(draw).permutation(groups) if draws else groups
        for fold in range(5):
            held_out = of_group % 5 == fold
            yield "mq2007", everything.take(groups[~held_out]), everything.take(groups[held_out]), 0, 1.0
    if draws:
        return
    example = folder / "lightgbm_examples" / "lambdarank"
    read = [Queries.read((example / name).read_text(), (example / f"{name}.query").read_text(), 301)
            for name in ("rank.train", "rank.test")]
    for seed in range(5):
        yield "lightgbm example", *read, seed, 0.8


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("program")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--objective", choices=OBJECTIVES, default="lambdarank")
    parser.add_argument("--draws", type=int, default=0)
    parser.add_argument("--without", default="")
    parser.add_argument("--linden", action="append", default=[], help="fields of one more row")
    args = parser.parse_args()
    ours, lightgbms, xgboosts = OBJECTIVES[args.objective]
    libraries = {f"linden {fields}".strip(): lambda *run, fields=fields: linden(args.program, ours, fields, *run, args.threads)
                 for fields in ("", *args.linden)}
    if lightgbms and "lightgbm" not in args.without:
        libraries["lightgbm"] = lambda *run: lightgbm(lightgbms, *run, args.threads)
    if xgboosts and "xgboost" not in args.without:
        libraries["xgboost"] = lambda *run: xgboost(xgboosts, *run, args.threads)
    found = {}
    for name, train, test, seed, share in problems(args.folder, args.draws):
        for library, run in libraries.items():
            scores, seconds = run(train, test, seed, share)
            found.setdefault((name, library), []).append((ndcg(test, np.asarray(scores)), seconds))
    for (name, library), runs in found.items():
        values = [value for value, _ in runs]
        print(f"{name:18} {library:10} ndcg@10 median {statistics.median(values):.4f} mean {statistics.mean(values):.4f} "
              f"({' '.join(f'{value:.4f}' for value in values)})  seconds {statistics.median(s for _, s in runs):.2f}")
    last = list(libraries)[-1]
    for library in list(libraries)[:-1] if args.draws else []:
        gains = np.array([a - b for (a, _), (b, _) in zip(found["mq2007", library], found["mq2007", last])])
        print(f"{library} less {last}: {gains.mean():+.4f} +- {gains.std(ddof=1) / len(gains) ** 0.5:.4f}")


if __name__ == "__main__":
    main()
