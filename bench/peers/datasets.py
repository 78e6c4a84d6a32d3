"""The data sets: each function writes its matrices into a folder and says how to train on them.

A function returns None, after saying why, when its files are not there.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from matrices import write_matrix

COMMON = {"l2": 1.0, "min_child_weight": 1e-3, "min_rows_in_leaf": 20, "max_bins": 255}


@dataclass
class Problem:
    title: str
    splits: list  # of (training file, test file)
    config: dict  # Linden's fields


def higgs(folder, args):
    files = Path(folder, "higgs_train.bin"), Path(folder, "higgs_test.bin")
    for file, rows, seed in ((files[0], args.rows, 1), (files[1], 200_000, 2)):
        subprocess.run([Path(args.build, "bench", "linden_higgs_rows"), str(rows), str(seed), file], check=True)
    config = {"loss": "logistic", "rounds": 100, "learning_rate": 0.1, "max_leaves": 255} | COMMON
    return Problem(f"higgs-like, {args.rows:,} x 28, 200,000 test rows", [files], config)


def adult(folder, args):
    """Strings become codes in the order of bytes, and all libraries see numbers; "?" is missing."""
    import pandas

    read = [pandas.read_csv(path, header=None, skipinitialspace=True, na_values="?", keep_default_na=False)
            for path in found(args, "adult/adult-train.csv", "adult/adult-test.csv")]
    if not read:
        return None
    table = pandas.concat(read)
    label = table[14].str.startswith(">50K").to_numpy()
    coded = [table[i] if pandas.api.types.is_numeric_dtype(table[i])
             else table[i].astype("category").cat.codes.replace(-1, np.nan) for i in range(14)]
    values = np.column_stack(coded).astype(np.float32)
    files = Path(folder, "adult_train.bin"), Path(folder, "adult_test.bin")
    rows = len(read[0])
    write_matrix(files[0], values[:rows], label[:rows])
    write_matrix(files[1], values[rows:], label[rows:])
    config = {"loss": "logistic", "rounds": 500, "learning_rate": 0.05, "max_leaves": 31} | COMMON
    return Problem(f"adult, {rows:,} x 14, categories as numbers", [files], config)


def california(folder, args):
    """Five random splits, a fifth of the rows held out; the house values in units of 100,000."""
    path = found(args, "california_housing/cal_housing.data")
    if not path:
        return None
    table = np.loadtxt(path[0], delimiter=",", skiprows=1)
    splits = []
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(table))
        held_out = len(table) // 5
        files = Path(folder, f"california_{seed}_train.bin"), Path(folder, f"california_{seed}_test.bin")
        for file, rows in zip(files, (order[held_out:], order[:held_out])):
            write_matrix(file, table[rows, :-1], table[rows, -1] / 1e5)
        splits.append(files)
    config = {"loss": "squared", "rounds": 300, "learning_rate": 0.05, "max_leaves": 31} | COMMON
    return Problem(f"california housing, {len(table) - held_out:,} x 8, mean over 5 splits", splits, config)


PROBLEMS = {f.__name__: f for f in (higgs, adult, california)}


def found(args, *names):
    paths = [Path(args.shared, name) for name in names]
    for path in paths:
        if not path.exists():
            print(f"skipped: {path} is not there (--shared names the folder of data sets).")
            return []
    return paths
