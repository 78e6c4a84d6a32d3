"""Held-out log loss of Linden and CatBoost on tables of categories, each at its defaults.

    python categories.py FOLDER LINDEN [THREADS [LIBRARY]]

FOLDER has amazon_access, adult and diabetes130, LINDEN is the program; LIBRARY is linden, catboost or both. amazon_access
and diabetes130 are five folds each, of rows by their numbers and of patients; adult has a test file of its own. Linden runs
with its defaults, with the categories as sets (categories.encoding=partition), and with the settings in LINDENS; CatBoost
with its defaults, whose rounds and learning rate are its own. pandas and scikit-learn are needed, and catboost for its part.
"""

import csv
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas
from sklearn.metrics import log_loss, roc_auc_score

LINDENS = {
    "linden, defaults": [],
    "linden, partition": ["categories.encoding=partition"],
    "linden, no combinations": ["categories.combinations=1"],
    "linden, pairs": ["categories.combinations=2"],
}


def amazon(folder):
    """The columns are numbers that stand for categories; label 1: access was granted."""
    table = pandas.read_csv(folder / "amazon_access" / "train.csv", dtype=str)
    label = table.pop("ACTION").astype(int)
    for fold in range(5):
        test = table.index % 5 == fold
        yield "amazon_access", table, label, test, list(table.columns)


def adult(folder):
    names = [f"x{i}" for i in range(14)] + ["income"]
    parts = [pandas.read_csv(folder / "adult" / f"adult-{part}.csv", header=None, names=names, skipinitialspace=True,
                             comment="|", dtype=str) for part in ("train", "test")]
    table = pandas.concat(parts, ignore_index=True)
    label = table.pop("income").str.startswith(">50K").astype(int)
    numbers = ["x0", "x2", "x4", "x10", "x11", "x12"]
    table[numbers] = table[numbers].astype(float)
    yield "adult", table, label, table.index >= len(parts[0]), [c for c in table if c not in numbers]


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
        yield "diabetes130", table, label, patient % 5 == fold, [c for c in table if c not in numbers]


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
    folder, program = Path(sys.argv[1]), sys.argv[2]
    threads = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    library = sys.argv[4] if len(sys.argv) > 4 else "both"
    runs = {}
    if library in ("linden", "both"):
        runs |= {name: lambda *rows, s=settings: linden(program, *rows, threads, s) for name, settings in LINDENS.items()}
    if library in ("catboost", "both"):
        runs["catboost, defaults"] = lambda *rows: catboost(*rows, threads)
    found = {}
    for problem in (amazon, adult, diabetes):
        for name, table, label, test, categories in problem(folder):
            for library, run in runs.items():
                prediction, seconds = run(table, label, test, categories)
                truth = label[test]
                found.setdefault((name, library), []).append(
                    (log_loss(truth, prediction), roc_auc_score(truth, prediction), seconds))
                print(name, library, *found[name, library][-1], file=sys.stderr, flush=True)
    for (name, library), results in found.items():
        losses, aucs, seconds = zip(*results)
        print(f"{name:14} {library:24} log loss median {statistics.median(losses):.5f} "
              f"({' '.join(f'{loss:.5f}' for loss in losses)})  auc {statistics.median(aucs):.4f}  "
              f"seconds {statistics.median(seconds):.1f}")


if __name__ == "__main__":
    main()
