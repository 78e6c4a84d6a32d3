"""What a linear fit is worth: the objective and its distance from the optimum, for all libraries by one function.

    mean of the losses under the weights  +  l1 |w|_1  +  l2 / 2 |w|^2,    the intercept free

with (z - y)^2 / 2, log(1 + exp(z)) - y z or exp(z) - y z as the loss of a row of score z. The reference solution comes
from Newton steps (with l1 by coordinate descent on the active features) down to rounding, and is certified by Fenchel's
duality gap, so that no library has to be believed.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

# Loss, derivative and second derivative by score, and the conjugate of the loss at a slope.
LOSSES = {
    "squared": (lambda z, y: np.square(z - y) / 2, lambda z, y: z - y, lambda z, y: np.ones_like(z),
                lambda v, y: np.square(v) / 2 + v * y),
    "logistic": (lambda z, y: np.logaddexp(0, z) - y * z, lambda z, y: sigmoid(z) - y,
                 lambda z, y: sigmoid(z) * sigmoid(-z), lambda v, y: entropy(v + y)),
    "poisson": (lambda z, y: np.exp(z) - y * z, lambda z, y: np.exp(z) - y, lambda z, y: np.exp(z),
                lambda v, y: (v + y) * (np.log(v + y) - 1)),
}


def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


def entropy(t):
    t = np.clip(t, 1e-300, 1 - 1e-16)
    return t * np.log(t) + (1 - t) * np.log1p(-t)


@dataclass
class Problem:
    title: str
    config: dict  # Linden's loss, l1, l2, intercept, standardize
    x: object
    label: np.ndarray
    weight: np.ndarray = None
    forms: tuple = ("dense", "columns")  # those that the matrix may be given in
    published: float = None  # the optimum times the rows, where one is published

    def __post_init__(self):
        rows = self.x.shape[0]
        self.share = np.full(rows, 1 / rows) if self.weight is None else self.weight / self.weight.sum()
        self.loss, self.l1, self.l2, self.intercept = (self.config[k] for k in ("loss", "l1", "l2", "intercept"))

    @property
    def kind(self):
        return {"squared": "lasso" if self.l1 else "ridge", "poisson": "poisson",
                "logistic": "logistic_l1" if self.l1 else "logistic_l2"}[self.loss]


def objective(problem, coefficients, intercept):
    scores = problem.x @ coefficients + intercept
    penalty = problem.l1 * np.abs(coefficients).sum() + problem.l2 / 2 * coefficients @ coefficients
    return float(problem.share @ LOSSES[problem.loss][0](scores, problem.label) + penalty)


def duality_gap(problem, w, intercept):
    """At least the distance from the optimum, up to rounding; with an intercept, for the one that is best for w."""
    _, slope, _, conjugate = LOSSES[problem.loss]
    slopes = slope(problem.x @ w + intercept, problem.label)
    u = problem.x.T @ (problem.share * slopes)
    if problem.l2 > 0:
        over = np.maximum(np.abs(u) - problem.l1, 0)
        return float(problem.l1 * np.abs(w).sum() + problem.l2 / 2 * w @ w + over @ over / (2 * problem.l2) + w @ u)
    shrink = min(1, problem.l1 / np.abs(u).max())
    return objective(problem, w, intercept) + float(problem.share @ conjugate(shrink * slopes, problem.label))


def descended(hessian, gradient, at, l1):
    """The minimum of gradient d + d hessian d / 2 + l1 |at + d| over d: turns of a sweep over the coordinates and of a
    step to the minimum for the signs that it left, as far as they stay."""
    d, pull, curvature = np.zeros_like(at), gradient.copy(), np.diag(hessian)
    for _ in range(50):
        largest = 0.0
        for j in range(len(at)):
            target = at[j] + d[j] - pull[j] / curvature[j]
            step = np.sign(target) * max(abs(target) - l1[j] / curvature[j], 0) - at[j] - d[j]
            if step != 0:
                d[j] += step
                pull += step * hessian[j]
                largest = max(largest, abs(step) * np.sqrt(curvature[j]))
        now = at + d
        kept = np.flatnonzero((now != 0) | (l1 == 0))
        firm = hessian[np.ix_(kept, kept)] + np.diag(1e-10 * curvature[kept])  # columns may be equal
        step = np.linalg.solve(firm, -pull[kept] - l1[kept] * np.sign(now[kept]))
        turning = (step * now[kept] < 0) & (l1[kept] > 0)
        length = np.min(-now[kept][turning] / step[turning], initial=1)
        d[kept] += length * step
        pull = gradient + hessian @ d
        if largest < 1e-12 or (length == 1 and largest < 1e-6 * np.abs(d).max()):
            break
    return d


def gram(x, weights):
    if sparse.issparse(x):
        return (x.T @ x.multiply(weights[:, None]).tocsr()).toarray()
    return x.T @ (x * weights[:, None])


def worth_moving(w, gradient, l1):
    """The features with a weight, and those without that break the rules most: as many, or a hundred."""
    excess = np.where(w == 0, np.abs(gradient) - l1, 0)
    most = np.argsort(-excess)[: max(100, np.count_nonzero(w))]
    return np.union1d(np.flatnonzero(w), most[excess[most] > 0])


def reference(problem):
    """Coefficients, intercept, objective and the duality gap there."""
    _, slope, curvature, _ = LOSSES[problem.loss]
    share, l1, features = problem.share, problem.l1, problem.x.shape[1]
    w, intercept = np.zeros(features), 0.0
    best = objective(problem, w, intercept)
    for _ in range(200):
        scores = problem.x @ w + intercept
        slopes, curvatures = share * slope(scores, problem.label), share * curvature(scores, problem.label)
        gradient = problem.x.T @ slopes + problem.l2 * w
        active = worth_moving(w, gradient, l1) if l1 else np.arange(features)
        # The intercept is the last of the parameters.
        x = problem.x[:, active]
        hessian = gram(x, curvatures)
        hessian[np.diag_indices(len(active))] += problem.l2
        slope_of, at, bound = gradient[active], w[active], np.full(len(active), l1)
        if problem.intercept:
            cross = np.asarray(x.T @ curvatures)
            hessian = np.block([[hessian, cross[:, None]], [cross[None, :], curvatures.sum()]])
            slope_of, at, bound = np.append(slope_of, slopes.sum()), np.append(at, intercept), np.append(bound, 0)
        d = descended(hessian, slope_of, at, bound) if l1 else np.linalg.solve(hessian, -slope_of)
        for length in 0.5 ** np.arange(30):
            new = w.copy()
            new[active] += length * d[: len(active)]
            new_intercept = intercept + (length * d[-1] if problem.intercept else 0)
            value = objective(problem, new, new_intercept)
            if value <= best:
                break
        else:
            break
        gained, best, w, intercept = best - value, value, new, new_intercept
        if gained <= 1e-15 * abs(best) and duality_gap(problem, w, intercept) < 1e-12 * abs(best):
            break
    return w, intercept, best, duality_gap(problem, w, intercept)
