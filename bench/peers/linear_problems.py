"""The problems of the linear models: each function returns the arrays and the objective, or None after saying why."""

import gzip

import numpy as np
from scipy import sparse

from datasets import found
from linear_objective import Problem

ANY_FORM = ("csr", "csc", "dense", "columns", "tabmat")


def libsvm(path):
    """CSR and labels of a file whose indices start at 1, compressed or not."""
    labels, offsets, columns, values = [], [0], [], []
    with gzip.open(path, "rt") if path.suffix == ".gz" else open(path) as file:
        for line in file:
            label, *pairs = line.split()
            labels.append(float(label))
            for pair in pairs:
                column, value = pair.split(":")
                columns.append(int(column) - 1)
                values.append(float(value))
            offsets.append(len(columns))
    return sparse.csr_matrix((np.array(values), columns, offsets)), np.array(labels)


def logistic(title, args, name, published):
    path = found(args, name)
    if not path:
        return None
    x, label = libsvm(path[0])
    rows = x.shape[0]
    config = {"loss": "logistic", "l1": 0.0, "l2": 1 / rows, "intercept": False, "standardize": False}
    return Problem(f"{title}, {rows:,} x {x.shape[1]}, logistic, C = 1, no intercept", config, x,
                   (label > 0).astype(float), forms=ANY_FORM, published=published)


def a9a(args):
    return logistic("a9a", args, "a9a/a9a", 10529.5625846)


def ijcnn1(args):
    return logistic("ijcnn1", args, "ijcnn1/ijcnn1.trn.libsvm.gz", 9404.124031)


def fremtpl(args):
    """Claims by exposure: three numbers (the density's as its logarithm) brought to mean 0 and variance 1, and four
    columns of words as zeros and ones, one word of each left out."""
    import pandas

    path = found(args, "fremtpl/freMTPLfreq.csv.gz")
    if not path:
        return None
    table = pandas.read_csv(path[0])
    numbers = np.column_stack([table["CarAge"], table["DriverAge"], np.log(table["Density"])]).astype(float)
    one_hot = pandas.get_dummies(table[["Power", "Brand", "Gas", "Region"]], drop_first=True).to_numpy(float)
    x = np.hstack([(numbers - numbers.mean(0)) / numbers.std(0), one_hot])
    exposure = table["Exposure"].to_numpy(float)
    config = {"loss": "poisson", "l1": 0.0, "l2": 1e-4, "intercept": True, "standardize": False}
    return Problem(f"fremtpl, {len(x):,} x {x.shape[1]}, Poisson rates with weights, alpha = 1e-4", config, x,
                   table["ClaimNb"].to_numpy(float) / exposure, exposure, forms=ANY_FORM)


def correlated(random, rows, features, correlation):
    """Normal columns of variance 1, neighbours with this correlation."""
    x = random.standard_normal((rows, features))
    if correlation:
        for j in range(1, features):
            x[:, j] = correlation * x[:, j - 1] + np.sqrt(1 - correlation**2) * x[:, j]
    return x


def ridge(args, correlation=0.0):
    rows = args.rows or 100_000
    random = np.random.default_rng(1)
    x = correlated(random, rows, 500, correlation)
    label = x @ random.standard_normal(500) + 10 * random.standard_normal(rows) + 3
    config = {"loss": "squared", "l1": 0.0, "l2": 1 / rows, "intercept": True, "standardize": False}
    return Problem(f"ridge, generated {rows:,} x 500, correlation {correlation:g}, alpha = 1", config, x, label)


def ridge_correlated(args):
    return ridge(args, 0.9)


def newsgroups20(args):
    """The first class against the others, by words."""
    path = found(args, "newsgroups20/20ng.train.libsvm.gz")
    if not path:
        return None
    x, label = libsvm(path[0])
    rows, c = x.shape[0], 2.0
    config = {"loss": "logistic", "l1": 1 / (rows * c), "l2": 0.0, "intercept": False, "standardize": False}
    return Problem(f"newsgroups20, {rows:,} x {x.shape[1]:,}, l1 logistic, C = {c:g}, no intercept", config, x,
                   (label == label.min()).astype(float), forms=("csr", "csc"))


def lasso(args):
    """A tenth of the features matter; neighbours are correlated."""
    rows = min(args.rows or 10_000, 10_000)
    random = np.random.default_rng(2)
    x = correlated(random, rows, 1000, 0.5)
    truth = np.where(random.random(1000) < 0.1, random.standard_normal(1000), 0)
    label = x @ truth + 5 * random.standard_normal(rows) + 3
    config = {"loss": "squared", "l1": 0.2, "l2": 0.0, "intercept": True, "standardize": False}
    return Problem(f"lasso, generated {rows:,} x 1,000, alpha = 0.2", config, x, label)


PROBLEMS = {f.__name__: f for f in (a9a, ijcnn1, fremtpl, ridge, ridge_correlated, newsgroups20, lasso)}
