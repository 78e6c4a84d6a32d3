#!/usr/bin/env python3
"""Exported models in the libraries that they are for: do they load, and do they predict what Linden does?

    python3 bench/peers/export.py DATA --env peers

DATA is the folder of real data sets. Models of adult, california (with its categories), digits, bike sharing as counts,
and linear ones go to XGBoost, LightGBM, onnxruntime and a C++ compiler. Printed are the largest differences of scores,
relative to the larger of 1 and the score, and the share of rows whose scores have the same bits. Then the source, as
C++ and as C, predicts 100,000 drawn rows of five models, and must give the same bits. Then it is
timed: nanoseconds of CPU a row of 100 trees of 31 leaves, beside the if-else code that tl2cgen and LightGBM's own
convert_model make of the same model, one thread.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import environment

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGES = ["lightgbm", "xgboost", "onnxruntime", "treelite", "tl2cgen", "numpy", "scipy", "pandas"]

TREES = {"rounds": 100, "max_leaves": 31}
# The CSV to write from which file, its label, the family and the fields.
SETS = {
    "adult": ("boosted", {"loss": "logistic"} | TREES),
    "california": ("boosted", {"loss": "squared"} | TREES),
    "california, numbers": ("boosted", {"loss": "squared"} | TREES),
    "digits": ("boosted", {"loss": "softmax", "rounds": 50, "max_leaves": 15}),
    "digits, shared trees": ("boosted", {"loss": "softmax", "rounds": 50, "max_leaves": 15, "multi_output.strategy": "multi_output_tree"}),
    "california, oblivious": ("boosted", {"loss": "squared", "growth": "oblivious", "max_depth": 6, "rounds": 100}),
    "california, gamma": ("boosted", {"loss": "gamma"} | TREES),
    "california, linear leaves": ("boosted", {"loss": "squared", "linear_leaves.enabled": True} | TREES),
    "digits, linear": ("linear", {"loss": "softmax", "l2": 0.01}),
    "breast cancer, linear": ("linear", {"loss": "logistic", "l2": 0.01}),
}
FORMATS = {"boosted": ["xgboost_json", "xgboost_ubjson", "lightgbm", "onnx", "cpp", "c"],
           "linear": ["onnx", "liblinear", "csv", "cpp", "c"]}


def write_csv(name, data, path):
    """A table with names and the label "target"."""
    import pandas

    stem = name.split(",")[0]
    if stem == "adult":
        table = pandas.read_csv(data / "adult/adult-train.csv", header=None, skipinitialspace=True, na_values="?",
                                keep_default_na=False)
        table.columns = [f"x{i}" for i in range(14)] + ["target"]
    elif stem == "california":
        table = pandas.read_csv(data / "california_housing/housing_with_ocean_proximity.csv")
        table = table.rename(columns={"median_house_value": "target"})
        table["target"] /= 1e5
        if name.endswith("numbers"):
            table = table.drop(columns="ocean_proximity")
    elif stem == "digits":
        table = pandas.read_csv(data / "sklearn_bundled/digits.csv.gz", header=None)
        table.columns = [f"x{i}" for i in range(64)] + ["target"]
        table["target"] = "d" + table["target"].astype(int).astype(str)
        table = table.loc[:, table.nunique() > 1]
    else:
        table = pandas.read_csv(data / "sklearn_bundled/breast_cancer.csv", skiprows=1, header=None)
        table.columns = [f"x{i}" for i in range(30)] + ["target"]
        table["target"] = table["target"].map({0: "malignant", 1: "benign"})
    numbers = table.select_dtypes("number").columns.difference(["target"])
    table[numbers] = table[numbers].astype("float32").astype(float)  # XGBoost rounds rows to floats
    table.to_csv(path, index=False)


def write_probe(folder, rows):
    """Rows that no data has: each column's values drawn by themselves, one in twenty missing, one in fifty moved far."""
    import numpy as np
    import pandas

    table = pandas.read_csv(folder / "data.csv").drop(columns="target")
    random = np.random.default_rng(1)
    drawn = {}
    for column in table:
        values = table[column].sample(rows, replace=True, random_state=random).reset_index(drop=True)
        if pandas.api.types.is_numeric_dtype(values):
            far = random.random(rows) < 0.02
            values = values.where(~far, values * random.normal(size=rows) * 10)
        drawn[column] = values.where(random.random(rows) >= 0.05)
    table = pandas.DataFrame(drawn)
    table.to_csv(folder / "probe.csv", index=False, na_rep="NA")


