#!/usr/bin/env python3
"""Models of other libraries, in and out again: what linden says of them, and what libraries say of what it writes.

    bench/peers/interop/round_trips.py build/linden ../shared/data/pmlb [--sets 20]

XGBoost, LightGBM and CatBoost train on small sets: trees, forests, DART, linear models and linear leaves, leaves of
several values, columns of few whole numbers as categories; half of a tenth of the values are missing. Each model is read
by linden (import), written for its own library and loaded there (back), and written as ONNX and run by onnxruntime. What
is compared are scores:

  score   the largest difference, relative to the larger of 1 and the score
  sum     relative to all that is added up for the score: its start and the sizes of its leaves
  bits    the share of scores that are the same to the bit; of XGBoost, which adds floats, of those that come of adding
          our leaves as floats, in its order
"""
import argparse
import collections
import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

SETS = ["iris", "wine_recognition", "wine_quality_red", "yeast", "vowel", "vehicle", "car", "cmc", "diabetes", "german",
        "glass", "ionosphere", "sonar", "titanic", "mushroom", "560_bodyfat", "547_no2", "1028_SWD", "612_fri_c1_1000_5",
        "195_auto_price", "flare", "heart_c", "credit_a", "dermatology"]
ROUNDS = 30


def read(path):
    with gzip.open(path, "rt") as file:
        names = file.readline().rstrip("\n").split("\t")
        rows = np.loadtxt(file)
    target = names.index("target")
    return np.delete(rows, target, axis=1), rows[:, target]


class Set:
    """Rows, floats with gaps and without, and labels: of classes their numbers."""

    def __init__(self, path, random):
        x, y = read(path)
        self.whole = x.astype(np.float32).astype(float)  # XGBoost and CatBoost round rows to floats
        self.gaps = self.whole.copy()
        self.gaps[random.random(x.shape) < 0.05] = np.nan
        self.few = np.array([len(np.unique(c)) <= 30 and np.all(c == np.round(c)) and c.min() >= 0 for c in x.T])
        values = np.unique(y)
        is_classes = len(values) == 2 or (len(values) <= 12 and np.all(values == np.round(values)))
        self.classes = len(values) if is_classes else 0
        self.labels = np.searchsorted(values, y).astype(float) if is_classes else y


def text_of(value, is_category):
    return "" if np.isnan(value) else str(int(value)) if is_category else repr(float(value))


def write_csv(path, x, is_category):
    lines = [",".join(f"Column_{j}" for j in range(x.shape[1]))]
    lines += [",".join(text_of(v, c) for v, c in zip(row, is_category)) for row in x]
    path.write_text("\n".join(lines) + "\n")


class XGBoost:
    ending, exported, tolerance = ".json", "xgboost_json", 1e-6

    def cases(self, data):
        loss = {"objective": "reg:squarederror"} if data.classes == 0 else \
            {"objective": "binary:logistic"} if data.classes == 2 else \
            {"objective": "multi:softprob", "num_class": data.classes}
        none = np.zeros(data.whole.shape[1], bool)
        yield "trees", loss, data.gaps, none
        yield "forest", {**loss, "num_parallel_tree": 3, "subsample": 0.7}, data.gaps, none
        yield "dart", {**loss, "booster": "dart", "rate_drop": 0.3}, data.gaps, none
        yield "linear", {**loss, "booster": "gblinear"}, data.whole, none
        if data.classes > 2:
            yield "shared trees", {**loss, "multi_strategy": "multi_output_tree"}, data.gaps, none
        if data.few.any():
            yield "categories", {**loss, "max_cat_to_onehot": 4}, data.gaps, data.few

    def matrix(self, rows, is_category, labels=None, names=None):
        import xgboost
        return xgboost.DMatrix(rows, labels, feature_types=["c" if c else "q" for c in is_category], feature_names=names,
                               enable_categorical=True)

    def train(self, path, parameters, rows, is_category, labels):
        import xgboost
        model = xgboost.train({**parameters, "max_depth": 5, "seed": 1, "verbosity": 0, "nthread": 1},
                              self.matrix(rows, is_category, labels), ROUNDS)
        model.save_model(path)
        model.save_model(path.with_suffix(".ubj"))
        return model.predict(self.matrix(rows, is_category), output_margin=True)

    def load(self, path, rows, is_category):
        import xgboost
        model = xgboost.Booster(model_file=path)
        return model.predict(self.matrix(rows, is_category, names=model.feature_names), output_margin=True)


