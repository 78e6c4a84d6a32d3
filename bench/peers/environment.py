"""Python environments with the libraries to compare, from PyPI."""

import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path


def made(env, packages):
    """The Python of the environment, which is made where it is missing."""
    python = env / "bin" / "python"
    if not python.exists():
        print(f"making a Python environment in {env}", file=sys.stderr, flush=True)
        venv.create(env, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
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
