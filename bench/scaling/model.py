#!/usr/bin/env python3
"""A model of the time of a tree on many machines: fitted to runs of run.py, checked against those held out, and told.

    bench/scaling/model.py runs.jsonl [--cores 2] [--tell]

A tree of L leaves over n rows and F features of 255 bins, on R ranks, takes

    compute    CPU seconds of the slowest rank: of its rows in histograms, and the rest of what rows take; of the cells of
               all summed nodes, which each rank writes to messages; and of those of its own features, which it searches
    latency    S steps, each a reduce-scatter of one hop, for parts go straight to whose they are (beyond 64 ranks: of
               log2 R), and a gather of ceil(log2 R): a one-way delay and an overhead for each hop, and two delays more
               where a message of the former has more than MPI sends without asking (run.py --eager)
    bytes      (R - 1) / R of the message of sums, and R - 1 lists of splits, over the bandwidth of a link

Constants are found by least squares without negative ones. Ranks of one thread that share cores wait for each other:
compute counts R / cores times where that is more than once.
"""

import argparse
import json
import math
from collections import defaultdict

import numpy as np
from scipy.optimize import nnls

BINS = 255
SPLIT_BYTES = 88
EAGER_BYTES = 1 << 20  # as run.py has it
MOST_NEIGHBOURS = 64  # of a rank that sends parts straight to whose they are


def nodes_of(leaves):
    """Nodes that are summed, and steps, of a leaf-wise tree: (measured, measured), by the runs' leaves."""
    return KNOWN["nodes"] * (leaves - 1) + 1, KNOWN["steps"] * (leaves - 1) + KNOWN["first_steps"]


KNOWN = {}


def learn_counts(runs):
    """Nodes and steps of a tree by its leaves: they do not depend on ranks. A message has 1 to 2 and a third words a cell."""
    many = [run for run in runs if run["ranks"] > 1]
    leaves = np.array([run["leaves"] - 1 for run in many], float)
    steps = np.array([run["reduce_scatter"]["calls"] for run in many])
    line, _ = nnls(np.column_stack([leaves, np.ones(len(many))]), steps)
    cells = np.array([run["features"] * BINS for run in many], float)
    bytes_of = np.array([run["reduce_scatter"]["bytes"] for run in many])
    KNOWN.update(steps=line[0], first_steps=line[1], node_bytes=float(np.median(bytes_of / (cells * (leaves + 1)))),
                 nodes=1.0)


def compute_terms(rows, features, leaves, ranks):
    levels = math.log2(leaves)
    nodes, _ = nodes_of(leaves)
    cells = features * BINS
    own = max(cells / ranks, BINS)
    updates = rows / ranks * features * (1 + levels / 2)
    # Where rows are counted, too, an addition takes twice the bytes.
    return [updates, 0 if ranks == 1 else updates, rows / ranks * levels, 0 if ranks == 1 else nodes * cells, nodes * own]


def network_terms(features, leaves, ranks, mbit, trip, all_reduce=False):
    if ranks == 1:
        return [0, 0, 0]
    nodes, steps = nodes_of(leaves)
    bytes_of_sums = KNOWN["node_bytes"] * features * BINS * leaves * (ranks - 1) / ranks * (2 if all_reduce else 1)
    bytes_of_splits = 0 if all_reduce else SPLIT_BYTES * (2 * nodes + steps) * (ranks - 1)
    # What is more than MPI's eager limit is asked for, there and back, before it is sent.
    halvings = math.ceil(math.log2(ranks))
    block = KNOWN["node_bytes"] * features * BINS * leaves / steps / ranks
    hops = (1 if ranks <= MOST_NEIGHBOURS else halvings) * (2 if all_reduce else 1) * (3 if block > EAGER_BYTES else 1)
    hops += 0 if all_reduce else halvings
    return [steps * hops * trip / 2e3, steps * hops, (bytes_of_sums + bytes_of_splits) * 8 / (mbit * 1e6)]


def grouped(runs):
    """Runs of the same kind, however often each was made."""
    groups = defaultdict(list)
    for run in runs:
        groups[tuple(run[name] for name in ("ranks", "mbit", "trip", "rows", "features", "leaves"))].append(run)
    return groups.values()


def averaged(runs):
    mean = dict(runs[0])
    for name in ("seconds", "cpu"):
        mean[name] = math.exp(sum(math.log(run[name]) for run in runs) / len(runs))
    mean["times"] = len(runs)
    return mean


