"""Seconds and memory of a feature with up to 1,000,000 distinct categories.

    python many_categories.py LINDEN [--rows 1000000] [--rounds 20] [--catboost]

Generated rows have one feature of categories, each as often as any other, and three numbers; labels are two classes, of which
the category tells. Training takes one thread. Seconds are those of binning, statistics included, and of training, without
reading the file; the peak of memory is that of the process, the rows and the file's texts included. --catboost trains it on
the same rows with as many rounds, one thread, depth 6; its peak includes pandas.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy


def made(rows, distinct, seed=1):
    random = numpy.random.default_rng(seed)
    codes = random.permutation(numpy.arange(rows) % distinct)
    x = random.standard_normal((rows, 3)).round(4)
    score = 1.5 * random.standard_normal(distinct)[codes] + x[:, 0] - 1
    return codes, x, (random.random(rows) < 1 / (1 + numpy.exp(-score))).astype(int)


def write(path, codes, x, label):
    with open(path, "w") as file:
        file.write("who,a,b,c,label\n")
        file.writelines(f"u{who},{a},{b},{c},{y}\n" for who, (a, b, c), y in zip(codes.tolist(), x.tolist(), label.tolist()))


def peak_of(command):
    """Runs it; its peak of memory in MB."""
    script = ("import json, resource, subprocess, sys; subprocess.run(json.loads(sys.argv[1]), check=True, capture_output=True); "
              "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    told = subprocess.run([sys.executable, "-c", script, json.dumps([str(word) for word in command])], check=True,
                          capture_output=True, text=True)
    return int(told.stdout) / 1024


def catboost(file, rounds):
    import catboost as library
    import pandas

    table = pandas.read_csv(file, dtype={"who": str})
    label = table.pop("label")
    model = library.CatBoostClassifier(iterations=rounds, cat_features=["who"], thread_count=1, verbose=0,
                                       allow_writing_files=False)
    begin = time.perf_counter()
    model.fit(table, label)
    print(json.dumps([time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def main():
    if sys.argv[1] == "--answer":
        return catboost(sys.argv[2], int(sys.argv[3]))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--catboost", action="store_true")
    args = parser.parse_args()
    print("| rows | categories | binning, s | training, s | peak, MB | model, MB | CatBoost, s | peak, MB |")
    print("|---:|" + "---:|" * 7)
    for rows, distinct in [(args.rows, n) for n in (1_000, 10_000, 100_000, 1_000_000)] + [(2 * args.rows, 1_000_000)]:
        with tempfile.TemporaryDirectory() as folder:
            file, model, report = (Path(folder) / name for name in ("train.csv", "model.json", "report.json"))
            write(file, *made(rows, distinct))
            peak = peak_of([args.program, "train", "--data", file, "--label", "label", "--categorical", "who", "--threads", 1,
                            "--rounds", args.rounds, "--out", model, "--json", report])
            seconds = json.loads(report.read_text())["seconds"]
            theirs = ["-", "-"]
            if args.catboost:
                told = subprocess.run([sys.executable, __file__, "--answer", file, str(args.rounds)], check=True,
                                      capture_output=True, text=True).stdout
                theirs = [f"{value:,.1f}" for value in json.loads(told.strip().split("\n")[-1])]
            print(f"| {rows:,} | {distinct:,} | {seconds['bin']:.2f} | {seconds['train']:.2f} | {peak:,.0f} | "
                  f"{model.stat().st_size / 2**20:.1f} | {' | '.join(theirs)} |", flush=True)


if __name__ == "__main__":
    main()
