"""Writes optim.json: 50 steps of PyTorch's optimizers in f64 on small problems, for tests/optim/golden_test.cpp.

    python3 tests/golden/optim.py > tests/golden/optim.json

Needs PyTorch (Debian: python3-torch). Numbers are written so that they are read back bit for bit.
"""
import json
import math

import torch

STEPS = 50
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

PROBLEMS = {
    # 0.5 w'Aw - b'w
    "quadratic": {
        "start": [3.0, -2.0, 1.5],
        "matrix": [[4.0, 1.0, 0.5], [1.0, 3.0, -0.25], [0.5, -0.25, 0.75]],
        "vector": [1.0, 2.0, -1.5],
    },
    # (1 - u)^2 + 100 (v - u^2)^2
    "rosenbrock": {"start": [0.5, 0.5]},
    # The same from the far end of its valley, for L-BFGS, whose way along it makes one rounding grow.
    "rosenbrock valley": {"start": [-1.2, 1.0]},
    # mean(softplus(z) - label z) + 0.05 w'w, z = rows w
    "logistic": {
        "start": [0.25, -0.5, 0.75, 0.1],
        "rows": [
            [1.0, 0.5, -1.25, 2.0], [1.0, -0.75, 0.5, 1.5], [1.0, 1.25, 0.25, -0.5], [1.0, -1.5, -0.75, 0.25],
            [1.0, 2.25, 1.0, -1.0], [1.0, 0.1, -2.0, 0.6], [1.0, -0.4, 1.75, -1.3], [1.0, 0.9, -0.3, 0.45],
        ],
        "label": [1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0],
    },
    # 0.05 w'w + 0.1 u v + the sum of 3 a / (0.1 + a) + 2 b / (0.2 + b), a = (w - 2)^2, b = (w + 1)^2: flat, with narrow
    # wells, so that line searches go the long way. For those.
    "wells": {"start": [0.5, -3.0]},
}


