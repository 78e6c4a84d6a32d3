"""What else the machine is doing, and what it is: OpenMP's spinning makes a shared machine's figures worthless."""

import os
import platform
import resource
import time

# Others may use this share of one core before a run is refused.
MOST_LOAD = 0.1


def busy_seconds():
    """CPU seconds of all processes since the machine started (time stolen by its host too)."""
    with open("/proc/stat") as stat:
        user, nice, system, _, _, irq, softirq, steal = map(int, stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def own_seconds(children=()):
    """CPU seconds of this process, of its children that have ended, and of those that live on, given by id."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usages) + sum(map(seconds_of, children))


def seconds_of(process):
    with open(f"/proc/{process}/stat") as stat:
        user, system = map(int, stat.read().rsplit(")", 1)[1].split()[11:13])
    return (user + system) / os.sysconf("SC_CLK_TCK")


class Watch:
    """How many cores others than this process and its children have used since it was made."""

    def __init__(self, children=()):
        self._children = list(children)
        self._start = self._now()

    def _now(self):
        return time.monotonic(), busy_seconds() - own_seconds(self._children)

    def load(self):
        now = self._now()
        return max(0.0, (now[1] - self._start[1]) / (now[0] - self._start[0]))


def quiet_load(tries=3, children=()):
    """The load, measured again while it is too high: the end of the run before may still be in it."""
    for _ in range(tries):
        watch = Watch(children)
        time.sleep(1)
        load = watch.load()
        if load <= MOST_LOAD:
            break
    return load


def describe():
    model = platform.processor() or platform.machine()
    with open("/proc/cpuinfo") as cpuinfo:
        for line in cpuinfo:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return {"cpu": model, "cores": os.cpu_count(), "system": platform.platform()}


def environment(threads, waiting):
    """The environment of a run: thread pools of this size; idle OpenMP threads sleep (passive) or spin (active)."""
    pools = ("OMP", "MKL", "OPENBLAS", "BLIS", "NUMEXPR", "NUMBA")
    return os.environ | {"OMP_WAIT_POLICY": waiting, "OMP_DYNAMIC": "false"} | {
        f"{pool}_NUM_THREADS": str(threads) for pool in pools}
