"""One training with one Python library: python libraries.py JOB, in a process of its own.

JOB is what linden_boosted takes, with a "library". Each function below trains at Linden's settings as far as its
library has them, and returns the seconds of binning, training and prediction; what differs is in NOTES.
"""

import importlib
import json
import resource
import sys
import time

import numpy as np

from matrices import read_matrix

NOTES = {
    "all": "max_bins counts the bin of missing values in Linden and LightGBM, and not in XGBoost and CatBoost.",
    "lightgbm": "LightGBM takes its bins from a sample of 200,000 rows (its default), Linden from all rows; it "
    "grows leaf by leaf whatever `growth` says, to the same depth and number of leaves.",
    "lightgbm_quantised": "LightGBM quantised: use_quantized_grad with its default of 4 gradient bins.",
    "xgboost": "XGBoost has no smallest number of rows in a leaf; min_child_weight alone bounds its leaves.",
    "catboost": "CatBoost has no min_child_weight, no Newton gain (score_function L2), depth at most 16; "
    "it starts Logloss from score 0 and bins on all cores.",
    "sklearn": "scikit-learn has no min_child_weight; its binning is inside its training time.",
    "softmax": "With softmax, Linden's curvature is p (1 - p); XGBoost's is twice, LightGBM's K / (K - 1) times that.",
}


class Clock:
    """Wall and CPU seconds of the parts of a run."""

    def __init__(self):
        self.seconds, self.cpu_seconds = {}, {}
        self._wall, self._cpu = self._now()

    @staticmethod
    def _now():
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return time.perf_counter(), usage.ru_utime + usage.ru_stime

    def lap(self, part):
        wall, cpu = self._now()
        self.seconds[part] = wall - self._wall
        self.cpu_seconds[part] = cpu - self._cpu
        self._wall, self._cpu = self._now()


