"""Reads a CSV file with DuckDB, Polars, Arrow and pandas: python read_csv.py FILE [THREADS [TURNS [LIBRARY ...]]].

Prints the least seconds and CPU seconds of each, in a process of its own; beside them goes linden_read_csv. All read
the whole file into memory in their own types: what is text stays text, where Linden gives codes of categories.
"""

import os
import resource
import subprocess
import sys
import time

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


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure(library, path, threads, turns):
    read = reader(library, path, threads)
    walls, cpus = [], []
    for _ in range(turns):
        wall, cpu = time.perf_counter(), cpu_seconds()
        result = read()
        walls.append(time.perf_counter() - wall)
        cpus.append(cpu_seconds() - cpu)
        del result
    megabytes = os.path.getsize(path) / 1e6
    print(
        f"{library:8} {sys.modules[library].__version__:8} {min(walls):.4f} s, CPU {min(cpus):.4f} s; "
        f"{megabytes / min(walls):.0f} MB/s, {megabytes / min(cpus):.0f} MB per CPU second"
    )


def main():
    path, threads, turns = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2, 5
    if len(sys.argv) > 3:
        turns = int(sys.argv[3])
    libraries = sys.argv[4:] or LIBRARIES
    if len(libraries) == 1:
        return measure(libraries[0], path, threads, turns)
    for library in libraries:
        environment = dict(os.environ, POLARS_MAX_THREADS=str(threads))
        arguments = [sys.executable, os.path.abspath(__file__), path, str(threads), str(turns), library]
        subprocess.run(arguments, env=environment, check=True)


if __name__ == "__main__":
    main()
