"""From runs to medians, ratios and a table in markdown."""

from statistics import mean, median

PARTS = ("bin", "train", "predict")


def summarise(runs):
    """Medians of a library's runs; the metric is the mean over the splits (equal runs of one split count once)."""
    by_split = {run["split"]: run["metric"] for run in runs}
    seconds = {part: None if runs[0]["seconds"][part] is None else median(r["seconds"][part] for r in runs)
               for part in PARTS}
    return {
        "version": runs[0]["version"],
        "seconds": seconds,
        "cpu_seconds": {part: median(r["cpu_seconds"][part] for r in runs) for part in ("fit", "predict")},
        "metric": mean(by_split.values()),
        "most_load": max(r["load"] for r in runs),
    }


def add_ratios(summary):
    """Linden's median over each peer's, and over the best peer's; below 1 Linden is faster."""
    linden = summary.get("linden")
    peers = {name: s for name, s in summary.items() if name != "linden"}
    if linden is None or not peers:
        return {}
    best = {}
    for part in PARTS:
        timed = {name: s["seconds"][part] for name, s in peers.items() if s["seconds"][part]}
        for name, seconds in timed.items():
            peers[name].setdefault("linden_ratio", {})[part] = linden["seconds"][part] / seconds
        if timed:
            name = min(timed, key=timed.get)
            best[part] = {"library": name, "linden_ratio": linden["seconds"][part] / timed[name]}
    for s in peers.values():
        s["linden_ratio"]["metric"] = linden["metric"] / s["metric"]
    return best


def markdown(title, metric, summary, best):
    head = ["library", "bin s", "train s", "predict s", "fit CPU s", metric,
            "Linden / it: bin", "train", "predict", metric]
    lines = [f"### {title}", "", "| " + " | ".join(head) + " |", "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for name, s in summary.items():
        ratio = s.get("linden_ratio", {})
        cells = [f"{name} {s['version']}"]
        cells += [number(s["seconds"][part], ".3f") for part in PARTS]
        cells += [number(s["cpu_seconds"]["fit"], ".2f"), number(s["metric"], ".5f")]
        cells += [number(ratio.get(part), ".2f") for part in PARTS] + [number(ratio.get("metric"), ".4f")]
        lines.append("| " + " | ".join(cells) + " |")
    if best:
        said = [f"{part} {b['linden_ratio']:.2f} ({b['library']})" for part, b in best.items()]
        lines += ["", "Linden / best: " + ", ".join(said) + "."]
    return "\n".join(lines)


def number(value, form):
    return "" if value is None else format(value, form)
