#!/usr/bin/env python3
"""Linden beside LightGBM, XGBoost, CatBoost and scikit-learn: same data, same settings, same threads.

    python3 bench/peers/run.py --data higgs --json higgs.json

bench/README.md says what is measured and what a row of the table means. The first call makes a Python environment and
calls itself there; modules that need its packages are imported late for that.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import environment
import machine
import table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGES = ["lightgbm", "xgboost", "catboost", "scikit-learn", "pandas", "numpy"]
LIBRARIES = ["linden", "lightgbm", "lightgbm_quantised", "xgboost", "catboost"]
PROGRAMS = ["linden_boosted", "linden_higgs_rows"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", default="higgs,adult,california",
                        help="comma-separated: higgs, adult, california, wide, broad, pixels, connections, hundred, "
                        "attacks (default: %(default)s)")
    parser.add_argument("--libraries", default=",".join(LIBRARIES), help="comma-separated (default: %(default)s)")
    parser.add_argument("--with-sklearn", action="store_true", help="scikit-learn's HistGradientBoosting, too")
    parser.add_argument("--threads", type=int, default=2, help="threads of every library (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each library (default: %(default)s)")
    parser.add_argument("--rows", type=int, default=1_000_000, help="training rows of higgs (default: %(default)s)")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE",
                        help="another value of rounds, learning_rate, max_leaves, max_bins, l2, min_child_weight, "
                        "min_rows_in_leaf, growth or max_depth, for all libraries; may be repeated")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "bench", help="the build folder (%(default)s)")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data", help="folder of adult/ and "
                        "california_housing/ (default: %(default)s)")
    parser.add_argument("--env", type=Path, help="an environment to reuse, made when it is not there (default: a "
                        "throw-away one)")
    parser.add_argument("--json", type=Path, help="write all runs, medians and ratios to this file")
    parser.add_argument("--omp-wait", choices=["passive", "active"], default="passive",
                        help="what idle OpenMP threads of the peers do (default: passive; active is faster for them "
                             "on a machine that is quiet for certain)")
    parser.add_argument("--force", action="store_true", help="run on a loaded machine; the output is marked")
    return parser.parse_args()


def refuse(sentence):
    sys.exit(f"run.py: {sentence}")


def override(config, settings):
    for setting in settings:
        field, _, value = setting.partition("=")
        if field not in config or field == "loss":
            refuse(f"--set {setting}: the fields are {', '.join(f for f in config if f != 'loss')}.")
        config[field] = type(config[field])(value)
    if config["growth"] == "oblivious":
        for field in ("max_leaves", "min_child_weight", "min_rows_in_leaf"):
            config.pop(field)


def run_once(library, job, args):
    """One run in a process of its own. "load" is the most that others used, before it or meanwhile."""
    load = machine.quiet_load(tries=1 if args.force else 3)
    if load > machine.MOST_LOAD and not args.force:
        refuse(f"other processes use {load:.2f} cores, and these timings want a quiet machine (at most "
               f"{machine.MOST_LOAD}). Hint: wait for them, or --force to run anyway with the output marked.")
    if library == "linden":
        command = [args.build / "bench" / "linden_boosted", json.dumps(job)]
    else:
        command = [sys.executable, HERE / "libraries.py", json.dumps(job | {"library": library})]
    watch = machine.Watch()
    done = subprocess.run(command, env=machine.environment(args.threads, args.omp_wait), capture_output=True, text=True)
    load = max(load, watch.load())
    if done.returncode != 0:
        refuse(f"{library} failed:\n{done.stderr.strip()}")
    return json.loads(done.stdout.strip().splitlines()[-1]) | {"library": library, "load": load}


def compare(problem, libraries, args):
    """All runs, the libraries taking turns; the splits of a problem take turns as well, each at least once."""
    runs = []
    for turn in range(max(args.repeat, len(problem.splits))):
        split = turn % len(problem.splits)
        train, test = map(str, problem.splits[split])
        job = {"train": train, "test": test, "threads": args.threads, "config": problem.config}
        for library in libraries:
            run = run_once(library, job, args) | {"turn": turn, "split": split}
            seconds = ", ".join(f"{part} {s:.3f}" for part, s in run["seconds"].items() if s is not None)
            print(f"  {turn} {library:<18} {seconds}, {run['metric']:.5f}", file=sys.stderr, flush=True)
            runs.append(run)
    return runs


def footer(libraries, settings, loaded):
    from libraries import NOTES

    lines = [f"Every library: {settings}.", ""]
    lines += [f"- {note}" for key, note in NOTES.items() if key in ("all", "softmax") or key in libraries]
    if loaded:
        lines += ["", f"**The machine was loaded** (up to {loaded:.2f} cores in use by others): no figures to quote."]
    return "\n".join(lines)


def report(name, args, libraries, folder):
    import datasets

    problem = datasets.PROBLEMS[name](folder, args)
    if problem is None:
        return None
    override(problem.config, args.set)
    print(f"{name}: {args.threads} threads, {len(libraries)} libraries in turn", file=sys.stderr, flush=True)
    runs = compare(problem, libraries, args)
    summary = {library: table.summarise([r for r in runs if r["library"] == library]) for library in libraries}
    best = table.add_ratios(summary)
    load = max(run["load"] for run in runs)
    loaded = load if load > machine.MOST_LOAD else 0
    metric = {"logistic": "AUC", "squared": "RMSE", "softmax": "log loss"}[problem.config["loss"]]
    settings = f"{args.threads} threads, " + ", ".join(f"{k} {v}" for k, v in problem.config.items())
    print(table.markdown(problem.title, metric, summary, best) + "\n")
    print(footer(libraries, settings, loaded) + "\n", flush=True)
    return {"title": problem.title, "config": problem.config, "metric": metric, "loaded": bool(loaded),
            "libraries": summary, "linden_over_best": best, "runs": runs}


def main():
    args = arguments()
    for program in PROGRAMS:
        if not (args.build / "bench" / program).exists():
            refuse(f"no {args.build}/bench/{program}. Hint: cmake -S {ROOT} -B {args.build} -G Ninja -DLINDEN_BENCH=ON "
                   f"-DLINDEN_TESTS=OFF -DLINDEN_EXAMPLES=OFF && cmake --build {args.build}")
    if args.env is None or Path(sys.prefix).resolve() != args.env.resolve():
        sys.exit(environment.call_in(args.env, PACKAGES, refuse))

    import datasets
    import libraries as peers

    if "growth=oblivious" in args.set and not {"linden", "catboost"} >= set(args.libraries.split(",")):
        refuse("growth = oblivious is Linden's and CatBoost's alone. Hint: --libraries linden,catboost.")
    names = args.data.split(",")
    libraries = args.libraries.split(",") + (["sklearn"] if args.with_sklearn else [])
    for asked, known in ((names, list(datasets.PROBLEMS)), (libraries, ["linden", *peers.LIBRARIES])):
        for name in asked:
            if name not in known:
                refuse(f'no "{name}"; there are {", ".join(known)}.')
    told = machine.describe()
    print(machine.sentence(told) + "\n")
    with tempfile.TemporaryDirectory(prefix="linden-rows-") as folder:
        problems = {name: report(name, args, libraries, folder) for name in names}
    if args.json:
        result = {"machine": told, "threads": args.threads, "omp_wait": args.omp_wait, "repeat": args.repeat,
                  "loaded": any(p["loaded"] for p in problems.values() if p), "problems": problems}
        args.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
