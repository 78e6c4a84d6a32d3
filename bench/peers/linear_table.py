"""From timed settings of linear fits to a table in markdown."""

from statistics import median

from table import number


def summarise(setting, version):
    result = {"library": setting.library, "version": version, "solver": setting.solver, "form": setting.form,
              "tolerance": setting.tolerance, "iterations": setting.iterations, "gap": setting.gap,
              "note": setting.note}
    if setting.turns:
        result |= {"seconds": median(setting.turns), "fastest": min(setting.turns), "turns": setting.turns}
    else:
        result["seconds"] = setting.seconds
    return result


def add_ratios(timed):
    """Linden's best median over each peer's; returns that over the best peer's, or None."""
    mine = [s["seconds"] for s in timed if s["library"] == "linden"]
    peers = [s for s in timed if s["library"] != "linden"]
    if not mine or not peers:
        return None
    for s in peers:
        s["linden_ratio"] = min(mine) / s["seconds"]
    best = min(peers, key=lambda s: s["seconds"])
    return {"library": best["library"], "solver": best["solver"], "linden_ratio": best["linden_ratio"]}


def markdown(title, optimum, timed, missed, best):
    head = ["library", "solver", "form", "tolerance", "iterations", "median s", "fastest s", "gap", "Linden / it"]
    lines = [f"### {title}", "", optimum, "", "| " + " | ".join(head) + " |",
             "|---|---|---|---:|---:|---:|---:|---:|---:|"]
    for s in sorted(timed, key=lambda s: s["seconds"]):
        cells = [f"{s['library']} {s['version']}", s["solver"], s["form"], f"{s['tolerance']:.0e}",
                 number(s["iterations"], "d"), f"{s['seconds']:.4f}", f"{s['fastest']:.4f}", f"{s['gap']:.0e}",
                 number(s.get("linden_ratio"), ".2f")]
        lines.append("| " + " | ".join(cells) + " |")
    if best:
        lines += ["", f"Linden / best: {best['linden_ratio']:.2f} ({best['library']} {best['solver']})."]
    if missed:
        lines += ["", "Did not come as close (the closest gap and its seconds):", ""]
        lines += [f"- {s['library']} {s['solver']} {s['form']}: "
                  + (f"{s['gap']:.1e} in {s['seconds']:.3g} s at {s['tolerance']:.0e}; " if s["gap"] < 1e300 else "")
                  + s["note"] for s in missed]
    return "\n".join(lines)
