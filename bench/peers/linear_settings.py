"""Settings of linear fits: the loosest tolerance at which a solver is as close to the optimum as was asked."""

import math
import sys
from dataclasses import dataclass, field

from linear_libraries import COMPILING, DIRECT

TOLERANCES = [10.0**-k for k in range(-1, 16)]  # what they mean differs much between libraries


@dataclass
class Setting:
    library: str
    solver: str
    form: str
    tolerance: float = TOLERANCES[0]
    gap: float = math.inf  # relative
    seconds: float = math.inf
    iterations: int = None
    reached: bool = False
    note: str = ""
    turns: list = field(default_factory=list)  # seconds of the timed turns, medians of a few fits each

    @property
    def name(self):
        return f"{self.library} {self.solver} {self.form}"


def relative_gap(answer, best):
    return (answer["objective"] - best[0]) / abs(best[0])


def climb(worker, problem, rows, setting, best, args):
    """Tightens the tolerance by tens until the gap is small enough; what was closest stays in the setting. `best` is
    the lowest objective seen, a list of one."""
    idle, closest = 0, Setting(setting.library, setting.solver, setting.form)
    direct = setting.solver in DIRECT
    for tolerance in TOLERANCES:
        if setting.library == "linden" and tolerance > 1.001 * args.gap:
            continue
        setting.tolerance = tolerance
        compiling = 120 if setting.library in COMPILING else 0
        answer = worker.fit(problem, rows, setting, 0, 1, args.patience + compiling)
        if "error" in answer:
            closest.note = f"{answer['error']} at {tolerance:.0e}"
            break
        if answer.get("fell_back"):
            closest.note = "left to scikit-learn by the library"
            break
        best[0] = min(best[0], answer["objective"])
        gap = relative_gap(answer, best)
        idle = 0 if gap < 0.999 * closest.gap else idle + 1
        if gap < closest.gap:
            closest.gap, closest.tolerance = gap, tolerance
            closest.seconds, closest.iterations = answer["seconds"][0], answer["iterations"]
        if gap <= args.gap:
            # Again, without compilation; solvers that draw random numbers have to come as close once more.
            fits = 3 if answer["seconds"][0] < 1 else 1
            again = worker.fit(problem, rows, setting, 0, fits, fits * args.patience)
            if "error" not in again and relative_gap(again, best) <= args.gap:
                closest.seconds, closest.reached = min(again["seconds"]), True
                break
        if direct or idle == 4:
            closest.note = "direct" if direct else f"no closer by {tolerance:.0e}"
            break
    setting.__dict__.update(closest.__dict__)
    state = "reached" if setting.reached else f"not reached ({setting.note})"
    print(f"  {setting.name:<32} {setting.tolerance:.0e} gap {setting.gap:.1e} {setting.seconds:9.4f} s  {state}",
          file=sys.stderr, flush=True)


def worth_timing(settings, library, slack=1.5, most=4):
    """A library's fastest settings so far; the timed turns decide between them."""
    reached = sorted((s for s in settings if s.library == library and s.reached), key=lambda s: s.seconds)
    return [s for s in reached[:most] if s.seconds <= slack * reached[0].seconds]
