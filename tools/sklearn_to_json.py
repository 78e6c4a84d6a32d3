"""Writes a fitted GradientBoosting or HistGradientBoosting model of scikit-learn as JSON that Linden reads.

    from sklearn_to_json import to_json
    open("model.json", "w").write(to_json(model))

Numbers are written so that they are read back as they were, which ONNX, whose numbers are floats, could not do.
"""
import json

import numpy as np


def to_json(model):
    hist = hasattr(model, "_predictors")
    names = getattr(model, "feature_names_in_", None)
    names = list(names) if names is not None else [str(f) for f in range(model.n_features_in_)]
    categories = {}
    if hist and model.is_categorical_ is not None:  # which stand before the others, by numbers
        is_categorical = list(model.is_categorical_)
        encoder = model._preprocessor.named_transformers_["encoder"]
        names = [n for n, c in zip(names, is_categorical) if c] + [n for n, c in zip(names, is_categorical) if not c]
        categories = {f: [text(c) for c in known if c == c] for f, known in enumerate(encoder.categories_)}
    if hist:
        start = model._baseline_prediction.ravel()
        rounds = [[hist_tree(t) for t in stage] for stage in model._predictors]
    else:
        assert model.init in (None, "zero"), "scores that start from an estimator are not those of trees alone"
        start = model._raw_predict_init(np.zeros((1, model.n_features_in_), np.float32)).ravel()
        rounds = [[tree(t.tree_, model.learning_rate) for t in stage] for stage in model.estimators_]
    return json.dumps({
        "format": "scikit-learn", "model": type(model).__name__, "loss": model.loss,
        "parameter": getattr(model, "quantile" if hist else "alpha", None), "feature_names": [str(n) for n in names],
        "categories": categories, "classes": [str(c) for c in getattr(model, "classes_", [])],
        "initial_score": start.tolist(), "rounds": rounds})


def text(category):
    return str(int(category)) if isinstance(category, float) and category.is_integer() else str(category)


def tree(t, learning_rate):
    return {"feature": t.feature.tolist(), "threshold": t.threshold.tolist(), "left": t.children_left.tolist(),
            "right": t.children_right.tolist(), "value": (learning_rate * t.value[:, 0, 0]).tolist(),
            "rows": t.n_node_samples.tolist()}


def hist_tree(predictor):
    n = predictor.nodes
    leaf = n["is_leaf"].astype(bool)
    sets = [[int(c) for c in range(256) if predictor.raw_left_cat_bitsets[node["bitset_idx"], c // 32] >> (c % 32) & 1]
            if node["is_categorical"] and not node["is_leaf"] else None for node in n]
    return {"feature": np.where(leaf, -2, n["feature_idx"]).tolist(), "threshold": n["num_threshold"].tolist(),
            "left": np.where(leaf, -1, n["left"]).tolist(), "right": np.where(leaf, -1, n["right"]).tolist(),
            "value": n["value"].tolist(), "rows": n["count"].tolist(), "gain": n["gain"].tolist(),
            "missing_left": n["missing_go_to_left"].tolist(), "left_categories": sets}
