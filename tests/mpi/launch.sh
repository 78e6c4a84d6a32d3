#!/usr/bin/env bash
# Runs a command on so many ranks: launch.sh LAUNCHER RANKS COMMAND...; ends with 77, a skip, where there is no launcher.
set -euo pipefail
launcher=$1 ranks=$2
shift 2
if [ ! -x "$launcher" ]; then
  echo "skipped: there is no mpirun ($launcher)"
  exit 77
fi
export OMP_NUM_THREADS=1 OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_mpi_yield_when_idle=1
options=()
if "$launcher" --version 2>&1 | grep -qE "Open MPI|OpenRTE|open-mpi"; then
  options=(--oversubscribe --allow-run-as-root --bind-to none)
fi
exec "$launcher" "${options[@]}" -n "$ranks" "$@"
