"""Losses, samples and modes beside the libraries that have them: held-out quality at equal settings, medians over splits.

    python modes.py FOLDER LINDEN [--problems poisson,tweedie,adult,california] [--splits 5] [--threads 2]

FOLDER has fremtpl, adult and california_housing, LINDEN is the program. All train 100 rounds of leaf-wise trees with the
settings in COMMON on the same four fifths of the rows, five times, and are judged on the rest. Texts become codes in the
order of bytes, and all libraries see numbers. A library that lacks a mode has "-". The last column has the mean of Linden's
value less the better peer's over the splits, in hundredths of that peer's, and its standard error: below 0 Linden is better.
"""

import argparse
import statistics
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas

COMMON = {"rounds": 100, "learning_rate": 0.1, "max_leaves": 31, "min_rows_in_leaf": 20, "min_child_weight": 1e-3, "l2": 1}

# Of each mode: Linden's fields, LightGBM's and XGBoost's parameters; None: it has no such thing.
MODES = {
    "boosting": ({}, {}, {}),
    "dart": (
        {"mode.kind": "dart"},
        {"boosting": "dart", "drop_rate": 0.1, "skip_drop": 0.5, "uniform_drop": True, "xgboost_dart_mode": True},
        {"booster": "dart", "rate_drop": 0.1, "skip_drop": 0.5},
    ),
    "goss": (
        {"sampling.kind": "goss"},
        {"data_sample_strategy": "goss", "top_rate": 0.2, "other_rate": 0.1},
        None,
    ),
    "forest": (
        {"mode.kind": "forest", "row_fraction": 0.6, "feature_fraction": 0.6, "max_leaves": 128},
        {"boosting": "rf", "bagging_fraction": 0.6, "bagging_freq": 1, "feature_fraction": 0.6, "num_leaves": 128},
        {"num_parallel_tree": 100, "eta": 1, "subsample": 0.6, "colsample_bytree": 0.6, "max_leaves": 128},
    ),
}
LOSSES = {  # Linden, LightGBM, XGBoost
    "logistic": ("logistic", "binary", "binary:logistic"),
    "squared": ("squared", "regression", "reg:squarederror"),
    "poisson": ("poisson", "poisson", "count:poisson"),
    "tweedie": ("tweedie", "tweedie", "reg:tweedie"),
}


def codes(table):
    """Numbers; NaN for missing ones."""
    columns = [table[name] if pandas.api.types.is_numeric_dtype(table[name])
               else table[name].astype("category").cat.codes.replace(-1, np.nan) for name in table]
    return np.column_stack(columns).astype(np.float32).astype(float)


def fremtpl(folder):
    """Policies of car insurance: claims and what they cost, a year of exposure."""
    policies = pandas.read_csv(folder / "fremtpl" / "freMTPLfreq.csv.gz")
    costs = pandas.read_csv(folder / "fremtpl" / "freMTPLsev.csv.gz").groupby("PolicyID")["ClaimAmount"].sum()
    exposure = policies["Exposure"].to_numpy()
    features = codes(policies.drop(columns=["PolicyID", "ClaimNb", "Exposure"]))
    claims, amounts = policies["ClaimNb"].to_numpy(), policies["PolicyID"].map(costs).fillna(0).to_numpy()
    return features, claims / exposure, amounts / exposure, exposure


def adult(folder):
    read = [pandas.read_csv(folder / "adult" / f"adult-{part}.csv", header=None, skipinitialspace=True, na_values="?",
                            keep_default_na=False, comment="|") for part in ("train", "test")]
    table = pandas.concat(read)
    return codes(table.drop(columns=14)), table[14].str.startswith(">50K").to_numpy().astype(float)


def california(folder):
    table = np.loadtxt(folder / "california_housing" / "cal_housing.data", delimiter=",", skiprows=1)
    return table[:, :-1], table[:, -1] / 1e5


def log_loss(y, p, w):
    p = np.clip(p, 1e-15, 1 - 1e-15)
    return float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean())


def rmse(y, p, w):
    return float(np.sqrt(((y - p) ** 2).mean()))


def poisson_deviance(y, p, w):
    return float(2 * np.average(np.where(y > 0, y * np.log(np.where(y > 0, y, 1) / p), 0) - y + p, weights=w))


def tweedie_deviance(y, p, w, power=1.5):
    terms = y ** (2 - power) / ((1 - power) * (2 - power)) - y * p ** (1 - power) / (1 - power) + p ** (2 - power) / (2 - power)
    return float(2 * np.average(terms, weights=w))


def problems(folder, wanted):
    """(name, loss, metric, rows, labels, weights, modes)."""
    if {"poisson", "tweedie"} & wanted:
        rows, frequency, cost, exposure = fremtpl(folder)
        if "poisson" in wanted:
            yield "fremtpl, claims: Poisson deviance", "poisson", poisson_deviance, rows, frequency, exposure, ["boosting"]
        if "tweedie" in wanted:
            yield "fremtpl, cost: Tweedie deviance, 1.5", "tweedie", tweedie_deviance, rows, cost, exposure, ["boosting"]
    if "adult" in wanted:
        yield "adult: log loss", "logistic", log_loss, *adult(folder), None, list(MODES)
    if "california" in wanted:
        yield "California: RMSE", "squared", rmse, *california(folder), None, list(MODES)


