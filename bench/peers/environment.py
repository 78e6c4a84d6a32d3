"""Python environments with the libraries to compare, from PyPI."""

import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

# The releases that the figures in bench/results stand for. PyPI offers the newest one that takes this Python, which is
# not always the newest one that there is: what these need comes first, then they themselves, whatever Python they ask for.
PEERS = {"lightgbm": "4.7.0", "xgboost": "3.4.1", "catboost": "1.2.10"}


def made(env, packages):
    """The Python of the environment, which is made where it is missing, with the releases of PEERS."""
    python = env / "bin" / "python"
    if not python.exists():
        print(f"making a Python environment in {env}", file=sys.stderr, flush=True)
        venv.create(env, with_pip=True)
        install = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run(install + packages, check=True)
        pinned = [f"{name}=={PEERS[name]}" for name in packages if name in PEERS]
        if pinned:
            subprocess.run(install + ["--no-deps", "--ignore-requires-python", *pinned], check=True)
    return python


def call_in(env, packages, refuse):
    """Runs this program in the environment `env` (None: a throw-away one), and returns its exit status."""
    made_here = env is None
    env = env or Path(tempfile.mkdtemp(prefix="linden-peers-"))
    try:
        return subprocess.run([made(env, packages), *sys.argv, "--env", env]).returncode
    except subprocess.CalledProcessError as error:
        refuse(f"{error}. Hint: --env FOLDER uses an environment that has {', '.join(packages)}.")
    finally:
        if made_here:
            shutil.rmtree(env)
