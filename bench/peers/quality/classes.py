"""One tree for all classes beside a tree for each, of Linden and XGBoost: held-out log loss and CPU seconds of training.

    python classes.py FOLDER LINDEN [--sets digits,counts] [--splits 5] [--rounds 100]

FOLDER has sklearn_bundled, LINDEN is the program. digits are scikit-learn's, 1,797 rows of 64 features, ten classes; counts
are generated as those of Otto's products: 12,000 rows of 93 counts, most of them 0, nine classes of unequal sizes. Leaf-wise
trees with the settings in COMMON, one thread, five splits, a fifth of the rows held out. XGBoost's one tree for all is
multi_strategy=multi_output_tree; it knows no least number of rows in a leaf. Seconds are those of the CPU: of
Linden all of the program, files read and written, of the others binning and training.
"""

import argparse
import gzip
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

COMMON = {"learning_rate": 0.1, "max_leaves": 31, "min_rows_in_leaf": 20, "min_child_weight": 1e-3, "l2": 1}


def digits(folder):
    with gzip.open(folder / "sklearn_bundled" / "digits.csv.gz", "rt") as file:
        table = np.loadtxt(file, delimiter=",")
    return table[:, :-1], table[:, -1].astype(int)


def counts(_, rows=12_000, classes=9, features=93, seed=1):
    random = np.random.default_rng(seed)
    y = random.choice(classes, rows, p=np.arange(1, classes + 1) ** 1.5 / (np.arange(1, classes + 1) ** 1.5).sum())
    means = np.exp(random.normal(-1.5, 1.0, (classes, features)))  # of a class's products
    kinds = np.exp(0.8 * random.standard_normal((3, classes, features)))  # each class has three kinds of them
    return random.poisson(means[y] * kinds[random.integers(0, 3, rows), y] * np.exp(0.5 * random.standard_normal((rows, 1)))), y


SETS = {"digits": digits, "counts": counts}


def log_loss(y, p):
    return float(-np.log(np.clip(p[np.arange(len(y)), y] / p.sum(1), 1e-15, 1)).mean())


def linden(args, fields, train, test):
    with tempfile.TemporaryDirectory() as place:
        header = ",".join([f"x{i}" for i in range(train[0].shape[1])] + ["label"])
        for name, (x, y) in (("train", train), ("test", test)):
            np.savetxt(f"{place}/{name}", np.column_stack([x, y]), "%g", ",", header=header, comments="")
        command = [args.program, "train", "--data", f"{place}/train", "--format", "csv", "--label", "label", "--loss", "softmax"]
        settings = COMMON | {"rounds": args.rounds, "max_bins": 255} | fields
        command += [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        begin = children_seconds()
        subprocess.run([*command, "--threads", "1", "--out", f"{place}/model"], check=True, capture_output=True)
        seconds = children_seconds() - begin
        command = [args.program, "predict", "--model", f"{place}/model", "--data", f"{place}/test", "--format", "csv"]
        subprocess.run([*command, "--out", f"{place}/predictions"], check=True, capture_output=True)
        p = np.loadtxt(f"{place}/predictions", delimiter=",", skiprows=1, ndmin=2)
        return p, seconds


def children_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def xgboost(args, params, train, test):
    import xgboost as library

    params = params | {"objective": "multi:softprob", "num_class": int(train[1].max()) + 1, "eta": COMMON["learning_rate"]}
    params |= {"grow_policy": "lossguide", "max_leaves": COMMON["max_leaves"], "max_depth": 0, "max_bin": 255, "nthread": 1}
    params |= {"lambda": COMMON["l2"], "min_child_weight": COMMON["min_child_weight"], "tree_method": "hist"}
    begin = time.process_time()
    model = library.train(params, library.QuantileDMatrix(*train, max_bin=255, nthread=1), args.rounds)
    seconds = time.process_time() - begin
    return model.predict(library.DMatrix(test[0], nthread=1)), seconds


def lightgbm(args, _, train, test):
    import lightgbm as library

    params = {"objective": "multiclass", "num_class": int(train[1].max()) + 1, "learning_rate": COMMON["learning_rate"]}
    params |= {"num_leaves": COMMON["max_leaves"], "min_data_in_leaf": COMMON["min_rows_in_leaf"], "max_bin": 255}
    params |= {"min_sum_hessian_in_leaf": COMMON["min_child_weight"], "lambda_l2": COMMON["l2"], "min_data_in_bin": 1}
    params |= {"num_threads": 1, "verbosity": -1}
    begin = time.process_time()
    model = library.train(params, library.Dataset(train[0].astype(float), train[1], params=params), args.rounds)
    seconds = time.process_time() - begin
    return model.predict(test[0].astype(float)), seconds


SHARED = {"multi_output.strategy": "multi_output_tree"}
WAYS = {
    "Linden, a tree for each": (linden, {}),
    "Linden, one tree for all": (linden, SHARED),
    "Linden, one tree for all, four times the leaves": (linden, SHARED | {"max_leaves": 124}),
    "XGBoost, a tree for each": (xgboost, {}),
    "XGBoost, one tree for all": (xgboost, {"multi_strategy": "multi_output_tree"}),
    "LightGBM, a tree for each": (lightgbm, {}),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("program")
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=100)
    args = parser.parse_args()
    for name in args.sets.split(","):
        x, y = SETS[name](args.folder)
        found = {way: [] for way in WAYS}
        for seed in range(args.splits):
            order = np.random.default_rng(seed).permutation(len(y))
            test, train = order[: len(y) // 5], np.sort(order[len(y) // 5 :])
            for way, (predict, settings) in WAYS.items():
                p, seconds = predict(args, settings, (x[train], y[train]), (x[test], y[test]))
                found[way].append((log_loss(y[test], p), float((p.argmax(1) != y[test]).mean()), seconds))
        print(f"| {name} | log loss | by split | errors | seconds |\n|---|---:|---|---:|---:|")
        for way, results in found.items():
            losses, errors, seconds = zip(*results)
            print(f"| {way} | {statistics.median(losses):.4f} | {' '.join(f'{loss:.4f}' for loss in losses)} | "
                  f"{100 * statistics.median(errors):.2f} % | {statistics.median(seconds):.2f} |", flush=True)
        print()


if __name__ == "__main__":
    main()
