"""Bins rows with LightGBM and XGBoost: python binning.py FILE.bin [THREADS [TURNS [LIBRARY ...]]].

FILE.bin is a matrix of linden_higgs_rows. Prints the least seconds and CPU seconds of each library, in a process of its
own; beside them goes linden_binning, whose rows are the same. LightGBM takes its cut points from 200,000 of the rows,
lightgbm_all from all; XGBoost sketches all rows.
"""

import os
import resource
import subprocess
import sys
import time

from matrices import read_matrix


def binner(library, rows, labels, threads):
    if library.startswith("lightgbm"):
        import lightgbm

        params = {"num_threads": threads, "max_bin": 255, "min_data_in_bin": 1, "verbosity": -1}
        if library == "lightgbm_all":
            params["bin_construct_sample_cnt"] = len(rows)
        return lambda: lightgbm.Dataset(rows, labels, params=params).construct()
    import xgboost

    return lambda: xgboost.QuantileDMatrix(rows, labels, nthread=threads, max_bin=255)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure(library, path, threads, turns):
    rows, labels = read_matrix(path)
    run = binner(library, rows, labels, threads)
    walls, cpus = [], []
    for _ in range(turns):
        wall, cpu = time.perf_counter(), cpu_seconds()
        result = run()
        walls.append(time.perf_counter() - wall)
        cpus.append(cpu_seconds() - cpu)
        del result
    print(f"{library:12} {min(walls):.4f} s, CPU {min(cpus):.4f} s")


def main():
    path = sys.argv[1]
    threads, turns = (int(sys.argv[i]) if len(sys.argv) > i else otherwise for i, otherwise in ((2, 2), (3, 5)))
    libraries = sys.argv[4:] or ["lightgbm", "lightgbm_all", "xgboost"]
    if len(libraries) == 1:
        return measure(libraries[0], path, threads, turns)
    for library in libraries:
        arguments = [sys.executable, os.path.abspath(__file__), path, str(threads), str(turns), library]
        subprocess.run(arguments, env=dict(os.environ, OMP_WAIT_POLICY="passive"), check=True)


if __name__ == "__main__":
    main()