def loss_of(problem, data, w):
    if problem == "quadratic":
        a, b = torch.tensor(data["matrix"]), torch.tensor(data["vector"])
        return 0.5 * (w * (a * w).sum(1)).sum() - (b * w).sum()
    if problem.startswith("rosenbrock"):
        return (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2
    if problem == "wells":
        a, b = (w - 2) ** 2, (w + 1) ** 2
        return 0.05 * (w * w).sum() + 0.1 * w[0] * w[1] + (3 * a / (0.1 + a) + 2 * b / (0.2 + b)).sum()
    rows, label = torch.tensor(data["rows"]), torch.tensor(data["label"])
    z = (rows * w).sum(1)
    softplus = torch.nn.functional.softplus(z, threshold=700)  # beyond 20 the default drops what exp(-z) adds
    return (softplus - label * z).mean() + 0.05 * (w * w).sum()


# Name -> (Linden's class, its options, PyTorch's optimizer). The rate of SGD is divided by 100 for Rosenbrock.
def optimizers(scale):
    o = torch.optim
    sgd = 0.05 * scale
    decay = {"learning_rate": sgd, "momentum": 0.8, "dampening": 0.25, "weight_decay": 0.1}
    return {
        "sgd": ("Sgd", {"learning_rate": sgd}, lambda p: o.SGD(p, lr=sgd)),
        "sgd momentum": ("Sgd", {"learning_rate": sgd, "momentum": 0.9}, lambda p: o.SGD(p, lr=sgd, momentum=0.9)),
        "sgd nesterov": ("Sgd", {"learning_rate": sgd, "momentum": 0.9, "nesterov": 1},
                         lambda p: o.SGD(p, lr=sgd, momentum=0.9, nesterov=True)),
        "sgd dampening decay": ("Sgd", decay,
                                lambda p: o.SGD(p, lr=sgd, momentum=0.8, dampening=0.25, weight_decay=0.1)),
        "adam": ("Adam", {"learning_rate": 0.1}, lambda p: o.Adam(p, lr=0.1)),
        "adam decay": ("Adam",
                       {"learning_rate": 0.1, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3, "weight_decay": 0.2},
                       lambda p: o.Adam(p, lr=0.1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.2)),
        "adamw": ("AdamW", {"learning_rate": 0.1, "weight_decay": 0.3}, lambda p: o.AdamW(p, lr=0.1, weight_decay=0.3)),
        # One iteration a step, so that every point is seen.
        "lbfgs wolfe": ("Lbfgs", {"max_iterations": 1, "line_search": 1},
                        lambda p: o.LBFGS(p, max_iter=1, line_search_fn="strong_wolfe")),
        "lbfgs wolfe history 2": ("Lbfgs", {"max_iterations": 3, "history": 2, "line_search": 1},
                                  lambda p: o.LBFGS(p, max_iter=3, history_size=2, line_search_fn="strong_wolfe")),
        # Searches that begin far too near, or far too far.
        "lbfgs wolfe near": ("Lbfgs", {"max_iterations": 1, "learning_rate": 0.01, "line_search": 1},
                             lambda p: o.LBFGS(p, max_iter=1, lr=0.01, line_search_fn="strong_wolfe")),
        "lbfgs wolfe far": ("Lbfgs", {"max_iterations": 1, "learning_rate": 30, "line_search": 1},
                            lambda p: o.LBFGS(p, max_iter=1, lr=30, line_search_fn="strong_wolfe")),
        "lbfgs fixed": ("Lbfgs", {"max_iterations": 1, "learning_rate": 0.5, "line_search": 0},
                        lambda p: o.LBFGS(p, max_iter=1, lr=0.5)),
        "lbfgs fixed many": ("Lbfgs", {"max_iterations": 4, "learning_rate": 0.25, "line_search": 0},
                             lambda p: o.LBFGS(p, max_iter=4, lr=0.25)),
    }


def trajectory(problem, data, make):
    w = torch.tensor(data["start"], requires_grad=True)
    optimizer = make([w])

    def closure():
        optimizer.zero_grad()
        loss = loss_of(problem, data, w)
        loss.backward()
        return loss

    points, evaluations = [], []
    for _ in range(STEPS):
        if isinstance(optimizer, torch.optim.LBFGS):
            optimizer.step(closure)
            evaluations.append(optimizer.state[w]["func_evals"])
        else:
            closure()
            optimizer.step()
        points.append(w.tolist())
    return points, evaluations


def one_rounding(problem, data, make):
    """The largest relative change of any element of any point when an element of the start moves by one rounding."""
    points, _ = trajectory(problem, data, make)
    most = 0.0
    for k in range(len(data["start"])):
        for towards in (-math.inf, math.inf):
            start = list(data["start"])
            start[k] = math.nextafter(start[k], towards)
            moved, _ = trajectory(problem, dict(data, start=start), make)
            for a, b in zip(points, moved):
                most = max([most] + [abs(x - y) / abs(x) for x, y in zip(a, b)])
    return most


def main():
    runs = []
    for problem, data in PROBLEMS.items():
        for name, (kind, options, make) in optimizers(0.01 if "rosenbrock" in problem else 1.0).items():
            if problem == "rosenbrock valley" and kind != "Lbfgs" or problem == "wells" and "wolfe" not in name:
                continue
            points, evaluations = trajectory(problem, data, make)
            run = {"problem": problem, "name": name, "optimizer": kind, "options": options, "points": points}
            if evaluations:
                run["evaluations"] = evaluations  # in all, after each step
            change = one_rounding(problem, data, make)
            if change > 1e-12:  # nobody who rounds otherwise can be held to less
                run["one_rounding"] = change
            runs.append(run)
    print('{"made_by": "tests/golden/optim.py with PyTorch %s",\n"problems": %s,\n"runs": [' %
          (torch.__version__, json.dumps(PROBLEMS)))
    print(",\n".join(json.dumps(run) for run in runs))
    print("]}")


main()
