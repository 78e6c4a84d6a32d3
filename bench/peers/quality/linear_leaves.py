"""Linear leaves of Linden and LightGBM beside constant ones: root mean squared errors on held-out rows.

    python linear_leaves.py FOLDER LINDEN [--sets NAME,NAME,...] [--rounds 200] [--splits 5]
        [--rows 50000] [--linden "--linear-leaves.l2 3" ...]

FOLDER has california_housing, bike_sharing, diamonds, uci_gp and pmlb; LINDEN is the program. Both train trees of 31
leaves on the same rows with the settings in COMMON, five times, a fifth of the rows held out by a seed of its own; the
table has medians. Columns of text are left out. Each --linden is one more column: linear leaves with these options.
"""

import argparse
import csv
import gzip
import statistics
import subprocess
import tempfile
from pathlib import Path

import numpy as np

COMMON = {"learning_rate": 0.1, "max_leaves": 31, "min_rows_in_leaf": 20, "min_child_weight": 1e-3, "l2": 1}
UCI = ["kin40k", "pol", "elevators", "protein", "bike", "pumadyn32nm", "skillcraft", "sml", "parkinsons"]
PMLB = ["229_pwLinear", "522_pm10", "547_no2", "599_fri_c2_1000_5", "609_fri_c0_1000_5", "628_fri_c3_1000_5",
        "646_fri_c3_500_10", "666_rmftsa_ladata"]
SPLITS = 5


def read(path, delimiter=","):
    opened = gzip.open(path, "rt") if str(path).endswith(".gz") else open(path)
    with opened as file:
        return list(csv.reader(file, delimiter=delimiter))


def numbers(rows):
    return np.array([[float(value) if value else np.nan for value in row] for row in rows])


def table(folder, name):
    """Features and label of a set."""
    if name == "california":
        rows = np.loadtxt(folder / "california_housing/cal_housing.data", delimiter=",", skiprows=1)
        return rows[:, :-1], rows[:, -1] / 1e5
    if name == "bike_sharing":
        rows = read(folder / "bike_sharing/hour.csv")
        return numbers([row[2:14] for row in rows[1:]]), np.array([float(row[16]) for row in rows[1:]])
    if name == "piecewise":
        random = np.random.default_rng(1)
        x = random.random((20_000, 10)) * 2 - 1
        slopes = np.where(x[:, 0] > 0, 3 * x[:, 1] - 2 * x[:, 2], -2 * x[:, 1] + x[:, 3])
        steps = np.where(x[:, 4] > 0.3, 2 * x[:, 0] + x[:, 5], 1 - x[:, 0])
        return x, slopes + steps + 0.1 * random.standard_normal(len(x))
    if name in UCI:
        rows = numbers(read(folder / "uci_gp" / name / "data.csv.gz"))
        return rows[:, :-1], rows[:, -1]
    rows = read(folder / "pmlb" / (name + ".tsv.gz"), "\t")
    target = rows[0].index("target")
    values = numbers(rows[1:])
    return np.delete(values, target, axis=1), values[:, target]


def write(path, x, y):
    names = ",".join([f"x{i}" for i in range(x.shape[1])] + ["y"])
    np.savetxt(path, np.column_stack([x, y]), delimiter=",", header=names, comments="", fmt="%.17g")


def linden(args, folder, options):
    settings = [word for name, value in COMMON.items() for word in ("--" + name.replace("_", "-"), str(value))]
    model = folder / "model.json"
    subprocess.run([args.linden_program, "train", folder / "train.csv", "--label", "y", "--loss", "squared", "--rounds",
                    str(args.rounds), "--out", model, "--threads", str(args.threads), *settings, *options], check=True, capture_output=True)
    lines = subprocess.run([args.linden_program, "predict", folder / "test.csv", "--model", model], check=True,
                           capture_output=True, text=True).stdout.split()
    return np.array([float(line) for line in lines if not line[0].isalpha()])


def lightgbm(args, train, test, linear, linear_lambda):
    import lightgbm

    settings = {"objective": "regression", "learning_rate": COMMON["learning_rate"], "num_leaves": COMMON["max_leaves"],
                "min_data_in_leaf": COMMON["min_rows_in_leaf"], "lambda_l2": COMMON["l2"], "linear_tree": linear,
                "linear_lambda": linear_lambda, "num_threads": args.threads, "verbose": -1,
                "min_sum_hessian_in_leaf": COMMON["min_child_weight"]}
    data = lightgbm.Dataset(train[0], train[1], params=settings)
    return lightgbm.train(settings, data, args.rounds).predict(test[0])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("linden_program")
    parser.add_argument("--sets", default=",".join(["california", "bike_sharing", "piecewise", *UCI, *PMLB]))
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--splits", type=int, default=SPLITS)
    parser.add_argument("--rows", type=int, default=50_000, help="of a set, at most")
    parser.add_argument("--linden", action="append", default=[], help="options of one more column")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--no-lightgbm", action="store_true")
    args = parser.parse_args()
    ways = {"Linden, constant": lambda folder, train, test: linden(args, folder, [])}
    for options in ["", *args.linden]:
        ways[f"Linden, linear {options}".strip()] = (
            lambda folder, train, test, options=options: linden(args, folder, ["--linear-leaves.enabled", "true", *options.split()]))
    if not args.no_lightgbm:
        ways["LightGBM, constant"] = lambda folder, train, test: lightgbm(args, train, test, False, 0)
        for value in (0, 1):
            ways[f"LightGBM, linear, linear_lambda {value}"] = (
                lambda folder, train, test, value=value: lightgbm(args, train, test, True, value))
    print("| set | rows | " + " | ".join(ways) + " |")
    print("|---|" + "---:|" * (len(ways) + 1))
    ratios = {way: [] for way in ways}
    for name in args.sets.split(","):
        x, y = table(args.folder, name)
        if len(y) > args.rows:
            chosen = np.random.default_rng(0).permutation(len(y))[: args.rows]
            x, y = x[chosen], y[chosen]
        errors = {way: [] for way in ways}
        for seed in range(args.splits):
            order = np.random.default_rng(seed).permutation(len(y))
            test, train = order[: len(y) // 5], order[len(y) // 5 :]
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place)
                write(folder / "train.csv", x[train], y[train])
                write(folder / "test.csv", x[test], y[test])
                for way, predict in ways.items():
                    predicted = predict(folder, (x[train], y[train]), (x[test], y[test]))
                    errors[way].append(float(np.sqrt(np.mean((predicted - y[test]) ** 2))))
        medians = {way: statistics.median(errors[way]) for way in ways}
        for way in ways:
            ratios[way].append(medians[way] / medians["Linden, constant"])
        print(f"| {name} | {len(y):,} | " + " | ".join(f"{medians[way]:.5g}" for way in ways) + " |", flush=True)
    means = {way: float(np.exp(np.mean(np.log(ratios[way])))) for way in ways}
    print("| geometric mean of ratios to the first | | " + " | ".join(f"{means[way]:.4f}" for way in ways) + " |")


if __name__ == "__main__":
    main()