class Exported:
    """A trained model in all its formats, and what it says of its rows."""

    def __init__(self, name, args, folder, probe=0):
        import numpy as np

        family, config = SETS[name]
        write_csv(name, args.data, folder / "data.csv")
        job = {"data": str(folder / "data.csv"), "label": "target", "model": family, "config": config,
               "folder": str(folder), "formats": FORMATS[family]}
        if probe:
            job["probe"], job["formats"] = str(folder / "probe.csv"), ["cpp", "c"]
            write_probe(folder, probe)
        program = args.build / "bench" / "linden_export"
        out = subprocess.run([program, json.dumps(job)], check=True, capture_output=True, text=True).stdout
        self.facts, self.folder, self.family, self.loss = json.loads(out), folder, family, config["loss"]
        read = lambda file: np.fromfile(folder / file).reshape(self.facts["rows"], -1)
        self.rows, self.scores, self.predictions = read("rows.bin"), read("scores.bin"), read("predictions.bin")

    def file(self, kind):
        return self.folder / f"model.{kind}"


def of_xgboost(model, kind):
    import numpy as np
    import xgboost

    ending = {"xgboost_json": ".json", "xgboost_ubjson": ".ubj"}[kind]
    path = model.file(kind).with_suffix(ending)
    path.write_bytes(model.file(kind).read_bytes())
    booster = xgboost.Booster(model_file=path)
    types = ["c" if one else "q" for one in model.facts["categorical"]]
    data = xgboost.DMatrix(model.rows, feature_types=types, feature_names=booster.feature_names, enable_categorical=True)
    rows = model.facts["rows"]
    return (booster.predict(data, output_margin=True).reshape(rows, -1), booster.predict(data).reshape(rows, -1))


def of_lightgbm(model, kind):
    import lightgbm

    booster = lightgbm.Booster(model_file=model.file(kind))
    rows = model.facts["rows"]
    return (booster.predict(model.rows, raw_score=True).reshape(rows, -1), booster.predict(model.rows).reshape(rows, -1))


def of_onnx(model, kind):
    import onnxruntime

    session = onnxruntime.InferenceSession(model.file(kind).read_bytes(), providers=["CPUExecutionProvider"])
    return None, session.run(["prediction"], {"features": model.rows})[0]


CPP_MAIN = """
#include <time.h>
#include <cstdio>
#include <vector>
#include HEADER
static double cpu_seconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}
int main(int, char** argv) {
  const int rows = std::atoi(argv[1]), times = std::atoi(argv[2]);
  std::vector<double> x((size_t)rows * model::features), s((size_t)rows * model::outputs), p(s.size());
  FILE* in = std::fopen(argv[3], "rb");
  if (std::fread(x.data(), 8, x.size(), in) != x.size()) return 1;
  double best = 1e300;
  for (int i = 0; i < times; ++i) {
    const double start = cpu_seconds();
    for (int row = 0; row < rows; ++row) model::scores(&x[(size_t)row * model::features], &s[(size_t)row * model::outputs]);
    const double took = cpu_seconds() - start;
    if (took < best) best = took;
  }
  for (int row = 0; row < rows; ++row) model::predict(&x[(size_t)row * model::features], &p[(size_t)row * model::outputs]);
  FILE* out = std::fopen(argv[4], "wb");
  std::fwrite(s.data(), 8, s.size(), out);
  std::fwrite(p.data(), 8, p.size(), out);
  std::fclose(out);
  std::printf("%.17g\\n", best / rows);
}
"""


def compiled(model):
    """The program of the model's source, and the seconds that its compilation took."""
    header = model.folder / "model.hpp"
    header.write_bytes(model.file("cpp").read_bytes())
    main = model.folder / "main.cpp"
    main.write_text("#include <cstdlib>\n" + CPP_MAIN.replace("HEADER", '"model.hpp"'))
    start = time.perf_counter()
    subprocess.run(["g++", "-std=c++17", "-O3", "-Wall", "-Wextra", "-Werror", main, "-o", model.folder / "run"], check=True)
    return model.folder / "run", time.perf_counter() - start