def lightgbm(job, x, y, x_test, clock, quantised=False):
    import lightgbm

    c = job["config"]
    params = {
        "objective": {"logistic": "binary", "squared": "regression", "softmax": "multiclass"}[c["loss"]],
        "num_class": outputs(c, y),
        "num_threads": job["threads"],
        "learning_rate": c["learning_rate"],
        "num_leaves": c["max_leaves"],
        "max_depth": c["max_depth"] or -1,
        "max_bin": c["max_bins"],
        "min_data_in_bin": 1,
        "lambda_l2": c["l2"],
        "min_sum_hessian_in_leaf": c["min_child_weight"],
        "min_data_in_leaf": c["min_rows_in_leaf"],
        "use_quantized_grad": quantised,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(x, y, params=params).construct()
    clock.lap("bin")
    model = lightgbm.train(params, data, c["rounds"])
    clock.lap("train")
    prediction = model.predict(x_test, num_threads=job["threads"])
    clock.lap("predict")
    return prediction


def lightgbm_quantised(job, x, y, x_test, clock):
    return lightgbm(job, x, y, x_test, clock, quantised=True)


def xgboost(job, x, y, x_test, clock):
    import xgboost

    c = job["config"]
    params = {
        "objective": {"logistic": "binary:logistic", "squared": "reg:squarederror", "softmax": "multi:softprob"}[c["loss"]],
        "nthread": job["threads"],
        "tree_method": "hist",
        "grow_policy": "lossguide" if c["growth"] == "leaf_wise" else "depthwise",
        "learning_rate": c["learning_rate"],
        "max_leaves": c["max_leaves"],
        "max_depth": c["max_depth"],
        "max_bin": c["max_bins"],
        "lambda": c["l2"],
        "min_child_weight": c["min_child_weight"],
        "verbosity": 0,
    } | ({"num_class": outputs(c, y)} if c["loss"] == "softmax" else {})
    data = xgboost.QuantileDMatrix(x, y, max_bin=c["max_bins"], nthread=job["threads"])
    clock.lap("bin")
    model = xgboost.train(params, data, c["rounds"])
    clock.lap("train")
    prediction = model.inplace_predict(x_test)
    clock.lap("predict")
    return prediction


def catboost_shape(c):
    if c["growth"] == "oblivious":
        return {"grow_policy": "SymmetricTree", "depth": c["max_depth"] or 6}
    shape = {"grow_policy": "Lossguide", "max_leaves": c["max_leaves"]} if c["growth"] == "leaf_wise" else {
        "grow_policy": "Depthwise"}
    return shape | {"depth": min(c["max_depth"] or 16, 16), "min_data_in_leaf": c["min_rows_in_leaf"]}


def catboost(job, x, y, x_test, clock):
    import catboost

    c = job["config"]
    threads = job["threads"]
    pool = catboost.Pool(x, y, thread_count=threads)
    pool.quantize(border_count=c["max_bins"] - 1)  # on all cores: it takes no number of threads
    clock.lap("bin")
    model = catboost.CatBoost({
        "loss_function": {"logistic": "Logloss", "squared": "RMSE", "softmax": "MultiClass"}[c["loss"]],
        "thread_count": threads,
        "iterations": c["rounds"],
        "learning_rate": c["learning_rate"],
        **catboost_shape(c),
        "border_count": c["max_bins"] - 1,
        "l2_leaf_reg": c["l2"],
        "leaf_estimation_iterations": 1,
        "score_function": "L2",
        "bootstrap_type": "No",
        "random_strength": 0,
        "boosting_type": "Plain",
        "allow_writing_files": False,
        "logging_level": "Silent",
    })
    model.fit(pool)
    clock.lap("train")
    wanted = "RawFormulaVal" if c["loss"] == "squared" else "Probability"
    prediction = model.predict(x_test, prediction_type=wanted, thread_count=threads)
    clock.lap("predict")
    return prediction[:, 1] if c["loss"] == "logistic" else prediction


def sklearn(job, x, y, x_test, clock):
    from sklearn import ensemble

    c = job["config"]
    is_squared = c["loss"] == "squared"
    model = (ensemble.HistGradientBoostingRegressor if is_squared else ensemble.HistGradientBoostingClassifier)(
        max_iter=c["rounds"],
        learning_rate=c["learning_rate"],
        max_leaf_nodes=c["max_leaves"],
        max_depth=c["max_depth"] or None,
        max_bins=c["max_bins"],
        l2_regularization=c["l2"],
        min_samples_leaf=c["min_rows_in_leaf"],
        early_stopping=False,
    )
    clock.lap("bin")
    model.fit(x, y)
    clock.lap("train")
    prediction = model.predict(x_test) if c["loss"] == "squared" else model.predict_proba(x_test)
    clock.lap("predict")
    return prediction[:, 1] if c["loss"] == "logistic" else prediction


def outputs(config, labels):
    return int(labels.max()) + 1 if config["loss"] == "softmax" else 1


LIBRARIES = {f.__name__: f for f in (lightgbm, lightgbm_quantised, xgboost, catboost, sklearn)}
MODULES = {"lightgbm_quantised": "lightgbm", "sklearn": "sklearn.ensemble"}


def metric(loss, prediction, label):
    from sklearn import metrics

    if loss == "logistic":
        return metrics.roc_auc_score(label, prediction)
    if loss == "softmax":
        chosen = prediction[np.arange(len(label)), label.astype(int)].astype(np.float64)
        return float(-np.mean(np.log(np.maximum(chosen, 1e-15))))
    return float(np.sqrt(np.mean(np.square(prediction.astype(np.float64) - label))))


def run(job):
    name = job["library"]
    x, y = read_matrix(job["train"])
    x_test, y_test = read_matrix(job["test"])
    module = MODULES.get(name, name)
    importlib.import_module(module)  # before the clock starts
    clock = Clock()
    prediction = LIBRARIES[name](job, x, y, x_test, clock)
    cpu = clock.cpu_seconds
    return {
        "version": sys.modules[module.split(".")[0]].__version__,
        "seconds": clock.seconds if name != "sklearn" else clock.seconds | {"bin": None},
        "cpu_seconds": {"fit": cpu["bin"] + cpu["train"], "predict": cpu["predict"]},
        "metric": metric(job["config"]["loss"], prediction, y_test),
    }


if __name__ == "__main__":
    print(json.dumps(run(json.loads(sys.argv[1]))))