class LightGBM:
    ending, exported, tolerance = ".txt", "lightgbm", 0

    def cases(self, data):
        loss = {"objective": "regression"} if data.classes == 0 else {"objective": "binary"} if data.classes == 2 else \
            {"objective": "multiclass", "num_class": data.classes}
        none = np.zeros(data.whole.shape[1], bool)
        yield "trees", loss, data.gaps, none
        yield "zero missing", {**loss, "zero_as_missing": True}, data.gaps, none
        yield "no missing", {**loss, "use_missing": False}, data.gaps, none
        yield "forest", {**loss, "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7}, data.gaps, none
        yield "dart", {**loss, "boosting": "dart"}, data.gaps, none
        yield "linear leaves", {**loss, "linear_tree": True}, data.gaps, none
        if data.few.any():
            yield "categories", {**loss, "min_data_per_group": 5, "max_cat_to_onehot": 2}, data.gaps, data.few

    def train(self, path, parameters, rows, is_category, labels):
        import lightgbm
        options = {**parameters, "num_leaves": 15, "min_data_in_leaf": 5, "seed": 1, "verbosity": -1, "num_threads": 1}
        data = lightgbm.Dataset(rows, labels, categorical_feature=np.flatnonzero(is_category).tolist(), params=options)
        model = lightgbm.train(options, data, ROUNDS)
        model.save_model(path)
        scores = model.predict(rows, raw_score=True)
        return scores / ROUNDS if parameters.get("boosting") == "rf" else scores  # of a forest it gives sums

    def load(self, path, rows, is_category):
        import lightgbm
        return lightgbm.Booster(model_file=path).predict(rows, raw_score=True)


class CatBoost:
    ending, exported, tolerance = ".json", "", 1e-12

    def cases(self, data):
        loss = {"loss_function": "RMSE"} if data.classes == 0 else {"loss_function": "Logloss"} if data.classes == 2 else \
            {"loss_function": "MultiClass"}
        none = np.zeros(data.whole.shape[1], bool)
        yield "trees", loss, data.gaps, none
        yield "depthwise", {**loss, "grow_policy": "Depthwise"}, data.gaps, none
        if data.few.any():
            yield "categories", loss, data.gaps, data.few
            yield "one-hot", {**loss, "one_hot_max_size": 30}, data.gaps, data.few
            yield "other CTRs", {**loss, "simple_ctr": ["Buckets:Prior=0.5/1", "BinarizedTargetMeanValue:Prior=1/1"],
                                 "combinations_ctr": ["Buckets:Prior=0.5/1", "Counter:Prior=0/1"]}, data.gaps, data.few

    def pool(self, rows, is_category, labels=None):
        import catboost
        table = [[text_of(v, True) if c else v for v, c in zip(row, is_category)] for row in rows]
        return catboost.Pool(table, labels, cat_features=list(np.flatnonzero(is_category)))

    def train(self, path, parameters, rows, is_category, labels):
        import catboost
        model = catboost.CatBoost({**parameters, "depth": 5, "iterations": ROUNDS, "random_seed": 1, "verbose": False,
                                   "thread_count": 1, "allow_writing_files": False})
        model.fit(self.pool(rows, is_category, labels))
        model.save_model(path, format="json", pool=self.pool(rows, is_category))
        return np.asarray(model.predict(self.pool(rows, is_category), prediction_type="RawFormulaVal"))


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return done.stdout


def predictions(linden, model, rows, output):
    out = run(linden, "predict", "--model", model, "--data", rows, "--output", output)
    return np.array([[float(v) for v in line.split(",")] for line in out.splitlines()[1:]])


def coded(rows, model, is_category):
    """Rows as exported models take them: a category is its place among the names."""
    codes = rows.copy()
    for f in np.flatnonzero(is_category):
        places = {name: i for i, name in enumerate(model["columns"][f]["categories"])}
        codes[:, f] = [np.nan if np.isnan(v) else places.get(str(int(v)), np.nan) for v in rows[:, f]]
    return codes


def onnx_scores(path, codes):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    return session.run(["prediction"], {"features": codes})[0]


class Sums:
    """What a score is a sum of, by the leaves that linden says a row comes to."""

    def __init__(self, linden, file, table, width):
        self.is_known = False
        model = json.loads(Path(file).read_text())
        body = model.get("body", model)
        if "trees" not in body or any("leaf_terms" in tree for tree in body["trees"]):
            return
        leaves = predictions(linden, file, table, "leaf").astype(int)
        start = np.array(body["initial_score"], float)
        self.sizes = np.repeat(np.abs(start)[None, :], len(leaves), 0)
        self.floats = np.repeat(start.astype(np.float32)[None, :], len(leaves), 0)
        for t, tree in enumerate(body["trees"]):
            if tree["output"] < 0:
                values = np.array(tree["values"], float).reshape(-1, width)[leaves[:, t]]
                outputs = slice(None)
            else:
                is_leaf = np.array(tree["left"]) < 0
                values = np.array(tree["value"], float)[is_leaf][leaves[:, t]]
                outputs = tree["output"]
            self.sizes[:, outputs] += np.abs(values)
            self.floats[:, outputs] += values.astype(np.float32)
        self.is_known = True


def compare(found, wanted, sums):
    apart = np.abs(found - wanted)
    score = np.max(apart / np.maximum(1, np.abs(wanted)))
    share = np.max(apart / np.maximum(1e-300, sums.sizes)) if sums.is_known else np.nan
    return score, share, np.mean(found == wanted)


def note(totals, set_name, who, through, figures):
    totals[who, through].append(figures)
    score, share, bits = figures
    print(f"{set_name:20} | {who:24} | {through:12} | {score:.1e} | {share:.1e} | {100 * bits:.1f} %", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("linden")
    arguments.add_argument("sets_folder", type=Path)
    arguments.add_argument("--sets", type=int, default=20, help="how many")
    arguments.add_argument("--first", type=int, default=0, help="the number of the first")
    arguments.add_argument("--libraries", nargs="*", default=["XGBoost", "LightGBM", "CatBoost"])
    arguments.add_argument("--kinds", nargs="*", help="of models: trees, categories, ... (default: all)")
    asked = arguments.parse_args()
    import catboost
    import lightgbm
    import onnxruntime
    import xgboost
    print(f"XGBoost {xgboost.__version__}, LightGBM {lightgbm.__version__}, CatBoost {catboost.__version__}, onnxruntime "
          f"{onnxruntime.__version__}; {asked.sets} sets, {ROUNDS} rounds")
    totals = collections.defaultdict(list)
    refusals = collections.Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for set_name in SETS[asked.first:asked.first + asked.sets]:
            random = np.random.default_rng(1)
            data = Set(asked.sets_folder / f"{set_name}.tsv.gz", random)
            for library in (globals()[one]() for one in asked.libraries):
                for kind, parameters, rows, is_category in library.cases(data):
                    if asked.kinds and kind not in asked.kinds:
                        continue
                    who = f"{type(library).__name__}, {kind}"
                    file, table, ours = folder / f"model{library.ending}", folder / "rows.csv", folder / "ours.json"
                    wanted = library.train(file, parameters, rows, is_category, data.labels).reshape(len(rows), -1)
                    write_csv(table, rows, is_category)
                    try:
                        run(asked.linden, "convert", file, ours)
                    except RuntimeError as error:
                        refusals[who, str(error).replace(str(folder), "")[:160]] += 1
                        continue
                    sums = Sums(asked.linden, ours, table, wanted.shape[1])
                    found = predictions(asked.linden, file, table, "score")
                    score, share, bits = compare(found, wanted, sums)
                    if library.ending == ".json" and type(library) is XGBoost:
                        assert np.array_equal(found, predictions(asked.linden, file.with_suffix(".ubj"), table, "score"))
                        bits = np.mean(sums.floats == wanted) if sums.is_known else np.nan
                    note(totals, set_name, who, "import", (score, share, bits))
                    for exported in filter(None, [library.exported, "onnx"]):
                        out = folder / f"back{library.ending if exported != 'onnx' else '.onnx'}"
                        try:
                            run(asked.linden, "convert", file, out, "--format", exported, "--scores")
                        except RuntimeError as error:
                            refusals[f"{who}, as {exported}", str(error).split(": ", 2)[-1][:160]] += 1
                            continue
                        codes = coded(rows, json.loads(ours.read_text()), is_category)
                        back = onnx_scores(out, codes) if exported == "onnx" else library.load(out, codes, is_category)
                        against = found if exported == "onnx" else wanted
                        note(totals, set_name, who, exported, compare(back.reshape(len(rows), -1), against, sums))
    print("\n| models | through | models | score | sum | bits |\n|---|---|---:|---:|---:|---:|")
    misses = 0
    for (who, through), figures in totals.items():
        score, share, bits = (np.array(column) for column in zip(*figures))
        name = "import" if through == "import" else "onnxruntime, against linden" if through == "onnx" else "back"
        print(f"| {who} | {name} | {len(figures)} | {score.max():.1e} | {share.max():.1e} | {100 * bits.min():.1f} % |")
        misses += share.max() > 1e-6 or (np.isnan(share.max()) and score.max() > 1e-5)
    for (who, why), count in refusals.items():
        print(f"refused: {count} of {who}: {why}")
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main())
