#!/usr/bin/env python3
"""Linear models: Linden beside scikit-learn, oneDAL, LIBLINEAR, glum, celer and skglm, equally close to the optimum.

    python3 bench/peers/linear.py --json linear.json

bench/README.md says what is measured. The first call makes a Python environment, and one within it for oneDAL, and
calls itself there; modules that need its packages are imported late for that.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import environment
import machine

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGES = ["scikit-learn", "liblinear-official", "glum", "celer", "skglm", "threadpoolctl", "pandas", "numpy", "scipy"]
ONEDAL_PACKAGES = ["scikit-learn-intelex", "threadpoolctl"]
LIBRARIES = ["linden", "sklearn", "onedal", "liblinear", "glum", "celer", "skglm"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", default="a9a,ijcnn1,fremtpl,ridge,ridge_correlated,newsgroups20,lasso",
                        help="comma-separated (default: %(default)s)")
    parser.add_argument("--libraries", default=",".join(LIBRARIES), help="comma-separated (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="threads of every library (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=7, help="timed turns (default: %(default)s)")
    parser.add_argument("--gap", type=float, default=1e-8, help="distance from the optimum to reach, relative "
                        "(default: %(default)s)")
    parser.add_argument("--patience", type=float, default=20, help="seconds that a fit may take (default: %(default)s)")
    parser.add_argument("--rows", type=int, help="rows of the generated problems, for a quick look")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "bench", help="the build folder (%(default)s)")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data", help="folder of a9a/, ijcnn1/, "
                        "fremtpl/ and newsgroups20/ (default: %(default)s)")
    parser.add_argument("--env", type=Path, help="an environment to reuse, made when it is not there (default: a "
                        "throw-away one); that of oneDAL is its folder onedal")
    parser.add_argument("--json", type=Path, help="write all settings, medians and ratios to this file")
    parser.add_argument("--omp-wait", choices=["passive", "active"], default="passive",
                        help="what idle OpenMP threads of the peers do (default: passive)")
    parser.add_argument("--force", action="store_true", help="run on a loaded machine; the output is marked")
    return parser.parse_args()


def refuse(sentence):
    sys.exit(f"linear.py: {sentence}")


def started(library, args, folder):
    from linear_workers import Worker

    if library == "linden":
        command = [args.build / "bench" / "linden_linear", "-"]
    else:
        python = environment.made(args.env / "onedal", ONEDAL_PACKAGES) if library == "onedal" else sys.executable
        command = [python, HERE / "linear_libraries.py", library, args.threads]
    worker = Worker(library, command, machine.environment(args.threads, args.omp_wait), folder)
    about = worker.ask("about")
    if "error" in about:
        refuse(f"{library}: {about['error']}")
    if about["too_many"]:
        refuse(f"{library} has more than {args.threads} threads: {', '.join(about['pools'])}.")
    return worker, about


def solvers_of(library, problem):
    """The solvers of a library for this problem, each with the forms of the matrix that it is offered."""
    from linear_libraries import SOLVERS

    if library == "linden":
        return {"automatic": [form for form in problem.forms if form in ("csr", "dense", "columns")]}
    solvers = SOLVERS[library].get(problem.kind, {})
    return {solver: [form for form in forms if form in problem.forms] for solver, forms in solvers.items()}


def timed_turns(problem, rows, chosen, workers, best, args):
    """The settings take turns; returns the most load that others put on the machine. One that misses the gap in a turn
    has not reached it."""
    from linear_settings import relative_gap

    most, living = 0.0, [worker.id for worker, _ in workers.values()]
    for turn in range(args.repeat):
        load = machine.quiet_load(1 if args.force else 3, living)
        if load > machine.MOST_LOAD and not args.force:
            refuse(f"other processes use {load:.2f} cores, and these timings want a quiet machine (at most "
                   f"{machine.MOST_LOAD}). Hint: wait for them, or --force to run anyway with the output marked.")
        watch = machine.Watch(living)
        for setting in chosen:
            time.sleep(0.1)  # until the threads of the one before are asleep
            quick = setting.seconds < 0.5
            answer = workers[setting.library][0].fit(problem, rows, setting, int(quick), 3 if quick else 1)
            if "error" in answer:
                refuse(f"{setting.name}: {answer['error']}")
            setting.turns.append(median(answer["seconds"]))
            setting.iterations = answer["iterations"]
            setting.gap = max(setting.gap, relative_gap(answer, best))
        most = max(most, load, watch.load())
        said = ", ".join(f"{s.name} {s.turns[-1]:.4f}" for s in chosen)
        print(f"  turn {turn}: {said}", file=sys.stderr, flush=True)
    for setting in chosen:
        setting.reached = setting.gap <= args.gap
        setting.note = "" if setting.reached else "in some of the timed turns"
    return most


def optimum_words(problem, found, gap, best):
    words = f"Optimum {best:.12g}, certified to {max(gap, 0) / abs(best):.0e}"
    if problem.published:
        rows = problem.x.shape[0]
        words += f"; times the rows {best * rows:.11g}, published {problem.published:.11g}"
    return words + (f"; {found} weights are not 0." if problem.l1 else ".")


def report(name, args, libraries, folder):
    import linear_problems
    import linear_table
    from linear_libraries import NOTES
    from linear_objective import reference
    from linear_rows import write_rows
    from linear_settings import Setting, climb, worth_timing

    problem = linear_problems.PROBLEMS[name](args)
    if problem is None:
        return None
    rows = folder / name
    write_rows(rows, problem.x, problem.label, problem.weight)
    coefficients, _, value, gap = reference(problem)
    best = [value]
    print(f"{name}: {optimum_words(problem, (coefficients != 0).sum(), gap, value)}", file=sys.stderr, flush=True)
    workers, settings = {}, []
    try:
        for library in libraries:
            solvers = solvers_of(library, problem)
            if not solvers:
                continue
            workers[library] = started(library, args, folder)
            forms = sorted({form for of_solver in solvers.values() for form in of_solver})
            for setting in [Setting(library, s, form) for form in forms for s in solvers if form in solvers[s]]:
                climb(workers[library][0], problem, rows, setting, best, args)
                settings.append(setting)
        chosen = [s for library in workers for s in worth_timing(settings, library)]
        load = timed_turns(problem, rows, chosen, workers, best, args) if chosen else 0
    finally:
        for worker, _ in workers.values():
            worker.end()
    versions = {library: about["version"] for library, (_, about) in workers.items()}
    timed = [linear_table.summarise(s, versions[s.library]) for s in settings if s.turns and s.reached]
    missed = [linear_table.summarise(s, versions[s.library]) for s in settings if not s.reached]
    slower = [linear_table.summarise(s, versions[s.library]) for s in settings if s.reached and not s.turns]
    over_best = linear_table.add_ratios(timed)
    optimum = optimum_words(problem, (coefficients != 0).sum(), gap, best[0])
    print(linear_table.markdown(problem.title, optimum, timed, missed, over_best) + "\n")
    notes = [words for library, (kinds, words) in NOTES.items()
             if library in libraries and (not kinds or problem.kind in kinds)]
    print("\n".join(f"- {words}" for words in notes) + "\n")
    loaded = load > machine.MOST_LOAD
    if loaded:
        print(f"**The machine was loaded** (up to {load:.2f} cores in use by others): no figures to quote.\n")
    sys.stdout.flush()
    return {"title": problem.title, "config": problem.config, "optimum": best[0], "certified_gap": gap,
            "published": problem.published, "loaded": loaded, "load": load, "timed": timed, "slower": slower,
            "missed": missed, "linden_over_best": over_best}


def main():
    args = arguments()
    names, libraries = args.data.split(","), args.libraries.split(",")
    if "linden" in libraries and not (args.build / "bench" / "linden_linear").exists():
        refuse(f"no {args.build}/bench/linden_linear. Hint: cmake -S {ROOT} -B {args.build} -G Ninja -DLINDEN_BENCH=ON "
               f"-DLINDEN_TESTS=OFF -DLINDEN_EXAMPLES=OFF && cmake --build {args.build} --target linden_linear; or "
               "--libraries without linden.")
    if args.env is None or Path(sys.prefix).resolve() != args.env.resolve():
        sys.exit(environment.call_in(args.env, PACKAGES, refuse))

    import linear_libraries
    import linear_problems
    import threadpoolctl

    threadpoolctl.threadpool_limits(1)  # of this process, whose idle threads would be in the way
    for asked, known in ((names, list(linear_problems.PROBLEMS)), (libraries, ["linden", *linear_libraries.LIBRARIES])):
        for name in asked:
            if name not in known:
                refuse(f'no "{name}"; there are {", ".join(known)}.')
    told = machine.describe()
    print(machine.sentence(told) + "\n")
    with tempfile.TemporaryDirectory(prefix="linden-linear-") as folder:
        problems = {name: report(name, args, libraries, Path(folder)) for name in names}
    if args.json:
        result = {"machine": told, "threads": args.threads, "omp_wait": args.omp_wait,
                  "repeat": args.repeat, "gap": args.gap,
                  "loaded": any(p["loaded"] for p in problems.values() if p), "problems": problems}
        args.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
