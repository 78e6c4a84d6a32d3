"""The data sets: each function writes its matrices into a folder and says how to train on them.

A function returns None, after saying why, when its files are not there.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from matrices import write_matrix

COMMON = {"l2": 1.0, "min_child_weight": 1e-3, "min_rows_in_leaf": 20, "max_bins": 255, "growth": "leaf_wise", "max_depth": 0}


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


def wide(folder, args):
    """Columns that all tell a little: 20 of 500 count twice as much as the others."""
    def rows(seed, count):
        draw = np.random.default_rng(seed)
        x = draw.standard_normal((count, 500), dtype=np.float32)
        signal = x[:, :20].sum(1) + 0.5 * x[:, 20:].sum(1) / 5 + 2 * np.sin(2 * x[:, 0] * x[:, 1])
        return x, signal + draw.normal(0, 3, count) > 0

    config = {"loss": "logistic", "rounds": 50, "learning_rate": 0.1, "max_leaves": 255} | COMMON
    return generated(folder, "wide", "50,000 x 500, normal columns", rows, 50_000, 5_000, config)


def broad(folder, args):
    """More columns than rows: 100 of 10,000 tell something."""
    def rows(seed, count):
        draw = np.random.default_rng(seed)
        x = draw.standard_normal((count, 10_000), dtype=np.float32)
        return x, x[:, :100].sum(1) + draw.normal(0, 5, count) > 0

    config = {"loss": "logistic", "rounds": 10, "learning_rate": 0.1, "max_leaves": 31} | COMMON
    return generated(folder, "broad", "5,000 x 10,000, normal columns", rows, 5_000, 1_000, config)


def pixels(folder, args):
    """Ten classes of pictures, 28 x 28 grey values: three strokes a class, moved and bent a little in every picture.

    Four fifths of the values are zeros, which lie side by side; the pixels of the border are zero in all pictures.
    """
    ends = np.random.default_rng(0).uniform(7, 21, (10, 3, 4))  # of the strokes: x, y, x, y
    across, down = np.meshgrid(np.arange(28), np.arange(28))

    def rows(seed, count):
        draw = np.random.default_rng(seed)
        label = draw.integers(0, 10, count)
        pictures = np.zeros((count, 28, 28), np.float32)
        for picture, k in zip(pictures, label):
            strokes = ends[k] + np.tile(draw.normal(0, 1.2, 2), 2) + draw.normal(0, 0.8, (3, 4))
            for x0, y0, x1, y1 in strokes:
                along = (across - x0) * (x1 - x0) + (down - y0) * (y1 - y0)
                t = np.clip(along / max((x1 - x0) ** 2 + (y1 - y0) ** 2, 1e-9), 0, 1)
                distance = np.hypot(across - x0 - t * (x1 - x0), down - y0 - t * (y1 - y0))
                np.maximum(picture, np.clip(np.round(255 * (2.2 - distance)), 0, 255), out=picture)
        return pictures.reshape(count, -1), label

    config = {"loss": "softmax", "rounds": 20, "learning_rate": 0.1, "max_leaves": 31} | COMMON
    return generated(folder, "pixels", "pixels, 10,000 x 784, 10 classes, four fifths zeros", rows, 10_000, 2_000, config)


def connections(folder, args, classes=23, rounds=10, train=50_000):
    """Connections of a network: sizes, counts that are mostly 0, rates with spikes at 0 and 1, flags, three texts.

    A few classes have most of the rows.
    """
    law = np.random.default_rng(classes)
    share = 1 / np.arange(1, classes + 1) ** 1.1
    size = law.normal(4, 2, (classes, 5))
    count = law.exponential(1, (classes, 10)) * (law.random((classes, 10)) < 0.2)
    rate = law.dirichlet((4, 1.5, 1), (classes, 15))  # of 0, of 1, of what is between
    flag = law.beta(0.1, 1.5, (classes, 8))
    word = [law.dirichlet(np.full(words, 0.1), classes) for words in (3, 60, 11)]

    def rows(seed, total):
        draw = np.random.default_rng(seed)
        label = np.arange(total) % classes  # each class has some
        rest = total - 20 * classes
        label[:rest] = draw.choice(classes, rest, p=share / share.sum())
        draw.shuffle(label)
        sizes = np.round(np.exp(draw.normal(size[label], 1)))
        counts = draw.poisson(count[label])
        kind = draw.random((total, 15))
        rates = np.where(kind < rate[label, :, 0], 0, np.where(kind < rate[label, :, :2].sum(-1), 1,
                                                               np.round(draw.random((total, 15)), 2)))
        flags = draw.random((total, 8)) < flag[label]
        words = [(draw.random((total, 1)) > np.cumsum(w[label], 1)).sum(1) for w in word]
        return np.column_stack([sizes, counts, rates, flags, *words]), label

    config = {"loss": "softmax", "rounds": rounds, "learning_rate": 0.1, "max_leaves": 31} | COMMON
    title = f"connections, {train:,} x 41, {classes} classes"
    return generated(folder, f"connections_{classes}_{train}", title, rows, train, 10_000, config)


def hundred(folder, args):
    return connections(folder, args, 100, 3)


def attacks(folder, args):
    return connections(folder, args, 23, 3, 494_000)


def generated(folder, name, title, rows, train, test, config):
    """rows(seed, count) gives values and labels."""
    files = Path(folder, f"{name}_train.bin"), Path(folder, f"{name}_test.bin")
    for file, seed, count in ((files[0], 1, train), (files[1], 2, test)):
        write_matrix(file, *rows(seed, count))
    return Problem(title, [files], config)


PROBLEMS = {f.__name__: f for f in (higgs, adult, california, wide, broad, pixels, connections, hundred, attacks)}


def found(args, *names):
    paths = [Path(args.shared, name) for name in names]
    for path in paths:
        if not path.exists():
            print(f"skipped: {path} is not there (--shared names the folder of data sets).")
            return []
    return paths
