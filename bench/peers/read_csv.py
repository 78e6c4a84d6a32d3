"""Reads a CSV file with DuckDB, Polars, Arrow and pandas: python read_csv.py FILE [THREADS [TURNS [LIBRARY ...]]].

Prints the least seconds and CPU seconds of each, in a process of its own; beside them goes linden_read_csv. All read
the whole file into memory in their own types: what is text stays text, where Linden gives codes of categories.
"""

import os
import sys

from turns import compare, least_seconds

LIBRARIES = ("duckdb", "polars", "pyarrow", "pandas")


def reader(library, path, threads):
    if library == "duckdb":
        import duckdb

        connection = duckdb.connect(config={"threads": threads})

        def read():
            connection.execute("create or replace temp table t as select * from read_csv(?)", [path])

        return read
    if library == "polars":
        import polars

        return lambda: polars.read_csv(path)
    if library == "pyarrow":
        import pyarrow
        from pyarrow import csv

        pyarrow.set_cpu_count(threads)
        return lambda: csv.read_csv(path, read_options=csv.ReadOptions(use_threads=threads > 1))
    import pandas

    return lambda: pandas.read_csv(path)


def measure(library, path, threads, turns):
    wall, cpu = least_seconds(reader(library, path, threads), turns)
    megabytes = os.path.getsize(path) / 1e6
    print(
        f"{library:8} {sys.modules[library].__version__:8} {wall:.4f} s, CPU {cpu:.4f} s; "
        f"{megabytes / wall:.0f} MB/s, {megabytes / cpu:.0f} MB per CPU second"
    )


if __name__ == "__main__":
    compare(LIBRARIES, measure, lambda threads: {"POLARS_MAX_THREADS": str(threads)})
