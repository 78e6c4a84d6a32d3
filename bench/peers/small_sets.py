"""Everyone's defaults on small data: the rank of Linden, LightGBM, XGBoost, CatBoost and scikit-learn on pmlb's sets.

    python small_sets.py FOLDER LINDEN CACHE [even | odd | all] [FOLD] [FIELD=VALUE ...]

FOLDER has INDEX.csv and *.tsv.gz of the Penn Machine Learning Benchmarks, with the column `target`; LINDEN is the
program. Rows are shuffled once; row i is a test row iff i % 5 == FOLD (4). Every library trains with its defaults, on 2
threads, and is judged by log loss (classes) or RMSE (numbers); Linden also with the fields that are given. What the
others reach does not depend on Linden, and is kept in CACHE, a folder. Sets are numbered in the order of their names:
the defaults of Linden were chosen on the even ones.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

THREADS = 2
os.environ["OMP_NUM_THREADS"] = str(THREADS)
import numpy as np

PEERS = ("lightgbm", "xgboost", "catboost", "hgb")


class SmallSet:
    """Rows of training and test as files, and labels; classes are numbered from 0."""

    def __init__(self, folder, cache, name, task, fold):
        self.name, self.stem = name, cache / f"{name}.{fold}"
        facts = Path(f"{self.stem}.facts.json")
        if not facts.exists():
            facts.write_text(json.dumps(self.write(folder, task, fold)))
        self.facts = json.loads(facts.read_text())

    def write(self, folder, task, fold):
        import pandas

        table = pandas.read_csv(folder / f"{self.name}.tsv.gz", sep="\t")
        table = table.sample(frac=1, random_state=1).reset_index(drop=True)
        labels = table["target"].to_numpy()
        rows = table.drop(columns="target").to_numpy().astype(float)
        test = np.arange(len(table)) % 5 == fold
        classes = np.unique(labels) if task.startswith("class") else np.array([])
        if len(table) < 60:
            return {"why_not": "fewer than 60 rows"}
        if len(classes):
            labels = np.searchsorted(classes, labels)
            if np.bincount(labels[~test], minlength=len(classes)).min() < 2:
                return {"why_not": "a class has fewer than 2 training rows"}
        header = ",".join([*(f"f{i}" for i in range(rows.shape[1])), "target"])
        for part, chosen in (("train", ~test), ("test", test)):
            data = np.c_[rows[chosen], labels[chosen]]
            np.savetxt(f"{self.stem}.{part}.csv", data, "%.17g", ",", header=header, comments="")
        return {"rows": int((~test).sum()), "features": rows.shape[1], "classes": len(classes)}

    def read(self, part):
        data = np.loadtxt(f"{self.stem}.{part}.csv", delimiter=",", skiprows=1, ndmin=2)
        return data[:, :-1], data[:, -1]

    def loss(self, labels, predictions):
        if self.facts["classes"] == 0:
            return float(np.sqrt(np.mean((labels - predictions) ** 2)))
        p = np.clip(predictions, 1e-15, 1)
        p = p / p.sum(1, keepdims=True)
        return float(-np.log(np.clip(p[np.arange(len(labels)), labels.astype(int)], 1e-15, 1)).mean())


def small_sets(folder, cache, which, fold):
    tasks = {row["name"]: row["task"] for row in csv.DictReader(open(folder / "INDEX.csv"))}
    names = sorted(file.name[:-7] for file in folder.glob("*.tsv.gz"))
    wanted = {"even": names[::2], "odd": names[1::2], "all": names}[which]
    sets = [SmallSet(folder, cache, name, tasks[name], fold) for name in wanted]
    return sorted((s for s in sets if "why_not" not in s.facts), key=lambda s: s.facts["rows"] * max(s.facts["classes"], 1))


def peer(name, one):
    """(loss, seconds) of a library at its defaults."""
    import catboost
    import lightgbm
    import xgboost
    from sklearn import ensemble

    has_classes = one.facts["classes"] > 0
    quiet = {"verbose": 0, "thread_count": THREADS, "allow_writing_files": False}
    if name == "lightgbm":
        model = (lightgbm.LGBMClassifier if has_classes else lightgbm.LGBMRegressor)(n_jobs=THREADS, verbose=-1)
    elif name == "xgboost":
        model = (xgboost.XGBClassifier if has_classes else xgboost.XGBRegressor)(n_jobs=THREADS)
    elif name == "catboost":
        model = (catboost.CatBoostClassifier if has_classes else catboost.CatBoostRegressor)(**quiet)
    else:
        model = (ensemble.HistGradientBoostingClassifier if has_classes else ensemble.HistGradientBoostingRegressor)()
    x, y = one.read("train")
    test_x, test_y = one.read("test")
    begin = time.perf_counter()
    model.fit(x, y.astype(int) if has_classes else y)
    seconds = time.perf_counter() - begin
    return one.loss(test_y, model.predict_proba(test_x) if has_classes else model.predict(test_x)), seconds


def peers(one, cache):
    """What the others reach, from the cache where it has it."""
    file = Path(f"{one.stem}.peers.json")
    found = json.loads(file.read_text()) if file.exists() else {}
    for name in PEERS:
        if name not in found:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found[name] = peer(name, one)
            file.write_text(json.dumps(found))
    return found


def linden(program, one, settings, threads=THREADS):
    """(loss, seconds) at the program's defaults, but for the settings."""
    classes = one.facts["classes"]
    loss = "squared" if classes == 0 else "logistic" if classes == 2 else "softmax"
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "train", "--data", f"{one.stem}.train.csv", "--label", "target", "--loss", loss]
        command += ["--threads", str(threads), "--out", f"{folder}/model", "--json", f"{folder}/report"]
        command += [word for setting in settings for word in ("--set", setting)]
        subprocess.run(command, check=True, capture_output=True)
        command = [program, "predict", "--model", f"{folder}/model", "--data", f"{one.stem}.test.csv"]
        subprocess.run([*command, "--out", f"{folder}/predictions"], check=True, capture_output=True)
        seconds = json.loads(Path(f"{folder}/report").read_text())["seconds"]
        predictions = np.loadtxt(f"{folder}/predictions", delimiter=",", skiprows=1, ndmin=2)
    if classes == 2:
        predictions = np.c_[1 - predictions[:, -1], predictions[:, -1]]
    labels = one.read("test")[1]
    return one.loss(labels, predictions if classes else predictions[:, -1]), seconds["bin"] + seconds["train"]


