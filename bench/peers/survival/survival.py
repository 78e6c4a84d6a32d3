"""Survival with Linden and XGBoost beside each other: concordance on held-out rows, and slopes and curvatures.

    python survival.py VETERANS LINDEN [SPLITS]

VETERANS is veterans_lung_cancer.csv of XGBoost's demo (137 rows, of which 9 are censored), LINDEN is the program. All train
the rounds and trees of COMMON with Cox's loss or AFT; test rows are 30 %, drawn anew for each of the splits (40). The
standard error is that of the mean difference over the splits. Below, the same on simulated times (4,000 rows, half of them
held out, a third censored).
"""

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import xgboost

COMMON = {"rounds": 100, "learning_rate": 0.05, "max_depth": 3, "l2": 1, "min_child_weight": 1}


def concordance(lower, upper, later):
    """Harrell's index, pair by pair: `later` says which of two is expected to live longer."""
    before = upper[:, None] < lower[None, :]
    before |= (upper[:, None] == lower[None, :]) & (lower != upper)[None, :]
    ahead = later[None, :] - later[:, None]
    return float(((ahead > 0) + 0.5 * (ahead == 0))[before].mean())


def write(path, x, lower, upper):
    with open(path, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([*(f"x{i}" for i in range(x.shape[1])), "lower", "upper"])
        rows.writerows(np.column_stack([x, lower, upper]).tolist())


def linden(program, loss, train, test):
    """What it expects to live longer: risks with a minus, or times."""
    with tempfile.TemporaryDirectory() as folder:
        write(f"{folder}/train.csv", *train)
        write(f"{folder}/test.csv", *test)
        settings = [word for name, value in {**COMMON, "min_rows_in_leaf": 1, "growth": "level_wise", "max_leaves": 8,
                                             "loss": loss}.items() for word in ("--set", f"{name}={value}")]
        subprocess.run([program, "train", f"{folder}/train.csv", "--label", "lower,upper", "--out", f"{folder}/m.json",
                        *settings, "--threads", "1", "--device", "cpu"], check=True, stdout=subprocess.DEVNULL)
        text = subprocess.run([program, "predict", f"{folder}/test.csv", "--model", f"{folder}/m.json"], check=True,
                              capture_output=True, text=True).stdout
        predicted = np.array(text.split("\n")[1:-1], float)
    return -predicted if loss == "cox" else predicted


def xgb(loss, train, test):
    x, lower, upper = train
    settings = {"eta": COMMON["learning_rate"], "max_depth": COMMON["max_depth"], "lambda": COMMON["l2"], "nthread": 1,
                "min_child_weight": COMMON["min_child_weight"], "tree_method": "hist"}
    data = xgboost.DMatrix(x)
    if loss == "cox":
        settings["objective"] = "survival:cox"
        data.set_label(np.where(np.isinf(upper), -lower, lower))
    else:
        kind = {"aft": "normal", "aft_logistic": "logistic", "aft_extreme": "extreme"}[loss]
        settings |= {"objective": "survival:aft", "aft_loss_distribution": kind, "aft_loss_distribution_scale": 1.0}
        data.set_float_info("label_lower_bound", lower)
        data.set_float_info("label_upper_bound", upper)
    predicted = xgboost.train(settings, data, COMMON["rounds"]).predict(xgboost.DMatrix(test[0]))
    return -predicted if loss == "cox" else predicted


def veterans(path):
    table = np.genfromtxt(path, delimiter=",", skip_header=1)
    return table[:, 2:], table[:, 0], table[:, 1]


def simulated(rows=4000, seed=1):
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, 8))
    own = np.exp(np.sin(2 * x[:, 0]) + 0.5 * x[:, 1] * (x[:, 2] > 0) + 0.5 * random.logistic(size=rows))
    seen = random.exponential(3, rows)
    lower = np.ceil(100 * np.minimum(own, seen)) / 100
    return x, lower, np.where(own <= seen, lower, np.inf)


def compare(program, name, rows, share, splits):
    x, lower, upper = rows
    print(f"| {name} | Linden | XGBoost {xgboost.__version__} | difference |\n|---|---:|---:|---:|")
    for loss in ("cox", "aft", "aft_logistic", "aft_extreme"):
        found = []
        for seed in range(splits):
            order = np.random.default_rng(seed).permutation(len(x))
            test, train = np.split(order, [int(share * len(x))])
            part = [(x[r], lower[r], upper[r]) for r in (train, test)]
            found.append([concordance(lower[test], upper[test], p)
                          for p in (linden(program, loss, *part), xgb(loss, *part))])
        found = np.array(found)
        gain = found[:, 0] - found[:, 1]
        print(f"| `{loss}` | {found[:, 0].mean():.4f} | {found[:, 1].mean():.4f} | {gain.mean():+.4f} "
              f"+- {gain.std(ddof=1) / np.sqrt(splits):.4f} |", flush=True)
    print()


if __name__ == "__main__":
    path, program = Path(sys.argv[1]), str(Path(sys.argv[2]).resolve())
    splits = int(sys.argv[3]) if len(sys.argv) > 3 else 40
    compare(program, "veterans' lung cancer, concordance", veterans(path), 0.3, splits)
    compare(program, "simulated, concordance", simulated(), 0.5, max(2, splits // 4))
