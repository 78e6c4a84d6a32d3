"""XGBoost or LightGBM among machines, one process a machine, with the settings of linden_rank_fit.

    peers.py LIBRARY FILE.bin ROUNDS LEAVES RANK HOSTS       HOSTS: addresses of all, by commas

Rank 0 prints one line of JSON. A rank computes with one thread. XGBoost takes turns of its own: "xgboost" grows by
leaves, "xgboost-depth" by levels, with as many leaves at most.
"""

import json
import math
import sys
import time
from pathlib import Path

import numpy as np


def part(path, rank, ranks):
    header = json.loads(Path(path).with_suffix(".json").read_text())
    rows, features = header["rows"], header["features"]
    first, end = rows * rank // ranks, rows * (rank + 1) // ranks
    numbers = np.memmap(path, np.float32, "r")
    values = np.array(numbers[first * features : end * features]).reshape(-1, features)
    return values, np.array(numbers[rows * features + first : rows * features + end]), rows


def train_xgboost(values, labels, rounds, leaves, rank, hosts, by_leaves):
    import xgboost
    from xgboost import collective, tracker

    ends = []

    class Clock(xgboost.callback.TrainingCallback):
        def after_iteration(self, model, epoch, log):
            ends.append(time.perf_counter())
            return False

    port = 9091
    if rank == 0:
        server = tracker.RabitTracker(len(hosts), hosts[0], port)
        server.start()
    else:
        time.sleep(1)
    address = {"dmlc_tracker_uri": hosts[0], "dmlc_tracker_port": port, "dmlc_task_id": str(rank)}
    with collective.CommunicatorContext(**address):
        data = xgboost.QuantileDMatrix(values, labels, max_bin=255, nthread=1)
        growth = (
            {"grow_policy": "lossguide", "max_leaves": leaves, "max_depth": 0}
            if by_leaves
            else {"grow_policy": "depthwise", "max_depth": math.ceil(math.log2(leaves))}
        )
        settings = {"objective": "binary:logistic", "tree_method": "hist", "max_bin": 255, "eta": 0.1, "lambda": 1,
                    "min_child_weight": 1e-3, "nthread": 1, "verbosity": 0, **growth}
        xgboost.train(settings, data, rounds, callbacks=[Clock()])
    if rank == 0:
        server.wait_for()  # the others need the tracker to the end
    return ends


def train_lightgbm(values, labels, rounds, leaves, rank, hosts):
    import lightgbm

    ends = []
    settings = {"objective": "binary", "num_leaves": leaves, "max_bin": 255, "learning_rate": 0.1, "lambda_l2": 1,
                "min_data_in_leaf": 20, "min_sum_hessian_in_leaf": 1e-3, "num_threads": 1, "verbosity": -1}
    if len(hosts) > 1:
        settings |= {"tree_learner": "data", "num_machines": len(hosts), "local_listen_port": 12400,
                     "machines": ",".join(f"{host}:12400" for host in hosts), "pre_partition": True, "time_out": 2}
    lightgbm.train(settings, lightgbm.Dataset(values, labels), rounds,
                   callbacks=[lambda _: ends.append(time.perf_counter())])
    return ends


def main():
    library, path, rounds, leaves, rank, hosts = sys.argv[1:]
    rounds, leaves, rank, hosts = int(rounds), int(leaves), int(rank), hosts.split(",")
    values, labels, rows = part(path, rank, len(hosts))
    start = time.process_time()
    if library == "lightgbm":
        ends = train_lightgbm(values, labels, rounds, leaves, rank, hosts)
    else:
        ends = train_xgboost(values, labels, rounds, leaves, rank, hosts, library == "xgboost")
    if rank == 0:
        print(json.dumps({"library": library, "ranks": len(hosts), "rows": rows, "features": values.shape[1],
                          "leaves": leaves, "seconds": round(float(np.median(np.diff(ends))), 5),
                          "cpu_with_setup": round(time.process_time() - start, 2)}), flush=True)


if __name__ == "__main__":
    main()