class Model:
    def __init__(self, runs, cores):
        self.cores = cores
        table = np.array([compute_terms(r["rows"], r["features"], r["leaves"], r["ranks"]) for r in runs])
        cpu = np.array([r["cpu"] for r in runs])
        scale = table.max(axis=0)
        self.compute = nnls(table / scale / cpu[:, None], np.ones(len(runs)))[0] / scale  # relative errors
        many = [r for r in runs if r["ranks"] > 1]
        table = np.array([network_terms(r["features"], r["leaves"], r["ranks"], r["mbit"], r["trip"]) for r in many])
        rest = np.array([r["seconds"] - self.compute_seconds(r["rows"], r["features"], r["leaves"], r["ranks"])
                         for r in many])
        seconds = np.array([r["seconds"] for r in many])
        waits = (rest - table[:, 2]) / seconds  # bytes take what they take
        self.network = np.append(nnls(table[:, :2] / seconds[:, None], np.maximum(waits, 0))[0], 1)

    def compute_seconds(self, rows, features, leaves, ranks, cores=None):
        cpu = float(np.dot(self.compute, compute_terms(rows, features, leaves, ranks)))
        return cpu * max(1, ranks / self.cores) if cores is None else cpu / cores

    def seconds(self, rows, features, leaves, ranks, mbit, trip, cores=None, all_reduce=False):
        searching = 0
        if all_reduce and cores is not None:  # each rank searches all features
            nodes, _ = nodes_of(leaves)
            searching = self.compute[4] * nodes * features * BINS * (1 - 1 / ranks) / cores
        return (self.compute_seconds(rows, features, leaves, ranks, cores) + searching +
                float(np.dot(self.network, network_terms(features, leaves, ranks, mbit, trip, all_reduce))))


def check(model, runs):
    print("| ranks | Mbit/s | round trip, ms | rows | features | leaves | runs | seconds a tree | the model | off by | |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|")
    worst = 0
    for r in runs:
        told = model.seconds(r["rows"], r["features"], r["leaves"], r["ranks"], r["mbit"], r["trip"])
        off = told / r["seconds"] - 1
        if r["held_out"]:
            worst = max(worst, abs(off))
        print(f"| {r['ranks']} | {r['mbit']} | {r['trip']} | {r['rows']:,} | {r['features']} | {r['leaves']} | {r['times']} | "
              f"{r['seconds']:.3f} | {told:.3f} | {100 * off:+.0f} % | {'held out' if r['held_out'] else ''} |")
    print(f"\nHeld-out runs are told within {100 * worst:.0f} %.")
    return worst


def tell(model, leaves=255, cores=32):
    """Of machines of `cores` cores at 0.05 ms: seconds a tree, and where more of them no longer pay."""
    print(f"\nMachines of {cores} cores, 0.05 ms, trees of {leaves} leaves. Seconds a tree on 8, 64 and 1,024 ranks; and "
          "the ranks up to which twice as many take at most 0.7 of the time: reduce-scatter, and all-reduce.\n")
    print("| rows | features | Gbit/s | 8 | 64 | 1,024 | reduce-scatter pays up to | all-reduce pays up to |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for rows in (1e9, 1e10, 1e11):
        for features in (28, 500, 4000):
            for gbit in (10, 100, 400):
                def at(ranks, all_reduce=False):
                    return model.seconds(rows, features, leaves, ranks, 1e3 * gbit, 0.05, cores, all_reduce)

                def last(all_reduce):
                    ranks = 2  # one alone has neither messages nor counts
                    while ranks < 1024 and at(2 * ranks, all_reduce) <= 0.7 * at(ranks, all_reduce):
                        ranks *= 2
                    return f"{ranks:,}" if ranks < 1024 else "1,024 and more"

                print(f"| {rows:.0e} | {features:,} | {gbit} | {at(8):.2f} | {at(64):.3f} | {at(1024):.3f} | "
                      f"{last(False)} | {last(True)} |".replace("e+", "e"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs")
    parser.add_argument("--cores", type=int, default=2, help="of the machine that the runs shared")
    parser.add_argument("--tell", action="store_true")
    options = parser.parse_args()
    runs = [json.loads(line) for line in open(options.runs)]
    runs = [run for run in runs if run["library"] == "linden"]
    digests = defaultdict(set)
    for run in runs:
        digests[run["rows"], run["features"], run["leaves"], run["rounds"]].add(run["sha256"])
    if any(len(found) > 1 for found in digests.values()):
        raise SystemExit("model.py: runs of the same rows gave other models.")
    runs = [averaged(again) for again in grouped(runs)]
    learn_counts(runs)
    model = Model([run for run in runs if not run["held_out"]], options.cores)
    print("compute, seconds for each: row of a feature, the same counted, row, cell of a message, own cell:",
          " ".join(f"{c:.3g}" for c in model.compute))
    print("network: one-way delays of a hop, and seconds of overhead:",
          " ".join(f"{c:.3g}" for c in model.network[:2]), "\n")
    worst = check(model, runs)
    if options.tell:
        tell(model)
    if worst > 0.2:
        raise SystemExit("model.py: a held-out run is off by more than 20 %.")


if __name__ == "__main__":
    main()