def ranks(losses):
    """1 for the least; equal ones share the mean of their ranks."""
    values = np.array(losses)
    return [float((values < v).sum() + ((values == v).sum() + 1) / 2) for v in values]


def report(results):
    """results: (set, {library: (loss, seconds)})."""
    libraries = ("linden", *PEERS)
    for title, chosen in (
        ("all", lambda s: True), ("classes", lambda s: s.facts["classes"] > 0), ("numbers", lambda s: s.facts["classes"] == 0)
    ):
        some = [(s, r) for s, r in results if chosen(s)]
        if not some:
            continue
        rank = np.array([ranks([r[name][0] for name in libraries]) for _, r in some])
        print(f"{title:8} {len(some):4}", end="")
        for i, name in enumerate(libraries):
            relative = [min(r[name][0] / max(min(v for v, _ in r.values()), 1e-9), 10) for _, r in some]
            seconds = sum(r[name][1] for _, r in some)
            print(f"  {name} {rank[:, i].mean():.3f} ({np.exp(np.mean(np.log(relative))):.4f}; {seconds:.1f} s)", end="")
        print()


def main():
    folder, program, cache = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    which = sys.argv[4] if len(sys.argv) > 4 else "all"
    fold = int(sys.argv[5]) if len(sys.argv) > 5 else 4
    cache.mkdir(exist_ok=True)
    results = []
    for one in small_sets(folder, cache, which, fold):
        found = {name: tuple(value) for name, value in peers(one, cache).items()}
        results.append((one, {"linden": linden(program, one, sys.argv[6:]), **found}))
    report(results)


if __name__ == "__main__":
    main()
