"""Held-out log loss of Linden and CatBoost on tables of categories, each at its defaults.

    python categories.py FOLDER LINDEN [--sets amazon,adult,diabetes,clicks] [--folds 5] [--threads 2] [--libraries linden,catboost]
        [--linden "learning_rate=0.05 categories.combinations=2" ...]

FOLDER has amazon_access, adult and diabetes130, LINDEN is the program. amazon_access and diabetes130 are five folds each, of
rows by their numbers and of patients; adult has a test file of its own; clicks are generated, 13 counts and 26 columns of
categories as Criteo's, five folds of rows by their numbers. Linden runs with its defaults and with the fields of each
--linden; CatBoost with its defaults, whose rounds and learning rate are its own. A median's ratio is to CatBoost's. pandas and
scikit-learn are needed, and catboost for its part.
"""

import argparse
import csv
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
import pandas
from sklearn.metrics import log_loss, roc_auc_score


def amazon(folder):
    """The columns are numbers that stand for categories; label 1: access was granted."""
    table = pandas.read_csv(folder / "amazon_access" / "train.csv", dtype=str)
    label = table.pop("ACTION").astype(int)
    for fold in range(5):
        yield table, label, table.index % 5 == fold, list(table.columns)


def adult(folder):
    names = [f"x{i}" for i in range(14)] + ["income"]
    parts = [pandas.read_csv(folder / "adult" / f"adult-{part}.csv", header=None, names=names, skipinitialspace=True,
                             comment="|", dtype=str) for part in ("train", "test")]
    table = pandas.concat(parts, ignore_index=True)
    label = table.pop("income").str.startswith(">50K").astype(int)
    numbers = ["x0", "x2", "x4", "x10", "x11", "x12"]
    table[numbers] = table[numbers].astype(float)
    yield table, label, table.index >= len(parts[0]), [c for c in table if c not in numbers]


def diabetes(folder):
    """Whether a patient comes back within 30 days. A patient's stays are all on one side."""
    table = pandas.read_csv(folder / "diabetes130" / "diabetic_data.csv.gz", dtype=str, keep_default_na=False)
    label = (table.pop("readmitted") == "<30").astype(int)
    patient = table.pop("patient_nbr").astype(int)
    table = table.drop(columns=["encounter_id"])
    numbers = ["time_in_hospital", "num_lab_procedures", "num_procedures", "num_medications", "number_outpatient",
               "number_emergency", "number_inpatient", "number_diagnoses"]
    table[numbers] = table[numbers].astype(float)
    for fold in range(5):
        yield table, label, patient % 5 == fold, [c for c in table if c not in numbers]


def clicks(folder, rows=30_000, seed=1):
    """Whether an advertisement was clicked, of which 13 counts and 26 categories tell, alone and in pairs.

    Categories are as frequent as 1 / rank, of 5 to 100,000 a column; a quarter of the labels are 1.
    """
    random = numpy.random.default_rng(seed)
    table, score = {}, numpy.zeros(rows)
    for i in range(13):
        counts = numpy.floor(numpy.exp(random.normal(1.5, 1.2, rows)))
        score += 0.15 * random.standard_normal() * (numpy.log1p(counts) - 1.7)
        counts[random.random(rows) < 0.1] = numpy.nan
        table[f"i{i}"] = counts
    codes = []
    for i in range(26):
        size = int(5 * 20_000 ** (i / 25))
        shares = 1 / numpy.arange(1, size + 1)
        codes.append(random.choice(size, rows, p=shares / shares.sum()))
        score += 0.3 * random.standard_normal(size)[codes[-1]]
        table[f"c{i}"] = [f"{code:06x}" for code in codes[-1]]
    for i, k in ((3, 7), (5, 12), (2, 17), (8, 10)):
        tuples, of_rows = numpy.unique(codes[i] * 1_000_000 + codes[k], return_inverse=True)
        score += 0.6 * random.standard_normal(len(tuples))[of_rows]
    label = pandas.Series((random.random(rows) < 1 / (1 + numpy.exp(1.5 - score))).astype(int))
    table = pandas.DataFrame(table)
    for fold in range(5):
        yield table, label, table.index % 5 == fold, [c for c in table if c[0] == "c"]


SETS = {"amazon": amazon, "adult": adult, "diabetes": diabetes, "clicks": clicks}


def linden(program, table, label, test, categories, threads, settings):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, rows in (("train", ~test), ("test", test)):
            table[rows].assign(label=label[rows]).to_csv(folder / f"{name}.csv", index=False)
        command = [program, "train", "--data", folder / "train.csv", "--label", "label", "--out", folder / "model.json"]
        command += ["--threads", str(threads)]
        command += [word for name in categories for word in ("--categorical", name)]
        command += [word for setting in settings for word in ("--set", setting)]
        begin = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds = time.perf_counter() - begin
        command = [program, "predict", "--model", folder / "model.json", "--data", folder / "test.csv"]
        subprocess.run([*command, "--out", folder / "p.csv"], check=True, capture_output=True)
        with open(folder / "p.csv") as file:
            return [float(row[-1]) for row in list(csv.reader(file))[1:]], seconds


def catboost(table, label, test, categories, threads):
    import catboost as library

    table = table.assign(**{name: table[name].fillna("") for name in categories})
    model = library.CatBoostClassifier(cat_features=categories, thread_count=threads, verbose=0, allow_writing_files=False)
    begin = time.perf_counter()
    model.fit(table[~test], label[~test])
    seconds = time.perf_counter() - begin
    return model.predict_proba(table[test])[:, 1], seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("program")
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--libraries", default="linden,catboost")
    parser.add_argument("--linden", action="append", default=[], help="fields of one more row")
    args = parser.parse_args()
    runs = {}
    if "linden" in args.libraries:
        for fields in ("", *args.linden):
            runs[f"Linden, {fields or 'defaults'}"] = (
                lambda *rows, s=fields.split(): linden(args.program, *rows, args.threads, s))
    if "catboost" in args.libraries:
        runs["CatBoost, defaults"] = lambda *rows: catboost(*rows, args.threads)
    for name in args.sets.split(","):
        found = {run: [] for run in runs}
        for fold, (table, label, test, categories) in enumerate(SETS[name](args.folder)):
            if fold == args.folds:
                break
            for run, predict in runs.items():
                prediction, seconds = predict(table, label, test, categories)
                truth = label[test]
                found[run].append((log_loss(truth, prediction), roc_auc_score(truth, prediction), seconds))
                print(name, fold + 1, run, *found[run][-1], file=sys.stderr, flush=True)
        columns = {run: [statistics.median(part) for part in zip(*results)] for run, results in found.items()}
        best = columns.get("CatBoost, defaults", [numpy.nan])[0]
        print(f"| {name} | log loss, median | by fold | to CatBoost | AUC | seconds |\n|---|---:|---|---:|---:|---:|")
        for run, (loss, auc, seconds) in columns.items():
            folds = " ".join(f"{one:.5f}" for one, _, _ in found[run])
            print(f"| {run} | {loss:.5f} | {folds} | {loss / best:.4f} | {auc:.4f} | {seconds:.1f} |", flush=True)
        print()


if __name__ == "__main__":
    main()