def run_source(model, times=1, rows_file="rows.bin"):
    import numpy as np

    if not hasattr(model, "program"):
        model.program = compiled(model)
    program, seconds = model.program
    rows = model.facts["rows"]
    out = subprocess.run([program, str(rows), str(times), model.folder / rows_file, model.folder / "out.bin"], check=True,
                         capture_output=True, text=True).stdout
    both = np.fromfile(model.folder / "out.bin").reshape(2, rows, -1)
    return both[0], both[1], float(out), seconds


def of_source(model, kind):
    scores, predictions, _, _ = run_source(model)
    return scores, predictions


def of_liblinear(model, kind):
    """LIBLINEAR's own rule, written here: its package wants a compiler of its own."""
    import numpy as np

    lines = model.file(kind).read_text().split("\n")
    at = lines.index("w")
    weights = np.array([[float(w) for w in line.split()] for line in lines[at + 1:] if line])
    bias = float(next(line.split()[1] for line in lines if line.startswith("bias ")))
    rows = model.rows if bias < 0 else np.c_[model.rows, np.full(len(model.rows), bias)]
    return rows @ weights, None


READERS = {"xgboost_json": of_xgboost, "xgboost_ubjson": of_xgboost, "lightgbm": of_lightgbm, "onnx": of_onnx,
           "liblinear": of_liblinear, "cpp": of_source}


def compare(model, name):
    import numpy as np

    for kind in FORMATS[model.family]:
        if kind not in READERS:
            continue
        if kind in model.facts["refused"]:
            print(f"| {name} | {kind} | {model.facts['refused'][kind]} | | |")
            continue
        figures = []
        for got, want in zip(READERS[kind](model, kind), (model.scores, model.predictions)):
            if got is None:
                figures += ["", ""]
                continue
            relative = np.abs(got - want) / np.maximum(1, np.abs(want))
            same = np.mean(np.all(got.astype(float) == want, axis=1))
            figures += [f"{relative.max():.1e}", f"{same:.0%}"]
        print(f"| {name} | {kind} | {' | '.join(figures)} |", flush=True)


C_MAIN = """
#include <stdio.h>
#include <stdlib.h>
#include "model.h"
int main(int argc, char** argv) {
  const int rows = atoi(argv[1]);
  double* x = malloc((size_t)rows * model_features * 8);
  double* out = malloc((size_t)rows * model_outputs * 8);
  FILE* in = fopen(argv[2], "rb");
  if (fread(x, 8, (size_t)rows * model_features, in) != (size_t)rows * model_features) return 1;
  FILE* to = fopen(argv[3], "wb");
  for (int row = 0; row < rows; ++row) model_scores(x + (size_t)row * model_features, out + (size_t)row * model_outputs);
  fwrite(out, 8, (size_t)rows * model_outputs, to);
  for (int row = 0; row < rows; ++row) model_predict(x + (size_t)row * model_features, out + (size_t)row * model_outputs);
  fwrite(out, 8, (size_t)rows * model_outputs, to);
  return fclose(to) + 0 * argc;
}
"""


def run_c(model):
    """Scores and predictions of the C source."""
    import numpy as np

    (model.folder / "model.h").write_bytes(model.file("c").read_bytes())
    (model.folder / "main.c").write_text(C_MAIN)
    subprocess.run(["gcc", "-std=c99", "-O2", model.folder / "main.c", "-lm", "-o", model.folder / "run_c"], check=True)
    rows = model.facts["rows"]
    subprocess.run([model.folder / "run_c", str(rows), model.folder / "rows.bin", model.folder / "c.bin"], check=True)
    return np.fromfile(model.folder / "c.bin").reshape(2, rows, -1)


PROBED = ["california, numbers", "adult", "digits", "california, oblivious", "california, linear leaves"]


def probe(args, place):
    """Bits of scores and predictions on rows that the models never saw."""
    import numpy as np

    print("\n| model | rows | missing | C++: same bits | C: same bits |\n|---|---:|---:|---:|---:|")
    for number, name in enumerate(PROBED):
        folder = Path(place, f"probe{number}")
        folder.mkdir()
        model = Exported(name, args, folder, args.probe)
        same = lambda got, want: got.tobytes() == np.ascontiguousarray(want).tobytes()
        say = lambda both: " and ".join("yes" if same(got, want) else "no" for got, want in
                                        zip(both, (model.scores, model.predictions)))
        print(f"| {name} | {model.facts['rows']:,} | {np.isnan(model.rows).mean():.1%} | {say(run_source(model)[:2])} | "
              f"{say(run_c(model))} |", flush=True)


