"""Processes that fit on request: one a library, so that imports, compilation and reading of files are never timed."""

import json
import os
import selectors
import subprocess

import numpy as np

from linear_objective import objective


class Worker:
    """Takes jobs as lines of JSON, as linear_libraries.py says, and answers each with one."""

    def __init__(self, library, command, environment, folder):
        self.library, self._command, self._environment = library, [str(word) for word in command], environment
        self._coefficients, self._errors = folder / f"{library}.f64", folder / f"{library}.txt"
        self._process = None
        self._start()

    def _start(self):
        with open(self._errors, "w") as errors:
            self._process = subprocess.Popen(self._command, env=self._environment, stdin=subprocess.PIPE,
                                             stdout=subprocess.PIPE, stderr=errors, text=True)

    @property
    def id(self):
        return self._process.pid

    def ask(self, job, seconds=600):
        """The answer; one with an "error" where the time is over, after which the process is a new one."""
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            ready = selector.select(seconds)
        line = self._process.stdout.readline() if ready else ""
        if line:
            return json.loads(line)
        ended = self._process.poll() is not None or bool(ready)
        self.end()
        said = self._errors.read_text().strip().splitlines()[-1:] or ["nothing"]
        self._start()
        return {"error": f"the process ended, saying {said[0][:200]}" if ended else f"no answer in {seconds} s"}

    def fit(self, problem, rows, setting, warm_up, repeat, seconds=600):
        """An answer with the "objective" that the returned coefficients have."""
        config = problem.config | {"solver": setting.solver, "tolerance": setting.tolerance}
        answer = self.ask({"rows": str(rows), "form": setting.form, "config": config, "warm_up": warm_up,
                           "repeat": repeat, "threads": int(os.fspath(self._environment["OMP_NUM_THREADS"])),
                           "coefficients": str(self._coefficients)}, seconds)
        if "error" not in answer:
            parameters = np.fromfile(self._coefficients, np.float64)
            if len(parameters) != problem.x.shape[1] + 1:
                return {"error": f"{len(parameters)} coefficients for {problem.x.shape[1]} features"}
            value = objective(problem, parameters[:-1], parameters[-1])
            answer |= {"objective": value if np.isfinite(value) else float("inf"),
                       "weights": int(np.count_nonzero(parameters[:-1]))}
        return answer

    def end(self):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
