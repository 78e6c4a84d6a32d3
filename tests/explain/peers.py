"""What XGBoost, LightGBM and shap say of models of their own: peers_test.cpp compares it with what Linden says of them.

    python3 peers.py FOLDER xgboost|lightgbm|shap|linear

writes NAME.model and NAME.npz into the folder, with the rows that were explained, and what the library found; for linear
it reads linear.npz there, whose weights and rows are Linden's.
"""

import json
import sys
from pathlib import Path

import lightgbm
import numpy
import shap
import xgboost

FOLDER = Path(sys.argv[1])
ROWS, FEATURES, CODES = 400, 6, 9
random = numpy.random.default_rng(1)


def make_rows(categories):
    x = random.normal(size=(ROWS, FEATURES)).astype(numpy.float32)
    x[random.random(x.shape) < 0.1] = numpy.nan
    if categories:
        x[:, 0] = random.integers(0, CODES, ROWS)
        x[:, 1] = random.integers(0, 3, ROWS)
    z = numpy.nan_to_num(x)
    return x, numpy.sin(3 * z[:, 0]) + z[:, 1] * z[:, 2] + 0.3 * z[:, 3] ** 2 + 0.1 * random.normal(size=ROWS)


def save(name, model, x, **found):
    model.save_model(FOLDER / f"{name}.model")
    numpy.savez(FOLDER / f"{name}.npz", rows=x[:40].astype(numpy.float64),
                **{key: numpy.asarray(values, dtype=numpy.float64) for key, values in found.items()})


def by_xgboost(name, rounds=12, categories=False, classes=0, **parameters):
    x, y = make_rows(categories)
    if classes:
        y = numpy.digitize(y, [-0.3, 0.6])
    types = ["c" if categories and f < 2 else "q" for f in range(FEATURES)]
    data = xgboost.DMatrix(x, label=y, feature_types=types, enable_categorical=True)
    model = xgboost.train({"max_depth": 5, "eta": 0.3, "nthread": 2} | parameters, data, rounds)
    part = xgboost.DMatrix(x[:40], feature_types=types, enable_categorical=True)
    save(f"xgboost_{name}", model, x, values=model.predict(part, pred_contribs=True),
         interactions=model.predict(part, pred_interactions=True))


def by_lightgbm(name, **parameters):
    x, y = make_rows(False)
    data = lightgbm.Dataset(x, label=y)
    model = lightgbm.train({"verbose": -1, "num_leaves": 20, "min_data_in_leaf": 5, "num_threads": 2} | parameters, data, 12)
    save(f"lightgbm_{name}", model, x, values=model.predict(x[:40], pred_contrib=True))


def missing_base(model, explainer):
    """XGBoost 3 has a base score for each output; shap 0.51 reads the first one alone, and takes it for all of them."""
    if not isinstance(model, xgboost.Booster) or numpy.ptp(explainer.model.base_offset) > 0:
        return 0
    base = json.loads(json.loads(model.save_config())["learner"]["learner_model_param"]["base_score"])
    return numpy.subtract(base, base[0])


def against_background(name, model, x):
    background = x[100:150]
    explainer = shap.TreeExplainer(model, background, feature_perturbation="interventional")
    # Of models in floats shap compares floats, as they do.
    values = explainer.shap_values(x[:40], check_additivity=False)
    constant = numpy.atleast_1d(explainer.expected_value) + missing_base(model, explainer)
    if values.ndim == 3:
        values = values.transpose(0, 2, 1)
    save(f"against_{name}", model, x, values=values, constant=constant, background=background)


def of_xgboost():
    by_xgboost("numbers")
    by_xgboost("dart", booster="dart", rate_drop=0.3, seed=3)
    by_xgboost("softmax", objective="multi:softprob", num_class=3, classes=3, rounds=5)
    by_xgboost("categories", categories=True, max_cat_to_onehot=4)
    by_xgboost("forest", num_parallel_tree=3, subsample=0.7, rounds=4)


def of_lightgbm():
    by_lightgbm("numbers")
    by_lightgbm("zeros", zero_as_missing=True)


def of_shap():
    x, y = make_rows(False)
    against_background("xgboost", xgboost.train({"max_depth": 6, "nthread": 2}, xgboost.DMatrix(x, label=y), 10), x)
    classes = {"max_depth": 4, "nthread": 2, "objective": "multi:softprob", "num_class": 3}
    against_background("softmax", xgboost.train(classes, xgboost.DMatrix(x, label=numpy.digitize(y, [-0.3, 0.6])), 5), x)
    x = numpy.nan_to_num(x)
    leaves = {"verbose": -1, "num_leaves": 25, "min_data_in_leaf": 5, "num_threads": 2}
    against_background("lightgbm", lightgbm.train(leaves, lightgbm.Dataset(x, label=y), 10), x)


def of_linear():
    linear = numpy.load(FOLDER / "linear.npz")
    explainer = shap.LinearExplainer((linear["weights"], linear["intercept"][0]), linear["background"])
    numpy.savez(FOLDER / "linear_values.npz", values=explainer.shap_values(linear["rows"]),
                constant=numpy.atleast_1d(explainer.expected_value))


{"xgboost": of_xgboost, "lightgbm": of_lightgbm, "shap": of_shap, "linear": of_linear}[sys.argv[2]]()
