"""Bins rows with LightGBM and XGBoost: python binning.py FILE.bin [THREADS [TURNS [LIBRARY ...]]].

FILE.bin is a matrix of linden_higgs_rows. Prints the least seconds and CPU seconds of each library, in a process of its
own; beside them goes linden_binning, whose rows are the same. LightGBM takes its cut points from 200,000 of the rows,
lightgbm_all from all; XGBoost sketches all rows.
"""

from matrices import read_matrix
from turns import compare, least_seconds


def binner(library, rows, labels, threads):
    if library.startswith("lightgbm"):
        import lightgbm

        params = {"num_threads": threads, "max_bin": 255, "min_data_in_bin": 1, "verbosity": -1}
        if library == "lightgbm_all":
            params["bin_construct_sample_cnt"] = len(rows)
        return lambda: lightgbm.Dataset(rows, labels, params=params).construct()
    import xgboost

    return lambda: xgboost.QuantileDMatrix(rows, labels, nthread=threads, max_bin=255)


def measure(library, path, threads, turns):
    rows, labels = read_matrix(path)
    wall, cpu = least_seconds(binner(library, rows, labels, threads), turns)
    print(f"{library:12} {wall:.4f} s, CPU {cpu:.4f} s")


if __name__ == "__main__":
    compare(["lightgbm", "lightgbm_all", "xgboost"], measure, lambda threads: {"OMP_WAIT_POLICY": "passive"})