def shuffle(model):
    """Rows in random order: in that of a file neighbours are alike, and what branches did for one they do for the next."""
    import numpy as np

    np.random.default_rng(0).permutation(model.rows).tofile(model.folder / "shuffled.bin")


def timed_tl2cgen(model, times):
    """The if-else code that tl2cgen makes of the model as LightGBM has it, called row by row from C."""
    folder = model.folder / "tl2cgen"
    if not hasattr(model, "their_seconds"):
        model.their_seconds = compiled_tl2cgen(model, folder)
    out = subprocess.run([folder / "run", str(model.facts["rows"]), str(times), model.folder / "shuffled.bin",
                          str(model.facts["features"])], check=True, capture_output=True, text=True).stdout.split()
    if abs(float(out[1]) - model.scores.sum()) > 1e-6:
        print(f"tl2cgen's sum of scores is {out[1]}, and Linden's {model.scores.sum()}")
    return float(out[0]), model.their_seconds


def compiled_tl2cgen(model, folder):
    import tl2cgen
    import treelite

    tl2cgen.generate_c_code(treelite.frontend.load_lightgbm_model(model.file("lightgbm")), folder, params={"parallel_comp": 0})
    main = folder / "timed.c"
    main.write_text("""
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "header.h"
int main(int argc, char** argv) {
  const int rows = atoi(argv[1]), times = atoi(argv[2]), features = atoi(argv[4]);
  double best = 1e300, sum = 0;
  double* x = malloc((size_t)rows * features * 8);
  union Entry* entries = malloc((size_t)rows * features * sizeof(union Entry));
  FILE* in = fopen(argv[3], "rb");
  if (fread(x, 8, (size_t)rows * features, in) != (size_t)rows * features) return 1;
  for (size_t i = 0; i < (size_t)rows * features; ++i) {
    if (x[i] != x[i]) entries[i].missing = -1; else entries[i].fvalue = x[i];
  }
  for (int i = 0; i < times; ++i) {
    struct timespec a, b;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    for (int row = 0; row < rows; ++row) { double out = 0; predict(entries + (size_t)row * features, 1, &out); sum += out; }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    const double took = (b.tv_sec - a.tv_sec) + 1e-9 * (b.tv_nsec - a.tv_nsec);
    if (took < best) best = took;
  }
  printf("%.17g %.17g\\n", best / rows, sum / times);
}
""")
    sources = [p for p in folder.glob("*.c")]
    start = time.perf_counter()
    subprocess.run(["gcc", "-O3", *sources, "-lm", "-o", folder / "run"], check=True)
    return time.perf_counter() - start


# LightGBM's program has `task=convert_model`, and its package from PyPI the function behind it, by these names.
CONVERT = """
#include <string>
namespace LightGBM {
class Boosting { public: static Boosting* CreateBoosting(const std::string&, const char* file, const std::string&, int); };
class GBDT { public: bool SaveModelToIfElse(int iterations, const char* file) const; };
}
int main(int, char** argv) {
  const auto* model = LightGBM::Boosting::CreateBoosting("gbdt", argv[1], "cpu", 1);
  return reinterpret_cast<const LightGBM::GBDT*>(model)->SaveModelToIfElse(-1, argv[2]) ? 0 : 1;
}
"""

IF_ELSE = """
#include <time.h>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>
const double kZeroThreshold = 1e-35f;
namespace Common {
inline bool FindInBitset(const uint32_t* bits, int n, int pos) { return pos / 32 < n && (bits[pos / 32] >> (pos % 32) & 1); }
}
TREES
double (*trees[])(const double*) = {NAMES};
int main(int, char** argv) {
  const int rows = atoi(argv[1]), times = atoi(argv[2]), features = atoi(argv[4]);
  std::vector<double> x((size_t)rows * features);
  FILE* in = fopen(argv[3], "rb");
  if (fread(x.data(), 8, x.size(), in) != x.size()) return 1;
  double best = 1e300, sum = 0;
  for (int i = 0; i < times; ++i) {
    timespec a, b;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    for (int row = 0; row < rows; ++row) {
      double score = 0;
      for (const auto tree : trees) score += tree(&x[(size_t)row * features]);
      sum += score;
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    const double took = (b.tv_sec - a.tv_sec) + 1e-9 * (b.tv_nsec - a.tv_nsec);
    if (took < best) best = took;
  }
  printf("%.17g %.17g\\n", best / rows, sum / times);
}
"""


