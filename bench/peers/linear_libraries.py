"""Linear fits with one Python library: python linear_libraries.py LIBRARY THREADS, one job a line on standard input.

A job is what linden_linear takes: {"rows": FOLDER, "form": "csr", "config": {...}, "warm_up": 1, "repeat": 3,
"coefficients": FILE}, where the config's solver is one of SOLVERS and its tolerance the library's own. Each function
below turns a job into a call that fits and returns the model; only that call is timed. `null` instead of a job ends.
"""

import json
import logging
import sys
import time
import warnings
from importlib import import_module
from types import SimpleNamespace

import numpy as np

from linear_rows import in_form, read_rows

SPARSE, DENSE, ROWS, COLUMNS = ("csr", "csc"), ("dense", "columns"), ("csr", "dense"), ("csc", "columns", "tabmat")

# library -> kind of problem -> solver -> the forms that are worth trying; a solver in DIRECT has no tolerance.
SOLVERS = {
    "sklearn": {
        "logistic_l2": {s: ROWS for s in ("lbfgs", "newton-cholesky", "newton-cg", "liblinear", "liblinear-dual",
                                          "sag", "saga")},
        "logistic_l1": {"liblinear": ("csr",), "saga": ("csr",)},
        "poisson": {s: ROWS for s in ("lbfgs", "newton-cholesky")},
        "ridge": {s: DENSE for s in ("cholesky", "lsqr", "sparse_cg", "svd", "sag")},
        "lasso": {s: DENSE for s in ("cd", "cd-gram")},
    },
    "onedal": {
        "logistic_l2": {s: ROWS for s in ("lbfgs", "newton-cg")},
        "ridge": {"onedal-ridge": DENSE},
        "lasso": {"onedal-lasso": DENSE},
    },
    "liblinear": {
        "logistic_l2": {"s0-primal": ("csr",), "s7-dual": ("csr",)},
        "logistic_l1": {"s6": ("csr",)},
    },
    "glum": {
        "logistic_l2": {s: COLUMNS for s in ("irls-ls", "lbfgs")},
        "poisson": {s: COLUMNS for s in ("irls-ls", "lbfgs")},
        "ridge": {"irls-ls": ("columns",)},
        "lasso": {"irls-cd": ("columns",)},
    },
    "celer": {
        "logistic_l1": {s: SPARSE for s in ("celer-pn", "celer")},
        "lasso": {"celer": ("columns",)},
    },
    "skglm": {
        "logistic_l2": {"lbfgs": ("csc", "columns")},
        "logistic_l1": {"prox-newton": ("csc",)},
        "lasso": {"cd": ("columns",), "cd-gram": ("columns",)},
    },
}
DIRECT = ("cholesky", "svd", "onedal-ridge")
MODULES = {"liblinear": "liblinear.liblinearutil", "onedal": "sklearnex"}
DISTRIBUTIONS = {"sklearn": "scikit-learn", "onedal": "scikit-learn-intelex", "liblinear": "liblinear-official"}
COMPILING = ("skglm",)  # in the first fit that comes to a part of the code
# What to know of a library: for which kinds of problem (none: all), and the words.
NOTES = {
    "linden": ((), "Linden's tolerance is the relative gap itself; it is never looser than the gap to reach."),
    "onedal": ((), "What scikit-learn-intelex leaves to scikit-learn is not counted as its own."),
    "glum": (("logistic_l1",),
             "glum's solver for l1 (irls-cd) gave no answer on newsgroups20 in two minutes, and is not tried."),
    "skglm": (("poisson", "lasso"),
              "skglm has no weights for Poisson; its Gram solver has no intercept, and centring is in its time."),
}
MANY = 100_000  # iterations: the tolerance shall end a fit


def sklearn(config, x, y, weight, module="sklearn.linear_model"):
    models = import_module(module)
    rows, l1, l2, loss = x.shape[0], config["l1"], config["l2"], config["loss"]
    solver, tolerance, intercept = config["solver"], config["tolerance"], config["intercept"]
    common = {"tol": tolerance, "max_iter": MANY, "fit_intercept": intercept}
    if loss == "logistic":
        dual = solver == "liblinear-dual"
        return lambda: models.LogisticRegression(C=1 / (rows * (l1 or l2)), l1_ratio=float(l1 > 0), dual=dual,
                                                 solver=solver.removesuffix("-dual"), random_state=0,
                                                 **common).fit(x, y)
    if loss == "poisson":
        return lambda: models.PoissonRegressor(alpha=l2, solver=solver, **common).fit(x, y, weight)
    if l1:
        return lambda: models.Lasso(alpha=l1, precompute=solver == "cd-gram", **common).fit(x, y)
    solver = "auto" if solver == "onedal-ridge" else solver
    return lambda: models.Ridge(alpha=rows * l2, solver=solver, random_state=0, **common).fit(x, y)


def onedal(config, x, y, weight):
    return sklearn(config, x, y, weight, "sklearnex.preview.linear_model" if config["solver"] == "onedal-lasso" else
                   "sklearnex.linear_model")


def liblinear(config, x, y, weight):
    from liblinear import liblinearutil

    c = 1 / (x.shape[0] * (config["l1"] or config["l2"]))
    solver = config["solver"].removeprefix("s").split("-")[0]
    problem = liblinearutil.problem(y, x)
    parameters = liblinearutil.parameter(f"-s {solver} -c {c!r} -e {config['tolerance']!r} -q")

    def fit():
        return liblinearutil.train(problem, parameters)

    return fit


