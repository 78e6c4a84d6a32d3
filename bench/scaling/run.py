#!/usr/bin/env python3
"""Runs fits among machines that are network namespaces, and writes what trees cost, a line of JSON each.

    sudo bench/scaling/run.py --build build/bench --out runs.jsonl [--python venv/bin/python] [--peers lightgbm,xgboost] [--rows 500000]

Each run is one of RUNS: ranks, Mbit/s, round trip in ms, rows, features, leaves. Those marked are held out: the model
(model.py) is not fitted to them. Needs root, Open MPI, and linden_wire, linden_rank_fit and linden_higgs_rows.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# ranks, Mbit/s, round trip in ms, share of the rows, features, leaves, held out
RUNS = [
    (1, 1000, 1, 1, 28, 255, False),
    (1, 1000, 1, 2, 14, 63, False),
    (2, 1000, 1, 1, 14, 63, False),
    (2, 1000, 1, 2, 28, 255, False),
    (4, 1000, 8, 1, 14, 255, False),
    (2, 200, 1, 1, 14, 255, False),
    (4, 1000, 1, 1, 28, 63, False),
    (3, 1000, 2, 1, 14, 127, True),
    (4, 1000, 1, 1, 28, 255, False),
    (4, 1000, 1, 2, 28, 255, True),
]


def among_machines(options, ranks, mbit, trip, command):
    wire = options.build / "bench" / "linden_wire"
    result = subprocess.run(["timeout", str(options.limit), HERE / "machines.sh", wire, str(ranks), str(mbit),
                             str(trip), *command], capture_output=True, text=True)
    lines = [line for line in result.stdout.splitlines() if line.startswith("{")]
    if result.returncode != 0 or len(lines) != 1:
        sys.exit(f"run.py: a run of {ranks} ranks failed.\n{result.stdout[-2000:]}{result.stderr[-3000:]}")
    return json.loads(lines[0])


def mpirun(options, ranks, data, features, leaves, growth=()):
    hosts = ",".join(f"10.77.0.{i + 1}" for i in range(ranks))
    mca = {"plm_rsh_agent": HERE / "on.sh", "btl": "tcp,self", "btl_tcp_if_include": "10.77.0.0/24",
           "oob_tcp_if_include": "10.77.0.0/24", "mpi_yield_when_idle": 1, "btl_tcp_sndbuf": 0, "btl_tcp_rcvbuf": 0,
           "btl_tcp_eager_limit": options.eager}
    settings = [part for name, value in mca.items() for part in ("--mca", name, str(value))]
    return [HERE / "on.sh", "0", "mpirun", "--allow-run-as-root", *settings, "--bind-to", "none", "--host", hosts,
            "-n", str(ranks), options.build / "bench" / "linden_rank_fit", data, str(options.rounds), str(leaves),
            str(features), *growth]


def peers(options, library, ranks, data, leaves):
    hosts = ",".join(f"10.77.0.{i + 1}" for i in range(ranks))
    one = f"{HERE}/on.sh $i OMP_NUM_THREADS=1 {options.python} {HERE}/peers.py {library} {data} {options.rounds} {leaves}"
    return ["bash", "-c", f"for ((i = 0; i < {ranks}; ++i)); do {one} $i {hosts} & done; wait"]


def rows_file(options, rows):
    path = options.folder / f"higgs-{rows}.bin"
    if not path.exists():
        subprocess.run([options.build / "bench" / "linden_higgs_rows", str(rows), "1", path], check=True)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folder", type=Path, default=Path("/tmp"), help="where the rows are written")
    parser.add_argument("--python", default=sys.executable, help="one with xgboost and lightgbm")
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--peers", help="these on 4 ranks of all rows, and nothing else: linden,linden-levels,lightgbm,xgboost-depth,xgboost")
    parser.add_argument("--only", help="numbers of runs, by commas")
    parser.add_argument("--eager", type=int, default=1 << 20, help="bytes that MPI sends without asking")
    parser.add_argument("--limit", type=float, default=300, help="seconds of a run")
    parser.add_argument("--prepare", action="store_true", help="write the rows, and no more")
    options = parser.parse_args()
    options.build, options.folder = options.build.resolve(), options.folder.resolve()
    if os.geteuid() != 0:
        sys.exit("run.py: network namespaces need root. Hint: sudo.")
    if options.prepare:
        for share in {run[3] for run in RUNS}:
            rows_file(options, int(options.rows * share))
        return
    chosen = range(len(RUNS)) if options.only is None else [int(i) for i in options.only.split(",")]
    with options.out.open("a") as out:
        def keep(line):
            out.write(json.dumps(line) + "\n")
            out.flush()
            print(json.dumps(line), flush=True)

        if options.peers is not None:
            data = rows_file(options, options.rows)
            for library in options.peers.split(","):
                if library in ("linden", "linden-levels"):
                    command = mpirun(options, 4, data, 28, 255, ["levels"] if library == "linden-levels" else [])
                else:
                    command = peers(options, library, 4, data, 255)
                keep({"mbit": 1000, "trip": 1, "held_out": True} | among_machines(options, 4, 1000, 1, command) |
                     {"library": library})
            return
        for i in chosen:
            ranks, mbit, trip, share, features, leaves, held_out = RUNS[i]
            data = rows_file(options, int(options.rows * share))
            keep({"mbit": mbit, "trip": trip, "held_out": held_out} |
                 among_machines(options, ranks, mbit, trip, mpirun(options, ranks, data, features, leaves)))


if __name__ == "__main__":
    main()
