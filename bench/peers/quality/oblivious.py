"""Oblivious trees of Linden beside CatBoost's: held-out log loss or RMSE, medians over splits.

    python oblivious.py FOLDER LINDEN [--sets adult,california,...] [--splits 5] [--threads 2]

FOLDER has adult, california_housing and pmlb, LINDEN is the program. CatBoost trains with its defaults (1,000 rounds, depth 6,
a learning rate that it chooses by the rows), and once more without what its trees are randomised by (random_strength,
bootstrap). Linden's oblivious trees take the same rounds, learning rate, depth and l2 as they are in that fit, with its own
defaults for all else, plain and with mvs of 80 % of the rows; beside them stand its usual trees with the same rounds and
learning rate, and its defaults. A fifth of the rows is held out. Columns of text are categories; those of pmlb are numbers.
"""

import argparse
import csv
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas
from categories import adult as adult_folds

PMLB = ["banana", "hypothyroid", "chess", "contraceptive", "german", "vehicle", "wine_quality_red", "599_fri_c2_1000_5",
        "628_fri_c3_1000_5", "1029_LEV"]


def table_of(folder, name):
    """Features, labels, whether these are classes, and the names of categories."""
    if name == "adult":
        table, label, _, categories = next(adult_folds(folder))
        return table, label.to_numpy(), True, categories
    if name == "california":
        rows = np.loadtxt(folder / "california_housing" / "cal_housing.data", delimiter=",", skiprows=1)
        return pandas.DataFrame(rows[:, :-1]).rename(columns=lambda i: f"x{i}"), rows[:, -1] / 1e5, False, []
    tasks = {row["name"]: row["task"] for row in csv.DictReader(open(folder / "pmlb" / "INDEX.csv"))}
    table = pandas.read_csv(folder / "pmlb" / f"{name}.tsv.gz", sep="\t")
    label = table.pop("target").to_numpy()
    has_classes = tasks[name].startswith("class")
    return table, np.unique(label, return_inverse=True)[1] if has_classes else label.astype(float), has_classes, []


def loss_of(has_classes, y, p):
    if not has_classes:
        return float(np.sqrt(np.mean((y - p) ** 2)))
    return float(-np.log(np.clip(p[np.arange(len(y)), y] / p.sum(1), 1e-15, 1)).mean())


def linden(args, part, has_classes, categories, fields):
    x, y, test_x = part
    classes = int(y.max()) + 1 if has_classes else 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        x.assign(label=y).to_csv(folder / "train.csv", index=False)
        test_x.to_csv(folder / "test.csv", index=False)
        loss = "squared" if not has_classes else "logistic" if classes == 2 else "softmax"
        command = [args.program, "train", "--data", folder / "train.csv", "--label", "label", "--loss", loss]
        command += ["--threads", str(args.threads), "--out", folder / "model.json"]
        command += [word for name in categories for word in ("--categorical", name)]
        command += [word for name, value in fields.items() for word in ("--set", f"{name}={value}")]
        subprocess.run(command, check=True, capture_output=True)
        command = [args.program, "predict", "--model", folder / "model.json", "--data", folder / "test.csv"]
        subprocess.run([*command, "--out", folder / "p.csv"], check=True, capture_output=True)
        p = np.loadtxt(folder / "p.csv", delimiter=",", skiprows=1, ndmin=2)
    return p if classes > 2 else np.c_[1 - p[:, -1], p[:, -1]] if has_classes else p[:, -1]


def catboost(args, part, has_classes, categories, settings):
    """Predictions and the learning rate."""
    import catboost as library

    x, y, test_x = part
    texts = {name: x[name].fillna("") for name in categories}, {name: test_x[name].fillna("") for name in categories}
    kind = library.CatBoostClassifier if has_classes else library.CatBoostRegressor
    model = kind(cat_features=categories, thread_count=args.threads, verbose=0, allow_writing_files=False, **settings)
    model.fit(x.assign(**texts[0]), y)
    test_x = test_x.assign(**texts[1])
    return model.predict_proba(test_x) if has_classes else model.predict(test_x), model.learning_rate_


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("program")
    parser.add_argument("--sets", default=",".join(["adult", "california", *PMLB]))
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    ways = ["CatBoost, defaults", "CatBoost, not randomised", "Linden, oblivious", "Linden, oblivious, mvs", "Linden, leaf-wise",
            "Linden, defaults"]
    print("| set | rows | rate | " + " | ".join(ways) + " |\n|---|" + "---:|" * (len(ways) + 2))
    ratios = {way: [] for way in ways}
    for name in args.sets.split(","):
        table, label, has_classes, categories = table_of(args.folder, name)
        found, rates = {way: [] for way in ways}, []
        for seed in range(args.splits):
            order = np.random.default_rng(seed).permutation(len(label))
            test, train = order[: len(label) // 5], np.sort(order[len(label) // 5 :])
            part = table.iloc[train], label[train], table.iloc[test]
            both = (args, part, has_classes, categories)
            p, rate = catboost(*both, {})
            rates.append(rate)
            same = {"rounds": 1000, "learning_rate": rate}
            oblivious = same | {"growth": "oblivious", "max_depth": 6, "l2": 3, "max_bins": 255}
            for way, prediction in zip(ways, (
                p,
                catboost(*both, {"random_strength": 0, "bootstrap_type": "No", "learning_rate": rate})[0],
                linden(*both, oblivious),
                linden(*both, oblivious | {"sampling.kind": "mvs", "row_fraction": 0.8}),
                linden(*both, same),
                linden(*both, {}),
            )):
                found[way].append(loss_of(has_classes, label[test], prediction))
            print(name, seed, {way: found[way][-1] for way in ways}, file=sys.stderr, flush=True)
        medians = {way: statistics.median(found[way]) for way in ways}
        for way in ways:
            ratios[way].append(medians[way] / medians[ways[0]])
        print(f"| {name} | {len(label):,} | {statistics.median(rates):.3f} | "
              + " | ".join(f"{medians[way]:.5g}" for way in ways) + " |", flush=True)
    means = {way: float(np.exp(np.mean(np.log(ratios[way])))) for way in ways}
    print("| geometric mean of ratios to the first | | | " + " | ".join(f"{means[way]:.3f}" for way in ways) + " |")


if __name__ == "__main__":
    main()
