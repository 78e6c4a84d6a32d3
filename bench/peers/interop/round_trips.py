#!/usr/bin/env python3
"""Trains models with XGBoost on small sets and compares what linden predicts with their files with what XGBoost does.

    bench/peers/interop/xgboost_models.py build/linden ../shared/data/pmlb [--sets 20]

Each set is trained with trees, with DART, with linear models, with leaves of several values where there are several
classes, and with its columns of few whole numbers as categories; each model is saved as JSON and as UBJSON. Half of the
values are taken away at random from a tenth of the columns' fields, but for linear models. One line a model: the largest
difference of the scores, relative to 1 or to the score.
"""
import argparse
import gzip
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import xgboost

SETS = ["iris", "wine_recognition", "wine_quality_red", "yeast", "vowel", "vehicle", "car", "cmc", "diabetes", "german",
        "glass", "ionosphere", "sonar", "titanic", "mushroom", "560_bodyfat", "547_no2", "1028_SWD", "612_fri_c1_1000_5",
        "195_auto_price", "flare", "heart_c", "credit_a", "dermatology"]
DARTS = {"booster": "dart", "rate_drop": 0.3}


def read(path):
    with gzip.open(path, "rt") as file:
        names = file.readline().rstrip("\n").split("\t")
        rows = np.loadtxt(file)
    target = names.index("target")
    return np.delete(rows, target, axis=1), rows[:, target]


def objective(y):
    """The parameters for labels, and the labels as XGBoost counts them."""
    values = np.unique(y)
    if len(values) == 2:
        return {"objective": "binary:logistic"}, (y == values[1]).astype(float)
    if len(values) <= 12 and np.all(values == np.round(values)):
        return {"objective": "multi:softprob", "num_class": len(values)}, np.searchsorted(values, y).astype(float)
    return {"objective": "reg:squarederror"}, y


def write_csv(path, x, is_category):
    def field(value, category):
        return "" if np.isnan(value) else str(int(value)) if category else repr(float(value))
    lines = [",".join(f"column {j}" for j in range(x.shape[1]))]
    lines += [",".join(field(v, c) for v, c in zip(row, is_category)) for row in x]
    path.write_text("\n".join(lines) + "\n")


def predictions(linden, model, rows):
    out = subprocess.run([linden, "predict", "--model", model, "--data", rows, "--output", "score"], check=True,
                         capture_output=True, text=True).stdout
    return np.array([[float(v) for v in line.split(",")] for line in out.splitlines()[1:]])


def cases(x, y, random):
    """Name, parameters, rows, kinds of columns, labels."""
    parameters, labels = objective(y)
    gaps = x.copy()
    gaps[random.random(x.shape) < 0.05] = np.nan
    numbers = np.zeros(x.shape[1], bool)
    few = np.array([len(np.unique(c)) <= 30 and np.all(c == np.round(c)) and c.min() >= 0 for c in x.T])
    yield "trees", parameters, gaps, numbers, labels
    yield "forest", {**parameters, "num_parallel_tree": 3, "subsample": 0.7}, gaps, numbers, labels
    yield "dart", {**parameters, **DARTS}, gaps, numbers, labels
    yield "linear", {**parameters, "booster": "gblinear"}, x, numbers, labels
    if parameters["objective"] == "multi:softprob":
        yield "shared trees", {**parameters, "multi_strategy": "multi_output_tree"}, gaps, numbers, labels
    if few.any():
        yield "categories", {**parameters, "max_cat_to_onehot": 4}, gaps, few, labels


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("linden")
    arguments.add_argument("sets_folder", type=Path)
    arguments.add_argument("--sets", type=int, default=20)
    asked = arguments.parse_args()
    random = np.random.default_rng(1)
    print(f"XGBoost {xgboost.__version__}")
    largest, models = 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        for name in SETS[:asked.sets]:
            x, y = read(asked.sets_folder / f"{name}.tsv.gz")
            for kind, parameters, rows, is_category, labels in cases(x, y, random):
                types = ["c" if c else "q" for c in is_category]
                data = xgboost.DMatrix(rows, labels, feature_types=types, enable_categorical=True)
                model = xgboost.train({**parameters, "max_depth": 5, "seed": 1, "verbosity": 0, "nthread": 1}, data, 30)
                wanted = model.predict(data, output_margin=True).reshape(len(rows), -1)
                table = Path(folder) / "rows.csv"
                write_csv(table, rows, is_category)
                apart = 0.0
                for ending in "json", "ubj":
                    file = Path(folder) / f"model.{ending}"
                    model.save_model(file)
                    found = predictions(asked.linden, file, table)
                    apart = max(apart, np.max(np.abs(found - wanted) / np.maximum(1, np.abs(wanted))))
                    models += 1
                largest = max(largest, apart)
                print(f"{name:20} {kind:14} {len(rows):5} rows  {apart:.2g}")
    print(f"{models} models, largest difference {largest:.2g}")
    return 0 if largest < 1e-5 else 1


if __name__ == "__main__":
    sys.exit(main())