def glum(config, x, y, weight):
    from glum import GeneralizedLinearRegressor

    alpha = config["l1"] + config["l2"]
    family = {"logistic": "binomial", "poisson": "poisson", "squared": "normal"}[config["loss"]]
    model = GeneralizedLinearRegressor(alpha=alpha, l1_ratio=config["l1"] / alpha, family=family, max_iter=MANY,
                                       fit_intercept=config["intercept"], solver=config["solver"],
                                       gradient_tol=config["tolerance"])
    return lambda: model.fit(x, y, sample_weight=weight)


def celer(config, x, y, weight):
    import celer

    common = {"tol": config["tolerance"], "max_iter": MANY, "fit_intercept": config["intercept"]}
    if config["loss"] == "logistic":
        return lambda: celer.LogisticRegression(C=1 / (x.shape[0] * config["l1"]), solver=config["solver"],
                                                **common).fit(x, y)
    return lambda: celer.Lasso(alpha=config["l1"], **common).fit(x, y)


def skglm(config, x, y, weight):
    from skglm import GeneralizedLinearEstimator, datafits, penalties, solvers

    common = {"tol": config["tolerance"], "max_iter": 1000}
    solver = {"lbfgs": lambda: solvers.LBFGS(**common),
              "prox-newton": lambda: solvers.ProxNewton(fit_intercept=config["intercept"], **common),
              "cd": lambda: solvers.AndersonCD(fit_intercept=config["intercept"], **common),
              "cd-gram": lambda: solvers.GramCD(fit_intercept=False, **common)}[config["solver"]]()
    datafit = datafits.Logistic() if config["loss"] == "logistic" else datafits.Quadratic()
    penalty = penalties.L1(config["l1"]) if config["l1"] else penalties.L2(config["l2"])
    if config["solver"] in ("cd", "prox-newton"):
        return lambda: GeneralizedLinearEstimator(datafit, penalty, solver).fit(x, y)

    def fit():  # these solvers take no intercept: centring is then part of the fit
        if not config["intercept"]:
            coefficients, steps, _ = solver.solve(x, y, datafit, penalty)
            return SimpleNamespace(coef_=coefficients, intercept_=0.0, n_iter_=len(steps))
        means, mean = x.mean(0), y.mean()
        coefficients, steps, _ = solver.solve(x - means, y - mean, None, penalty)
        return SimpleNamespace(coef_=coefficients, intercept_=mean - means @ coefficients, n_iter_=len(steps))

    return fit


LIBRARIES = {f.__name__: f for f in (sklearn, onedal, liblinear, glum, celer, skglm)}


def parameters_of(model, features):
    if hasattr(model, "get_labels"):  # LIBLINEAR's: weights for the class that came first
        sign = 1 if model.get_labels()[0] > 0 else -1
        return sign * np.ctypeslib.as_array(model.w, (features,)), 0.0, None
    iterations = getattr(model, "n_iter_", None)
    intercept = float(np.ravel(model.intercept_)[0]) if np.size(model.intercept_) else 0.0
    return np.ravel(model.coef_), intercept, None if iterations is None else int(np.max(iterations))


def given(library, x, form):
    if form != "tabmat":
        return in_form(x, form)
    import tabmat

    return tabmat.from_csc(in_form(x, "csc"), threshold=0.1)


class Rows:
    """The latest arrays, so that a job after another reads nothing."""

    def __init__(self):
        self._key = None

    def of(self, library, folder, form):
        if self._key != (folder, form):
            self.x = None
            x, self.label, self.weight = read_rows(folder)
            self.features = x.shape[1]
            self.x, self._key = given(library, x, form), (folder, form)
        return self.x, self.label, self.weight


class Fallbacks(logging.Handler):
    """Hears whether scikit-learn-intelex left a fit to scikit-learn."""

    def __init__(self):
        super().__init__()
        self.heard = False

    def emit(self, record):
        self.heard |= "fallback" in record.getMessage()


def run(library, job, rows, fallbacks):
    x, label, weight = rows.of(library, job["rows"], job["form"])
    label = np.where(label > 0, 1.0, -1.0) if library in ("liblinear", "celer", "skglm") and \
        job["config"]["loss"] == "logistic" else label
    fit = LIBRARIES[library](job["config"], x, label, weight)
    fallbacks.heard = False
    seconds = []
    for i in range(job["warm_up"] + job["repeat"]):
        start = time.perf_counter()
        model = fit()
        if i >= job["warm_up"]:
            seconds.append(time.perf_counter() - start)
    coefficients, intercept, iterations = parameters_of(model, rows.features)
    np.append(coefficients, intercept).astype(np.float64).tofile(job["coefficients"])
    return {"seconds": seconds, "iterations": iterations, "fell_back": fallbacks.heard}


def about(library, threads):
    """The version, and the thread pools that are larger than was asked for."""
    from importlib.metadata import version

    import threadpoolctl

    pools = threadpoolctl.threadpool_info()
    return {"version": version(DISTRIBUTIONS.get(library, library)),
            "pools": [f"{p['internal_api']} {p['num_threads']}" for p in pools],
            "too_many": [p["internal_api"] for p in pools if p["num_threads"] > threads]}


def main():
    library, threads = sys.argv[1], int(sys.argv[2])
    # Libraries may print; only answers go to standard output.
    answers, sys.stdout = sys.stdout, sys.stderr
    warnings.simplefilter("ignore")
    fallbacks = Fallbacks()
    import_module(MODULES.get(library, library))
    if library == "onedal":
        import daal4py

        daal4py.daalinit(threads)
        logger = logging.getLogger("sklearnex")
        logger.setLevel(logging.INFO)
        logger.propagate = False
        logger.handlers = [fallbacks]
    rows = Rows()
    for line in sys.stdin:
        job = json.loads(line)
        if job is None:
            break
        try:
            answer = about(library, threads) if job == "about" else run(library, job, rows, fallbacks)
        except Exception as error:  # a solver that does not take this form or problem is an answer, too
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0][:200]}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
