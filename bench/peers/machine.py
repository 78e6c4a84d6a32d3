"""What else the machine is doing, and what it is: OpenMP's spinning makes a shared machine's figures worthless."""

import os
import platform
import resource
import subprocess
import time
from pathlib import Path

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
    """The processor with its caches and its instruction sets for arrays, the system, and the commit that is measured."""
    cpu = {}
    with open("/proc/cpuinfo") as cpuinfo:
        for line in cpuinfo:
            key, colon, value = line.partition(":")
            if colon:
                cpu.setdefault(key.strip(), value.strip())
    flags = cpu.get("flags", "").split()
    return {"cpu": cpu.get("model name", platform.machine()),
            "family": f"{cpu.get('cpu family', '?')}/{cpu.get('model', '?')}",
            "instructions": next((name for flag, name in SETS if flag in flags), "SSE2"),
            "caches": caches(), "cores": os.cpu_count(), "system": platform.platform(), "commit": commit(),
            "forced_level": os.environ.get("LINDEN_ISA")}


SETS = [("avx512f", "AVX-512"), ("avx2", "AVX2"), ("avx", "AVX")]


def caches():
    """What the first core has, as L1d 48K, L2 1024K, L3 32768K; those beyond the first level are often shared."""
    found = []
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((index / name).read_text().strip() for name in ("level", "type", "size"))
        if kind != "Instruction":
            found.append(f"L{level}{'d' if kind == 'Data' else ''} {size}")
    return ", ".join(found)


def commit():
    """The commit that the sources stand at, with a plus sign where they were changed since; None outside a repository."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty=+", "--abbrev=12"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def sentence(told):
    """What describe() returns, as a line above a table."""
    level = f", LINDEN_ISA={told['forced_level']}" if told["forced_level"] else ""
    return (f"{told['cpu']} (family/model {told['family']}, {told['instructions']}{level}), {told['cores']} cores, {told['caches']}; "
            f"{told['system']}; commit {told['commit'] or 'unknown'}.")


def environment(threads, waiting):
    """The environment of a run: thread pools of this size; idle OpenMP threads sleep (passive) or spin (active)."""
    pools = ("OMP", "MKL", "OPENBLAS", "BLIS", "NUMEXPR", "NUMBA")
    return os.environ | {"OMP_WAIT_POLICY": waiting, "OMP_DYNAMIC": "false"} | {
        f"{pool}_NUM_THREADS": str(threads) for pool in pools}
