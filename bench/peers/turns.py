"""Libraries beside each other on one file: SCRIPT FILE [THREADS [TURNS [LIBRARY ...]]], each in a process of its own."""

import os
import subprocess
import sys
import time

import machine


def least_seconds(run, turns):
    """The least wall and the least CPU seconds of a call."""
    walls, cpus = [], []
    for _ in range(turns):
        wall, cpu = time.perf_counter(), machine.own_seconds()
        result = run()
        walls.append(time.perf_counter() - wall)
        cpus.append(machine.own_seconds() - cpu)
        del result
    return min(walls), min(cpus)


def compare(libraries, measure, environment):
    """Calls measure(library, file, threads, turns) in a process for each library asked for; environment(threads) is
    what its variables are beside those of this process."""
    path = sys.argv[1]
    threads, turns = (int(sys.argv[i]) if len(sys.argv) > i else usual for i, usual in ((2, 2), (3, 5)))
    asked = sys.argv[4:] or libraries
    if len(asked) == 1:
        return measure(asked[0], path, threads, turns)
    for library in asked:
        command = [sys.executable, os.path.abspath(sys.argv[0]), path, str(threads), str(turns), library]
        subprocess.run(command, env=os.environ | environment(threads), check=True)