def compiled_if_else(model, folder):
    """The code that LightGBM makes of the model by itself: a function of branches for each tree. That of 4.7.0 leaves out
    the threshold of splits that send missing values left, so that it is given the model as if nothing were missing: the
    branches are the same, but for the rows that lack a value.
    """
    import re

    import lightgbm

    folder.mkdir()
    library = Path(lightgbm.__file__).parent / "lib" / "lib_lightgbm.so"
    (folder / "convert.cpp").write_text(CONVERT)
    subprocess.run(["g++", folder / "convert.cpp", library, f"-Wl,-rpath,{library.parent}", "-o", folder / "convert"], check=True)
    kinds = lambda line: " ".join(kind if int(kind) & 1 else str(int(kind) & 2) for kind in line[1].split())
    text = re.sub(r"(?<=decision_type=)(.*)", kinds, model.file("lightgbm").read_text())
    (folder / "model.txt").write_text(re.sub(r"tree_sizes=.*\n", "", text))
    subprocess.run([folder / "convert", folder / "model.txt", folder / "trees.cpp"], check=True, stdout=subprocess.DEVNULL)
    trees = re.findall(r"^double PredictTree\d+\(const double\* arr\) .*$", (folder / "trees.cpp").read_text(), re.M)
    names = ", ".join(f"PredictTree{i}" for i in range(len(trees)))
    (folder / "timed.cpp").write_text(IF_ELSE.replace("TREES", "\n".join(trees)).replace("NAMES", names))
    start = time.perf_counter()
    subprocess.run(["g++", "-O2", folder / "timed.cpp", "-o", folder / "run"], check=True)
    return time.perf_counter() - start


def timed_if_else(model, times):
    folder = model.folder / "if_else"
    if not hasattr(model, "if_else_seconds"):
        model.if_else_seconds = compiled_if_else(model, folder)
    out = subprocess.run([folder / "run", str(model.facts["rows"]), str(times), model.folder / "shuffled.bin",
                          str(model.facts["features"])], check=True, capture_output=True, text=True).stdout.split()
    model.if_else_sum = float(out[1])  # that of the scores, where no row lacks a value
    return float(out[0]), model.if_else_seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "bench", help="the build folder (%(default)s)")
    parser.add_argument("--sets", default=";".join(SETS), help="with ; between them (default: all)")
    parser.add_argument("--turns", type=int, default=7, help="of the timing (default: %(default)s)")
    parser.add_argument("--probe", type=int, default=100_000, help="rows drawn for the source (default: %(default)s)")
    parser.add_argument("--env", type=Path, help="an environment to reuse, made when it is not there")
    parser.add_argument("--here", action="store_true", help="in the Python that runs this, which has all packages")
    args = parser.parse_args()
    if not args.here:
        sys.argv.insert(1, "--here")
        sys.exit(environment.call_in(args.env, PACKAGES, parser.error))
    print("| model | format | scores differ by | same bits | predictions differ by | same bits |\n|---|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as place:
        models = {}
        for number, name in enumerate(args.sets.split(";")):
            folder = Path(place, str(number))
            folder.mkdir()
            models[name] = Exported(name, args, folder)
            compare(models[name], name)
        if args.probe:
            probe(args, place)
        print("\n| model | source, ns a row | kB | compiled in | tl2cgen, ns a row | compiled in | it / source | LightGBM, "
              "ns a row | compiled in | it / source |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
        for name in ("adult", "california", "california, numbers"):
            if name not in models:
                continue
            shuffle(models[name])
            turns = [(run_source(models[name], 3, "shuffled.bin")[2:], timed_tl2cgen(models[name], 3),
                      timed_if_else(models[name], 3)) for _ in range(args.turns)]
            ours, theirs, others = (min(turn[i][0] for turn in turns) * 1e9 for i in range(3))
            seconds = [min(turn[i][1] for turn in turns) for i in range(3)]
            size = models[name].file("cpp").stat().st_size / 1e3
            print(f"| {name} | {ours:.0f} | {size:.0f} | {seconds[0]:.1f} s | {theirs:.0f} | {seconds[1]:.1f} s | "
                  f"{theirs / ours:.2f} | {others:.0f} | {seconds[2]:.1f} s | {others / ours:.2f} |", flush=True)


if __name__ == "__main__":
    main()