def linden(args, loss, fields, train, test):
    x, y, w = train
    with tempfile.TemporaryDirectory() as place:
        for name, columns in (("train", [x, y] + ([] if w is None else [w])), ("test", [test])):
            data = np.column_stack(columns)
            header = [f"x{i}" for i in range(x.shape[1])] + ["label", "weight"][: data.shape[1] - x.shape[1]]
            pandas.DataFrame(data, columns=header).to_csv(f"{place}/{name}", index=False)
        command = [args.program, "train", "--data", f"{place}/train", "--format", "csv", "--label", "label", "--loss", loss]
        command += [] if w is None else ["--weight", "weight"]
        settings = COMMON | fields
        if fields.get("mode.kind") == "forest":
            del settings["learning_rate"]  # its trees are averaged
        command += [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        command += ["--set", "max_bins=255", "--threads", str(args.threads), "--out", f"{place}/model"]
        subprocess.run(command, check=True, capture_output=True)
        command = [args.program, "predict", "--model", f"{place}/model", "--data", f"{place}/test", "--format", "csv"]
        subprocess.run([*command, "--out", f"{place}/predictions"], check=True, capture_output=True)
        return np.loadtxt(f"{place}/predictions", delimiter=",", skiprows=1, ndmin=2)[:, -1]


def lightgbm(args, loss, more, train, test):
    import lightgbm as library

    x, y, w = train
    params = {"objective": loss, "learning_rate": COMMON["learning_rate"], "num_leaves": COMMON["max_leaves"]}
    params |= {"min_data_in_leaf": COMMON["min_rows_in_leaf"], "min_sum_hessian_in_leaf": COMMON["min_child_weight"]}
    params |= {"lambda_l2": COMMON["l2"], "max_bin": 255, "min_data_in_bin": 1, "num_threads": args.threads, "verbosity": -1}
    params |= {"tweedie_variance_power": 1.5} if loss == "tweedie" else {}
    model = library.train(params | more, library.Dataset(x, y, weight=w, params=params), COMMON["rounds"])
    return model.predict(test)


def xgboost(args, loss, more, train, test):
    import xgboost as library

    x, y, w = train
    params = {"objective": loss, "eta": COMMON["learning_rate"], "max_leaves": COMMON["max_leaves"], "max_depth": 0}
    params |= {"grow_policy": "lossguide", "tree_method": "hist", "max_bin": 255, "lambda": COMMON["l2"]}
    params |= {"min_child_weight": COMMON["min_child_weight"], "nthread": args.threads}
    params |= {"max_delta_step": 0} if loss == "count:poisson" else {}
    params |= {"tweedie_variance_power": 1.5} if loss == "reg:tweedie" else {}
    rounds = 1 if "num_parallel_tree" in more else COMMON["rounds"]
    model = library.train(params | more, library.QuantileDMatrix(x, y, weight=w, max_bin=255), rounds)
    return model.predict(library.DMatrix(test))


def against(ours, peers):
    """The mean difference from the better peer, and its standard error."""
    peers = [peer for peer in peers if peer]
    best = min(peers, key=statistics.mean)
    gains = [100 * (a - b) / b for a, b in zip(ours, best)]
    return f"{statistics.mean(gains):+.2f} % +- {statistics.stdev(gains) / len(gains) ** 0.5:.2f}" if len(gains) > 1 else "-"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("program")
    parser.add_argument("--problems", default="poisson,tweedie,adult,california")
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    print("| | Linden | LightGBM | XGBoost | to the better |\n|---|---:|---:|---:|---:|")
    for title, loss, metric, x, y, w, modes in problems(args.folder, set(args.problems.split(","))):
        ours, theirs, others = LOSSES[loss]
        for mode in modes:
            fields, params, other_params = MODES[mode]
            ways = [lambda *rows: linden(args, ours, fields, *rows)]
            ways.append(params is not None and (lambda *rows: lightgbm(args, theirs, params, *rows)))
            ways.append(other_params is not None and (lambda *rows: xgboost(args, others, other_params, *rows)))
            cells = [[] for _ in ways]
            for split in range(args.splits):
                order = np.random.default_rng(split).permutation(len(y))
                test, rest = order[: len(y) // 5], np.sort(order[len(y) // 5 :])
                train = x[rest], y[rest], None if w is None else w[rest]
                for cell, way in zip(cells, ways):
                    if way:
                        cell.append(metric(y[test], way(train, x[test]), None if w is None else w[test]))
            words = [f"{statistics.median(cell):.5f}" if cell else "-" for cell in cells]
            print(f"| {title}, {mode} | {' | '.join(words)} | {against(cells[0], cells[1:])} |", flush=True)


if __name__ == "__main__":
    main()
